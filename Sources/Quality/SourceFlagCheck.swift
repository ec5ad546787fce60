// The station's own word on each reading, taken by the source profile's table and by nothing else.

internal import Monitoring

/// What the station's flag says of its value.
package struct SourceFlagCheck: Sendable {
    package init() {}

    /// - Returns: the profile's verdict for each flag; `notTested` without a flag or with one it does not list, and where a
    ///   flag calls a missing value valid.
    package func run(_ series: SeriesColumns) -> CheckResult {
        CheckResult(check: .sourceFlag, verdicts: series.flagVerdict, reasons: series.flagReason)
    }
}
