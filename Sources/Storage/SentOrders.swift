// When batches were sent: what decides between the statements of a revising source.

import Formats
import GRDB
import Monitoring

/// Sent orders by log sequence, looked up once each during a merge.
final class SentOrders {
    private let db: Database
    private let batches: MergedBatches
    private var orders: [Int64: SentOrder]

    /// - Parameter unsettled: the orders of batches that are not whole yet.
    init(_ db: Database, _ batches: MergedBatches, unsettled: [Int64: SentOrder]) {
        self.db = db
        self.batches = batches
        orders = unsettled
    }

    /// When the batch at a log position was sent: of this group from memory, of others from the book.
    func order(_ sequence: Int64) throws -> SentOrder {
        if let known = orders[sequence] { return known }
        let order: SentOrder
        if let batch = batches.batch(sequence) {
            order = batch.incoming.sentOrder
        } else {
            // An admission says what its batch said, when that was sent.
            let sql = """
                SELECT coalesce(sent_at, received_at) AS sent, digest FROM batches
                WHERE seq = coalesce((SELECT batch_seq FROM admissions WHERE seq = ?1), ?1)
                """
            guard let row = try Row.fetchOne(try db.cachedStatement(sql: sql), arguments: [sequence]) else {
                throw BookProblem(
                    .chunkDamaged, place: "batches", message: "a chunk names batch \(sequence), which the book lacks.",
                    remedy: "Run tributary doctor and restore the book from a backup.")
            }
            order = SentOrder(sent: Instant(milliseconds: row["sent"]), digest: Digest256(row["digest"]))
        }
        orders[sequence] = order
        return order
    }
}

extension IncomingBatch {
    var sentOrder: SentOrder { SentOrder(sent: sentAt ?? receivedAt, digest: digest) }
}
