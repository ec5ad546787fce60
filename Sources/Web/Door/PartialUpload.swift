// One upload that can be resumed: its bytes so far in a file of the spool folder, and beside it what its batch is called.

import Crypto
import Glibc
import Monitoring
import NIOCore

/// What the request that began an upload said of the batch.
struct PartialHead: Sendable {
    /// Only under a token of this sender can it go on.
    let sender: String
    /// `nil`: the batch is named after its digest.
    let name: String?
    /// The digest that the whole must have.
    let digest: Digest256?
    /// When the sender says it sent it.
    let sentAt: Instant?
    /// Bytes of the whole, as far as the sender has said.
    var length: Int?

    fileprivate func members(kept: Int, boot: String) -> CanonicalJSON {
        .object([
            "boot": .string(boot), "kept": .integer(kept), "sender": .string(sender), "name": .optional(name),
            "digest": .optional(digest?.description),
            "sent_at": sentAt.map { .integer($0.milliseconds) } ?? .null,
            "length": length.map { .integer($0) } ?? .null,
        ])
    }

    fileprivate init?(_ members: CanonicalJSON) {
        guard let sender = members["sender"]?.string else { return nil }
        self.init(
            sender: sender, name: members["name"]?.string,
            digest: members["digest"]?.string.flatMap { Digest256(hexadecimal: $0) },
            sentAt: members["sent_at"]?.number.flatMap { Int64($0) }.map { Instant(milliseconds: $0) },
            length: members["length"]?.number.flatMap { Int($0) })
    }

    init(sender: String, name: String?, digest: Digest256?, sentAt: Instant?, length: Int?) {
        self.sender = sender
        self.name = name
        self.digest = digest
        self.sentAt = sentAt
        self.length = length
    }
}

/// The bytes of one upload so far, and beside them a record of what is safe.
///
/// Sendable by use, not by type: whoever claimed it from `PartialUploads` has it alone until it is released.
final class PartialUpload: @unchecked Sendable {
    /// Cannot be guessed; its address ends in it.
    let id: String
    let path: String
    var head: PartialHead
    private(set) var byteCount: Int
    /// Bytes that are on the disk, and recorded to be: no crash takes them back. Nothing beyond is ever acknowledged.
    private(set) var keptByteCount: Int
    /// Names the run of the operating system: within it the system itself still has what was only written.
    private let boot: String

    /// A new upload; it has no files yet.
    init(id: String, folder: String, head: PartialHead, boot: String) {
        (self.id, self.head, self.boot) = (id, head, boot)
        path = "\(folder)/\(id).upload"
        (byteCount, keptByteCount) = (0, 0)
    }

    /// Takes up the upload `id` of an earlier process: all that was written, or after a restart of the machine what was
    /// recorded to be safe, because what follows that may be anything.
    ///
    /// - Returns: `nil` when its files are not there, or do not belong together.
    init?(leftIn folder: String, id: String, boot: String) throws(SpoolFault) {
        let path = "\(folder)/\(id).upload"
        var status = stat()
        guard stat(path, &status) == 0, let text = PartialFiles.text(of: path + ".json"),
            let members = CanonicalJSON(reading: text), let head = PartialHead(members)
        else { return nil }
        let kept = members["kept"]?.number.flatMap { Int($0) } ?? 0
        let isSameRun = members["boot"]?.string == boot
        let size = Int(status.st_size)
        guard kept >= 0, kept <= size, isSameRun || members["kept"] != nil else { return nil }
        (self.id, self.path, self.head, self.boot) = (id, path, head, boot)
        (byteCount, keptByteCount) = (isSameRun ? size : kept, kept)
        // The record stays as it is until something is kept again: a disk that is full now hinders no start.
        guard !isSameRun, size > kept else { return }
        guard truncate(path, off_t(kept)) == 0 else { throw SpoolFault(call: "truncate", code: errno) }
        // It rested all the while.
        var times = (status.st_atim, status.st_mtim)
        withUnsafePointer(to: &times) {
            $0.withMemoryRebound(to: timespec.self, capacity: 2) { _ = utimensat(AT_FDCWD, path, $0, 0) }
        }
    }

    /// Makes its files; they are there after a crash too.
    func create() throws(SpoolFault) {
        try PartialFiles.write("", to: path)
        try record()
    }

    /// Appends a piece, which is safe once it is kept.
    func append(_ piece: ByteBuffer) throws(SpoolFault) {
        let descriptor = Glibc.open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw SpoolFault(call: "open", code: errno) }
        defer { close(descriptor) }
        var code: Int32 = 0
        piece.withUnsafeReadableBytes { bytes in
            var written = 0
            while written < bytes.count {
                let count = pwrite(
                    descriptor, bytes.baseAddress! + written, bytes.count - written, off_t(byteCount + written))
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else {
                    code = errno
                    return
                }
                written += count
            }
        }
        guard code == 0 else { throw SpoolFault(call: "write", code: code) }
        byteCount += piece.readableBytes
    }

    /// Makes what was appended safe: it is on the disk when this returns, and then recorded to be.
    func keep() throws(SpoolFault) {
        if keptByteCount == byteCount { return }
        let descriptor = Glibc.open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw SpoolFault(call: "open", code: errno) }
        defer { close(descriptor) }
        guard fdatasync(descriptor) == 0 else { throw SpoolFault(call: "fdatasync", code: errno) }
        let before = keptByteCount
        keptByteCount = byteCount
        do throws(SpoolFault) { try record() } catch {
            keptByteCount = before
            throw error
        }
    }

    /// Takes back what a request brought that did not hold what it promised; none of it was kept.
    func shorten(to length: Int) throws(SpoolFault) {
        precondition(length >= keptByteCount, "What was acknowledged is not taken back.")
        guard truncate(path, off_t(length)) == 0 else { throw SpoolFault(call: "truncate", code: errno) }
        byteCount = length
    }

    /// Writes anew what is known of it, whole or not at all.
    func record() throws(SpoolFault) {
        try PartialFiles.replace(path + ".json", with: head.members(kept: keptByteCount, boot: boot).text())
    }

    /// The digest of all bytes, read again from the file: what the archive will read.
    func digest() throws(SpoolFault) -> Digest256 {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw SpoolFault(call: "open", code: errno) }
        defer { close(descriptor) }
        var hasher = SHA256()
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer { room.deallocate() }
        var total = 0
        while true {
            let count = read(descriptor, room.baseAddress, room.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SpoolFault(call: "read", code: errno) }
            if count == 0 { break }
            hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: room[..<count]))
            total += count
        }
        guard total == byteCount else { throw SpoolFault(call: "read", code: EIO) }
        return Digest256(bytes: Array(hasher.finalize()))
    }
}
