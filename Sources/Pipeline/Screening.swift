// Quality on the way: stored readings in, readings with a machine verdict out, for detection and assessment alike.

package import Detection
package import Formats
package import Monitoring
package import Quality

/// A series of a station as it stands in the book.
package struct StoredView: Sendable {
    package let key: SeriesKey
    package let view: CurrentView

    package init(key: SeriesKey, view: CurrentView) {
        self.key = key
        self.view = view
    }

    /// The columns the checks read.
    ///
    /// - Parameters:
    ///   - profile: what the source's flags mean; without one every flag leaves its value untested.
    ///   - cadence: the step between readings, `nil` when it is not known.
    package func columns(profile: SourceProfile?, cadence: Duration64?) -> SeriesColumns {
        var columns = SeriesColumns(parameter: key.parameter, cadence: cadence, station: key.station)
        for row in 0..<view.count {
            columns.append(
                start: Instant(milliseconds: view.start[row]), value: view.value(row),
                qualifier: Qualifier(rawValue: view.qualifier[row]) ?? .missing,
                flag: view.flagTable[Int(view.flag[row])], flags: profile?.flags ?? [:])
        }
        return columns
    }

    /// One reading a start; where unlike versions are held, each of them, so that no one of them is preferred.
    fileprivate func screened(_ verdicts: [QualityVerdict]) -> [ScreenedReading] {
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
}

/// Runs the quality checks over what series of one station say; series of one kind of value are held against each other.
///
/// - Returns: the readings of each series, in the order of `views`.
package func screen(
    _ views: [StoredView], profile: SourceProfile?, cadence: Duration64?, checks: CheckSet,
    context: QualityContext = QualityContext()
) -> [[ScreenedReading]] {
    let columns = views.map { $0.columns(profile: profile, cadence: cadence) }
    let reports = qualityReports(columns, keys: views.map(\.key), checks: checks, context: context)
    return zip(views, reports).map { $0.screened($1.rollUp.verdicts) }
}

/// The reports of a station's series; instants, means and their origins are each compared among themselves.
package func qualityReports(
    _ columns: [SeriesColumns], keys: [SeriesKey], checks: CheckSet, context: QualityContext
) -> [QualityReport] {
    precondition(columns.count == keys.count, "Each series has its key.")
    struct Kind: Hashable {
        let statistic: SeriesStatistic
        let window: Duration64
        let origin: SeriesOrigin
    }
    let kinds = Dictionary(grouping: keys.indices) { index in
        Kind(statistic: keys[index].statistic, window: keys[index].window, origin: keys[index].origin)
    }
    var reports = [QualityReport?](repeating: nil, count: columns.count)
    for places in kinds.values {
        let found = checks.run(station: places.map { columns[$0] }, context: context)
        for (place, report) in zip(places, found) { reports[place] = report }
    }
    return reports.compactMap { $0 }
}
