// The upload door as the node answers it: who may send, what lies at the door, and what comes back.

package import Monitoring

/// A sender whose token was accepted.
package struct SenderPass: Hashable, Sendable {
    /// The sender's id; the book keeps it with each batch.
    package let sender: String
    /// The stations the sender may speak for; `nil`: for any.
    package let speaksFor: Set<StationID>?

    package init(sender: String, speaksFor: Set<StationID>?) {
        self.sender = sender
        self.speaksFor = speaksFor
    }
}

/// What a presented token is worth.
package enum TokenVerdict: Hashable, Sendable {
    case accepted(SenderPass)
    case unknown
    case expired
    /// The token, or the sender it was given to, was retired.
    case retired
}

/// A batch whose bytes have come whole.
package struct SpooledBatch: Hashable, Sendable {
    /// Where its bytes are.
    package enum Place: Hashable, Sendable {
        /// A file of the spool folder, for as long as the door waits for the delivery.
        case file(String)
        case memory([UInt8])
    }

    package let place: Place
    package let name: String
    package let byteCount: Int
    package let digest: Digest256
    /// When the sender says it sent it.
    package let sentAt: Instant?

    package init(place: Place, name: String, byteCount: Int, digest: Digest256, sentAt: Instant? = nil) {
        self.place = place
        self.name = name
        self.byteCount = byteCount
        self.digest = digest
        self.sentAt = sentAt
    }
}

/// What became of a delivered batch; it is in the book.
package struct DeliveredBatch: Sendable {
    /// The receipt's text, as stored.
    package let receipt: String
    package let digest: Digest256
    /// The same bytes were in the book before.
    package let isRepeat: Bool
    /// Why nothing in it could be read; `nil` when something could.
    package let refusal: CanonicalJSON?

    package init(receipt: String, digest: Digest256, isRepeat: Bool, refusal: CanonicalJSON?) {
        self.receipt = receipt
        self.digest = digest
        self.isRepeat = isRepeat
        self.refusal = refusal
    }
}

/// The node cannot take a batch now: its queue is full or its disk fails. Nothing of the batch is kept.
package struct DoorClosed: Error {
    package let detail: String
    package let remedy: String
    package let retryAfterSeconds: Int

    package init(detail: String, remedy: String, retryAfterSeconds: Int) {
        self.detail = detail
        self.remedy = remedy
        self.retryAfterSeconds = retryAfterSeconds
    }
}

/// Where the upload door brings what it was given.
package protocol BatchDoor: Sendable {
    /// Judges a token without waiting for the book.
    func verdict(onToken token: String) -> TokenVerdict
    /// Takes a batch; returns once it is durable.
    ///
    /// - Throws: `DoorClosed` when it cannot be taken now.
    func deliver(_ batch: SpooledBatch, from pass: SenderPass) async throws -> DeliveredBatch
    /// The receipt of the batch with these bytes, as stored; `nil` when the book has no such batch.
    func receipt(of digest: Digest256) async throws -> String?
    /// Why batches cannot be taken at present, in a sentence; `nil` when they can.
    func obstacle() async -> String?
}
