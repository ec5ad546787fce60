// Receipts found again: by a few digits of a digest, with the rows that were not taken, by reason.

package import Formats
import Foundation
import GRDB
package import Monitoring

extension Receipt {
    /// The receipt as it is handed out; signing is deterministic, so nothing of it is stored.
    package func signed(by key: NodeKey) -> SignedReceipt { SignedReceipt(signing: members, with: key) }
}

/// What a digest's first digits lead to.
package enum BatchSearch: Hashable, Sendable {
    case none
    case one(Digest256)
    /// The first few of them.
    case several([Digest256])
}

extension BookReader {
    /// Fewer digits of a digest are soon ambiguous.
    package static let digestPrefixMinimum = 8
    private static let searchLimit = 5

    /// The batches whose digest begins with `prefix`.
    ///
    /// - Precondition: `prefix` has 8 to 64 hexadecimal digits.
    package func batches(digestPrefix prefix: String) throws -> BatchSearch {
        let missing = 64 - prefix.utf8.count
        guard (0...64 - Self.digestPrefixMinimum).contains(missing),
            let first = Digest256(hexadecimal: prefix + String(repeating: "0", count: missing)),
            let last = Digest256(hexadecimal: prefix + String(repeating: "f", count: missing))
        else { preconditionFailure("A digest is looked for by 8 to 64 hexadecimal digits.") }
        let found = try Data.fetchAll(
            db, sql: "SELECT digest FROM batches WHERE digest BETWEEN ? AND ? ORDER BY digest LIMIT ?",
            arguments: [first.data, last.data, Self.searchLimit]
        ).map { Digest256($0) }
        switch found.count {
        case 0: return .none
        case 1: return .one(found[0])
        default: return .several(found)
        }
    }
}
