// An open file and what the system tells of those who write it.

import Foundation
import Glibc
package import Monitoring

/// What tells one state of a file from another: a change, a replacement and a move all change it.
struct FileStamp: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64
    let byteCount: Int
    /// Nanoseconds since 1970.
    let modified: Int64
    /// Nanoseconds since 1970; when the file came to lie here, whatever date its sender gave it.
    let changed: Int64

    init(_ status: stat) {
        func nanoseconds(_ time: timespec) -> Int64 { Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec) }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        byteCount = Int(status.st_size)
        modified = nanoseconds(status.st_mtim)
        changed = nanoseconds(status.st_ctim)
    }

    var modifiedAt: Instant { Instant(milliseconds: modified / 1_000_000) }

    /// Whether the bytes are those of `other`, as far as size and time tell; a move changes neither.
    func hasBytes(of other: FileStamp) -> Bool {
        device == other.device && inode == other.inode && byteCount == other.byteCount && modified == other.modified
    }
}

/// Whether somebody has a file open for writing, as far as the system tells.
package enum WriterState: Sendable {
    case writing
    case closed
    /// A file of another user without the right to ask (`CAP_LEASE`), or a file system that knows nothing of it.
    case unknown
}

/// An open file to read from; closed when it goes. Replaced or renamed meanwhile, it still is the file it was.
package final class OpenFile: Sendable {
    package let descriptor: Int32
    /// As it was when it was opened.
    let found: FileStamp?

    package init(descriptor: Int32) {
        self.descriptor = descriptor
        var status = stat()
        found = fstat(descriptor, &status) == 0 && isRegular(status) ? FileStamp(status) : nil
    }

    deinit { _ = close(descriptor) }

    package var isFile: Bool { found != nil }
    package var byteCount: Int { found?.byteCount ?? 0 }
    /// When it was last changed, as it was opened.
    package var modified: Instant? { found?.modifiedAt }

    /// As it is now; `nil` for what is no regular file.
    var stamp: FileStamp? {
        var status = stat()
        return fstat(descriptor, &status) == 0 && isRegular(status) ? FileStamp(status) : nil
    }

    /// Whether nobody changed or moved it since it was opened.
    package var isUnchanged: Bool { found != nil && stamp == found }
    /// Whether nobody wrote to it since it was opened; it may have been moved or removed.
    package var isUnwritten: Bool {
        guard let found, let stamp else { return false }
        return stamp.hasBytes(of: found)
    }

    // <fcntl.h> hides these two from Swift.
    private static let setLease: Int32 = 1024
    private static let setSignal: Int32 = 10

    /// Whether somebody has the file open for writing.
    ///
    /// A read lease is granted only when nobody writes; it is given back at once. Were it broken in that moment, the
    /// kernel would send a signal: SIGURG, which does nothing unless asked for.
    package var writer: WriterState {
        guard fcntl(descriptor, Self.setSignal, SIGURG) == 0 else { return .unknown }
        if fcntl(descriptor, Self.setLease, Int32(F_RDLCK)) == 0 {
            _ = fcntl(descriptor, Self.setLease, Int32(F_UNLCK))
            return .closed
        }
        return errno == EAGAIN && !isOnNetwork ? .writing : .unknown
    }

    /// Whether the file lies on another machine: its server grants a lease or not for reasons of its own.
    private var isOnNetwork: Bool {
        guard let device = stamp?.device,
            let mounts = try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
        else { return false }
        let number = "\((device >> 8) & 0xFFF | (device >> 32) & ~0xFFF):\(device & 0xFF | (device >> 12) & ~0xFF)"
        // Source: proc_pid_mountinfo(5): the third field is the device; the type follows a field that is one dash.
        return mounts.split(separator: "\n").contains { line in
            let fields = line.split(separator: " ")
            guard fields.count > 3, fields[2] == number, let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count
            else { return false }
            return ["nfs", "nfs4", "cifs", "smb3"].contains(fields[dash + 1])
        }
    }

    /// Fills the buffer from `offset` as far as the file goes.
    ///
    /// - Returns: the number of bytes, −1 when reading fails; `errno` tells why.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) -> Int {
        while true {
            let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
            if count >= 0 || errno != EINTR { return count }
        }
    }

    /// Everything up to the end, or the system's code.
    func contents(_ byteCount: Int) -> Swift.Result<Data, FolderProblem> {
        var data = Data(count: byteCount)
        var done = 0
        let code: Int32 = data.withUnsafeMutableBytes { buffer in
            while done < buffer.count {
                let count = read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...]), at: done)
                if count < 0 { return errno }
                if count == 0 { break }
                done += count
            }
            return 0
        }
        return code == 0 ? .success(data.prefix(done)) : .failure(FolderProblem(call: "read", path: "", code: code))
    }
}
