// `tributary admit` on the node: which batches wait, what becomes of their rows, and the words for it.

import Formats
import Foundation
import Monitoring
import Pipeline
import Storage
import Web

extension Node {
    /// Waiting batches looked up at once.
    private static let waitingPage = 1_000

    func performAdmit(_ request: AdmitRequest, _ format: OutputFormat) async throws -> CommandReply {
        try checkAct(request)
        let digests = try request.digests.map { try batchDigest($0) }
        if let stations = request.stations { try useRegistry(stations) }
        let station = request.station.map { registry.registry.stationNames[$0] ?? StationID($0) }
        let act =
            request.isDryRun
            ? nil : AdmissionAct(station: station, person: request.person, reason: request.reason, at: Node.clock())
        var outcomes: [AdmissionOutcome] = []
        var memory = RegistryMemory()
        if digests.isEmpty {
            var position: Int64 = 0
            while true {
                let page = try book.read { try $0.waitingBatches(after: position, limit: Self.waitingPage) }
                for waiting in page {
                    if let outcome = try await admit(waiting, act, station, &memory) { outcomes.append(outcome) }
                }
                guard let last = page.last else { break }
                position = last.batch.sequence
            }
            outcomes.removeAll { $0.selectedCount == 0 && $0.readAgain == 0 }
        } else {
            for digest in digests {
                guard let waiting = try book.read({ try $0.waitingBatch(digest) }) else { continue }
                if let outcome = try await admit(waiting, act, station, &memory) { outcomes.append(outcome) }
            }
        }
        if outcomes.contains(where: { $0.record != nil }) { try await updateAllAlerts() }
        let isLeft = outcomes.contains { !$0.stillWaiting.isEmpty || ($0.stillRejected > 0 && !digests.isEmpty) }
        let status = isLeft ? ExitStatus.needsAttention : ExitStatus.done
        return .done(try admissionText(outcomes, isDryRun: request.isDryRun, format), status: status)
    }

    /// Takes up an admission that a crash left in part, by the rules of now.
    func resume(_ begun: UnfinishedAdmission) async throws {
        let waiting = try book.read { reader in
            try reader.batch(at: begun.batchSequence).flatMap { try reader.waitingBatch($0.receipt.digest) }
        }
        guard let waiting else { preconditionFailure("An admission refers to its batch.") }
        try book.abandon(begun)
        var memory = RegistryMemory()
        _ = try await admit(waiting, begun.act, begun.act.station, rereads: begun.reading != nil, &memory)
    }

    /// Takes the rows of a batch that wait because its senders so far may not speak for their stations, now that another
    /// sent the same bytes. Its receipt stands; a failure leaves the rows waiting for `tributary admit`.
    func admitRepeat(_ digest: Digest256, from sender: String) async {
        do {
            guard let waiting = try book.read({ try $0.waitingBatch(digest) }),
                try book.read({ try $0.isWaiting(waiting, for: .senderNotEntitled) })
            else { return }
            let act = AdmissionAct(
                station: nil, person: sender, reason: "\(sender) sent the same bytes", at: Node.clock())
            let scope = AdmissionScope(reason: .senderNotEntitled, entitled: try book.entitlement(of: waiting.batch))
            _ = try await history.admit(digest, act: act, scope, rules: rules)
        } catch {
            Terminal.note(
                "tributary: rows of batch \(digest), which \(sender) sent too, wait for `tributary admit`: "
                    + CommandFailure(error).message)
        }
    }

    private func admit(
        _ waiting: WaitingBatch, _ act: AdmissionAct?, _ station: StationID?, rereads: Bool = true,
        _ memory: inout RegistryMemory
    ) async throws -> AdmissionOutcome? {
        let readings = rereads && waiting.hasRejections ? try rulesThen(waiting.batch, &memory) : nil
        let scope = AdmissionScope(
            station: station, entitled: try book.entitlement(of: waiting.batch), readings: readings)
        return try await history.admit(waiting.batch.receipt.digest, act: act, scope, rules: rules)
    }

    // MARK: The rules of then

    /// The registry read last, which most batches of one command share.
    private struct RegistryMemory {
        var text: String?
        var rules: IntakeRules?
    }

    /// By what a batch was read: when it came, unless nothing of it could be, and by admissions that read it again.
    private func rulesThen(_ batch: BatchRecord, _ memory: inout RegistryMemory) throws -> [RulesThen] {
        var readings: [RulesThen] = []
        if batch.receipt.state != .rejected {
            readings.append(RulesThen(rules: try rules(at: batch.sequence, &memory), station: nil))
        }
        for record in try book.read({ try $0.admissions(of: batch) }) where record.reading != nil {
            readings.append(RulesThen(rules: try rules(at: record.sequence, &memory), station: record.act.station))
        }
        return readings
    }

    private func rules(at position: Int64, _ memory: inout RegistryMemory) throws -> IntakeRules {
        let text = try book.read { try $0.registry(at: position) }
        if let known = memory.rules, memory.text == text { return known }
        var files: [RegistryFile] = []
        if let text {
            files = try JSONDecoder().decode([RegistryFile].self, from: Data(text.utf8))
        }
        let rules = IntakeRules(registry: RegistryFolder(files: files).registry, catalogue: catalogue)
        memory = RegistryMemory(text: text, rules: rules)
        return rules
    }

