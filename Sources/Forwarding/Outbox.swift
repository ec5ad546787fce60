// The station's folders: what waits, what was sent, what was refused, and the receipts that prove it.

import Formats
import Foundation
import Glibc
import Monitoring

/// The outbox (发送箱): one watched folder, with `sent/`, `refused/` and the receipts.
///
/// A file leaves only after its receipt is durable, and every step can be repeated after a crash at any instant.
package struct Outbox {
    private let root: String
    private let receipts: String
    private let deletesSent: Bool
    private var folder: SweptFolder
    /// Paths that the last sweep found closed to us.
    private(set) var unreadable: [String] = []

    /// Opens the folder `root`, making what is missing in it.
    ///
    /// - Parameter receipts: where receipts are kept; `nil` is `root/receipts`.
    package init(root: String, receipts: String? = nil, deletesSent: Bool = false) throws {
        guard receipts != root else {
            throw ForwardingProblem(
                .usage, "the receipts cannot lie among the files to send: give --receipts another folder.")
        }
        self.root = root
        self.receipts = receipts ?? root + "/receipts"
        self.deletesSent = deletesSent
        do {
            var own: Set = ["sent", "refused", "receipts"]
            if let receipts, receipts.hasPrefix(root + "/") {
                own.insert(String(receipts.dropFirst(root.utf8.count + 1)))
            }
            folder = try SweptFolder(root: root, skipping: own)
            try FileManager.default.createDirectory(atPath: self.receipts, withIntermediateDirectories: true)
        } catch {
            throw ForwardingProblem(
                .output, "the folders of \(root) cannot be made: \(error.localizedDescription)")
        }
    }

    // MARK: Waiting files

    /// The files that are whole and readable, oldest first.
    mutating func sweep() -> [OutboxFile] {
        let (readable, closed) = folder.sweep().reduce(into: ([OutboxFile](), [String]())) { lists, file in
            if access(file.path, R_OK) == 0 {
                lists.0.append(file)
            } else if FileManager.default.fileExists(atPath: file.path) {
                lists.1.append(file.path)
            }
        }
        unreadable = closed
        return readable.sorted { ($0.modified, $0.relativePath) < ($1.modified, $1.relativePath) }
    }

    /// Files the last sweep saw, whole or not, that are still to be sent.
    var awaitedCount: Int { folder.count - unreadable.count }

    // MARK: Receipts

    /// The kept receipt of a batch, unless it is damaged.
    func receipt(_ digest: Digest256) -> SignedReceipt? {
        guard let text = try? String(contentsOfFile: receiptPath(digest), encoding: .utf8) else { return nil }
        return try? SignedReceipt(verifying: text)
    }

    /// Keeps a receipt; durable when this returns.
    func keep(_ receipt: SignedReceipt) throws { try write(receipt.text + "\n", to: receiptPath(receipt.batch)) }

    private func receiptPath(_ digest: Digest256) -> String { "\(receipts)/\(digest).json" }

    /// The node's key as this station came to know it, `nil` before the first receipt.
    func pinnedKey() throws -> NodePublicKey? {
        guard let text = try? String(contentsOfFile: pinPath, encoding: .utf8) else {
            if FileManager.default.fileExists(atPath: pinPath) { throw unreadablePin }
            return nil
        }
        guard let key = NodePublicKey(hexadecimal: text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw unreadablePin
        }
        return key
    }

    func pin(_ key: NodePublicKey) throws { try write("\(key)\n", to: pinPath) }

    var pinPath: String { receipts + "/node-key.pub" }

    private var unreadablePin: ForwardingProblem {
        ForwardingProblem(
            .input,
            "\(pinPath) does not hold 64 hexadecimal digits: put the node's public key there, as `tributary "
                + "doctor` prints it on the node, or remove the file to trust the next receipt's.")
    }

    // MARK: The batches on their way

    /// The batches that were being sent when a process before this one ended; asked for before they are sent again.
    func batchesInFlight() -> [Digest256] {
        let text = (try? String(contentsOfFile: receipts + "/in-flight", encoding: .utf8)) ?? ""
        return text.split(whereSeparator: \.isWhitespace).compactMap { Digest256(hexadecimal: String($0)) }
    }

    /// A hint, not durable: without it a batch may be sent twice, which changes nothing at the node.
    func note(inFlight digests: [Digest256]) {
        let text = digests.map { "\($0)\n" }.joined()
        try? Data(text.utf8).write(to: URL(filePath: receipts + "/in-flight"))
    }

    /// Where the uploads in parts that are not finished are noted: a hint as well.
    var begunUploadsPath: String { receipts + "/uploads" }

    // MARK: Files that leave

    /// Takes a file out of the folder once its receipt is kept. A file that was replaced since the sweep stays.
    func finish(_ file: OutboxFile, _ digest: Digest256) throws {
        guard folder.isUnchanged(file) else { return }
        if deletesSent {
            guard unlink(file.path) == 0 || errno == ENOENT else { throw failure("delete", file.path) }
        } else {
            try move(file, to: sentPath(file, digest))
        }
    }

    /// `sent/` keeps the folders of stations; a name that is taken by other bytes gets the digest before it.
    private func sentPath(_ file: OutboxFile, _ digest: Digest256) -> String {
        let plain = root + "/sent/" + file.relativePath
        if !FileManager.default.fileExists(atPath: plain) { return plain }
        return URL(filePath: plain).deletingLastPathComponent().path(percentEncoded: false) + named(file, digest)
    }

    /// Moves a file that the node cannot take to `refused/`, its reason first.
    ///
    /// - Returns: false when the file is another by now: it may not have been what the node refused.
    func refuse(_ file: OutboxFile, _ digest: Digest256, reason: CanonicalJSON) throws -> Bool {
        guard folder.isUnchanged(file) else { return false }
        let target = root + "/refused/" + named(file, digest)
        try makeFolder(root + "/refused")
        try write(reason.text() + "\n", to: target + ".reason.json")
        try move(file, to: target)
        return true
    }

    /// The digest in the name keeps two files of one name apart.
    private func named(_ file: OutboxFile, _ digest: Digest256) -> String {
        digest.description.prefix(12) + "-" + (file.relativePath as NSString).lastPathComponent
    }

    private func move(_ file: OutboxFile, to target: String) throws {
        let parent = (target as NSString).deletingLastPathComponent
        try makeFolder(parent)
        guard rename(file.path, target) == 0 || errno == ENOENT else { throw failure("move", file.path) }
        try sync(parent)
    }

    // MARK: Durable files

    private func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw ForwardingProblem(.output, "\(path) cannot be made: \(error.localizedDescription)")
        }
    }

    /// Written aside, made durable, then renamed: no reader and no crash ever sees half of it.
    private func write(_ text: String, to path: String) throws {
        let draft = path + ".part"
        let descriptor = Glibc.open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("write", draft) }
        defer { _ = Glibc.close(descriptor) }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { throw failure("write", draft) }
            bytes = bytes.dropFirst(max(0, count))
        }
        guard fsync(descriptor) == 0, rename(draft, path) == 0 else { throw failure("write", path) }
        try sync((path as NSString).deletingLastPathComponent)
    }

    private func sync(_ folder: String) throws {
        let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", folder) }
        defer { _ = Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("write", folder) }
    }

    private func failure(_ act: String, _ path: String) -> ForwardingProblem {
        let cause = String(cString: strerror(errno))
        return ForwardingProblem(
            .output, "cannot \(act) \(path): \(cause). Nothing is lost: put it right and start again.")
    }
}
