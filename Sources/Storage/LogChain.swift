// The hash-chained log: every act, in order, bound to all acts before it and to what it says.

import Formats
package import Monitoring

/// The place of an entry in the log, and the hash that binds it to everything before it.
package struct LogHead: Hashable, Sendable {
    /// 0 before the first entry.
    package let sequence: Int64
    package let hash: Digest256

    /// The head of an empty log: 32 zero bytes.
    package static let empty = LogHead(sequence: 0, hash: Digest256(bytes: [UInt8](repeating: 0, count: 32)))
}

/// One entry of the log.
package struct LogEntry: Hashable, Sendable {
    package let sequence: Int64
    package let at: Instant
    /// `batch`, `alert`, `run` …
    package let kind: String
    /// JSON text.
    package let payload: String
    package let hash: Digest256
}

/// What the log hashes.
enum LogChain {
    /// SHA-256 over: previous hash (32), sequence (8), time in ms (8), byte count of the kind (2), kind, payload digest
    /// (32); integers big-endian.
    static func hash(
        after previous: Digest256, sequence: Int64, at: Instant, kind: String, payloadDigest: Digest256
    ) -> Digest256 {
        var bytes = previous.bytes
        appendBigEndian(sequence, to: &bytes)
        appendBigEndian(at.milliseconds, to: &bytes)
        appendBigEndian(UInt16(kind.utf8.count), to: &bytes)
        bytes.append(contentsOf: kind.utf8)
        bytes.append(contentsOf: payloadDigest.bytes)
        return sha256(bytes)
    }
}
