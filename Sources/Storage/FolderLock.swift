// One process owns a data folder: an advisory lock held from open to close.

import Glibc

/// The lock on a data folder; it goes with the process, however that ends.
final class FolderLock: Sendable {
    private let descriptor: Int32

    /// Between two tries for a lock that another process holds.
    private static let pause: UInt32 = 20_000

    /// Takes the lock, or says who holds it.
    ///
    /// - Parameter patience: how long another process is waited for.
    init(path: String, patience: Duration = .zero) throws(BookProblem) {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw systemProblem("open", path: path) }
        let deadline = ContinuousClock.now + patience
        var isOurs = flock(descriptor, LOCK_EX | LOCK_NB) == 0
        while !isOurs, ContinuousClock.now < deadline {
            usleep(Self.pause)
            isOurs = flock(descriptor, LOCK_EX | LOCK_NB) == 0
        }
        guard isOurs else {
            let holder = Self.holder(descriptor)
            _ = Glibc.close(descriptor)
            throw BookProblem(
                .folderLocked, place: path,
                message: "the data folder is in use by process \(holder)"
                    + (patience > .zero ? ", and was for the \(patience) it was waited for." : "."),
                remedy: "Let the command reach that process through its socket, or stop it first.")
        }
        let text = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count else {
            let problem = systemProblem("write", path: path)
            _ = Glibc.close(descriptor)
            throw problem
        }
        self.descriptor = descriptor
    }

    deinit {
        _ = ftruncate(descriptor, 0)
        // Said, not left to the close: a child that was forked and has not yet begun its program holds it open too.
        _ = flock(descriptor, LOCK_UN)
        _ = Glibc.close(descriptor)
    }

    private static func holder(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        let digits = bytes.prefix(max(0, count)).prefix { (0x30...0x39).contains($0) }
        return digits.isEmpty ? "(unknown)" : String(decoding: digits, as: UTF8.self)
    }
}

/// The failure of a system call, with what the system said.
func systemProblem(_ call: String, path: String) -> BookProblem {
    let code = errno
    let remedy =
        switch code {
        case ENOSPC, EDQUOT: "Free space on this disk; nothing was acknowledged, so the batch can be sent again."
        case EACCES, EPERM, EROFS: "Give the program's user write access to the data folder."
        default: "Check the disk and the data folder, then start again; acknowledged batches are safe."
        }
    return BookProblem(
        [ENOSPC, EDQUOT].contains(code) ? .diskFull : .system, place: path,
        message: "\(call) failed: \(String(cString: strerror(code))).", remedy: remedy)
}
