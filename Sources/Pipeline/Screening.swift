// Quality on the way: stored readings in, readings with a machine verdict out, for detection and assessment alike.

package import Detection
internal import Exact
package import Formats
package import Monitoring
package import Quality

/// The blocks of time in which a station is screened as its readings come.
///
/// A reading's verdict is what the checks say of its block with a margin on both sides. It is therefore a function of
/// the readings around it, the same whether one year is screened or the last hour, and what arrives late changes the
/// verdicts of the blocks around it and no others.
package struct ScreeningBlocks: Hashable, Sendable {
    /// Readings in a block: the margins are then half as many again.
    package static let readings: Int64 = 96
    /// Readings on each side: the longest run and the furthest neighbour that a check looks for (example set: 12).
    package static let marginReadings: Int64 = 24

    package let length: Int64
    package let margin: Int64

    /// - Parameter cadence: the step between readings; where it is not known, an hour.
    package init(cadence: Duration64?) {
        let step = cadence.map { max(1, min($0.milliseconds, 366 * 86_400_000)) } ?? 3_600_000
        length = step * Self.readings
        margin = step * Self.marginReadings
    }

    /// The beginning of the block that holds `instant`.
    package func start(of instant: Instant) -> Instant {
        let (quotient, remainder) = instant.milliseconds.quotientAndRemainder(dividingBy: length)
        return Instant(milliseconds: (remainder < 0 ? quotient - 1 : quotient) * length)
    }

    /// Before this no verdict changes, whatever is said from `instant` on.
    package func settled(before instant: Instant) -> Instant {
        start(of: instant.advanced(by: Duration64(milliseconds: -margin)))
    }

    /// `interval` with the margins on both sides.
    package func withMargins(_ interval: Interval) -> Interval {
        Interval(
            start: interval.start.advanced(by: Duration64(milliseconds: -margin)),
            end: interval.end.advanced(by: Duration64(milliseconds: margin)))
    }
}

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
    ///   - rows: the rows they are to see; all when absent.
    ///   - profile: what the source's flags mean; without one every flag leaves its value untested.
    ///   - cadence: the step between readings, `nil` when it is not known.
    package func columns(
        _ rows: Range<Int>? = nil, profile: SourceProfile?, cadence: Duration64?
    ) -> SeriesColumns {
        var columns = SeriesColumns(parameter: key.parameter, cadence: cadence, station: key.station)
        let rows = rows ?? 0..<view.count
        columns.reserve(rows.count)
        let flags = view.flagTable.map { SeriesColumns.said(by: $0, profile?.flags ?? [:]) }
        for row in rows {
            let qualifier = Qualifier(rawValue: view.qualifier[row]) ?? .missing
            let flag = flags[Int(view.flag[row])]
            columns.append(
                start: view.start[row], value: view.value(row)?.approximate ?? .nan,
                isCensored: qualifier == .below || qualifier == .above, flagVerdict: flag.verdict,
                flagReason: flag.reason)
        }
        return columns
    }

    /// The rows whose starts lie in an interval.
    func rows(in interval: Interval) -> Range<Int> { Self.rows(of: view.start, in: interval) }

    /// The places of the starts, in order of time, that lie in an interval.
    static func rows(of starts: [Int64], in interval: Interval) -> Range<Int> {
        func first(from instant: Instant) -> Int {
            var (low, high) = (0, starts.count)
            while low < high {
                let middle = (low + high) / 2
                if starts[middle] < instant.milliseconds { low = middle + 1 } else { high = middle }
            }
            return low
        }
        return first(from: interval.start)..<first(from: interval.end)
    }

    /// One reading a start of `rows`, none where unlike versions are held.
    ///
    /// - Parameter verdicts: from the row `first` on.
    fileprivate func screened(_ rows: Range<Int>, _ verdicts: [QualityVerdict], from first: Int) -> [ScreenedReading] {
        var readings: [ScreenedReading] = []
        readings.reserveCapacity(rows.count)
        for row in rows where !view.isDisputed[row] {
            readings.append(
                ScreenedReading(
                    start: Instant(milliseconds: view.start[row]), value: view.value(row),
                    qualifier: Qualifier(rawValue: view.qualifier[row]) ?? .missing, verdict: verdicts[row - first]))
        }
        return readings
    }

    /// Where unlike versions are held, each of them, so that no one of them is preferred.
    func disputed(in interval: Interval?) -> [ScreenedReading] {
        view.disputes.filter { interval?.contains($0.start) ?? true }.flatMap { dispute in
            dispute.versions.map { version in
                ScreenedReading(
                    start: dispute.start, value: version.value, qualifier: version.qualifier, verdict: .notTested)
            }
        }
    }
}

/// Runs the quality checks over what series of one station say, all of it at once: what a period's statistic is made of.
///
/// Series of one kind of value are held against each other.
///
/// - Returns: the readings of each series, in the order of `views`: one a start, or each version where unlike ones are held.
package func screen(
    _ views: [StoredView], profile: SourceProfile?, cadence: Duration64?, checks: CheckSet,
    context: QualityContext = QualityContext()
) -> [[ScreenedReading]] {
    let columns = views.map { $0.columns(profile: profile, cadence: cadence) }
    let reports = qualityReports(columns, keys: views.map(\.key), checks: checks, context: context)
    return zip(views, reports).map { stored, report in
        stored.screened(0..<stored.view.count, report.rollUp.verdicts, from: 0) + stored.disputed(in: nil)
    }
}

/// Runs the quality checks over what series of one station say, block by block: what detection looks at. The twin of
/// `StationScreening`, for whole histories.
///
/// What other stations and records of instruments say takes no part: it may come at any time, and a verdict here depends
/// on the station's own readings alone.
///
/// - Parameters:
///   - views: what the series say over `interval` and the margins.
///   - interval: whole blocks, or the last one cut short.
/// - Returns: the readings of each series that start in `interval`, in the order of `views`.
package func screen(
    _ views: [StoredView], over interval: Interval, profile: SourceProfile?, cadence: Duration64?, checks: CheckSet
) -> [[ScreenedReading]] {
    let blocks = ScreeningBlocks(cadence: cadence)
    var readings = [[ScreenedReading]](repeating: [], count: views.count)
    var next = views.map { $0.rows(in: interval).lowerBound }
    while true {
        let starts = zip(views, next).compactMap { stored, row in row < stored.view.count ? stored.view.start[row] : nil
        }
        guard let first = starts.min(), first < interval.end.milliseconds else { break }
        let begin = blocks.start(of: Instant(milliseconds: first))
        let block = Interval(start: begin, end: begin.advanced(by: Duration64(milliseconds: blocks.length)))
        let around = views.map { $0.rows(in: blocks.withMargins(block)) }
        let columns = zip(views, around).map { $0.columns($1, profile: profile, cadence: cadence) }
        let reports = qualityReports(columns, keys: views.map(\.key), checks: checks, context: QualityContext())
        for place in views.indices {
            let rows = views[place].rows(in: block).clamped(to: views[place].rows(in: interval))
            readings[place] += views[place].screened(
                rows, reports[place].rollUp.verdicts, from: around[place].lowerBound)
            next[place] = max(next[place], views[place].rows(in: block).upperBound)
        }
    }
    for place in views.indices { readings[place] += views[place].disputed(in: interval) }
    return readings
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
