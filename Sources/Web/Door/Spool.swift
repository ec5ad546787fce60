// The spool folder: where the bytes of a batch lie from their first one until the book has them all.

import Crypto
import Glibc
import Monitoring
import NIOCore
import NIOPosix
import Synchronization

/// The disk did not take what was written.
struct SpoolFault: Error {
    let call: String
    let code: Int32

    var detail: String { "\(call) failed in the spool folder: \(String(cString: strerror(code)))." }
}

/// The folder of the files under way; nothing in it outlives the process that wrote it.
final class Spool: Sendable {
    private let folder: String
    private let lastNumber = Mutex(0)

    /// Makes the folder, readable by its owner only, and removes what a crash left in it.
    init(folder: String) throws(SpoolFault) {
        self.folder = folder
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw SpoolFault(call: "mkdir", code: errno) }
        guard let listing = opendir(folder) else { throw SpoolFault(call: "opendir", code: errno) }
        defer { closedir(listing) }
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".part") { unlink(folder + "/" + name) }
        }
    }

    /// A new, empty body.
    func open() -> SpooledBody { SpooledBody(spool: self) }

    /// The path of a new file.
    fileprivate func newPath() -> String {
        let number = lastNumber.withLock { last in
            last += 1
            return last
        }
        return "\(folder)/\(number).part"
    }
}

/// One batch on its way in, hashed piece by piece: a small one stays in memory, a longer one is written to a file of the
/// spool folder, which is removed when the door lets go of it.
///
/// Not synced: nothing is acknowledged before the archive has the bytes.
///
/// Sendable by use, not by type: one task reads the body and awaits each piece before the next.
final class SpooledBody: @unchecked Sendable {
    /// Bytes that stay in memory: most batches of a station's hour, and 16 MB when every place at the door has one.
    static let memoryLimit = 16 << 10

    private let spool: Spool
    private var hasher = SHA256()
    private(set) var byteCount = 0
    /// Empty from the first piece that goes to the file.
    private var held: [UInt8] = []
    private var path: String?
    private var descriptor: Int32 = -1

    fileprivate init(spool: Spool) { self.spool = spool }

    deinit {
        guard let path else { return }
        if descriptor >= 0 { close(descriptor) }
        unlink(path)
    }

    /// Appends a piece; what goes to the file is written on a thread that may wait for the disk.
    func append(_ piece: ByteBuffer) async throws {
        if path == nil, byteCount + piece.readableBytes <= Self.memoryLimit {
            piece.withUnsafeReadableBytes { bytes in
                hasher.update(bufferPointer: bytes)
                held.append(contentsOf: bytes)
            }
            byteCount += piece.readableBytes
            return
        }
        try await NIOThreadPool.singleton.runIfActive { try self.write(piece) }
    }

    private func write(_ piece: ByteBuffer) throws {
        if path == nil { try openFile() }
        try piece.withUnsafeReadableBytes { bytes in
            hasher.update(bufferPointer: bytes)
            try write(bytes)
        }
        byteCount += piece.readableBytes
    }

    /// Moves what is held to a file.
    private func openFile() throws {
        let path = spool.newPath()
        descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SpoolFault(call: "open", code: errno) }
        self.path = path
        try held.withUnsafeBytes { try write($0) }
        held = []
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SpoolFault(call: "write", code: errno) }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// The digest of the bytes so far.
    var digest: Digest256 { Digest256(bytes: Array(hasher.finalize())) }

    /// Where the bytes are.
    var place: SpooledBatch.Place { path.map { .file($0) } ?? .memory(held) }
}
