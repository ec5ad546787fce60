// Attenuated signal: over a stretch of time the readings hardly move, though they are not all equal. After the test of
// this name in IOOS QARTOD manuals and ioos_qc.

package import Monitoring

/// How little a parameter may move within a stretch of time.
package struct AttenuationLimit: Hashable, Sendable {
    /// The stretch that ends with each reading.
    package let window: Duration64
    /// The least distance between the highest and the lowest reading of the stretch, in the parameter's unit.
    package let range: Double
    /// Readings a stretch needs before it says anything.
    package let readings: Int
    /// Where the numbers come from, or the word `example`.
    package let source: String

    /// - Precondition: a stretch of time, at least 2 readings, a range that is not negative.
    package init(window: Duration64, range: Double, readings: Int, source: String) {
        precondition(window > .zero && readings >= 2 && range >= 0, "A stretch has a length and two readings.")
        self.window = window
        self.range = range
        self.readings = readings
        self.source = source
    }
}

/// Tests each usable value by the range of the usable readings in the stretch that ends with it.
package struct AttenuatedSignalCheck: Sendable {
    package let limit: AttenuationLimit?

    package init(limit: AttenuationLimit?) { self.limit = limit }

    package func run(_ series: SeriesColumns, _ neighbours: Neighbourhood) -> CheckResult {
        guard let limit else { return .notRun(.attenuatedSignal, count: series.count, .noConfiguration) }
        // Without a cadence nothing has told readings that go back in time from the others.
        guard let cadence = series.cadence, cadence > .zero else {
            return .notRun(.attenuatedSignal, count: series.count, .noCadence)
        }
        var verdicts = [QualityVerdict](repeating: .notTested, count: series.count)
        var highest = [Int](repeating: 0, count: series.count)
        var lowest = highest
        var span = verdicts.mutableSpan
        var highestSpan = highest.mutableSpan
        var lowestSpan = lowest.mutableSpan
        attenuatedSignals(
            series.measured.span, usable: neighbours.usable.span, start: series.start.span, limit,
            highest: &highestSpan, lowest: &lowestSpan, into: &span)
        return CheckResult(check: .attenuatedSignal, verdicts: verdicts, of: series, otherwise: .tooFewReadings)
    }
}

/// Flags each usable value at whose end a stretch moved less than the limit.
///
/// - Shape: `values`, n numbers; `usable` as in `Neighbourhood`; `start`, n times in ms, ascending among the usable;
///   `verdicts`, n. A value that is not usable, or whose stretch holds too few, stays as it was. Scratch: `highest` and
///   `lowest`, n each.
/// - Complexity: O(n): the places of falling highs and of rising lows are kept in two queues.
/// - Reference: `attenuatedSignalsReference(_:usable:start:_:)`; equal for all inputs.
package func attenuatedSignals(
    _ values: Span<Double>, usable: Span<UInt8>, start: Span<Int64>, _ limit: AttenuationLimit,
    highest: inout MutableSpan<Int>, lowest: inout MutableSpan<Int>, into verdicts: inout MutableSpan<QualityVerdict>
) {
    let count = values.count
    precondition(
        usable.count == count && start.count == count && verdicts.count == count && highest.count == count
            && lowest.count == count, "Columns are equally long.")
    let window = limit.window.milliseconds
    var (highHead, highTail, lowHead, lowTail) = (0, 0, 0, 0)
    // The first reading of the stretch, and how many usable ones it holds.
    var first = 0
    var held = 0
    for index in 0..<count where usable[index] == 1 {
        let value = values[index]
        while highTail > highHead, values[highest[highTail - 1]] <= value { highTail -= 1 }
        highest[highTail] = index
        highTail += 1
        while lowTail > lowHead, values[lowest[lowTail - 1]] >= value { lowTail -= 1 }
        lowest[lowTail] = index
        lowTail += 1
        held += 1
        let (oldest, overflow) = start[index].subtractingReportingOverflow(window)
        while !overflow, first < index, usable[first] == 0 || start[first] <= oldest {
            held -= Int(usable[first])
            first += 1
        }
        while highest[highHead] < first { highHead += 1 }
        while lowest[lowHead] < first { lowHead += 1 }
        if held >= limit.readings {
            verdicts[index] = values[highest[highHead]] - values[lowest[lowHead]] < limit.range ? .suspect : .valid
        }
    }
}
