// Repeats: the bytes of a batch that another sender sent too. They change nothing of the batch, but who may speak for
// its rows is judged by all who sent them.

import Foundation
import GRDB
package import Monitoring

/// A sender other than the first from whom the bytes of a batch came.
package struct BatchRepeat: Hashable, Sendable {
    package let sender: String
    /// The name under which they came then.
    package let name: String
    package let receivedAt: Instant
    package let sentAt: Instant?
    /// Its place in the log.
    package let sequence: Int64

    fileprivate init(_ row: Row) {
        let sent: Int64? = row["sent_at"]
        sender = row["sender"]
        name = row["name"]
        receivedAt = Instant(milliseconds: row["received_at"])
        sentAt = sent.map { Instant(milliseconds: $0) }
        sequence = row["seq"]
    }
}

extension BookWriter {
    /// Logs that the bytes of a batch of the book came from another sender, once for each sender.
    ///
    /// - Returns: whether this sender is new to the batch.
    @discardableResult
    package func noteRepeat(_ incoming: IncomingBatch) throws -> Bool {
        let known = try db.cachedStatement(
            sql: """
                SELECT seq, sender FROM batches WHERE digest = ?1 UNION ALL
                SELECT seq, sender FROM batches_begun WHERE digest = ?1
                """)
        guard let batch = try Row.fetchOne(known, arguments: [incoming.digest.data]),
            batch["sender"] != incoming.sender
        else { return false }
        let sequence: Int64 = batch["seq"]
        let noted = try db.cachedStatement(sql: "SELECT 1 FROM batch_repeats WHERE batch_seq = ? AND sender = ?")
        if try Int.fetchOne(noted, arguments: [sequence, incoming.sender]) != nil { return false }
        let position = try appendLog(
            kind: "batch-repeat",
            payload: repeatPayload(incoming.digest, incoming.sender, incoming.name, incoming.sentAt?.milliseconds),
            at: incoming.receivedAt)
        try db.cachedStatement(
            sql: """
                INSERT INTO batch_repeats (seq, batch_seq, sender, name, received_at, sent_at) VALUES (?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            position.sequence, sequence, incoming.sender, incoming.name, incoming.receivedAt.milliseconds,
            incoming.sentAt?.milliseconds,
        ])
        return true
    }
}

extension BookReader {
    /// Who else sent a batch, in the order they came.
    ///
    /// - Parameter sequence: the log position that the batch's versions carry.
    package func repeats(ofBatchAt sequence: Int64) throws -> [BatchRepeat] {
        let statement = try db.cachedStatement(sql: "SELECT * FROM batch_repeats WHERE batch_seq = ? ORDER BY seq")
        return try Row.fetchAll(statement, arguments: [sequence]).map(BatchRepeat.init)
    }

    /// Compares repeats with what was logged, over a page of the log.
    func repeatFaults(_ page: StatementArguments) throws -> [BookFault] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT log.seq AS seq, log.at AS at, payload, batch_repeats.sender AS sender, batch_repeats.name AS name,
                batch_repeats.received_at AS received_at, batch_repeats.sent_at AS sent_at,
                coalesce(batches.digest, batches_begun.digest) AS digest FROM log
                LEFT JOIN batch_repeats ON batch_repeats.seq = log.seq LEFT JOIN batches ON batches.seq = batch_seq
                LEFT JOIN batches_begun ON batches_begun.seq = batch_seq
                WHERE kind = 'batch-repeat' AND log.seq > ? AND log.seq <= ? ORDER BY log.seq
                """, arguments: page
        ).compactMap { row in
            let digest: Data? = row["digest"]
            if let digest, row["received_at"] as Int64 == row["at"],
                repeatPayload(Digest256(digest), row["sender"], row["name"], row["sent_at"]) == row["payload"]
            {
                return nil
            }
            return BookFault(
                place: "batch_repeats \(row["seq"] as Int64)", message: "it is not the repeat that was logged.")
        }
    }
}

/// What the log binds of a repeat; its time is the entry's own.
private func repeatPayload(_ batch: Digest256, _ sender: String, _ name: String, _ sentAt: Int64?) -> String {
    CanonicalJSON.object([
        "batch": .string(batch.description), "sender": .string(sender), "name": .string(name),
        "sent_at": sentAt.map { .integer($0) } ?? .null,
    ]).text()
}
