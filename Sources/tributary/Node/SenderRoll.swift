// Tokens: how they are made, how one that is presented is judged, and the list the upload door judges by.

import Formats
import Monitoring
import Storage
import Synchronization
import Web

/// The secret a sender shows: `trb_NUMBER_SECRET`. The number finds the token, the secret alone proves it.
struct TokenSecret {
    private static let prefix = "trb_"
    private static let secretByteCount = 32

    /// 64 hexadecimal digits.
    let secret: String

    init(secret: String) { self.secret = secret }

    /// 256 bits of the system's randomness.
    static func random() -> TokenSecret {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<secretByteCount).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return TokenSecret(secret: Digest256(bytes: bytes).description)
    }

    /// What the book keeps of it.
    var digest: Digest256 { sha256(Array(secret.utf8)) }

    func text(number: Int64) -> String { "\(Self.prefix)\(number)_\(secret)" }

    static func parse(_ text: String) -> (number: Int64, secret: TokenSecret)? {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "trb", let number = Int64(parts[1]),
            parts[2].utf8.count == secretByteCount * 2
        else { return nil }
        return (number, TokenSecret(secret: String(parts[2])))
    }
}

/// The senders as the book has them, kept where the door reads them while the node is busy.
final class SenderRoll: Sendable {
    private struct Entry {
        let pass: SenderPass
        let token: SenderToken
        let isSenderRetired: Bool
    }

    private let entries: Mutex<[Int64: Entry]>
    private let passes: Mutex<[String: SenderPass]>

    init(_ senders: [SenderRecord]) {
        entries = Mutex(Self.entries(senders))
        passes = Mutex(Self.passes(senders))
    }

    /// Takes over the senders after a change; requests that come later are judged by them.
    func replace(_ senders: [SenderRecord]) {
        let new = Self.entries(senders)
        entries.withLock { $0 = new }
        let newPasses = Self.passes(senders)
        passes.withLock { $0 = newPasses }
    }

    /// The sender that a folder of the drop folder is called after: who may write there speaks for it. A retired one speaks
    /// for no station.
    func pass(ofFolder name: String) -> SenderPass? { passes.withLock { $0[name] } }

    private static func passes(_ senders: [SenderRecord]) -> [String: SenderPass] {
        let passes = senders.map { sender in
            (
                sender.id,
                SenderPass(sender: sender.id, speaksFor: sender.retiredAt == nil ? sender.speaksFor.map(Set.init) : [])
            )
        }
        return Dictionary(passes) { first, _ in first }
    }

    func verdict(onToken text: String, at now: Instant) -> TokenVerdict {
        guard let (number, secret) = TokenSecret.parse(text), let entry = entries.withLock({ $0[number] }),
            isEqualInConstantTime(secret.digest, entry.token.digest)
        else { return .unknown }
        if entry.isSenderRetired || entry.token.retiredAt != nil { return .retired }
        if let expiry = entry.token.expiresAt, now >= expiry { return .expired }
        return .accepted(entry.pass)
    }

    private static func entries(_ senders: [SenderRecord]) -> [Int64: Entry] {
        var entries: [Int64: Entry] = [:]
        for sender in senders {
            let pass = SenderPass(sender: sender.id, speaksFor: sender.speaksFor.map { Set($0) })
            for token in sender.tokens {
                entries[token.number] = Entry(pass: pass, token: token, isSenderRetired: sender.retiredAt != nil)
            }
        }
        return entries
    }
}

/// Whether two digests are equal, in a time that says nothing of where they differ.
private func isEqualInConstantTime(_ left: Digest256, _ right: Digest256) -> Bool {
    var difference: UInt8 = 0
    for (one, other) in zip(left.bytes, right.bytes) { difference |= one ^ other }
    return difference == 0
}
