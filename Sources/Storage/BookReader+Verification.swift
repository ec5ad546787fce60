// The book checked against itself: the chain of the log, what hangs on it, every chunk.

import Formats
import Foundation
import GRDB
import Monitoring

/// One thing in the book that does not agree with the rest.
package struct BookFault: Hashable, Sendable, CustomStringConvertible {
    /// Table and key.
    package let place: String
    package let message: String

    package var description: String { "\(place): \(message)" }
}

extension BookReader {
    /// Recomputes the hash chain over all payloads and compares what hangs on it; empty when all agree.
    package func verifyLog() throws -> [BookFault] {
        var faults: [BookFault] = []
        var previous = LogHead.empty
        let rows = try Row.fetchCursor(db, sql: "SELECT * FROM log ORDER BY seq")
        while let row = try rows.next() {
            let sequence: Int64 = row["seq"]
            let payload: String = row["payload"]
            let place = "log \(sequence)"
            if sequence != previous.sequence + 1 {
                faults.append(BookFault(place: place, message: "entries before it are missing."))
            }
            let payloadDigest = sha256(Array(payload.utf8))
            if payloadDigest != Digest256(row["payload_digest"]) {
                faults.append(BookFault(place: place, message: "the payload is not the one that was logged."))
            }
            if previous.hash != Digest256(row["previous_hash"]) {
                faults.append(BookFault(place: place, message: "it does not continue the entry before it."))
            }
            let stored = Digest256(row["hash"])
            let hash = LogChain.hash(
                after: previous.hash, sequence: sequence, at: Instant(milliseconds: row["at"]), kind: row["kind"],
                payloadDigest: payloadDigest)
            if hash != stored {
                faults.append(BookFault(place: place, message: "its hash is not that of its content."))
            }
            previous = LogHead(sequence: sequence, hash: stored)
        }
        return try faults + batchFaults() + alertFaults() + runFaults() + actFaults() + senderFaults()
    }

    /// Recomputes the digest of every chunk, unpacks it and compares its counts; empty when all agree.
    package func checkIntegrity() throws -> [BookFault] {
        var faults: [BookFault] = []
        if let answer = try String.fetchOne(db, sql: "PRAGMA quick_check(1)"), answer != "ok" {
            faults.append(BookFault(place: "book.sqlite", message: answer))
        }
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT series.key AS key, span, chunks.* FROM chunks JOIN series ON series.id = series_id
                ORDER BY series_id, span_start
                """)
        while let row = try rows.next() {
            let key: String = row["key"]
            let place = "chunks \(key) at \(row["span_start"] as Int64)"
            let data: Data = row["payload"]
            let payload = Array(data)
            if sha256(payload) != Digest256(row["digest"]) {
                faults.append(BookFault(place: place, message: "its bytes are not those that were stored."))
            }
            let chunk: Chunk
            do throws(ChunkProblem) {
                chunk = try Chunk(decoding: payload)
            } catch {
                faults.append(BookFault(place: place, message: "it cannot be read: \(error)."))
                continue
            }
            if chunk.count != row["row_count"] {
                faults.append(BookFault(place: place, message: "its count of versions is not the stored one."))
            }
            if let first = chunk.start.first, let last = chunk.start.last, let span = ChunkSpan(rawValue: row["span"]) {
                let interval = span.interval(holding: Instant(milliseconds: row["span_start"]))
                if first < interval.start.milliseconds || last >= interval.end.milliseconds {
                    faults.append(BookFault(place: place, message: "it has rows outside its span."))
                }
            }
        }
        return faults
    }

    private func batchFaults() throws -> [BookFault] {
        var faults: [BookFault] = []
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT log.seq, kind, payload, digest, accepted_count, duplicate_count, conflict_count, rejected_count,
                quarantined_count FROM log LEFT JOIN batches ON settled_seq = log.seq
                WHERE kind = 'batch' ORDER BY log.seq
                """)
        while let row = try rows.next() {
            let payload: String = row["payload"]
            let digest: Data? = row["digest"]
            guard let digest else {
                faults.append(
                    BookFault(place: "batches \(row["seq"] as Int64)", message: "the logged batch is missing."))
                continue
            }
            var parts = ["\"batch\":\"\(Digest256(digest))\""]
            for name in ["accepted", "duplicate", "conflict", "rejected", "quarantined"] {
                parts.append("\"\(name)\":\(row[name + "_count"] as Int64)")
            }
            let documents = try documents(ofBatchAt: row["seq"])
            if !documents.isEmpty { parts.append("\"documents\":" + documents.json.text()) }
            if !parts.allSatisfy({ payload.contains($0) }) || payload.contains("\"documents\":") == documents.isEmpty {
                faults.append(
                    BookFault(place: "batches \(row["seq"] as Int64)", message: "it is not the batch that was logged."))
            }
        }
        return faults
    }

    private func alertFaults() throws -> [BookFault] {
        var faults: [BookFault] = []
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT seq, log.payload AS logged, alert_events.payload AS payload, state, alert_id FROM log
                LEFT JOIN alert_events USING (seq) WHERE log.kind = 'alert' ORDER BY seq
                """)
        while let row = try rows.next() {
            let logged: String = row["logged"]
            let payload: String? = row["payload"]
            let digest = payload.map { sha256(Array($0.utf8)).description }
            if !(digest.map { logged.contains($0) } ?? false) {
                faults.append(
                    BookFault(
                        place: "alert_events \(row["seq"] as Int64)", message: "it is not the event that was logged."))
            }
        }
        return faults
    }

    private func runFaults() throws -> [BookFault] {
        var faults: [BookFault] = []
        for row in try Row.fetchAll(
            db,
            sql: """
                SELECT seq, log.payload AS logged, runs.* FROM log LEFT JOIN runs ON log_seq = seq
                WHERE log.kind = 'run' ORDER BY seq
                """)
        {
            let logged: String = row["logged"]
            guard row["run_id"] != nil else {
                faults.append(BookFault(place: "runs", message: "the run logged at \(row["seq"] as Int64) is missing."))
                continue
            }
            let run = RunRecord(row)
            let postings = try postings(ofRun: run.id)
            let digests = [
                run.digest, run.inputsDigest, sha256(run.payload), sha256(Array(PostingRecord.text(postings).utf8)),
            ]
            if !digests.allSatisfy({ logged.contains($0.description) }) {
                faults.append(BookFault(place: "runs \(run.id)", message: "it is not the run that was logged."))
            }
            var sums: [String: Int128] = [:]
            for posting in postings {
                sums[posting.entry + " " + posting.currency, default: 0] += Int128(posting.minorUnits)
            }
            for (entry, sum) in sums where sum != 0 {
                faults.append(
                    BookFault(place: "postings \(run.id) \(entry)", message: "the entry does not sum to zero."))
            }
        }
        return faults
    }
}
