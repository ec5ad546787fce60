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
        var head: LogHead? = .empty
        while let from = head { head = try verifyLog(after: from, &faults) }
        return faults
    }

    /// One page of `verifyLog`; the place reached, `nil` at the end.
    func verifyLog(after head: LogHead, _ faults: inout [BookFault]) throws -> LogHead? {
        var previous = head
        var entryCount = 0
        let rows = try Row.fetchCursor(
            db, sql: "SELECT * FROM log WHERE seq > ? ORDER BY seq LIMIT \(Self.logPage)", arguments: [head.sequence])
        while let row = try rows.next() {
            entryCount += 1
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
        let page: StatementArguments = [head.sequence, previous.sequence]
        faults +=
            try batchFaults(page) + admissionFaults(page) + repeatFaults(page) + alertFaults(page) + runFaults(page)
        if entryCount == Self.logPage { return previous }
        // Few, and bound to no page of the log.
        faults += try actFaults() + instrumentFaults() + senderFaults()
        return nil
    }

    /// Log entries and chunks looked at in one reading.
    private static let logPage = 20_000
    private static let chunkPage = 10_000

    /// Recomputes the digest of every chunk, unpacks it and compares its counts; empty when all agree.
    package func checkIntegrity() throws -> [BookFault] {
        var faults = try checkPages()
        var place: Int64? = .min
        while let from = place { place = try checkChunks(after: from, &faults) }
        return faults
    }

    /// SQLite's own look at every page of the file.
    func checkPages() throws -> [BookFault] {
        guard let answer = try String.fetchOne(db, sql: "PRAGMA quick_check(1)"), answer != "ok" else { return [] }
        return [BookFault(place: "book.sqlite", message: answer)]
    }

    /// One page of `checkIntegrity`; the place reached, `nil` at the end.
    func checkChunks(
        after place: Int64, _ faults: inout [BookFault]
    ) throws -> Int64? {
        var last = place
        var chunkCount = 0
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT series.key AS key, span, chunks.* FROM chunks LEFT JOIN series ON series.id = series_id
                WHERE chunks.id > ? ORDER BY chunks.id LIMIT \(Self.chunkPage)
                """, arguments: [place])
        while let row = try rows.next() {
            chunkCount += 1
            last = row["id"]
            let key: String? = row["key"]
            let series = key ?? "of series \(row["series_id"] as Int64)"
            let name = "chunks \(series) at \(row["span_start"] as Int64)"
            if key == nil { faults.append(BookFault(place: name, message: "the book has no such series.")) }
            let data: Data = row["payload"]
            let payload = Array(data)
            if sha256(payload) != Digest256(row["digest"]) {
                faults.append(BookFault(place: name, message: "its bytes are not those that were stored."))
            }
            let chunk: Chunk
            do throws(ChunkProblem) {
                chunk = try Chunk(decoding: payload)
            } catch {
                faults.append(BookFault(place: name, message: "it cannot be read: \(error)."))
                continue
            }
            if chunk.count != row["row_count"] {
                faults.append(BookFault(place: name, message: "its count of versions is not the stored one."))
            }
            if let first = chunk.start.first, let last = chunk.start.last,
                let span = (row["span"] as String?).flatMap(ChunkSpan.init(rawValue:))
            {
                let interval = span.interval(holding: Instant(milliseconds: row["span_start"]))
                if first < interval.start.milliseconds || last >= interval.end.milliseconds {
                    faults.append(BookFault(place: name, message: "it has rows outside its span."))
                }
            }
        }
        return chunkCount < Self.chunkPage ? nil : last
    }

    private func batchFaults(_ page: StatementArguments) throws -> [BookFault] {
        var faults: [BookFault] = []
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT log.seq, batches.seq AS batch_seq, kind, payload, digest, accepted_count, duplicate_count, conflict_count, rejected_count,
                quarantined_count FROM log LEFT JOIN batches ON settled_seq = log.seq AND batches.seq = coalesce(
                (SELECT sliced.seq FROM batches AS sliced WHERE sliced.settled_seq = log.seq
                AND sliced.settled_seq <> sliced.seq), log.seq)
                WHERE kind = 'batch' AND log.seq > ? AND log.seq <= ? ORDER BY log.seq
                """, arguments: page)
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
            let documents = try documents(ofBatchAt: row["batch_seq"])
            if !documents.isEmpty { parts.append("\"documents\":" + documents.json.text()) }
            if !parts.allSatisfy({ payload.contains($0) }) || payload.contains("\"documents\":") == documents.isEmpty {
                faults.append(
                    BookFault(place: "batches \(row["seq"] as Int64)", message: "it is not the batch that was logged."))
            }
        }
        return faults
    }

    private func admissionFaults(_ page: StatementArguments) throws -> [BookFault] {
        let logged = try Row.fetchAll(
            db,
            // The zone stands in the log alone, where the chain of hashes holds it.
            sql: """
                SELECT seq, payload, CASE WHEN json_valid(payload) THEN json_extract(payload, '$.zone') END AS zone
                FROM log WHERE kind = 'admission' AND seq > ? AND seq <= ? ORDER BY seq
                """, arguments: page)
        if logged.isEmpty { return [] }
        let settled = try Row.fetchAll(
            db, sql: "SELECT seq, settled_seq FROM admissions WHERE settled_seq > ? AND settled_seq <= ?",
            arguments: page
        ).reduce(into: [Int64: Int64]()) { $0[$1["settled_seq"]] = $1["seq"] }
        return try logged.compactMap { row in
            let sequence: Int64 = row["seq"]
            guard let admission = try settled[sequence].flatMap({ try admission(at: $0) }) else {
                return BookFault(place: "admissions \(sequence)", message: "the logged admission is missing.")
            }
            let expected = OpenAdmission(act: admission.act, batchSequence: 0, reading: admission.reading).payload(
                admission.batch.digest, admission.counts, admission.documents,
                begun: admission.sequence == sequence ? nil : admission.sequence, zone: row["zone"])
            if expected == row["payload"] { return nil }
            return BookFault(place: "admissions \(sequence)", message: "it is not the admission that was logged.")
        }
    }

    private func alertFaults(_ page: StatementArguments) throws -> [BookFault] {
        var faults: [BookFault] = []
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT seq, log.payload AS logged, alert_events.payload AS payload, state, alert_id FROM log
                LEFT JOIN alert_events USING (seq) WHERE log.kind = 'alert' AND log.seq > ? AND log.seq <= ? ORDER BY seq
                """, arguments: page)
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

    private func runFaults(_ page: StatementArguments) throws -> [BookFault] {
        var faults: [BookFault] = []
        for row in try Row.fetchAll(
            db,
            sql: """
                SELECT seq, log.payload AS logged, runs.* FROM log LEFT JOIN runs ON log_seq = seq
                WHERE log.kind = 'run' AND seq > ? AND seq <= ? ORDER BY seq
                """, arguments: page)
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

extension Book {
    /// As `BookReader.verifyLog` and `checkIntegrity`, in readings that end in time.
    ///
    /// Only SQLite's own look at the file is one reading, however long: it takes about a second a gigabyte.
    package func verify() throws -> [BookFault] {
        var faults: [BookFault] = []
        var head: LogHead? = .empty
        while let from = head { head = try read { try $0.verifyLog(after: from, &faults) } }
        faults += try readWhole { try $0.checkPages() }
        var place: Int64? = .min
        while let from = place { place = try read { try $0.checkChunks(after: from, &faults) } }
        return faults
    }
}