    private func checkAct(_ request: AdmitRequest) throws {
        if request.isDryRun { return }
        let admission = NoticeAdmission(registry: registry.registry, catalogue: catalogue, now: Node.clock())
        let problems =
            admission.textProblems("--by", request.person, limit: NoticeAdmission.nameLimit)
            + admission.textProblems("--reason", request.reason, limit: NoticeAdmission.textLimit)
        guard problems.isEmpty else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable, message: problems.map(\.description).joined(separator: "\n"))
        }
    }

    // MARK: Words

    private func admissionText(
        _ outcomes: [AdmissionOutcome], isDryRun: Bool, _ format: OutputFormat
    ) throws -> String {
        switch format {
        case .json:
            return outcomes.map { outcome in
                CanonicalJSON.object([
                    "batch": .string(outcome.waiting.batch.receipt.digest.description),
                    "name": .string(outcome.waiting.batch.receipt.name), "dry_run": .bool(isDryRun),
                    "selected": .integer(outcome.selectedCount), "admissible": .integer(outcome.admissible),
                    "rejected": .integer(outcome.rejected), "read_again": .integer(outcome.readAgain),
                    "still_rejected": .integer(outcome.stillRejected),
                    "waiting": .object(outcome.stillWaiting.mapValues { .integer($0) }),
                    "stopped": .optional(outcome.stopped?.remedy),
                    "receipt": outcome.record.map { $0.signed(by: nodeKey).json } ?? .null,
                ]).text() + "\n"
            }.joined()
        case .csv:
            return Self.render(outcomes.map { Self.fields($0) }, .csv)
        case .text:
            if outcomes.isEmpty {
                return "没有待准入的隔离行。\nNo quarantined row waits here.\n"
            }
            return outcomes.map { Self.text($0, isDryRun: isDryRun) }.joined()
        }
    }

    private static func fields(_ outcome: AdmissionOutcome) -> DumpRecord {
        let counts = outcome.record?.counts
        return [
            ("batch", outcome.waiting.batch.receipt.digest.description),
            ("name", outcome.waiting.batch.receipt.name), ("selected", String(outcome.selectedCount)),
            ("admissible", String(outcome.admissible)), ("accepted", counts.map { String($0.accepted) } ?? ""),
            ("duplicate", counts.map { String($0.duplicate) } ?? ""),
            ("conflict", counts.map { String($0.conflict) } ?? ""),
            ("rejected", counts.map { String($0.rejected) } ?? ""),
            ("waiting", String(outcome.stillWaiting.values.reduce(0, +))),
            ("log", outcome.record.map { String($0.position.sequence) } ?? ""),
        ]
    }

    private static func text(_ outcome: AdmissionOutcome, isDryRun: Bool) -> String {
        let batch = outcome.waiting.batch.receipt
        var text = "\(batch.name)  批次 batch \(batch.digest.description.prefix(16))…\n"
        if let record = outcome.record {
            text += "  准入 \(line(record))\n"
        } else if outcome.selectedCount == 0, outcome.readAgain == 0 {
            text +=
                outcome.stillRejected > 0
                ? "  重读后仍拒收，未作任何更改 read again and rejected still: nothing changed\n"
                : "  没有待准入的隔离行 no quarantined row of it waits\n"
        } else if outcome.changesNothing {
            text += "  无可准入的行，未作任何更改 none may be admitted by the present rules: nothing changed\n"
        } else if isDryRun {
            text += "  可准入 would admit \(outcome.admissible), reject \(outcome.rejected)\n"
        }
        for (reason, count) in outcome.stillWaiting.sorted(by: { $0.key < $1.key }) {
            text += "  仍隔离 still quarantined: \(reason) \(count)\n"
        }
        if outcome.stillRejected > 0 { text += "  仍拒收 still rejected: \(outcome.stillRejected)\n" }
        if let stopped = outcome.stopped { text += "  reading stopped at row \(stopped.row): \(stopped.remedy)\n" }
        return text
    }

    /// An admission in a line, for receipts and explanations.
    static func line(_ record: AdmissionRecord) -> String {
        let counts = record.counts
        return "admission \(record.position.sequence) on \(record.act.at.iso8601(at: .china)) by \(record.act.person): "
            + "accepted \(counts.accepted), duplicate \(counts.duplicate), conflict \(counts.conflict), rejected "
            + "\(counts.rejected), still quarantined \(counts.quarantined); reason: \(record.act.reason)"
    }

    func dumpAdmissions() throws -> [DumpRecord] {
        try allBatches { reader, batch in
            guard batch.mayHaveAdmissions else { return [] }
            return try reader.admissions(of: batch).map { record in
                [
                    ("log", String(record.position.sequence)), ("batch", record.batch.digest.description),
                    ("name", record.batch.name), ("station", record.act.station?.rawValue ?? ""),
                    ("by", record.act.person), ("reason", record.act.reason),
                    ("at", record.act.at.iso8601(at: .china)), ("accepted", String(record.counts.accepted)),
                    ("duplicate", String(record.counts.duplicate)), ("conflict", String(record.counts.conflict)),
                    ("rejected", String(record.counts.rejected)), ("waiting", String(record.counts.quarantined)),
                    ("read_again", record.reading?.rawValue ?? ""),
                ]
            }
        }
    }
}
