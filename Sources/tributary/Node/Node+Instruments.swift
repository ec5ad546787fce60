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
        let admission = NoticeAdmission(registry: registry.registry, catalogue: catalogue, now: now)
        let person = admission.textProblems("--by", request.person, limit: NoticeAdmission.nameLimit)
        let (found, problems) = rules.instrumentFiling(
            request.table.text, file: request.table.path, person: request.person, now: now, entitled: nil)
        guard let filing = found, person.isEmpty else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: (problems + person.map(\.description)).joined(separator: "\n"))
        }
        let record = try recording { try $0.file(filing) }
        // Readings of long ago may have become suspect, or are no longer.
        live.forgetInstruments()
        try await updateAllAlerts()
        return .done(Self.render([record].flatMap(instrumentLines), format))
    }

    /// What a batch that is a table of records came to.
    enum InstrumentBatch {
        /// Filed with the batch, or on record before.
        case filed
        case refused(Rejection)
    }

    /// Files the records of a batch that is a table of instruments' checks, in the batch's own transaction, and finishes it;
    /// `nil`, with nothing done, for any other batch.
    func takeInstruments(_ batch: PreparedBatch, _ open: OpenBatch, _ writer: BookWriter) throws -> InstrumentBatch? {
        guard batch.admitted.stopped?.reason == .unknownFormat,
            let text = batch.bytes.withUnsafeBytes({ instrumentTableText($0) })
        else { return nil }
        let incoming = batch.incoming
        let speaksFor = try writer.reader.senders().first { $0.id == incoming.sender }?.speaksFor
        let (found, problems) = rules.instrumentFiling(
            text, file: incoming.name, person: incoming.sender, now: incoming.receivedAt,
            entitled: speaksFor.map { Set($0) })
        guard let filing = found else {
            let rejection = Rejection.instrumentTable(incoming.name, problems)
            writer.reject(rejection, in: open)
            writer.finish(open, BatchEnding(state: .rejected))
            return .refused(rejection)
        }
        let isOnRecord = try writer.reader.filing(likeThat: filing) != nil
        let count = filing.records.count
        var ending = BatchEnding(
            state: .complete, rowCount: count,
            documents: [
                EvidenceDocument(name: filing.document, rowCount: count)
            ])
        (ending.filedCount, ending.filedBeforeCount) = isOnRecord ? (0, count) : (count, 0)
        writer.finish(open, ending)
        if !isOnRecord { _ = try writer.file(filing) }
        return .filed
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
