// `tributary assess --period --data` on the node: the readings the book holds, as known at one position.

import Assessment
import Detection
import Exact
import Formats
import Foundation
import Monitoring
import Pipeline
import Quality
import Standards
import Storage
import Web

extension Node {
    func performAssessPeriods(_ request: PeriodAssessmentRequest) throws -> CommandReply {
        try request.check()
        let source = try BookSource(book)
        let kept = try book.read { try $0.series(matching: SeriesFilter()) }.filter { request.medium.takes($0.key) }
        let series: PeriodSeries
        switch request.medium {
        case .air: series = try storedAir(kept.map(\.key), source)
        case .water: series = try storedWater(kept, source)
        }
        if series.isEmpty { return .done("\(request.nothingFound)\n", status: ExitStatus.needsAttention) }
        return .done(try request.report(on: series))
    }

    /// Values as the stations' own flags judge them.
    private func storedAir(_ keys: [SeriesKey], _ source: BookSource) throws -> PeriodSeries {
        let registry = registry.registry
        var series = PeriodSeries(registry: registry, reviewState: .raw)
        for key in keys {
            guard let view = try wholeView(key, source) else { continue }
            let flags = registry.profiles[registry.stations[key.station]?.profile ?? ""]?.flags ?? [:]
            series.take(PeriodColumns(view, flags: flags), of: key)
        }
        return series
    }

    /// Values as the check set in force at each station judges them: what a settlement counts, an assessment counts.
    private func storedWater(_ kept: [SeriesRecord], _ source: BookSource) throws -> PeriodSeries {
        let registry = registry.registry
        var series = PeriodSeries(registry: registry, reviewState: .autoChecked)
        for (_, records) in Dictionary(grouping: kept, by: \.key.station).sorted(by: { $0.key < $1.key }) {
            for screened in try wholeScreened(records, source) {
                var columns = PeriodColumns()
                columns.reserve(screened.readings.count)
                for reading in screened.readings {
                    columns.append(
                        start: reading.start, value: reading.value, qualifier: reading.qualifier,
                        quality: reading.verdict)
                }
                series.take(columns, of: screened.stored.key)
            }
        }
        return series
    }

    /// All that some series of one station say, judged by the check set in force there with what instruments, notices and
    /// neighbours say.
    func wholeScreened(
        _ records: [SeriesRecord], _ source: BookSource
    ) throws -> [(stored: StoredView, readings: [ScreenedReading])] {
        let registry = registry.registry
        var views: [StoredView] = []
        for record in records {
            if let view = try wholeView(record.key, source) { views.append(StoredView(key: record.key, view: view)) }
        }
        let starts = views.flatMap { [$0.view.start.first, $0.view.start.last].compactMap { $0 } }
        guard let id = records.first?.key.station, let first = starts.min(), let last = starts.max() else { return [] }
        let station = registry.stationOrName(id)
        let span = Interval(
            start: Instant(milliseconds: first), end: Instant(milliseconds: last).advanced(by: .seconds(1)))
        let checks = self.registry.checkSets
        let readings = screen(
            views, profile: registry.profiles[station.profile],
            cadence: station.cadence ?? records.lazy.compactMap(\.traits.cadence).first,
            checks: checks.set(for: station, in: registry),
            context: try source.qualityContext(of: station, in: registry, checks: checks, over: span))
        return zip(views, readings).map { ($0, $1) }
    }

    /// All that a series says; `nil` of one that says nothing.
    private func wholeView(_ key: SeriesKey, _ source: BookSource) throws -> CurrentView? {
        guard let extent = try source.extent(key) else { return nil }
        // The extent ends with the last start; a millisecond more takes that reading in.
        let end = extent.end.advanced(by: Duration64(milliseconds: 1))
        return try source.view(key, over: Interval(start: extent.start, end: end))
    }
}

extension PeriodColumns {
    /// One stored series; a disputed start brings every value that contests it.
    fileprivate init(_ view: CurrentView, flags: [String: QualityVerdict]) {
        self.init()
        let verdicts = view.flagTable.map { flags[$0] ?? .notTested }
        reserve(view.count)
        for row in 0..<view.count where !view.isDisputed[row] {
            append(
                start: Instant(milliseconds: view.start[row]), value: view.value(row),
                qualifier: Qualifier(rawValue: view.qualifier[row]) ?? .missing,
                quality: verdicts[Int(view.flag[row])])
        }
        for dispute in view.disputes {
            for version in dispute.versions {
                append(
                    start: dispute.start, value: version.value, qualifier: version.qualifier,
                    quality: flags[version.flag] ?? .notTested)
            }
        }
    }

    fileprivate mutating func append(
        start: Instant, value: ExactDecimal?, qualifier: Qualifier, quality: QualityVerdict
    ) {
        append(
            start: start.milliseconds, mantissa: value?.mantissa ?? 0, exponent: value?.exponent ?? 0,
            qualifier: value == nil ? Qualifier.missing.rawValue : qualifier.rawValue, quality: quality.rawValue)
    }
}
