// The receipt as it is handed out: what became of a batch, signed by the node, to be checked by anybody, for ever.

package import Monitoring

/// A receipt with its node's signature (签名回执), known to be signed by the key it names.
///
/// The text is canonical JSON. `signature` is Ed25519 over the UTF-8 bytes of that text without the member `signature`
/// (docs/receipts.md shows how to check one without this program). Whose key it is, is for the reader to know.
package struct SignedReceipt: Hashable, Sendable {
    /// What a receipt is of; in every receipt as its `schema`, so that its signature can stand under nothing else.
    package enum Subject: String, Sendable {
        case batch = "tributary-receipt-1"
        /// Rows of a batch that were kept aside and taken after all (隔离行准入).
        case admission = "tributary-admission-1"
    }

    /// A receipt has some six hundred bytes and a file name: anything far longer is none.
    package static let byteLimit = 1 << 16

    /// Canonical JSON on one line, without a line feed.
    package let text: String
    package let subject: Subject
    package let batch: Digest256
    package let name: String
    package let state: BatchState
    package let counts: ReceiptCounts
    package let key: NodePublicKey
    /// 128 hexadecimal digits.
    package let signature: String

    /// Signs a receipt.
    ///
    /// - Precondition: `members` are those of a receipt, without `schema`, `signature` and the members of the key.
    package init(signing members: [String: CanonicalJSON], as subject: Subject = .batch, with key: NodeKey) {
        var signed = members
        signed["schema"] = .string(subject.rawValue)
        signed["node_key"] = .string(key.publicKey.description)
        signed["node_key_fingerprint"] = .string(key.publicKey.fingerprint)
        // In order once: every durable batch is answered so.
        var ordered = CanonicalJSON.ordered(signed)
        var message: [UInt8] = []
        CanonicalJSON.write(ordered: ordered, to: &message)
        let signature = CanonicalJSON.string(Hexadecimal.text(key.signature(over: message)))
        let place = ordered.firstIndex { "signature".utf8.lexicographicallyPrecedes($0.key.utf8) }
        ordered.insert(("signature", signature), at: place ?? ordered.endIndex)
        signed["signature"] = signature
        var text: [UInt8] = []
        text.reserveCapacity(message.count + 256)
        CanonicalJSON.write(ordered: ordered, to: &text)
        do throws(ReceiptFault) {
            try self.init(members: signed, text: String(decoding: text, as: UTF8.self), subject)
        } catch {
            preconditionFailure("The members of a receipt make a receipt: \(error)")
        }
    }

    /// Reads a receipt and checks it against the key it names; white space and order of members do not matter.
    package init(verifying text: String, as subject: Subject = .batch) throws(ReceiptFault) {
        guard text.utf8.count <= Self.byteLimit else {
            throw ReceiptFault(.notAReceipt, "it has more than \(Self.byteLimit) bytes")
        }
        guard case .object(let members) = CanonicalJSON(reading: text) else {
            throw ReceiptFault(.notAReceipt, "it is not one JSON object")
        }
        try self.init(verifying: members, as: subject)
    }

    package init(
        verifying members: [String: CanonicalJSON], as subject: Subject = .batch
    ) throws(ReceiptFault) {
        try self.init(members: members, text: CanonicalJSON.object(members).text(), subject)
        var unsigned = members
        unsigned["signature"] = nil
        let message = Array(CanonicalJSON.object(unsigned).text().utf8)
        guard let bytes = Hexadecimal.bytes(signature), bytes.count == 64, key.isValid(bytes, over: message) else {
            throw ReceiptFault(
                .wrongSignature, "its signature is not that of its text by the key \(key.fingerprint): it was altered")
        }
    }

    /// - Parameter text: that of the object of `members`.
    private init(members: [String: CanonicalJSON], text: String, _ subject: Subject) throws(ReceiptFault) {
        func word(_ member: String) throws(ReceiptFault) -> String {
            guard let text = members[member]?.string else {
                throw ReceiptFault(.notAReceipt, "it has no text `\(member)`")
            }
            return text
        }
        func count(_ member: String) throws(ReceiptFault) -> Int {
            guard let count = members[member]?.number.flatMap({ Int($0) }), count >= 0 else {
                throw ReceiptFault(.notAReceipt, "it has no count `\(member)`")
            }
            return count
        }
        guard members["schema"]?.string == subject.rawValue else {
            throw ReceiptFault(.notAReceipt, "its schema is not \(subject.rawValue)")
        }
        guard let batch = Digest256(hexadecimal: try word("batch")),
            let state = BatchState(rawValue: try word("state")),
            let key = NodePublicKey(hexadecimal: try word("node_key")),
            try word("node_key_fingerprint") == key.fingerprint
        else { throw ReceiptFault(.notAReceipt, "its batch, state, node_key or fingerprint cannot be read") }
        self.text = text
        self.subject = subject
        self.batch = batch
        self.state = state
        self.key = key
        name = try word("name")
        signature = try word("signature")
        var counts = ReceiptCounts()
        counts.accepted = try count("accepted")
        counts.duplicate = try count("duplicate")
        counts.conflict = try count("conflict")
        counts.rejected = try count("rejected")
        counts.quarantined = try count("quarantined")
        self.counts = counts
    }
}

/// Why a text is not the receipt it should be.
package struct ReceiptFault: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Sendable { case notAReceipt, wrongSignature }

    package let kind: Kind
    private let message: String

    init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// A clause about "it", the receipt.
    package var description: String { message }
}
