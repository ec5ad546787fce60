// A file's bytes on their way to the node: read in pieces, never whole.

import Crypto
import Glibc
import Monitoring
import NIOCore
import Synchronization

/// An open file. Replaced or renamed meanwhile, it still gives the bytes it had when it was opened.
final class FileContent: Sendable {
    /// Bytes read at once: large enough to keep a line busy, small enough for any station.
    static let pieceLength = 256 << 10

    let byteCount: Int
    /// When the file was last changed; `nil` for a date before 1970 or after the year 9999.
    let modified: Instant?
    /// Whether some of it was given to the line.
    let wasHandedOn = Mutex(false)
    private let descriptor: Int32

    /// `nil` when there is no file to be read at `path`.
    init?(path: String) {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            _ = Glibc.close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        byteCount = Int(status.st_size)
        let seconds = Int64(status.st_mtim.tv_sec)
        modified =
            (0..<253_402_300_800).contains(seconds)
            ? Instant(milliseconds: seconds * 1_000 + Int64(status.st_mtim.tv_nsec) / 1_000_000) : nil
    }

    deinit { _ = Glibc.close(descriptor) }

    /// SHA-256 of the first `byteCount` bytes, `nil` when they cannot all be read.
    func digest() -> Digest256? {
        var hash = SHA256()
        var offset = 0
        while offset < byteCount {
            guard let piece = read(at: offset), !piece.isEmpty else { return nil }
            hash.update(data: piece)
            offset += piece.count
        }
        return Digest256(bytes: Array(hash.finalize()))
    }

    /// Up to one piece from `offset`, never beyond `byteCount`; `nil` when reading fails.
    fileprivate func read(at offset: Int) -> [UInt8]? {
        let wanted = min(Self.pieceLength, byteCount - offset)
        let piece = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
            repeat {
                count = pread(descriptor, buffer.baseAddress, wanted, off_t(offset))
            } while count < 0 && errno == EINTR
            count = max(0, count)
        }
        return piece.isEmpty && wanted > 0 ? nil : piece
    }
}

/// The bytes of a file as the body of a request.
struct FileBody: AsyncSequence, Sendable {
    /// The file became shorter while it was sent.
    struct CutShort: Error {}

    let content: FileContent
    /// Where the body begins in the file.
    var start = 0
    /// Told how many bytes of the file were handed on, those before `start` among them.
    let progress: @Sendable (Int) -> Void

    func makeAsyncIterator() -> Iterator { Iterator(body: self) }

    struct Iterator: AsyncIteratorProtocol {
        let body: FileBody
        private var offset: Int

        init(body: FileBody) {
            self.body = body
            offset = body.start
        }

        mutating func next() async throws -> ByteBuffer? {
            guard offset < body.content.byteCount else { return nil }
            guard let piece = body.content.read(at: offset) else { throw CutShort() }
            offset += piece.count
            body.content.wasHandedOn.withLock { $0 = true }
            body.progress(offset)
            return ByteBuffer(bytes: piece)
        }
    }
}
