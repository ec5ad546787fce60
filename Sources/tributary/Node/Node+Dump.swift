// `tributary dump` on the node: what the book holds, one record a line, the same text for the same book.

import Exact
import Formats
import Foundation
import Monitoring
import Storage
import Web

/// A record on its way to text: named fields in order.
typealias DumpRecord = [(name: String, value: String)]

extension Node {
    /// Rows read at once; longer lists page by position, so that no reading of the book stays open. Observations page by
    /// series, all as known at one log position.
    private static let pageSize = 5_000

    func performDump(_ selection: DumpSelection, _ format: OutputFormat) throws -> CommandReply {
        let interval = try dumpInterval(selection)
        let records: [DumpRecord]
        switch selection.subject {
        case .observations: records = try dumpObservations(selection, interval)
        case .versions: records = try dumpVersions(selection, interval)
        case .series: records = try dumpSeries(selection)
        case .batches: records = try dumpBatches()
        case .rejections: records = try dumpRefusedRows(quarantined: false)
        case .quarantine: records = try dumpRefusedRows(quarantined: true)
        case .admissions: records = try dumpAdmissions()
        case .alerts: records = try dumpAlertEvents()
        case .runs: records = try dumpRuns()
        case .postings: records = try dumpPostings()
        case .log: records = try dumpLog()
        }
        return .done(Self.render(records, format))
    }

    private func dumpInterval(_ selection: DumpSelection) throws -> Interval {
        func instant(_ text: String?, _ option: String, otherwise: Int64) throws -> Instant {
            guard let text else { return Instant(milliseconds: otherwise) }
            guard let date = CivilDate(text) else {
                throw CommandFailure(
                    status: ExitStatus.inputUnusable, message: "\(option) \(text) is not a date such as 2025-01-31.")
            }
            return date.start(at: .china)
        }
        // Years 1 to 9999: all an observation can have.
        let from = try instant(selection.from, "--from", otherwise: -62_135_596_800_000)
        let until = try instant(selection.until, "--until", otherwise: 253_402_300_799_999)
        guard from < until else {
            throw CommandFailure(status: ExitStatus.inputUnusable, message: "--from lies after --until.")
        }
        return Interval(start: from, end: until)
    }

    func chosenSeries(_ selection: DumpSelection, _ reader: BookReader) throws -> [SeriesRecord] {
        let stations = selection.station.map { text in
            Set([registry.registry.stationNames[text] ?? StationID(text)])
        }
        let parameter = selection.parameter.map { catalogue.id(for: $0) ?? ParameterID($0) }
        return try reader.series(matching: SeriesFilter(stations: stations, parameter: parameter))
    }

    private func dumpObservations(_ selection: DumpSelection, _ interval: Interval) throws -> [DumpRecord] {
        let (chosen, position) = try book.read { (try chosenSeries(selection, $0), try $0.logHead().sequence) }
        var records: [DumpRecord] = []
        for series in chosen {
            let view = try book.read { try $0.readings(series.key, over: interval, asKnownAt: position) }
            for row in 0..<view.count {
                records.append(
                    Self.place(series.key, start: Instant(milliseconds: view.start[row])) + [
                        ("value", view.value(row)?.description ?? ""),
                        ("qualifier", Self.sign(view.qualifier[row])),
                        ("flag", view.flagTable[Int(view.flag[row])]),
                        ("state", view.isDisputed[row] ? "disputed" : "undisputed"),
                    ])
            }
        }
        return records
    }

    private func dumpVersions(_ selection: DumpSelection, _ interval: Interval) throws -> [DumpRecord] {
        let (chosen, position) = try book.read { (try chosenSeries(selection, $0), try $0.logHead().sequence) }
        var records: [DumpRecord] = []
        for series in chosen {
            let starts = try book.read { try $0.readings(series.key, over: interval, asKnownAt: position).start }
            for page in stride(from: 0, to: starts.count, by: Self.pageSize) {
                try book.read { reader in
                    let hidden = try reader.unsettledSequences(at: position)
                    for start in starts[page..<min(page + Self.pageSize, starts.count)] {
                        for source in try reader.provenance(series.key, at: Instant(milliseconds: start))
                        where source.version.sequence <= position && !hidden.contains(source.version.sequence) {
                            records.append(
                                Self.place(series.key, start: source.version.start) + [
                                    ("value", source.version.value?.description ?? ""),
                                    ("qualifier", Self.sign(source.version.qualifier.rawValue)),
                                    ("flag", source.version.flag), ("batch", source.batchDigest.description),
                                    ("name", source.batchName), ("log", String(source.version.sequence)),
                                ])
                        }
                    }
                }
            }
        }
        return records
    }

    private func dumpSeries(_ selection: DumpSelection) throws -> [DumpRecord] {
        let chosen = try book.read { try chosenSeries(selection, $0) }
        return try stride(from: 0, to: chosen.count, by: Self.pageSize).flatMap { page in
            try book.read { reader in
                try chosen[page..<min(page + Self.pageSize, chosen.count)].map { series in
                    let extent = try reader.extent(series.key)
                    return [
                        ("series", series.key.canonicalText), ("span", series.span.rawValue),
                        ("first", extent.map { $0.first.iso8601(at: .china) } ?? ""),
                        ("last", extent.map { $0.last.iso8601(at: .china) } ?? ""),
                    ]
                }
            }
        }
    }

