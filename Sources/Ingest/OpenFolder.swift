// The calls that reach a file by its folder, name by name: no link on the way is followed.

package import Glibc

/// A system call on a folder that failed.
package struct FolderProblem: Error, CustomStringConvertible {
    package let call: String
    package let path: String
    package let code: Int32

    package var description: String { "\(path): \(call) failed: \(Self.text(code))." }

    static func text(_ code: Int32) -> String { String(cString: strerror(code)) }
}

/// An open folder; closed when it goes.
package final class OpenFolder {
    package let descriptor: Int32

    /// Opens the folder that holds `path`, going down from `root` name by name: a link on the way is refused, or a
    /// sender could lead us to files that were never dropped.
    convenience init?(holding path: FolderPath, root: String) {
        self.init(path.components.dropLast(), root: Array(root.utf8))
    }

    /// Opens the folder that lies `names` below `root`; `errno` tells why it cannot be.
    package init?(_ names: some Collection<ArraySlice<UInt8>>, root: [UInt8]) {
        var descriptor = withCString(root) { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        for name in names where descriptor >= 0 {
            let inner = withCString(name) { openat(descriptor, $0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
            let code = errno
            _ = close(descriptor)
            errno = code
            descriptor = inner
        }
        if descriptor < 0 { return nil }
        self.descriptor = descriptor
    }

    /// Opens the folder that lies `names` below `root`, making what is missing.
    static func made(_ names: some Collection<ArraySlice<UInt8>>, root: String) throws(FolderProblem) -> OpenFolder {
        let top = Array(root.utf8)
        var parts: [ArraySlice<UInt8>] = []
        for name in names {
            if let parent = OpenFolder(parts, root: top) {
                _ = withCString(name) { mkdirat(parent.descriptor, $0, 0o777) }
            }
            parts.append(name)
        }
        if let folder = OpenFolder(parts, root: top) { return folder }
        let code = errno
        let path = parts.reduce(FolderPath(bytes: top)) { $0.child($1) }
        throw FolderProblem(call: "open", path: path.text, code: code)
    }

    deinit { _ = close(descriptor) }

    /// What lies under `name`, links themselves.
    package func status(_ name: some Collection<UInt8>) -> stat? {
        var status = stat()
        return withCString(name) { fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW) } == 0 ? status : nil
    }

    /// The names in it, as the system gives them; `nil` when it cannot be listed.
    package func names() -> [[UInt8]]? {
        // A description of its own: one place in the folder is not shared.
        let own = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard own >= 0, let stream = fdopendir(own) else { return nil }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                let text = UnsafeRawPointer(pointer).assumingMemoryBound(to: UInt8.self)
                return Array(UnsafeBufferPointer(start: text, count: strlen(pointer)))
            }
            if name != [0x2E], name != [0x2E, 0x2E] { names.append(name) }
        }
        return names
    }
}

/// What an entry of a folder is, where it is no file to take.
package func kind(of status: stat) -> String {
    switch status.st_mode & S_IFMT {
    case S_IFLNK: "a symbolic link"
    case S_IFIFO: "a pipe"
    case S_IFSOCK: "a socket"
    case S_IFDIR: "a folder"
    default: "a device"
    }
}

package func isRegular(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFREG }
