// What a check set would have said of stored history, beside what the set in force says.

import Formats
import Foundation
import Monitoring
import Pipeline
import Quality
import Storage
import Web

/// What `tributary qc --backtest` asks.
struct BacktestRequest: Codable, Sendable {
    /// The check set's file; it holds at all stations.
    var checks: RegistryFile
    /// Civil dates or times of +08:00, half-open.
    var from: String?
    var until: String?
}

/// How often each verdict was given.
private struct VerdictCounts {
    private(set) var counts = [Int](repeating: 0, count: QualityVerdict.allCases.count)

    mutating func add(_ verdict: QualityVerdict) { counts[Int(verdict.rawValue)] += 1 }

    subscript(verdict: QualityVerdict) -> Int { counts[Int(verdict.rawValue)] }

    var total: Int { counts.reduce(0, +) }
}

extension Node {
    /// Judges every automatic or published series of instants and means over the interval by both sets.
    func performBacktest(_ request: BacktestRequest, _ format: OutputFormat) throws -> CommandReply {
        let set = try QCCommand.checkSet(request.checks.path, request.checks.text, registry.registry)
        let interval = try holeInterval(
            HoleQuery(
                station: nil, parameter: nil, from: request.from, until: request.until, onlyOpen: false,
                includesRefilled: false))
        let source = try BookSource(book)
        var records: [DumpRecord] = []
        let stations = try book.read { try $0.series(matching: SeriesFilter()) }.map(\.key.station)
        for id in Set(stations).sorted() {
            records += try backtest(id, by: set, over: interval, source)
        }
        return .done(Self.render(records, format))
    }

    private func backtest(
        _ id: StationID, by set: CheckSet, over interval: Interval?, _ source: BookSource
    ) throws -> [DumpRecord] {
        let registry = registry.registry
        let station = registry.stationOrName(id)
        let keys = try source.series(of: id).filter { $0.statistic == .instant || $0.statistic == .mean }
        let profile = registry.profiles[station.profile]
        let traits = try book.read { try $0.series(matching: SeriesFilter(stations: [id])) }
        var views: [StoredView] = []
        var span: Interval?
        for key in keys {
            guard let extent = try source.extent(key) else { continue }
            let whole =
                interval ?? Interval(start: extent.start, end: extent.end.advanced(by: Duration64(milliseconds: 1)))
            views.append(StoredView(key: key, view: try source.view(key, over: whole)))
            span = span.map { Interval(start: min($0.start, whole.start), end: max($0.end, whole.end)) } ?? whole
        }
        guard let span else { return [] }
        let columns = views.map { view in
            let told = station.cadence ?? traits.first { $0.key == view.key }?.traits.cadence
            return view.columns(profile: profile, cadence: told)
        }
        func reports(_ sets: CheckSets) throws -> [QualityReport] {
            let context = try source.qualityContext(of: station, in: registry, checks: sets, over: span)
            return qualityReports(
                columns, keys: views.map(\.key), checks: sets.set(for: station, in: registry), context: context)
        }
        let would = try reports(.everywhere(set))
        let inForce = try reports(self.registry.checkSets)
        return views.indices.flatMap { Self.rows(views[$0].key, would[$0], inForce[$0]) }
    }

    /// A row for the roll-up and one for each check: counts by verdict, the share not tested, and how many readings the
    /// set in force judges otherwise.
    private static func rows(_ key: SeriesKey, _ would: QualityReport, _ inForce: QualityReport) -> [DumpRecord] {
        let count = would.rollUp.verdicts.count
        func row(
            _ check: String, _ own: (Int) -> QualityVerdict, _ other: (Int) -> QualityVerdict
        ) -> DumpRecord {
            var (mine, theirs) = (VerdictCounts(), VerdictCounts())
            var different = 0
            for index in 0..<count {
                mine.add(own(index))
                theirs.add(other(index))
                if own(index) != other(index) { different += 1 }
            }
            let permille = count == 0 ? 1_000 : (mine[.notTested] * 1_000 + count - 1) / count
            return [
                ("station", key.station.rawValue), ("parameter", key.parameter.rawValue),
                ("statistic", key.statistic.rawValue), ("origin", key.origin.rawValue), ("check", check),
                ("readings", String(count)), ("valid", String(mine[.valid])), ("suspect", String(mine[.suspect])),
                ("invalid", String(mine[.invalid])), ("not_tested", String(mine[.notTested])),
                // Rounded up: what is not tested is never shown as nothing.
                ("not_tested_share", "\(permille / 10).\(permille % 10)%"), ("set", would.checkSet),
                ("set_in_force", inForce.checkSet), ("suspect_in_force", String(theirs[.suspect])),
                ("invalid_in_force", String(theirs[.invalid])),
                ("not_tested_in_force", String(theirs[.notTested])), ("different", String(different)),
            ]
        }
        let checks = zip(would.results, inForce.results).map { mine, theirs in
            row(mine.check.rawValue, mine.verdict, theirs.verdict)
        }
        return [row("rollup", { would.rollUp.verdicts[$0] }, { inForce.rollUp.verdicts[$0] })] + checks
    }
}
