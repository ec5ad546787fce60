// The files that paths on a command line name.

import Foundation
import Glibc

/// A file below a path that a person named.
struct FoundFile: Sendable {
    let path: String
    /// From the folder a person named, that folder included: feeds leave dates out of their rows and put them there.
    let name: String
}

/// Files named by paths: each file itself, and every file below each folder, in path order. Hidden files are left out.
enum FileList {
    /// Lists of planted events and load manifests lie beside batches and are none.
    private static let notBatches: Set<String> = ["manifest.json", "truth.json", "series.json"]

    static func files(under paths: [String]) throws -> [FoundFile] {
        var files: [FoundFile] = []
        for path in paths {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw CommandFailure(status: ExitStatus.inputUnusable, message: "\(path) does not exist.")
            }
            let parts = path.split(separator: "/")
            guard isFolder.boolValue else {
                files.append(FoundFile(path: path, name: parts.suffix(2).joined(separator: "/")))
                continue
            }
            var names: [String] = []
            list(path, below: "", into: &names)
            let folder = parts.last.map { $0 + "/" } ?? ""
            for name in names.sorted() { files.append(FoundFile(path: path + "/" + name, name: folder + name)) }
        }
        return files
    }

    /// Appends the files of a folder, by their names from `root`.
    private static func list(_ root: String, below folder: String, into names: inout [String]) {
        guard let entries = opendir(folder.isEmpty ? root : root + "/" + folder) else { return }
        defer { closedir(entries) }
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix(".") { continue }
            let path = folder.isEmpty ? name : folder + "/" + name
            switch kind(entry.pointee.d_type, root + "/" + path) {
            case UInt8(DT_DIR): list(root, below: path, into: &names)
            case UInt8(DT_REG): if !notBatches.contains(name) { names.append(path) }
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
