// Quality on the way: stored readings in, readings with a machine verdict out, for detection and assessment alike.

package import Detection
package import Formats
package import Monitoring
package import Quality

/// The blocks of time in which a series is screened.
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

/// Runs the quality checks over what a series says, all of it at once: what a period's statistic is made of.
///
/// - Parameters:
///   - profile: what the source's flags mean; without one every flag leaves its value untested.
///   - cadence: the step between readings, `nil` when it is not known.
/// - Returns: one reading a start; where unlike versions are held, each of them, so that no one of them is preferred.
package func screen(
    _ view: CurrentView, of series: SeriesKey, profile: SourceProfile?, cadence: Duration64?, checks: CheckSet
) -> [ScreenedReading] {
    let verdicts = verdicts(
        view, 0..<view.count, of: series, profile: profile, cadence: cadence, checks: checks)
    var readings: [ScreenedReading] = []
    readings.reserveCapacity(view.count)
    for row in 0..<view.count where !view.isDisputed[row] { readings.append(view.reading(row, verdicts[row])) }
    for dispute in view.disputes { readings += dispute.readings }
    return readings
}

/// Runs the quality checks over what a series says, block by block: what detection looks at.
///
/// - Parameters:
///   - view: what the series says over `interval` and the margins.
///   - interval: whole blocks.
///   - profile: what the source's flags mean; without one every flag leaves its value untested.
///   - cadence: the step between readings, `nil` when it is not known.
/// - Returns: one reading a start of `interval`; where unlike versions are held, each of them, so that no one of them is
///   preferred.
package func screen(
    _ view: CurrentView, of series: SeriesKey, over interval: Interval, profile: SourceProfile?,
    cadence: Duration64?, checks: CheckSet
) -> [ScreenedReading] {
    let blocks = ScreeningBlocks(cadence: cadence)
    var readings: [ScreenedReading] = []
    readings.reserveCapacity(view.count)
    var row = view.firstRow(from: interval.start)
    while row < view.count, view.start[row] < interval.end.milliseconds {
        let begin = blocks.start(of: Instant(milliseconds: view.start[row]))
        let block = Interval(start: begin, end: begin.advanced(by: Duration64(milliseconds: blocks.length)))
        let around = blocks.withMargins(block)
        let first = view.firstRow(from: around.start)
        let verdicts = verdicts(
            view, first..<view.firstRow(from: around.end), of: series, profile: profile, cadence: cadence,
            checks: checks)
        while row < view.count, view.start[row] < block.end.milliseconds {
            if !view.isDisputed[row] { readings.append(view.reading(row, verdicts[row - first])) }
            row += 1
        }
    }
    for dispute in view.disputes where interval.contains(dispute.start) { readings += dispute.readings }
    return readings
}

/// The rolled-up verdict of each of some rows, from those rows alone.
private func verdicts(
    _ view: CurrentView, _ rows: Range<Int>, of series: SeriesKey, profile: SourceProfile?, cadence: Duration64?,
    checks: CheckSet
) -> [QualityVerdict] {
    var columns = SeriesColumns(parameter: series.parameter, cadence: cadence)
    for row in rows {
        columns.append(
            start: Instant(milliseconds: view.start[row]), value: view.value(row),
            qualifier: Qualifier(rawValue: view.qualifier[row]) ?? .missing,
            flag: view.flagTable[Int(view.flag[row])], flags: profile?.flags ?? [:])
    }
    return checks.run(columns).rollUp.verdicts
}

extension DisputedStart {
    fileprivate var readings: [ScreenedReading] {
        versions.map { version in
            ScreenedReading(start: start, value: version.value, qualifier: version.qualifier, verdict: .notTested)
        }
    }
}

extension CurrentView {
    fileprivate func reading(_ row: Int, _ verdict: QualityVerdict) -> ScreenedReading {
        ScreenedReading(
            start: Instant(milliseconds: start[row]), value: value(row),
            qualifier: Qualifier(rawValue: qualifier[row]) ?? .missing, verdict: verdict)
    }

    /// The first row whose start is not before `instant`.
    fileprivate func firstRow(from instant: Instant) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if start[middle] < instant.milliseconds { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
