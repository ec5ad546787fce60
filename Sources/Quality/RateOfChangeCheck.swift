// Rate of change: a reading that lies further from the last usable one than the time between them allows.
// After QARTOD, test 7.

package import Monitoring

/// How fast a parameter may change.
package struct RateLimit: Hashable, Sendable {
    /// In the parameter's unit, an hour.
    package let perHour: Double
    /// Where the number comes from, or the word `example`.
    package let source: String

    /// - Precondition: the rate is not negative.
    package init(perHour: Double, source: String) {
        precondition(perHour >= 0, "A rate limit is not negative.")
        self.perHour = perHour
        self.source = source
    }

    static let millisecondsPerHour = 3_600_000.0
}

/// Tests each value against the nearest usable reading before it, by the time between the two.
package struct RateOfChangeCheck: Sendable {
    package let limit: RateLimit?

    package init(limit: RateLimit?) { self.limit = limit }

    package func run(_ series: SeriesColumns, _ neighbours: Neighbourhood) -> CheckResult {
        guard let limit else { return .notRun(.rateOfChange, count: series.count, .noConfiguration) }
        guard let cadence = series.cadence, cadence > .zero else {
            return .notRun(.rateOfChange, count: series.count, .noCadence)
        }
        var verdicts = [QualityVerdict](repeating: .notTested, count: series.count)
        var span = verdicts.mutableSpan
        ratesOfChange(
            series.measured.span, usable: neighbours.usable.span, regular: neighbours.regular.span,
            start: series.start.span, cadence: cadence.milliseconds, reach: cadence.milliseconds * neighbourCadences,
            limit, into: &span)
        return CheckResult(check: .rateOfChange, verdicts: verdicts, of: series, otherwise: .noNeighbour)
    }
}

/// Flags each value whose distance from the last usable one exceeds the limit's rate times the hours between them.
///
/// - Shape: as `spikes`; `cadence` is the step by which `regular` was made. A value without a usable reading before it,
///   later than it by nothing and by at most `reach`, stays as it was.
/// - Complexity: O(n), no allocation: eight lanes at a time where eight steps in a row are regular.
/// - Reference: `ratesOfChangeReference(_:usable:start:reach:_:)`; equal for all inputs.
package func ratesOfChange(
    _ values: Span<Double>, usable: Span<UInt8>, regular: Span<UInt8>, start: Span<Int64>, cadence: Int64,
    reach: Int64, _ limit: RateLimit, into verdicts: inout MutableSpan<QualityVerdict>
) {
    let count = values.count
    precondition(
        usable.count == count && regular.count == count && start.count == count && verdicts.count == count,
        "Columns are equally long.")
    // The same product as for a single pair, so that both ways give the same bits.
    let regularLimit = limit.perHour * (Double(cadence) / RateLimit.millisecondsPerHour)
    values.withUnsafeBufferPointer { values in
        regular.withUnsafeBufferPointer { regular in
            verdicts.withMutableRawValues { verdicts in
                guard let column = values.baseAddress, let steps = regular.baseAddress, let out = verdicts.baseAddress
                else { return }
                var previous = -1
                var index = 0
                while index < count {
                    if index + laneCount <= count, bytes(steps, index) == everyLane {
                        let change = lanes(column, index) - lanes(column, index - 1)
                        store(suspect: ones((change .> regularLimit) .| (change .< -regularLimit)), out, index)
                        index += laneCount
                        previous = index - 1
                        continue
                    }
                    let end = min(index + laneCount, count)
                    while index < end {
                        let value = column[index]
                        if value == value, previous >= 0 {
                            let step = start[index] &- start[previous]
                            if step > 0, step <= reach {
                                let allowed = limit.perHour * (Double(step) / RateLimit.millisecondsPerHour)
                                out[index] = (value - column[previous]).magnitude > allowed ? 2 : 1
                            }
                        }
                        if usable[index] == 1 { previous = index }
                        index += 1
                    }
                }
            }
        }
    }
}
