// Stuck decimals: readings that move while their last digit never does: a register that lost its end, or numbers made
// by hand. No manual we have read names it.

package import Monitoring

/// How long the last digit may stay the same while the values move.
package struct StuckDecimalsLimit: Hashable, Sendable {
    /// Readings in a row with the same last digit, not all equal, from which each of them is suspect.
    package let readings: Int
    /// Decimals the instrument resolves: the digit looked at is the last of them.
    package let decimals: Int
    /// Where the numbers come from, or the word `example`.
    package let source: String

    package static let decimalsLimit = 9

    /// - Precondition: at least 3 readings, 0…`decimalsLimit` decimals.
    package init(readings: Int, decimals: Int, source: String) {
        precondition(readings >= 3 && (0...Self.decimalsLimit).contains(decimals), "A digit stays over three readings.")
        self.readings = readings
        self.decimals = decimals
        self.source = source
    }

    /// 10 to the power of `decimals`.
    var scale: Double { (0..<decimals).reduce(1) { power, _ in power * 10 } }
}

/// Tests for runs of usable readings with one last digit and more than one value.
package struct StuckDecimalsCheck: Sendable {
    package let limit: StuckDecimalsLimit?

    package init(limit: StuckDecimalsLimit?) { self.limit = limit }

    package func run(_ series: SeriesColumns, _ neighbours: Neighbourhood) -> CheckResult {
        guard let limit else { return .notRun(.stuckDecimals, count: series.count, .noConfiguration) }
        let count = neighbours.usable.reduce(0) { $0 + Int($1) }
        guard count >= limit.readings else { return .notRun(.stuckDecimals, count: series.count, .tooFewReadings) }
        var verdicts = [QualityVerdict](repeating: .notTested, count: series.count)
        var span = verdicts.mutableSpan
        stuckDecimals(series.measured.span, usable: neighbours.usable.span, limit, into: &span)
        return CheckResult(check: .stuckDecimals, verdicts: verdicts, of: series, otherwise: .notResolved)
    }
}

/// The last digit of `value`, 0…9, or 10 when the number is too large for it to be seen.
@inline(__always)
func lastDigit(_ value: Double, scale: Double) -> UInt8 {
    let scaled = (value.magnitude * scale).rounded(.toNearestOrEven)
    // Whole numbers are exact up to 2⁵³.
    guard scaled < 9_007_199_254_740_992 else { return 10 }
    return UInt8(UInt64(scaled) % 10)
}

/// Flags every member of a run of at least `limit.readings` usable values with one last digit and several values.
///
/// - Shape: `values`, n numbers; `usable` as in `Neighbourhood`; `verdicts`, n. A value that is not usable neither
///   lengthens nor breaks a run and stays as it was; one whose last digit cannot be seen breaks a run and stays too.
/// - Complexity: O(n), no allocation: each run is walked twice.
/// - Reference: `stuckDecimalsReference(_:usable:_:)`; equal for all inputs.
package func stuckDecimals(
    _ values: Span<Double>, usable: Span<UInt8>, _ limit: StuckDecimalsLimit,
    into verdicts: inout MutableSpan<QualityVerdict>
) {
    let count = values.count
    precondition(usable.count == count && verdicts.count == count, "Columns are equally long.")
    let scale = limit.scale
    var begin = 0
    while begin < count {
        guard usable[begin] == 1 else {
            begin += 1
            continue
        }
        let digit = lastDigit(values[begin], scale: scale)
        var length = 0
        var moves = false
        var end = begin
        while end < count {
            if usable[end] == 1 {
                guard lastDigit(values[end], scale: scale) == digit else { break }
                length += 1
                if values[end] != values[begin] { moves = true }
            }
            end += 1
        }
        if digit < 10 {
            let verdict: QualityVerdict = moves && length >= limit.readings ? .suspect : .valid
            for index in begin..<end where usable[index] == 1 { verdicts[index] = verdict }
        }
        begin = end
    }
}
