// Digests over what was said, not over how it is packed: the same history in any order gives the same digest.

import Crypto
package import Monitoring

/// SHA-256 over the canonical versions of one series, fed chunk by chunk in order of time.
///
/// Record of a version, all integers big-endian: start (8 bytes), qualifier (1), standing (1: 0 stands, 1 replaced by
/// a later statement of a revising source), exponent in lowest terms (2), mantissa in lowest terms (8), byte count of
/// the flag (2), flag in UTF-8. Records are in order of start, then of their bytes; equal records count once.
/// The log sequence is not in it: which batch came first is bound by the log.
package struct SeriesDigest {
    private var hash = SHA256()
    private var pending: [UInt8] = []
    private var records: [[UInt8]] = []
    private var lastStart: Int64?

    package init() {
        hash.update(data: Array("tributary series 1\n".utf8))
    }

    /// Feeds the versions of `chunk` whose start lies in `interval`.
    ///
    /// - Precondition: chunks come in order of their spans; no start is in two of them.
    /// - Parameter asKnownAt: versions brought by later log positions are left out.
    package mutating func append(_ chunk: Chunk, over interval: Interval? = nil, asKnownAt: Int64? = nil) {
        let limit = asKnownAt ?? .max
        var row = interval.map { chunk.firstRow(from: $0.start.milliseconds) } ?? 0
        let until = interval?.end.milliseconds ?? .max
        while row < chunk.count, chunk.start[row] < until {
            var end = row + 1
            while end < chunk.count, chunk.start[end] == chunk.start[row] { end += 1 }
            precondition(lastStart.map { $0 < chunk.start[row] } ?? true, "Chunks are digested in order of time.")
            lastStart = chunk.start[row]
            if end == row + 1 {
                if chunk.sequence[row] <= limit { appendRecord(chunk, row, isReplaced: false, to: &pending) }
            } else {
                appendGroup(chunk, row..<end, limit)
            }
            if pending.count >= 1 << 15 { flush() }
            row = end
        }
    }

    /// The digest of everything fed so far.
    package mutating func finish() -> Digest256 {
        flush()
        return hash.finalize().withUnsafeBytes { Digest256(bytes: $0) }
    }

    private mutating func flush() {
        hash.update(data: pending)
        pending.removeAll(keepingCapacity: true)
    }

    private mutating func appendGroup(_ chunk: Chunk, _ group: Range<Int>, _ limit: Int64) {
        let known = group.filter { chunk.sequence[$0] <= limit }
        guard let last = known.last else { return }
        records.removeAll(keepingCapacity: true)
        for row in known {
            let isReplaced = chunk.revises && !chunk.saysSame(row, last)
            var record: [UInt8] = []
            appendRecord(chunk, row, isReplaced: isReplaced, to: &record)
            records.append(record)
        }
        records.sort { $0.lexicographicallyPrecedes($1) }
        for (index, record) in records.enumerated() where index == 0 || record != records[index - 1] {
            pending.append(contentsOf: record)
        }
    }

    private func appendRecord(_ chunk: Chunk, _ row: Int, isReplaced: Bool, to bytes: inout [UInt8]) {
        var mantissa = chunk.mantissa[row]
        var power = mantissa == 0 ? 0 : Int16(chunk.exponent[row])
        while mantissa != 0, mantissa % 10 == 0 {
            mantissa /= 10
            power += 1
        }
        let flag = chunk.flagTable[Int(chunk.flag[row])].utf8
        appendBigEndian(chunk.start[row], to: &bytes)
        bytes.append(chunk.qualifier[row])
        bytes.append(isReplaced ? 1 : 0)
        appendBigEndian(power, to: &bytes)
        appendBigEndian(mantissa, to: &bytes)
        appendBigEndian(UInt16(truncatingIfNeeded: flag.count), to: &bytes)
        if !flag.isEmpty { bytes.append(contentsOf: flag) }
    }
}

extension Chunk {
    /// The digest of this chunk's canonical versions alone.
    package var digest: Digest256 {
        var digest = SeriesDigest()
        digest.append(self)
        return digest.finish()
    }
}

/// The digest of many series at one log position: a Merkle root over (canonical key, series digest).
package enum SnapshotDigest {
    /// Root over the leaves in order of key: leaf = SHA-256(0x00, byte count of the key in 4 bytes, key, digest), node =
    /// SHA-256(0x01, left, right), the left subtree the largest power of two smaller than the count (the tree of
    /// RFC 6962, section 2.1); nothing at all = SHA-256 of no bytes.
    ///
    /// - Precondition: no key twice.
    package static func root(_ series: [(key: String, digest: Digest256)]) -> Digest256 {
        let sorted = series.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        for (left, right) in zip(sorted, sorted.dropFirst()) {
            precondition(left.key != right.key, "A series is in a snapshot once.")
        }
        let leaves = sorted.map { entry in
            var bytes: [UInt8] = [0]
            appendBigEndian(UInt32(entry.key.utf8.count), to: &bytes)
            bytes.append(contentsOf: entry.key.utf8)
            bytes.append(contentsOf: entry.digest.bytes)
            return sha256(bytes)
        }
        return root(leaves[...])
    }

    private static func root(_ leaves: ArraySlice<Digest256>) -> Digest256 {
        guard leaves.count > 1 else { return leaves.first ?? sha256([]) }
        var half = 1
        while half * 2 < leaves.count { half *= 2 }
        let middle = leaves.startIndex + half
        return sha256([1] + root(leaves[..<middle]).bytes + root(leaves[middle...]).bytes)
    }
}

/// The SHA-256 digest of `bytes`.
package func sha256(_ bytes: UnsafeRawBufferPointer) -> Digest256 {
    var hash = SHA256()
    hash.update(bufferPointer: bytes)
    return hash.finalize().withUnsafeBytes { Digest256(bytes: $0) }
}

/// The SHA-256 digest of mapped bytes, walked over without being held.
///
/// - Parameter letGo: called after every 8 MiB, to give pages back.
package func sha256(_ bytes: UnsafeRawBufferPointer, letGo: () -> Void) -> Digest256 {
    var hash = SHA256()
    var place = 0
    while place < bytes.count {
        let end = min(bytes.count, place + (8 << 20))
        hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[place..<end]))
        letGo()
        place = end
    }
    return hash.finalize().withUnsafeBytes { Digest256(bytes: $0) }
}

/// As above for bytes in an array.
package func sha256(_ bytes: [UInt8]) -> Digest256 { bytes.withUnsafeBytes { sha256($0) } }

/// Appends the bytes of `value`, highest first.
@inline(__always)
package func appendBigEndian(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
}
