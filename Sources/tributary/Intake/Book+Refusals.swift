// Why a batch could not be read whole, as it is told to whoever sent it.

import Monitoring
import Storage

extension Book {
    /// Why a batch that came before could not be read whole: it goes the same way when it comes again.
    func storedRefusal(of receipt: Receipt) throws -> CanonicalJSON? {
        // A whole batch may carry faults of its header under row 0 as well: those refuse a column, not the batch.
        guard receipt.state == .rejected || receipt.state == .partial else { return nil }
        let rejections = try read { reader in
            try reader.batch(receipt.digest).map { try reader.rejections(ofBatchAt: $0.sequence) } ?? []
        }
        return rejections.last { $0.row == 0 }.map { Self.refusal($0, receipt) }
    }

    static func refusal(_ rejection: Rejection, _ receipt: Receipt) -> CanonicalJSON {
        .object([
            "batch": .string(receipt.digest.description), "name": .string(receipt.name),
            "reason": .string(rejection.reason.rawValue), "row": .integer(rejection.row),
            "excerpt": .string(rejection.excerpt), "remedy": .string(rejection.remedy),
            "observations_kept": .integer(receipt.counts.accepted),
        ])
    }
}
