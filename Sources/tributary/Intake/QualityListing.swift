// What `tributary qc` prints of files: a row an observation, its roll-up, and a cell for each check.

import Monitoring
import Pipeline
import Quality

/// Writes verdicts to standard output, series after series.
struct QualityListing {
    /// Rows written at once.
    private static let pageSize = 20_000

    let format: OutputFormat
    private var hasHeader = false
    private var guessed = 0

    init(format: OutputFormat) { self.format = format }

    /// By the reason's raw value.
    private static let notTested = NotTestedReason.allCases.map { "not-tested:\($0.name)" }

    /// The cell of a verdict: never empty, and never a word that could be taken for another.
    static func cell(_ verdict: QualityVerdict, _ reason: NotTestedReason) -> String {
        switch verdict {
        case .valid: "valid"
        case .suspect: "suspect"
        case .invalid: "invalid"
        case .notTested: notTested[Int(reason.rawValue)]
        }
    }

    /// Lists all stations, each with the check set that holds there.
    ///
    /// - Parameter records: of the checks of any of their instruments.
    mutating func list(_ gathered: GatheredSeries, checks: CheckSets, records: [InstrumentRecord]) {
        var context = QualityContext()
        context.records = records
        let byStation = Dictionary(grouping: gathered.series.indices) { gathered.series[$0].key.station }
        var without: [StationID] = []
        for (id, places) in byStation.sorted(by: { $0.key < $1.key }) {
            let rows = places.map { gathered.series[$0] }.sorted { $0.key.canonicalText < $1.key.canonicalText }
            guard let first = rows.first else { continue }
            let set = checks.set(
                for: gathered.registry.stationOrName(first.key.station, profile: first.profile.id),
                in: gathered.registry)
            if set.id == CheckSet.none.id { without.append(id) }
            context.others = neighbours(of: id, set, gathered, checks)
            list(rows, gathered, set, context)
        }
        if guessed > 0 {
            Terminal.note(
                "notice: the cadence of \(guessed) series is their most frequent step; register the stations "
                    + "(--stations) to say it.")
        }
        if !without.isEmpty {
            Terminal.note(
                "notice: no check set holds at \(without.prefix(5).map(\.rawValue).joined(separator: ", "))"
                    + (without.count > 5 ? " and \(without.count - 5) more" : "")
                    + ": nothing is configured there and nothing is called valid; give --checks FILE.")
        }
    }

    /// The usable readings of the stations that a station is held against, as far as the files have them.
    private func neighbours(
        of station: StationID, _ set: CheckSet, _ gathered: GatheredSeries, _ checks: CheckSets
    ) -> [StationID: [ParameterID: Counterpart]] {
        var others: [StationID: [ParameterID: Counterpart]] = [:]
        for rule in set.neighbours where rule.station == station && others[rule.other]?[rule.parameter] == nil {
            let found = gathered.series.filter { rows in
                rows.key.station == rule.other && rows.key.parameter == rule.parameter
                    && (rows.key.statistic == .instant || rows.key.statistic == .mean)
            }
            guard let rows = found.min(by: { $0.key.canonicalText < $1.key.canonicalText }) else { continue }
            let order = gathered.order(rows)
            let columns = gathered.columns(rows, order, cadence: gathered.cadence(rows, order).step)
            let look = checks.set(
                for: gathered.registry.stationOrName(rule.other, profile: rows.profile.id), in: gathered.registry
            ).firstLook(columns)
            others[rule.other, default: [:]][rule.parameter] = look.counterpart(columns)
        }
        return others
    }

    private mutating func list(
        _ rows: [GatheredSeries.Rows], _ gathered: GatheredSeries, _ set: CheckSet, _ context: QualityContext
    ) {
        let orders = rows.map(gathered.order)
        let columns = zip(rows, orders).map { rows, order in
            let cadence = gathered.cadence(rows, order)
            if cadence.isGuessed { guessed += 1 }
            return gathered.columns(rows, order, cadence: cadence.step)
        }
        let reports = qualityReports(columns, keys: rows.map(\.key), checks: set, context: context)
        for (index, report) in reports.enumerated() {
            for page in stride(from: 0, to: orders[index].count, by: Self.pageSize) {
                let places = page..<min(page + Self.pageSize, orders[index].count)
                if format == .csv {
                    writeCSV(rows[index], gathered, orders[index], report, places)
                } else {
                    Terminal.output(
                        Node.render(
                            places.map { Self.record(rows[index], gathered, row: orders[index][$0], report, $0) },
                            format))
                }
            }
        }
    }

    /// The same as `Node.render` of the records, byte by byte: a file may hold millions of observations.
    private mutating func writeCSV(
        _ rows: GatheredSeries.Rows, _ gathered: GatheredSeries, _ order: [Int], _ report: QualityReport,
        _ places: Range<Int>
    ) {
        if !hasHeader, let first = places.first {
            hasHeader = true
            let names = Self.record(rows, gathered, row: order[first], report, first).map(\.name)
            Terminal.output(names.joined(separator: ",") + "\n")
        }
        let series = [rows.key.station.rawValue, rows.key.parameter.rawValue, rows.key.statistic.rawValue]
            .map(csvField).joined(separator: ",")
        let flags = gathered.flags.map { csvField($0.text) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(places.count * 400)
        for place in places {
            let row = order[place]
            bytes += series.utf8
            bytes.append(UInt8(ascii: ","))
            bytes += rows.timeText(row).utf8
            bytes.append(UInt8(ascii: ","))
            bytes += rows.text(row).utf8
            bytes.append(UInt8(ascii: ","))
            bytes += flags[Int(rows.flag[row])].utf8
            bytes.append(UInt8(ascii: ","))
            bytes += Self.rollUpCell(report.rollUp.verdicts[place]).utf8
            for result in report.results {
                bytes.append(UInt8(ascii: ","))
                bytes += Self.cell(result.verdict(place), result.reason(place)).utf8
            }
            bytes.append(UInt8(ascii: "\n"))
        }
        Terminal.output(String(decoding: bytes, as: UTF8.self))
    }

    private static func rollUpCell(_ verdict: QualityVerdict) -> String {
        verdict == .notTested ? "not-tested" : cell(verdict, .none)
    }

    private static func record(
        _ rows: GatheredSeries.Rows, _ gathered: GatheredSeries, row: Int, _ report: QualityReport, _ place: Int
    ) -> DumpRecord {
        var record: DumpRecord = [
            ("station", rows.key.station.rawValue), ("parameter", rows.key.parameter.rawValue),
            ("statistic", rows.key.statistic.rawValue),
            ("time", rows.timeText(row)),
            ("value", rows.text(row)), ("flag", gathered.flag(of: rows, row)),
            ("rollup", rollUpCell(report.rollUp.verdicts[place])),
        ]
        for result in report.results {
            record.append((result.check.rawValue, cell(result.verdict(place), result.reason(place))))
        }
        return record
    }
}
