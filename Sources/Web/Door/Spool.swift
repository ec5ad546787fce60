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

    /// A new, empty file.
    func open() throws(SpoolFault) -> SpoolFile {
        let number = lastNumber.withLock { last in
            last += 1
            return last
        }
        return try SpoolFile(path: "\(folder)/\(number).part")
    }
}

/// One batch on its way in: written and hashed piece by piece, removed when the door lets go of it.
///
/// Not synced: nothing is acknowledged before the archive has the bytes.
///
/// Sendable by use, not by type: one task reads the body and awaits each piece before the next.
final class SpoolFile: @unchecked Sendable {
    let path: String
    private let descriptor: Int32
    private var hasher = SHA256()
    private(set) var byteCount = 0

    init(path: String) throws(SpoolFault) {
        self.path = path
        descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SpoolFault(call: "open", code: errno) }
    }

    deinit {
        if descriptor < 0 { return }
        close(descriptor)
        unlink(path)
    }

    /// Appends a piece on a thread that may wait for the disk.
    func append(_ piece: ByteBuffer) async throws {
        try await NIOThreadPool.singleton.runIfActive { try self.write(piece) }
    }

    private func write(_ piece: ByteBuffer) throws {
        try piece.withUnsafeReadableBytes { bytes in
            hasher.update(bufferPointer: bytes)
            var rest = bytes
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw SpoolFault(call: "write", code: errno) }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
        byteCount += piece.readableBytes
    }

    /// The digest of the bytes so far.
    var digest: Digest256 { Digest256(bytes: Array(hasher.finalize())) }
}
