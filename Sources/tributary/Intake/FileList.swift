// The files that paths on a command line name.

import Foundation
import Glibc
import Ingest

/// A path that a person gave, from the root.
struct GivenPath: Sendable {
    /// For messages and names.
    let text: String
    /// Byte for byte where the text says it otherwise: names need not be UTF-8.
    let bytes: [UInt8]?
    /// The last part of the path as every door writes it, and a stroke: what names of files below begin with.
    let folderName: String

    init(absolute text: String) {
        self.text = text
        bytes = nil
        folderName = Self.folderName(FolderPath(bytes: Array(text.utf8)).text)
    }

    private init(raw: [UInt8]) {
        let here = Array(FileManager.default.currentDirectoryPath.utf8)
        let path = FolderPath(bytes: raw.first == UInt8(ascii: "/") ? raw : here + [UInt8(ascii: "/")] + raw)
        text = path.text
        bytes = path.bytes
        folderName = Self.folderName(text)
    }

    private static func folderName(_ path: String) -> String {
        path.split(separator: "/").last.map { $0 + "/" } ?? ""
    }

    /// Paths from the command line. Swift hands them on with U+FFFD where they are not UTF-8, so that two may look alike:
    /// these are found again among the arguments as the system gave them, in their order.
    static func given(_ paths: [String]) -> [GivenPath] {
        var arguments = paths.contains { $0.unicodeScalars.contains("\u{FFFD}") } ? rawArguments() : []
        return paths.map { path in
            if path.unicodeScalars.contains("\u{FFFD}"),
                let place = arguments.firstIndex(where: { String(decoding: $0, as: UTF8.self) == path })
            {
                let raw = arguments.remove(at: place)
                if String(validating: raw, as: UTF8.self) == nil { return GivenPath(raw: raw) }
            }
            return GivenPath(absolute: absolutePath(path))
        }
    }

    private static func rawArguments() -> [[UInt8]] {
        (0..<Int(CommandLine.argc)).dropFirst().compactMap { CommandLine.unsafeArgv[$0] }.map { start in
            UnsafeBufferPointer(start: start, count: strlen(start)).map { UInt8(bitPattern: $0) }
        }
    }
}

/// A file below a path that a person named.
struct FoundFile: Sendable {
    /// The folder that was named, or the file itself; one text for all files of a folder.
    private let root: GivenPath
    /// From `root`; empty for a file that was named itself.
    private let below: FolderPath
    /// A name that the path does not give.
    private let given: String?

    init(root: GivenPath, below: FolderPath = .root, name: String? = nil) {
        self.root = root
        self.below = below
        given = name
    }

    init(root: String, name: String? = nil) { self.init(root: GivenPath(absolute: root), name: name) }

    /// The path itself where `pathBytes` is `nil`; otherwise its text, for messages.
    var path: String {
        below.bytes.isEmpty
            ? root.text : root.text + "/" + (String(validating: below.bytes, as: UTF8.self) ?? below.text)
    }

    /// The path where it is not UTF-8.
    var pathBytes: [UInt8]? {
        if below.bytes.isEmpty || root.bytes == nil && String(validating: below.bytes, as: UTF8.self) != nil {
            return root.bytes
        }
        return (root.bytes ?? Array(root.text.utf8)) + [UInt8(ascii: "/")] + below.bytes
    }

    /// As `stat` tells it.
    func status(_ status: inout stat) -> Int32 {
        pathBytes.map { withCString($0) { stat($0, &status) } } ?? stat(path, &status)
    }

    func member(sent: SentTime) -> IngestRequest.Member {
        IngestRequest.Member(path: path, pathBytes: pathBytes, name: name, sent: sent)
    }

    /// Bytes that lie in a file for the moment only: its own time says nothing of them.
    var isCopy: Bool { given != nil }

    /// From the folder a person named, that folder included: feeds leave dates out of their rows and put them there.
    var name: String {
        if let given { return given }
        if !below.bytes.isEmpty { return root.folderName + below.text }
        let path = root.bytes == nil ? FolderPath(bytes: Array(root.text.utf8)).text : root.text
        return path.split(separator: "/").suffix(2).joined(separator: "/")
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

/// Files named by paths: each file itself, and every file below each folder, in path order. Hidden files are left out; a
/// link is followed only where a person gave it.
struct FileList {
    /// Lists of planted events and load manifests lie beside batches and are none.
    private static let notBatches: Set = ["manifest.json", "truth.json", "series.json"]

    private(set) var files: [FoundFile] = []
    /// What could not be looked at, a sentence each.
    private(set) var failures: [CommandFailure] = []
    /// What lies in a folder and is no batch by its name or kind, a sentence each.
    private(set) var leftOut: [String] = []

    /// The files under `paths`; everything that could not be looked at is a failure beside them.
    init(under paths: [GivenPath]) {
        for path in paths { add(path) }
    }

    /// A batch that lies in a file under another name.
    mutating func add(_ path: String, name: String) { files.append(FoundFile(root: path, name: name)) }

    private mutating func add(_ path: GivenPath) {
        let bytes = path.bytes ?? Array(path.text.utf8)
        var status = stat()
        guard withCString(bytes, { stat($0, &status) }) == 0 else {
            let code = errno
            return failures.append(
                code == ENOENT || code == ENOTDIR
                    ? CommandFailure(status: ExitStatus.inputUnusable, message: "\(path.text) does not exist.")
                    : .reading(path.text, code))
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { return files.append(FoundFile(root: path)) }
        var found: [FolderPath] = []
        list(path, bytes, below: .root, into: &found)
        for place in found.sorted() { files.append(FoundFile(root: path, below: place)) }
    }

    /// The files under `paths`, all of which can be looked at.
    static func files(under paths: [String]) throws -> [FoundFile] {
        let list = FileList(under: paths.map { GivenPath(absolute: $0) })
        if let failure = list.failures.first { throw failure }
        if let odd = list.files.first(where: { $0.pathBytes != nil }) {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "\(odd.path) has a name that is not UTF-8 (its bytes are written as ~XX here): only `ingest`, "
                    + "`serve` and `push` open such files. Rename it for this command.")
        }
        return list.files
    }

    /// Appends the files of a folder, by their places below `root`.
    private mutating func list(
        _ root: GivenPath, _ rootBytes: [UInt8], below place: FolderPath, into found: inout [FolderPath]
    ) {
        guard let folder = OpenFolder(place.components, root: rootBytes), let names = folder.names() else {
            let code = errno
            return failures.append(.reading(FoundFile(root: root, below: place).path, code))
        }
        func path(_ place: FolderPath) -> String { FoundFile(root: root, below: place).path }
        for name in names where name.first != UInt8(ascii: ".") {
            let inner = place.child(name)
            // Gone since: as if it had never been there.
            guard let status = folder.status(name) else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                list(root, rootBytes, below: inner, into: &found)
            } else if status.st_mode & S_IFMT == S_IFLNK {
                failures.append(
                    CommandFailure(
                        status: ExitStatus.inputUnusable,
                        message:
                            "\(path(inner)) is a symbolic link, and within a folder none is followed: give the link "
                            + "by its own path if what it points to shall be taken."))
            } else if !isRegular(status) {
                leftOut.append("\(path(inner)) is left out: it is no file but \(kind(of: status)).")
            } else if Self.notBatches.contains(String(decoding: name, as: UTF8.self)) {
                leftOut.append(
                    "\(path(inner)) is left out: lists of this name lie beside batches. Give it by its own path to take "
                        + "it.")
            } else {
                found.append(inner)
            }
        }
    }
}
