// `tributary doctor` on the node: what runs here, what the folder holds, and whether all of it agrees.

import Formats
import Monitoring
import Storage
import Web

extension Node {
    func performDoctor(_ format: OutputFormat) throws -> CommandReply {
        let statistics = try book.statistics()
        let head = try book.read { try $0.logHead() }
        let faults = try book.verify()
        let quarantine = try book.read { try $0.quarantineTotals() }
        let (totals, refusedBatches) = try book.read { try $0.receiptTotals() }
        let facts: DumpRecord = [
            ("program", Release.version), ("sqlite", statistics.sqliteVersion),
            ("schema", String(statistics.schemaVersion)), ("page_bytes", String(statistics.pageByteCount)),
            ("synchronous", statistics.synchronous == 2 ? "FULL" : String(statistics.synchronous)),
            ("journal", statistics.journalMode), ("wal_bytes", String(statistics.walByteCount)),
            ("book_bytes", String(statistics.bookByteCount)), ("log_entries", String(statistics.logEntryCount)),
            ("log_head", head.hash.description), ("node_key", nodeKey.publicKey.description),
            ("node_key_fingerprint", nodeKey.publicKey.fingerprint), ("batches", String(statistics.batchCount)),
            ("batches_not_whole", String(refusedBatches)), ("accepted", String(totals.accepted)),
            ("duplicate", String(totals.duplicate)), ("conflict", String(totals.conflict)),
            ("rejected", String(totals.rejected)), ("quarantined", String(totals.quarantined)),
            ("quarantined_waiting", String(quarantine.waitingRows)),
            ("quarantined_admitted", String(quarantine.admittedRows)),
            ("series", String(statistics.seriesCount)), ("chunks", String(statistics.chunkCount)),
            ("versions", String(statistics.versionCount)), ("chunk_bytes", String(statistics.chunkByteCount)),
            ("alerts", String(statistics.alertCount)), ("runs", String(statistics.runCount)),
            ("faults", String(faults.count)),
        ]
        let status = faults.isEmpty ? ExitStatus.done : ExitStatus.needsAttention
        guard format == .text else { return .done(Self.render([facts], format), status: status) }
        var lines = facts.map { fact in
            fact.name + String(repeating: " ", count: max(1, 22 - fact.name.count)) + fact.value
        }
        lines.append("note: \(walNote(statistics.walByteCount))")
        if let note = statistics.sqliteNote { lines.append("note: \(note)") }
        lines += faults.map { "FAULT \($0). Stop the daemon, keep a copy of the folder, and restore from a backup." }
        if faults.isEmpty { lines.append("The log chain and every chunk agree with their digests.") }
        return .done(lines.map { $0 + "\n" }.joined(), status: status)
    }

    /// What the size of the write-ahead log means.
    private func walNote(_ byteCount: Int) -> String {
        let limits = BookLimits()
        if byteCount <= limits.walTruncation {
            return "The write-ahead log (\(byteCount) bytes) is within its usual bound of \(limits.walTruncation)."
        }
        return
            "The write-ahead log (\(byteCount) bytes) is above its usual bound of \(limits.walTruncation): something "
            + "reads, or has just read. The next writes empty it; above \(limits.walWait) they wait for that. If it stays, "
            + "another program holds book.sqlite open: end it."
    }
}
