// Neighbour consistency: what a station measures, held against what another measured a travel time before.

package import Monitoring

/// How two stations' readings of one parameter go together: upstream and downstream, or air stations near each other.
package struct NeighbourRule: Hashable, Sendable {
    package let station: StationID
    /// The station it is compared with.
    package let other: StationID
    package let parameter: ParameterID
    /// From the other station to this one; zero for air stations side by side.
    package let travel: Duration64
    /// Readings of the other within this stretch, whose middle is a travel time ago, are compared.
    package let window: Duration64
    /// In the parameter's unit, beyond the highest and lowest of those readings.
    package let absolute: Double
    /// As a multiple of the bound's size.
    package let relative: Double
    /// Where the numbers come from, or the word `example`.
    package let source: String

    /// - Precondition: no negative number, a window that is not empty.
    package init(
        station: StationID, other: StationID, parameter: ParameterID, travel: Duration64, window: Duration64,
        absolute: Double, relative: Double, source: String
    ) {
        precondition(
            travel >= .zero && window > .zero && absolute >= 0 && relative >= 0, "Distances are not negative.")
        self.station = station
        self.other = other
        self.parameter = parameter
        self.travel = travel
        self.window = window
        self.absolute = absolute
        self.relative = relative
        self.source = source
    }
}

/// Tests each usable reading against the other station's usable ones of a travel time before.
package struct NeighbourConsistencyCheck: Sendable {
    package let rules: [NeighbourRule]

    package init(rules: [NeighbourRule]) { self.rules = rules }

    /// - Parameter others: usable readings of the rules' other stations, as far as they are known.
    package func run(
        _ series: SeriesColumns, _ neighbours: Neighbourhood, others: [StationID: Counterpart]
    ) -> CheckResult {
        let concerning = rules.filter { $0.station == series.station && $0.parameter == series.parameter }
        guard !concerning.isEmpty else { return .notRun(.neighbourConsistency, count: series.count, .noConfiguration) }
        var verdicts = [QualityVerdict](repeating: .notTested, count: series.count)
        for rule in concerning {
            guard let other = others[rule.other] else { continue }
            var span = verdicts.mutableSpan
            neighbourConsistency(
                series.value.span, usable: neighbours.usable.span, start: series.start.span, otherStart: other.start.span,
                otherValue: other.value.span, rule, into: &span)
        }
        return CheckResult(check: .neighbourConsistency, verdicts: verdicts, of: series, otherwise: .noCounterpart)
    }
}

/// Raises each usable value's verdict to `suspect` where it leaves the range of the other station's readings by more than
/// the tolerance, to `valid` where it does not.
///
/// - Shape: `values`, `usable`, `start` and `verdicts`, n; `otherStart`, ascending, and `otherValue`, m. A value without
///   a reading of the other in the window stays as it was. Times lie within ±2⁶¹ ms.
/// - Complexity: O((n + m) × readings in a window), no allocation.
/// - Reference: `neighbourConsistencyReference(_:usable:start:otherStart:otherValue:_:)`; equal for all inputs.
package func neighbourConsistency(
    _ values: Span<Double>, usable: Span<UInt8>, start: Span<Int64>, otherStart: Span<Int64>, otherValue: Span<Double>,
    _ rule: NeighbourRule, into verdicts: inout MutableSpan<QualityVerdict>
) {
    let count = values.count
    precondition(
        usable.count == count && start.count == count && verdicts.count == count, "Columns are equally long.")
    precondition(otherStart.count == otherValue.count, "Columns are equally long.")
    let half = rule.window.milliseconds / 2
    var first = 0
    var latest = Int64.min
    for index in 0..<count where usable[index] == 1 {
        let middle = start[index] - rule.travel.milliseconds
        // Where no cadence has told readings that go back in time, the window begins anew.
        if middle < latest { first = 0 }
        latest = middle
        while first < otherStart.count, otherStart[first] < middle - half { first += 1 }
        var (low, high) = (Double.infinity, -Double.infinity)
        var place = first
        while place < otherStart.count, otherStart[place] <= middle + half {
            low = min(low, otherValue[place])
            high = max(high, otherValue[place])
            place += 1
        }
        guard place > first else { continue }
        let isAbove = values[index] > high + max(rule.absolute, rule.relative * high.magnitude)
        let isBelow = values[index] < low - max(rule.absolute, rule.relative * low.magnitude)
        if isAbove || isBelow {
            verdicts[index] = .suspect
        } else if verdicts[index] == .notTested {
            verdicts[index] = .valid
        }
    }
}
