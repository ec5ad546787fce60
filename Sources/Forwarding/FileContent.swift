// A file's bytes on their way to the node: read in pieces, never whole.

import Crypto
import Ingest
import Monitoring
import NIOCore
import Synchronization

/// The bytes that an open file had when it was found.
final class FileContent: Sendable {
    /// Bytes read at once: large enough to keep a line busy, small enough for any station.
    static let pieceLength = 256 << 10

    let byteCount: Int
    /// When the file was last changed; `nil` for a date before 1970 or after the year 9999.
    let modified: Instant?
    /// Whether some of it was given to the line.
    let wasHandedOn = Mutex(false)
    private let file: OpenFile

    init(_ file: OpenFile) {
        self.file = file
        byteCount = file.byteCount
        modified = file.modified.flatMap { (0..<253_402_300_800_000).contains($0.milliseconds) ? $0 : nil }
    }

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
            count = max(0, file.read(into: UnsafeMutableRawBufferPointer(buffer), at: offset))
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
