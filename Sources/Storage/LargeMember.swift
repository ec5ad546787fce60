// A large batch as the only member of its own segment, written while the open segment takes live batches.

import Crypto
import Formats
import Glibc
package import Monitoring

/// A large batch in the archive; durable, but known to nobody until the book records it.
package struct LargeMember: Sendable {
    package let digest: Digest256
    package let place: ArchivePlace
    let segmentByteCount: Int
    private let path: String

    private static let pieceBytes = 1 << 20
    /// Bytes between two flushes: a disk busy with one great flush would keep live batches waiting for theirs.
    private static let flushBytes = 4 << 20

    /// Copies the bytes that `supply` gives into the segment at `path`.
    ///
    /// - Throws: `BookProblem` with `.input` when there are more or fewer bytes than announced: the file changed.
    init(
        segment: Int, path: String, name: String, byteCount: Int, receivedAt: Instant,
        supply: (UnsafeMutableRawBufferPointer) throws -> Int
    ) throws {
        self.path = path
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw systemProblem("open", path: path) }
        defer { _ = Glibc.close(descriptor) }
        do {
            // The header bears the digest, which is known at the end: its length is known now.
            var member = SegmentMember(
                digest: String(repeating: "0", count: 64), fileName: name, byteCount: byteCount,
                modified: receivedAt.milliseconds / 1_000)
            let offset = member.header.count
            var hash = SHA256()
            var written = 0
            let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.pieceBytes, alignment: 16)
            defer { piece.deallocate() }
            while true {
                let count = try supply(piece)
                if count == 0 { break }
                let bytes = UnsafeRawBufferPointer(rebasing: piece[..<count])
                guard written + count <= byteCount else { throw Self.changed(name, byteCount) }
                hash.update(bufferPointer: bytes)
                try writeAll(descriptor, bytes, at: offset + written, path: path)
                written += count
                if written / Self.flushBytes > (written - count) / Self.flushBytes, fdatasync(descriptor) != 0 {
                    throw systemProblem("fdatasync", path: path)
                }
            }
            guard written == byteCount else { throw Self.changed(name, byteCount) }
            digest = hash.finalize().withUnsafeBytes { Digest256(bytes: $0) }
            member = SegmentMember(
                digest: digest.description, fileName: name, byteCount: byteCount,
                modified: receivedAt.milliseconds / 1_000)
            let tail = [UInt8](repeating: 0, count: SegmentMember.padding(byteCount)) + SegmentMember.endMark
            try member.header.withUnsafeBytes { try writeAll(descriptor, $0, at: 0, path: path) }
            try tail.withUnsafeBytes { try writeAll(descriptor, $0, at: offset + byteCount, path: path) }
            guard fsync(descriptor) == 0 else { throw systemProblem("fsync", path: path) }
            place = ArchivePlace(segment: segment, offset: offset, byteCount: byteCount)
            segmentByteCount = offset + byteCount + tail.count
            try syncFolder(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
        } catch {
            unlink(path)
            throw error
        }
    }

    /// Removes a copy that nothing refers to.
    func discard() { unlink(path) }

    private static func changed(_ name: String, _ byteCount: Int) -> BookProblem {
        BookProblem(
            .input, place: name, message: "the file had \(byteCount) bytes and changed while it was read.",
            remedy: "Send it again once it is whole; nothing of it was kept.")
    }
}

/// Writes all of `bytes` at an offset.
func writeAll(
    _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int, path: String
) throws(BookProblem) {
    var done = 0
    while done < bytes.count {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
        let written = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
        if written < 0, errno == EINTR { continue }
        guard written > 0 else { throw systemProblem("write", path: path) }
        done += written
    }
}
