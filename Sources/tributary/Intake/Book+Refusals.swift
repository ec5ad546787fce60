// Why a batch could not be read whole, as it is told to whoever sent it.

import Monitoring
import Storage

extension Book {
    /// Why a batch that came before could not be read whole: it goes the same way when it comes again, until an admission
    /// has read it to its end.
    ///
    /// - Parameter name: what it is called now.
    func storedRefusal(of receipt: Receipt, name: String) throws -> CanonicalJSON? {
        guard receipt.state == .rejected || receipt.state == .partial else { return nil }
        // Reading ended with it, at whatever row: it was noted after all others.
        let last = try read { reader in
            try reader.batch(receipt.digest).flatMap { batch in
                try reader.admissions(of: batch).contains { $0.reading == .complete }
                    ? nil : try reader.lastRejection(ofBatchAt: batch.sequence)
            }
        }
        return last.map { Self.refusal($0, receipt, name: name) }
    }

    static func refusal(_ rejection: Rejection, _ receipt: Receipt, name: String) -> CanonicalJSON {
        var members: [String: CanonicalJSON] = [
            "batch": .string(receipt.digest.description), "name": .string(name),
            "reason": .string(rejection.reason.rawValue), "row": .integer(rejection.row),
            "excerpt": .string(rejection.excerpt), "remedy": .string(rejection.remedy),
            "observations_kept": .integer(receipt.counts.accepted),
        ]
        // The bytes came before under another name, which the receipt bears.
        if name != receipt.name { members["first_name"] = .string(receipt.name) }
        return .object(members)
    }
}
