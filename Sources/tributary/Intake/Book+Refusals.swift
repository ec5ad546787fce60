// Why a batch could not be read whole, as it is told to whoever sent it.

import Monitoring
import Storage

extension Book {
    /// Why a batch that came before could not be read whole: it goes the same way when it comes again.
    func storedRefusal(of receipt: Receipt) throws -> CanonicalJSON? {
        guard receipt.state == .rejected || receipt.state == .partial else { return nil }
        // Reading ended with it, at whatever row: it was noted after all others.
        let last = try read { reader in
            try reader.batch(receipt.digest).flatMap { try reader.lastRejection(ofBatchAt: $0.sequence) }
        }
        return last.map { Self.refusal($0, receipt) }
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
