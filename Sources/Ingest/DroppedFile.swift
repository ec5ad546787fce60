// A file of the drop folder as it was seen, and the calls that reach it again without following a link.

package import Foundation
import Glibc
package import Monitoring

/// A system call on a folder that failed.
package struct FolderProblem: Error, CustomStringConvertible {
    package let call: String
    package let path: String
    package let code: Int32

    package var description: String { "\(path): \(call) failed: \(Self.text(code))." }

    static func text(_ code: Int32) -> String { String(cString: strerror(code)) }
}

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
}

/// A path below the drop folder, byte for byte: Linux names need not be UTF-8.
struct DropPath: Hashable, Comparable, Sendable {
    let bytes: [UInt8]

    static let root = DropPath(bytes: [])

    static func < (left: DropPath, right: DropPath) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }

    func child(_ name: [UInt8]) -> DropPath { DropPath(bytes: bytes.isEmpty ? name : bytes + [0x2F] + name) }

    var components: [ArraySlice<UInt8>] { bytes.split(separator: 0x2F) }

    /// The path as text: bytes that are not UTF-8 and control characters as `%` and two hexadecimal digits.
    var text: String {
        if let text = String(validating: bytes, as: UTF8.self), text.unicodeScalars.allSatisfy(Self.isPlain) {
            return text
        }
        var text = ""
        var rest = bytes[...]
        while let first = rest.first {
            // The shortest beginning that is a character: at most four bytes.
            let character = (1...4).lazy.compactMap { count in
                String(validating: rest.prefix(count), as: UTF8.self).map { (count, $0) }
            }.first
            if let (count, piece) = character, piece.unicodeScalars.allSatisfy(Self.isPlain) {
                text += piece
                rest = rest.dropFirst(count)
            } else {
                text += first < 16 ? "%0" : "%"
                text += String(first, radix: 16, uppercase: true)
                rest = rest.dropFirst()
            }
        }
        return text
    }

    var isPlain: Bool { text.utf8.elementsEqual(bytes) }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}

/// A regular file in the drop folder that has stopped growing.
package struct DroppedFile: Hashable, Sendable {
    let dropPath: DropPath
    let stamp: FileStamp
    /// From the drop folder; nested folders per station are kept, unprintable bytes are written as `%XX`.
    package let relativePath: String
    /// For messages, one for each file.
    package let path: String

    init(_ dropPath: DropPath, _ stamp: FileStamp, root: String) {
        self.dropPath = dropPath
        self.stamp = stamp
        relativePath = dropPath.text
        // Two names may look alike once their bytes are written out.
        path = root + "/" + relativePath + (dropPath.isPlain ? "" : " (inode \(stamp.inode))")
    }

    package var byteCount: Int { stamp.byteCount }
    /// When it was last changed, as its sender's tools left it.
    package var modifiedAt: Instant { Instant(milliseconds: stamp.modified / 1_000_000) }
}

/// What came of reading a file that seemed whole.
package enum DropReading {
    case bytes(Data)
    /// It changed, went, or somebody still writes it: a later sweep sees what it is then.
    case notYet
    /// The system refuses; its code.
    case closed(Int32)
}

/// An open folder; closed when it goes.
final class OpenFolder {
    let descriptor: Int32

    /// Opens the folder that holds `path`, going down from `root` name by name: a link on the way is refused, or a
    /// sender could lead us to files that were never dropped.
    convenience init?(holding path: DropPath, root: String) {
        self.init(path.components.dropLast(), root: root)
    }

    init?(_ names: some Collection<ArraySlice<UInt8>>, root: String) {
        var descriptor = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        for name in names where descriptor >= 0 {
            let inner = withCString(name) { openat(descriptor, $0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
            _ = close(descriptor)
            descriptor = inner
        }
        if descriptor < 0 { return nil }
        self.descriptor = descriptor
    }

    deinit { _ = close(descriptor) }

    /// What lies under `name`, links themselves.
    func status(_ name: some Collection<UInt8>) -> stat? {
        var status = stat()
        return withCString(name) { fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW) } == 0 ? status : nil
    }
}

func withCString<Result>(_ bytes: some Collection<UInt8>, _ body: (UnsafePointer<CChar>) -> Result) -> Result {
    var text = bytes.map { CChar(bitPattern: $0) }
    text.append(0)
    return text.withUnsafeBufferPointer { buffer in
        guard let start = buffer.baseAddress else { preconditionFailure("It has at least its end mark.") }
        return body(start)
    }
}

func isRegular(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFREG }

/// An open file to read from; closed when it goes.
final class OpenFile {
    private let descriptor: Int32

    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { _ = close(descriptor) }

    var stamp: FileStamp? {
        var status = stat()
        return fstat(descriptor, &status) == 0 && isRegular(status) ? FileStamp(status) : nil
    }

    // <fcntl.h> hides these two from Swift.
    private static let setLease: Int32 = 1024
    private static let setSignal: Int32 = 10

    /// Whether somebody has the file open for writing, as far as the file system tells.
    ///
    /// A read lease is granted only when nobody writes; it is given back at once. Were it broken in that moment, the
    /// kernel would send a signal: SIGURG, which does nothing unless asked for.
    var isBeingWritten: Bool {
        guard fcntl(descriptor, Self.setSignal, SIGURG) == 0 else { return false }
        if fcntl(descriptor, Self.setLease, Int32(F_RDLCK)) == 0 {
            _ = fcntl(descriptor, Self.setLease, Int32(F_UNLCK))
            return false
        }
        return errno == EAGAIN
    }

    /// Everything up to the end, or the system's code.
    func contents(_ byteCount: Int) -> Swift.Result<Data, FolderProblem> {
        var data = Data(count: byteCount)
        var done = 0
        let code: Int32 = data.withUnsafeMutableBytes { buffer in
            while done < buffer.count {
                let count = read(descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done)
                if count < 0, errno == EINTR { continue }
                if count < 0 { return errno }
                if count == 0 { break }
                done += count
            }
            return 0
        }
        return code == 0 ? .success(data.prefix(done)) : .failure(FolderProblem(call: "read", path: "", code: code))
    }
}
