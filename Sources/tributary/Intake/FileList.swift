// The files that paths on a command line name.

import Glibc

/// A file below a path that a person named.
struct FoundFile: Sendable {
    /// The folder that was named, or the file itself; one text for all files of a folder.
    private let root: String
    /// From `root`; empty for a file that was named itself.
    private let below: String
    /// A name that the path does not give.
    private let given: String?

    init(root: String, below: String = "", name: String? = nil) {
        self.root = root
        self.below = below
        given = name
    }

    /// Bytes that lie in a file for the moment only: its own time says nothing of them.
    var isCopy: Bool { given != nil }

    var path: String { below.isEmpty ? root : root + "/" + below }

    /// From the folder a person named, that folder included: feeds leave dates out of their rows and put them there.
    var name: String {
        if let given { return given }
        // The folder's own name is its end, unless it was named with a stroke behind it.
        if !below.isEmpty, let slash = root.utf8.lastIndex(of: UInt8(ascii: "/")), slash != root.utf8.indices.last {
            return root[root.utf8.index(after: slash)...] + "/" + below
        }
        let parts = root.split(separator: "/")
        if below.isEmpty { return parts.suffix(2).joined(separator: "/") }
        return (parts.last.map { $0 + "/" } ?? "") + below
    }
}

/// Why a file or folder could not be read, in the system's words, and what to do.
enum UnreadableFile {
    static func words(_ code: Int32) -> String {
        let cause = String(cString: strerror(code))
        switch code {
        case EACCES, EPERM: return "\(cause): give this user read access to it and to the folders above it."
        case ENOENT: return "\(cause): it went away, or a link points nowhere."
        case EMFILE, ENFILE: return "\(cause): raise the limit (ulimit -n) and run the command again."
        default: return "\(cause): look at the disk and at the system's log, and run the command again."
        }
    }
}

/// Files named by paths: each file itself, and every file below each folder, in path order. Hidden files are left out.
struct FileList {
    /// Lists of planted events and load manifests lie beside batches and are none.
    private static let notBatches: Set<String> = ["manifest.json", "truth.json", "series.json"]

    private(set) var files: [FoundFile] = []
    /// What could not be looked at, a sentence each.
    private(set) var failures: [CommandFailure] = []

    /// The files under `paths`; everything that could not be looked at is a failure beside them.
    init(under paths: [String]) {
        for path in paths { add(path) }
    }

    /// A batch that lies in a file under another name.
    mutating func add(_ path: String, name: String) { files.append(FoundFile(root: path, name: name)) }

    private mutating func add(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            let code = errno
            return failures.append(
                code == ENOENT || code == ENOTDIR
                    ? CommandFailure(status: ExitStatus.inputUnusable, message: "\(path) does not exist.")
                    : .reading(path, code))
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { return files.append(FoundFile(root: path)) }
        var names: [String] = []
        list(path, below: "", into: &names)
        for name in names.sorted() { files.append(FoundFile(root: path, below: name)) }
    }

    /// The files under `paths`, all of which can be looked at.
    static func files(under paths: [String]) throws -> [FoundFile] {
        let list = FileList(under: paths)
        if let failure = list.failures.first { throw failure }
        return list.files
    }

    /// Appends the files of a folder, by their names from `root`.
    private mutating func list(_ root: String, below folder: String, into names: inout [String]) {
        let place = folder.isEmpty ? root : root + "/" + folder
        guard let entries = opendir(place) else { return failures.append(.reading(place, errno)) }
        defer { closedir(entries) }
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix(".") { continue }
            let path = folder.isEmpty ? name : folder + "/" + name
            switch Self.kind(entry.pointee.d_type, root + "/" + path) {
            case UInt8(DT_DIR): list(root, below: path, into: &names)
            case UInt8(DT_REG): if !Self.notBatches.contains(name) { names.append(path) }
            default: break
            }
        }
    }

    /// What an entry is; a link counts as the file it points to, and folders behind links are not entered.
    private static func kind(_ told: UInt8, _ path: String) -> UInt8 {
        if told != UInt8(DT_UNKNOWN), told != UInt8(DT_LNK) { return told }
        var status = stat()
        guard stat(path, &status) == 0 else { return UInt8(DT_UNKNOWN) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return UInt8(DT_REG)
        case S_IFDIR: return told == UInt8(DT_LNK) ? UInt8(DT_UNKNOWN) : UInt8(DT_DIR)
        default: return UInt8(DT_UNKNOWN)
        }
    }
}
