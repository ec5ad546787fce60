// Quality on the way: stored readings in, readings with a machine verdict out, for detection and assessment alike.

package import Detection
package import Formats
package import Monitoring
package import Quality

/// Runs the quality checks over what a series says.
///
/// - Parameters:
///   - profile: what the source's flags mean; without one every flag leaves its value untested.
///   - cadence: the step between readings, `nil` when it is not known.
/// - Returns: one reading a start; where unlike versions are held, each of them, so that no one of them is preferred.
package func screen(
    _ view: CurrentView, of series: SeriesKey, profile: SourceProfile?, cadence: Duration64?, checks: CheckSet
) -> [ScreenedReading] {
    var columns = SeriesColumns(parameter: series.parameter, cadence: cadence)
    for row in 0..<view.count {
        columns.append(
            start: Instant(milliseconds: view.start[row]), value: view.value(row),
            qualifier: Qualifier(rawValue: view.qualifier[row]) ?? .missing,
            flag: view.flagTable[Int(view.flag[row])], flags: profile?.flags ?? [:])
    }
    let verdicts = checks.run(columns).rollUp.verdicts
    var readings: [ScreenedReading] = []
    readings.reserveCapacity(view.count)
    for row in 0..<view.count where !view.isDisputed[row] {
        readings.append(
            ScreenedReading(
                start: Instant(milliseconds: view.start[row]), value: view.value(row),
                qualifier: Qualifier(rawValue: view.qualifier[row]) ?? .missing, verdict: verdicts[row]))
    }
    for dispute in view.disputes {
        for version in dispute.versions {
            readings.append(
                ScreenedReading(
                    start: dispute.start, value: version.value, qualifier: version.qualifier, verdict: .notTested))
        }
    }
    return readings
}
