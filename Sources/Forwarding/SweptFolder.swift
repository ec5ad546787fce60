// The station's folder as it is swept: which files are whole.

import Foundation

/// A file that lies in the station's folder and has stopped growing.
struct OutboxFile: Hashable, Sendable {
    /// From the folder; nested folders per station are kept.
    let relativePath: String
    let path: String
    let byteCount: Int
    let modified: Date
}

/// Watches one folder by sweeping it.
///
/// A file counts as whole when its size and time did not change between two sweeps: a station may still be writing
/// it. Hidden files, `*.part` and `*.tmp` are files in the making, and links are never followed.
struct SweptFolder {
    private struct Stamp: Hashable {
        let byteCount: Int
        let modified: Date
    }

    private let root: String
    private let skipped: Set<String>
    private var previous: [String: Stamp] = [:]

    /// - Parameter skipping: folders of `root` that are not looked into.
    init(root: String, skipping: Set<String> = []) throws {
        self.root = root
        skipped = skipping
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    }

    /// The files that are whole, in path order. Call again later for the rest.
    mutating func sweep() -> [OutboxFile] {
        let found = list()
        var whole: [OutboxFile] = []
        for (relative, stamp) in found where previous[relative] == stamp {
            whole.append(
                OutboxFile(
                    relativePath: relative, path: root + "/" + relative, byteCount: stamp.byteCount,
                    modified: stamp.modified))
        }
        previous = found
        return whole.sorted { $0.relativePath < $1.relativePath }
    }

    /// How many files the last sweep saw, whole or not.
    var count: Int { previous.count }

    private func list() -> [String: Stamp] {
        let base = URL(filePath: root, directoryHint: .isDirectory)
        guard let walk = FileManager.default.enumerator(at: base, includingPropertiesForKeys: Array(Self.keys)) else {
            return [:]
        }
        let prefix = base.standardizedFileURL.path(percentEncoded: false)
        var found: [String: Stamp] = [:]
        while let url = walk.nextObject() as? URL {
            let name = url.lastPathComponent
            if name.hasPrefix(".") || name.hasSuffix(".part") || name.hasSuffix(".tmp") { continue }
            let path = url.standardizedFileURL.path(percentEncoded: false)
            guard path.hasPrefix(prefix) else { continue }
            var relative = path.dropFirst(prefix.count).drop { $0 == "/" }
            if !skipped.isEmpty, relative.last == "/" { relative.removeLast() }
            if skipped.contains(String(relative)) {
                walk.skipDescendants()
                continue
            }
            guard let stamp = stamp(of: url) else { continue }
            found[String(relative)] = stamp
        }
        return found
    }

    private static let keys: Set<URLResourceKey> = [.isRegularFileKey, .fileSizeKey, .contentModificationDateKey]

    /// `nil` for what is no regular file, links among them, or gone.
    private func stamp(of url: URL) -> Stamp? {
        guard let values = try? url.resourceValues(forKeys: Self.keys), values.isRegularFile == true,
            let size = values.fileSize, let modified = values.contentModificationDate
        else { return nil }
        return Stamp(byteCount: size, modified: modified)
    }

    /// Whether the file is the one the sweep saw.
    func isUnchanged(_ file: OutboxFile) -> Bool {
        stamp(of: URL(filePath: file.path)) == Stamp(byteCount: file.byteCount, modified: file.modified)
    }
}
