// The key a node signs receipts with, and the half of it that everybody may know.

import Crypto
import Monitoring

/// The public half of a node's key (节点公钥): Ed25519, 32 bytes, written as 64 hexadecimal digits.
///
/// - Source: RFC 8032, section 5.1.5.
package struct NodePublicKey: Hashable, Sendable, CustomStringConvertible {
    package let bytes: [UInt8]
    /// What people read to each other: the first 32 digits of the SHA-256 of the key's bytes.
    package let fingerprint: String

    /// `nil` unless there are 32 bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
        fingerprint = String(sha256(bytes).description.prefix(32))
    }

    /// 64 hexadecimal digits.
    package init?(hexadecimal text: String) {
        guard let bytes = Hexadecimal.bytes(text) else { return nil }
        self.init(bytes: bytes)
    }

    package var description: String { Hexadecimal.text(bytes) }

    /// Whether the owner of this key signed exactly `message`.
    ///
    /// - Source: RFC 8032, section 5.1.7.
    package func isValid(_ signature: [UInt8], over message: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else { return false }
        return key.isValidSignature(signature, for: message)
    }
}

/// A node's key (节点密钥), from its 32 secret bytes. Nothing here makes one: chance belongs above.
package struct NodeKey: Sendable, CustomStringConvertible {
    private let key: Curve25519.Signing.PrivateKey
    package let publicKey: NodePublicKey

    /// `nil` unless there are 32 bytes.
    package init?(seed: [UInt8]) {
        guard seed.count == 32, let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed),
            let publicKey = NodePublicKey(bytes: Array(key.publicKey.rawRepresentation))
        else { return nil }
        self.key = key
        self.publicKey = publicKey
    }

    /// The 64 bytes of the signature: the same for the same message, always.
    ///
    /// - Source: RFC 8032, section 5.1.6.
    package func signature(over message: [UInt8]) -> [UInt8] {
        guard let signature = try? key.signature(for: message) else {
            preconditionFailure("Ed25519 signs any message.")
        }
        return Array(signature)
    }

    /// Names the key without its secret.
    package var description: String { "node key \(publicKey.fingerprint)" }
}

/// Bytes as hexadecimal digits.
enum Hexadecimal {
    static func text(_ bytes: [UInt8]) -> String {
        var digits: [UInt8] = []
        digits.reserveCapacity(2 * bytes.count)
        for byte in bytes {
            digits.append(digit(byte >> 4))
            digits.append(digit(byte & 15))
        }
        return String(decoding: digits, as: UTF8.self)
    }

    private static func digit(_ half: UInt8) -> UInt8 { half < 10 ? 0x30 + half : 0x57 + half }

    /// `nil` when `text` is anything but pairs of hexadecimal digits.
    static func bytes(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x37
        case 0x61...0x66: digit - 0x57
        default: nil
        }
    }
}
