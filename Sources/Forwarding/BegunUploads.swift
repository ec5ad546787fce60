// Which uploads in parts were begun and not finished: a hint on the disk, so that a new process goes on with them.

import Foundation
import Monitoring

/// The uploads to go on with, by the digest of their batch.
///
/// Not durable: without it a file is sent from its beginning, which changes nothing at the node.
struct BegunUploads {
    /// One line each: digest, blank, the upload's id.
    private let path: String
    private var uploads: [Digest256: UploadID] = [:]

    init(path: String) {
        self.path = path
        for line in ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n") {
            let parts = line.split(separator: " ").map(String.init)
            guard parts.count == 2, let digest = Digest256(hexadecimal: parts[0]), let id = UploadID(parts[1]) else {
                continue
            }
            uploads[digest] = id
        }
    }

    subscript(digest: Digest256) -> UploadID? {
        get { uploads[digest] }
        set {
            if uploads[digest] == newValue { return }
            uploads[digest] = newValue
            if uploads.isEmpty {
                try? FileManager.default.removeItem(atPath: path)
                return
            }
            let lines = uploads.map { "\($0.key) \($0.value.text)\n" }.sorted()
            try? Data(lines.joined().utf8).write(to: URL(filePath: path))
        }
    }
}
