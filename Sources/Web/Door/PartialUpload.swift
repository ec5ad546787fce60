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

    /// - Parameter boot: names the run of the operating system; after another one unsynced bytes may be missing.
    func text(boot: String) -> String {
        CanonicalJSON.object([
            "boot": .string(boot), "sender": .string(sender), "name": .optional(name),
            "digest": .optional(digest?.description),
            "sent_at": sentAt.map { .integer($0.milliseconds) } ?? .null,
            "length": length.map { .integer($0) } ?? .null,
        ]).text()
    }

    /// `nil` for what was not written by `text` under the same `boot`.
    init?(text: String, boot: String) {
        guard let members = CanonicalJSON(reading: text), members["boot"]?.string == boot,
            let sender = members["sender"]?.string
        else { return nil }
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

/// The bytes of one upload so far.
///
/// Sendable by use, not by type: whoever claimed it from `PartialUploads` has it alone until it is released.
final class PartialUpload: @unchecked Sendable {
    /// Cannot be guessed; its address ends in it.
    let id: String
    let path: String
    var head: PartialHead
    private(set) var byteCount: Int

    init(id: String, path: String, head: PartialHead, byteCount: Int) {
        self.id = id
        self.path = path
        self.head = head
        self.byteCount = byteCount
    }

    /// Appends a piece. Not synced: nothing is acknowledged as a batch before the archive has the bytes.
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

    /// Takes back what a request brought that did not hold what it promised.
    func shorten(to length: Int) throws(SpoolFault) {
        guard truncate(path, off_t(length)) == 0 else { throw SpoolFault(call: "truncate", code: errno) }
        byteCount = length
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
