// `tributary instrument` on the node: records of instrument checks, checked, and then on record for ever.

import Exact
import Formats
import Monitoring
import Pipeline
import Quality
import Standards
import Storage
import Web

/// A table of records as it travels to a node.
struct InstrumentTableFiling: Codable, Sendable {
    var table: RegistryFile
    var person: String
}

extension Node {
    func performFileInstruments(_ request: InstrumentTableFiling, _ format: OutputFormat) async throws -> CommandReply {
        let now = Node.clock()
        let (table, faults) = readInstrumentRecords(
            request.table.text, file: request.table.path, parameters: catalogue)
        let admission = NoticeAdmission(registry: registry.registry, catalogue: catalogue, now: now)
        var problems = faults.map(\.description)
        problems += admission.textProblems("--by", request.person, limit: NoticeAdmission.nameLimit).map(\.description)
        let records = table?.records.map { record in
            record.of(registry.registry.stationNames[record.station.rawValue] ?? record.station)
        }
        for id in Set((records ?? []).map(\.station)).sorted() where registry.registry.stations[id] == nil {
            problems.append(
                "\(request.table.path): the station \(id) is not registered. Give the id or an alias of a station in "
                    + "the registry folder, or register it first.")
        }
        if let late = records?.first(where: { $0.time > now }) {
            problems.append(
                "\(request.table.path): a check of \(late.station) is dated \(late.time.iso8601(at: .china)), which "
                    + "is still to come. Correct the time.")
        }
        guard problems.isEmpty, let table, let records else {
            throw CommandFailure(status: ExitStatus.inputUnusable, message: problems.joined(separator: "\n"))
        }
        let filing = InstrumentFiling(
            document: table.document, records: records, person: request.person, filedAt: now)
        let record = try recording { try $0.file(filing) }
        // Readings of long ago may have become suspect, or are no longer.
        live.forgetInstruments()
        try await updateAllAlerts()
        return .done(Self.render([record].flatMap(instrumentLines), format))
    }

    func performInstruments(station text: String?, _ format: OutputFormat) throws -> CommandReply {
        let station = text.map { registry.registry.stationNames[$0] ?? StationID($0) }
        let lines = try book.read { try $0.instrumentFilings() }.flatMap(instrumentLines)
            .filter { line in station == nil || line.contains { $0 == ("station", station?.rawValue ?? "") } }
        if format == .text, lines.isEmpty { return .done("没有质控记录。\nNo record of an instrument check.\n") }
        return .done(Self.render(lines, format))
    }

    /// A line a record: what it says and what it came to under the check set in force at its station.
    private func instrumentLines(_ record: InstrumentFilingRecord) -> [DumpRecord] {
        record.filing.records.map { check in
            let checks = registry.checkSets.set(
                for: registry.registry.stationOrName(check.station), in: registry.registry)
            let rule = checks.instruments.first { $0.kind == check.kind && $0.parameter == check.parameter }
            func text(_ value: ExactDecimal?) -> String { value?.description ?? "" }
            return [
                ("filing", record.id), ("station", check.station.rawValue), ("parameter", check.parameter.rawValue),
                ("kind", check.kind.rawValue), ("time", check.time.iso8601(at: .china)),
                ("result", text(check.result)), ("reference", text(check.reference)), ("span", text(check.span)),
                ("limit", text(check.limit ?? rule?.limit)),
                ("upper_limit", text(check.upperLimit ?? rule?.upperLimit)),
                ("outcome", check.outcome(rule).rawValue), ("issuer", record.filing.document.issuer),
                ("document", record.filing.document.number), ("by", record.filing.person),
                ("filed", record.filing.filedAt.iso8601(at: .china)), ("log", String(record.sequence)),
            ]
        }
    }
}

extension InstrumentRecord {
    /// The same of the station with this id.
    func of(_ station: StationID) -> InstrumentRecord {
        InstrumentRecord(
            kind: kind, station: station, parameter: parameter, time: time, result: result, reference: reference,
            span: span, limit: limit, upperLimit: upperLimit)
    }
}