    private func dumpBatches() throws -> [DumpRecord] {
        try allBatches { reader, batch in
            let receipt = batch.receipt
            let counts = receipt.counts
            let admissions = batch.mayHaveAdmissions ? try reader.admissions(of: batch) : []
            return [
                [
                    ("log", String(receipt.position.sequence)), ("batch", receipt.digest.description),
                    ("name", receipt.name), ("sender", batch.sender), ("format", batch.format ?? ""),
                    ("state", receipt.state.rawValue), ("rows", String(receipt.rowCount)),
                    ("accepted", String(counts.accepted)), ("duplicate", String(counts.duplicate)),
                    ("conflict", String(counts.conflict)), ("rejected", String(counts.rejected)),
                    ("quarantined", String(counts.quarantined)),
                    ("admitted", String(admissions.reduce(0) { $0 + $1.counts.admitted })),
                    ("waiting", String(admissions.last?.counts.quarantined ?? counts.quarantined)),
                    ("segment", batch.place.path),
                    ("offset", String(batch.place.offset)), ("bytes", String(batch.place.byteCount)),
                    ("sent", batch.sentAt?.iso8601(at: .china) ?? ""),
                    ("documents", receipt.documents.map { "\($0.issuer) \($0.number)" }.joined(separator: "; ")),
                ]
            ]
        }
    }

    private func dumpRefusedRows(quarantined: Bool) throws -> [DumpRecord] {
        try allBatches { reader, batch in
            let sequence = batch.sequence
            func record(
                _ row: Int, _ field: String, _ reason: String, _ excerpt: String, _ remedy: String
            ) -> DumpRecord {
                [
                    ("name", batch.receipt.name), ("row", String(row)), ("field", field), ("reason", reason),
                    ("excerpt", excerpt), ("remedy", remedy),
                ]
            }
            if quarantined {
                return try reader.quarantined(ofBatchAt: sequence).map {
                    record($0.row, $0.field, $0.reason, $0.excerpt, $0.remedy)
                }
            }
            return try reader.rejections(ofBatchAt: sequence).map {
                record($0.row, $0.field, $0.reason.rawValue, $0.excerpt, $0.remedy)
            }
        }
    }

    func allBatches(_ records: (BookReader, BatchRecord) throws -> [DumpRecord]) throws -> [DumpRecord] {
        var all: [DumpRecord] = []
        var position: Int64 = 0
        while true {
            let (page, last) = try book.read { reader in
                let batches = try reader.batches(after: position, limit: Self.pageSize)
                return (try batches.flatMap { try records(reader, $0) }, batches.last?.sequence)
            }
            all += page
            guard let last else { return all }
            position = last
        }
    }

    private func dumpAlertEvents() throws -> [DumpRecord] {
        try book.read { reader in
            try reader.alertEvents().map { event in
                [("alert", event.alert), ("event", event.kind), ("state", event.state), ("payload", event.payload)]
            }
        }
    }

    private func dumpRuns() throws -> [DumpRecord] {
        try book.read { reader in
            try reader.runs().map { run in
                [
                    ("run", run.id), ("agreement", run.agreement), ("kind", run.kind),
                    ("from", run.period.start.iso8601(at: .china)), ("until", run.period.end.iso8601(at: .china)),
                    ("statement", run.digest.description), ("inputs", run.inputsDigest.description),
                    ("log", String(run.logSequence)),
                ]
            }
        }
    }

    private func dumpPostings() throws -> [DumpRecord] {
        try book.read { reader in
            try reader.runs().flatMap { run in
                try reader.postings(ofRun: run.id).map { posting in
                    [
                        ("run", run.id), ("entry", posting.entry), ("line", String(posting.line)),
                        ("account", posting.account), ("currency", posting.currency),
                        ("minor_units", String(posting.minorUnits)),
                    ]
                }
            }
        }
    }

    private func dumpLog() throws -> [DumpRecord] {
        var records: [DumpRecord] = []
        var position: Int64 = 0
        while true {
            let entries = try book.read { try $0.logEntries(after: position, limit: Self.pageSize) }
            for entry in entries {
                records.append([
                    ("log", String(entry.sequence)), ("at", entry.at.iso8601(at: .china)), ("kind", entry.kind),
                    ("hash", entry.hash.description), ("payload", entry.payload),
                ])
            }
            guard let last = entries.last else { return records }
            position = last.sequence
        }
    }

    private static func place(_ key: SeriesKey, start: Instant) -> DumpRecord {
        [
            ("station", key.station.rawValue), ("parameter", key.parameter.rawValue),
            ("statistic", key.statistic.rawValue), ("window_seconds", String(key.window.milliseconds / 1_000)),
            ("origin", key.origin.rawValue), ("start", start.iso8601(at: .china)),
        ]
    }

    private static func sign(_ qualifier: UInt8) -> String {
        switch Qualifier(rawValue: qualifier) {
        case .below: "<"
        case .above: ">"
        default: ""
        }
    }

    static func render(_ records: [DumpRecord], _ format: OutputFormat) -> String {
        switch format {
        case .csv:
            guard let first = records.first else { return "" }
            let rows = [first.map(\.name)] + records.map { $0.map(\.value) }
            return rows.map { row in row.map(csvField).joined(separator: ",") + "\n" }.joined()
        case .json:
            return records.map { record in
                let fields = Dictionary(record.map { ($0.name, CanonicalJSON.string($0.value)) }) { first, _ in first }
                return CanonicalJSON.object(fields).text() + "\n"
            }.joined()
        case .text:
            return records.map { record in
                record.filter { !$0.value.isEmpty }.map { "\($0.name)=\($0.value)" }.joined(separator: "  ") + "\n"
            }.joined()
        }
    }
}

/// RFC 4180; text that a spreadsheet would take for a formula gets an apostrophe in front, numbers never.
func csvField(_ text: String) -> String {
    var field = text
    if let first = text.first, "=+-@\t\r".contains(first), ExactDecimal(text) == nil { field = "'" + text }
    let needsQuotes = field.contains { $0 == "," || $0 == "\"" || $0.isNewline }
    return needsQuotes ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
}
