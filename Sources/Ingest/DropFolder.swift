// The drop folder as the daemon sees it: which files are whole, and where each goes once its receipt stands.

package import Foundation
package import Monitoring

/// A file that lies in the drop folder and has stopped growing.
package struct DroppedFile: Hashable, Sendable {
    /// From the drop folder; nested folders per station are kept.
    package let relativePath: String
    package let path: String
    package let byteCount: Int
    package let modified: Date
}

/// Watches one folder by sweeping it.
///
/// A file counts as whole when its size and time did not change between two sweeps: a station may still be writing
/// it. Hidden files, `*.part` and `*.tmp` are files in the making, and links are never followed.
package struct DropFolder {
    private struct Stamp: Hashable {
        let byteCount: Int
        let modified: Date
    }

    private let root: String
    private let skipped: Set<String>
    private var previous: [String: Stamp] = [:]

    /// - Parameter skipping: folders of `root` that are not looked into.
    package init(root: String, skipping: Set<String> = []) throws {
        self.root = root
        skipped = skipping
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    }

    /// The files that are whole, in path order. Call again later for the rest.
    package mutating func sweep() -> [DroppedFile] {
        let found = list()
        var whole: [DroppedFile] = []
        for (relative, stamp) in found where previous[relative] == stamp {
            whole.append(
                DroppedFile(
                    relativePath: relative, path: root + "/" + relative, byteCount: stamp.byteCount,
                    modified: stamp.modified))
        }
        previous = found
        return whole.sorted { $0.relativePath < $1.relativePath }
    }

    /// True when the last sweep saw no file at all, whole or not.
    package var isEmpty: Bool { previous.isEmpty }

    /// How many files the last sweep saw, whole or not.
    package var count: Int { previous.count }

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

    /// Takes a file out of the folder once its bytes stand in the archive and its receipt is written.
    ///
    /// A file that was replaced since the sweep stays: other bytes may lie there now, and the next sweep takes them.
    package func finish(_ file: DroppedFile) throws {
        if isUnchanged(file) { try FileManager.default.removeItem(atPath: file.path) }
    }

    /// Whether the file is the one the sweep saw.
    package func isUnchanged(_ file: DroppedFile) -> Bool {
        stamp(of: URL(filePath: file.path)) == Stamp(byteCount: file.byteCount, modified: file.modified)
    }

    /// Moves a refused file to `rejectedFolder`, with its reason beside it as `<name>.reason.json`.
    package func refuse(_ file: DroppedFile, to rejectedFolder: String, digest: Digest256, reason: CanonicalJSON) throws
    {
        guard isUnchanged(file) else { return }
        let name = (file.relativePath as NSString).lastPathComponent
        // The digest in the name keeps two refused files of one name apart.
        let target = rejectedFolder + "/" + digest.description.prefix(12) + "-" + name
        try FileManager.default.createDirectory(atPath: rejectedFolder, withIntermediateDirectories: true)
        try Data((reason.text() + "\n").utf8).write(to: URL(filePath: target + ".reason.json"), options: .atomic)
        if FileManager.default.fileExists(atPath: target) { try FileManager.default.removeItem(atPath: target) }
        try FileManager.default.moveItem(atPath: file.path, toPath: target)
    }
}
