// Files made in a folder: written aside, made durable, then renamed, so that no reader and no crash sees half of one.

import Glibc

extension OpenFolder {
    /// Bytes copied at once.
    private static let pieceBytes = 1 << 20

    /// Writes a file; the caller makes the folder durable.
    func write(_ bytes: [UInt8], as name: String) throws(FolderProblem) {
        try draft(Array(name.utf8)[...]) { descriptor throws(FolderProblem) in
            try Self.writeAll(descriptor, bytes[...], name)
        }
    }

    /// Copies an open file; the caller makes the folder durable.
    func copy(_ file: OpenFile, as name: ArraySlice<UInt8>) throws(FolderProblem) {
        let text = FolderPath(bytes: Array(name)).text
        try draft(name) { descriptor throws(FolderProblem) in
            var offset = 0
            while true {
                var code: Int32 = 0
                let piece = [UInt8](unsafeUninitializedCapacity: Self.pieceBytes) { buffer, count in
                    let read = file.read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
                    if read < 0 { code = errno }
                    count = max(0, read)
                }
                if code != 0 { throw FolderProblem(call: "read", path: text, code: code) }
                if piece.isEmpty { return }
                try Self.writeAll(descriptor, piece[...], text)
                offset += piece.count
            }
        }
    }

    /// Makes the names in the folder durable.
    func sync() throws(FolderProblem) {
        guard fsync(descriptor) == 0 else { throw FolderProblem(call: "fsync", path: "the folder", code: errno) }
    }

    private func draft(
        _ name: ArraySlice<UInt8>, _ fill: (Int32) throws(FolderProblem) -> Void
    ) throws(FolderProblem) {
        let text = FolderPath(bytes: Array(name)).text
        let aside = Array(".being-written.part".utf8)
        let target = withCString(aside) {
            openat(descriptor, $0, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o644)
        }
        guard target >= 0 else { throw FolderProblem(call: "open", path: text, code: errno) }
        defer { _ = close(target) }
        try fill(target)
        guard fsync(target) == 0 else { throw FolderProblem(call: "fsync", path: text, code: errno) }
        let renamed = withCString(aside) { old in withCString(name) { renameat(descriptor, old, descriptor, $0) } }
        guard renamed == 0 else { throw FolderProblem(call: "rename", path: text, code: errno) }
    }

    private static func writeAll(_ descriptor: Int32, _ bytes: ArraySlice<UInt8>, _ name: String) throws(FolderProblem)
    {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { throw FolderProblem(call: "write", path: name, code: errno) }
            rest = rest.dropFirst(max(0, count))
        }
    }
}
