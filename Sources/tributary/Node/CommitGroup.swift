// How files share commits, and with them fsyncs.

/// How files are gathered into commits.
enum CommitGroup {
    /// Files of one group: one fsync serves them all, and a slow group delays no receipt for long.
    static let fileLimit = 256
    /// Bytes of one group; a larger file is a group of its own.
    static let byteLimit = 64 << 20

    static func cut<File>(_ files: [File], byteCount: (File) -> Int) -> [[File]] {
        var groups: [[File]] = []
        var bytes = 0
        for file in files {
            if let last = groups.last, last.count < fileLimit, bytes + byteCount(file) <= byteLimit {
                groups[groups.count - 1].append(file)
                bytes += byteCount(file)
            } else {
                groups.append([file])
                bytes = byteCount(file)
            }
        }
        return groups
    }
}
