// The small files beside uploads that can be resumed, and the names of both.

import Glibc

/// Reading and writing of what is small enough to be done at once.
enum PartialFiles {
    /// 128 bits of the system's chance: an address nobody guesses.
    static func newID() -> String {
        var system = SystemRandomNumberGenerator()
        let digits = (system.next() as UInt64, system.next() as UInt64)
        return [digits.0, digits.1].map { part in
            let text = String(part, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }.joined()
    }

    static func write(_ text: String, to path: String) throws(SpoolFault) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SpoolFault(call: "open", code: errno) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw SpoolFault(call: "write", code: errno)
        }
        guard fsync(descriptor) == 0 else { throw SpoolFault(call: "fsync", code: errno) }
    }

    /// Writes a small file whole or not at all, durably.
    static func replace(_ path: String, with text: String) throws(SpoolFault) {
        let aside = path + ".part"
        unlink(aside)
        try write(text, to: aside)
        guard rename(aside, path) == 0 else { throw SpoolFault(call: "rename", code: errno) }
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SpoolFault(call: "open", code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SpoolFault(call: "fsync", code: errno) }
    }

    /// The beginning of a small file, without the line's end.
    static func text(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 0, count < bytes.count else { return nil }
        return String(decoding: bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    /// The uploads in the folder that can go on, with when each was last added to; files of others are removed.
    static func uploads(
        in folder: String, boot: String
    ) throws(SpoolFault) -> [(upload: PartialUpload, touched: Int)] {
        var found: [(upload: PartialUpload, touched: Int)] = []
        for name in try names(in: folder) where name.hasSuffix(".upload") || name.hasSuffix(".upload.json") {
            let id = String(name.prefix { $0 != "." })
            var status = stat()
            // Its bytes come before its record, so that a record alone is the rest of a removed one.
            guard stat("\(folder)/\(id).upload", &status) == 0,
                name.hasSuffix(".json") || access("\(folder)/\(name).json", F_OK) == 0
            else {
                unlink(folder + "/" + name)
                continue
            }
            if name.hasSuffix(".json") { continue }
            guard let upload = try PartialUpload(leftIn: folder, id: id, boot: boot) else {
                unlink(folder + "/" + name)
                unlink(folder + "/" + name + ".json")
                continue
            }
            found.append((upload, Int(status.st_mtim.tv_sec)))
        }
        return found
    }

    private static func names(in folder: String) throws(SpoolFault) -> [String] {
        guard let listing = opendir(folder) else { throw SpoolFault(call: "opendir", code: errno) }
        defer { closedir(listing) }
        var names: [String] = []
        while let entry = readdir(listing) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names
    }
}
