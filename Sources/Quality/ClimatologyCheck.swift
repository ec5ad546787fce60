// Climatology: a value the season does not know is suspect. After QARTOD, test 5.

internal import Monitoring

/// What a parameter reaches at a station in a season, in its unit.
package struct SeasonRange: Hashable, Sendable {
    package let usual: ClosedRange<Double>
    /// Where the bounds come from, or the word `example`.
    package let source: String

    package init(usual: ClosedRange<Double>, source: String) {
        self.usual = usual
        self.source = source
    }
}

/// Tests each value against the range of its season; outside is suspect, never invalid.
///
/// Which season a reading belongs to is the check set's matter (`MonthlyChecks`): this check sees one range.
package struct ClimatologyCheck: Sendable {
    package let range: SeasonRange?

    package init(range: SeasonRange?) { self.range = range }

    package func run(_ series: SeriesColumns) -> CheckResult {
        guard let range else { return .notRun(.climatology, count: series.count, .noConfiguration) }
        var verdicts = [QualityVerdict](repeating: .notTested, count: series.count)
        var span = verdicts.mutableSpan
        // A range test whose possible range is everything.
        grossRange(
            series.value.span,
            ValueRange(possible: -.infinity ... .infinity, plausible: range.usual, source: range.source), into: &span)
        return CheckResult(check: .climatology, verdicts: verdicts, of: series, otherwise: .missingValue)
    }
}
