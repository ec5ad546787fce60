// One batch from standard input, on its way through a private file: the node and a daemon read files.

import Formats
import Foundation
import Glibc

/// A private copy of what standard input held, gone with `remove`.
struct StandardInputBatch {
    /// What stands for standard input on the command line.
    static let sign = "-"
    /// How much is copied at once.
    private static let pieceBytes = 1 << 20

    let path: String

    /// Copies standard input into a file that only this user reads, in the temporary folder.
    ///
    /// - Throws: `CommandFailure` when it cannot be read, cannot be written, or is longer than a batch may be.
    init(limit: Int = ReadLimits().compressedBytes) throws {
        var template = Array((NSTemporaryDirectory() + "/tributary-stdin-XXXXXX").utf8CString)
        let copy = mkstemp(&template)
        path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        guard copy >= 0 else { throw Self.cannotWrite(path, errno) }
        defer { close(copy) }
        do {
            try Self.copy(to: copy, path: path, limit: limit)
        } catch {
            unlink(path)
            throw error
        }
    }

    func remove() { unlink(path) }

    private static func copy(to copy: Int32, path: String, limit: Int) throws {
        var piece = [UInt8](repeating: 0, count: pieceBytes)
        var total = 0
        while true {
            let count = read(STDIN_FILENO, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            if count < 0 { throw CommandFailure.reading("standard input", errno) }
            if count == 0 { return }
            total += count
            guard total <= limit else {
                throw CommandFailure(
                    status: ExitStatus.inputUnusable,
                    message: "standard input has more than \(limit) bytes: send it in smaller batches.")
            }
            var written = 0
            while written < count {
                let step = piece.withUnsafeBytes { write(copy, $0.baseAddress! + written, count - written) }
                if step < 0, errno == EINTR { continue }
                if step < 0 { throw cannotWrite(path, errno) }
                written += step
            }
        }
    }

    private static func cannotWrite(_ path: String, _ code: Int32) -> CommandFailure {
        CommandFailure(
            status: ExitStatus.cannotWrite,
            message: "\(path) cannot be written: \(String(cString: strerror(code))): name a folder with room in TMPDIR."
        )
    }
}
