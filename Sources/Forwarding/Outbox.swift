// The station's folders: what waits, what was sent, what was refused, and the receipts that prove it.

import Formats
import Foundation
import Glibc
package import Ingest
import Monitoring

/// The outbox (发送箱): one watched folder, with `sent/`, `refused/` and the receipts.
///
/// A file leaves only after its receipt is durable, and every step can be repeated after a crash at any instant.
package struct Outbox {
    private let root: String
    private let receipts: String
    private let deletesSent: Bool
    private var folder: DropFolder

    /// Opens the folder `root`, making what is missing in it.
    ///
    /// - Parameters:
    ///   - receipts: where receipts are kept; `nil` is `root/receipts`.
    ///   - elapsed: time since some fixed moment.
    ///   - writer: how a file is asked for its writer.
    package init(
        root: String, receipts: String? = nil, deletesSent: Bool = false,
        elapsed: @escaping @Sendable () -> Duration = DropFolder.clock(),
        writer: @escaping @Sendable (OpenFile) -> WriterState = { $0.writer }
    ) throws {
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
            folder = try DropFolder(
                root: root, skipping: Set(own.map { FolderPath(bytes: Array($0.utf8)) }), elapsed: elapsed,
                writer: writer)
            try FileManager.default.createDirectory(atPath: self.receipts, withIntermediateDirectories: true)
        } catch {
            throw ForwardingProblem(
                .output, "the folders of \(root) cannot be made: \(error.localizedDescription)")
        }
    }

    // MARK: Waiting files

    /// The files that seem whole, oldest first.
    mutating func sweep() -> [DroppedFile] {
        // What the watch saw closed or moved in is among those that the sweep finds.
        _ = folder.arrivals()
        return folder.sweep().sorted { ($0.modified, $0.relativePath) < ($1.modified, $1.relativePath) }
    }

    /// Whether nothing waits that can be sent soon.
    var isSettled: Bool { folder.isSettled }
    /// Files that are to be sent.
    var waitingCount: Int { folder.waitingCount }
    /// Files that cannot be sent for now: held open for long, closed to us, or not to be moved.
    var leftCount: Int { folder.leftCount }

    /// What the station's people should know, each once.
    mutating func takeNotices() -> [String] { folder.takeNotices() }

    /// The file as it was found, once its writer has left it; otherwise a later sweep finds it again.
    mutating func open(_ file: DroppedFile) -> OpenFile? {
        if case .open(let open) = folder.open(file) { open } else { nil }
    }

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

    /// Takes a file out of the folder once its receipt is kept. `sent/` keeps the folders of stations; a name that is
    /// taken there by other bytes gets the digest before it.
    ///
    /// A file that was replaced since it was read, or that its writer has again, stays: what it is then is sent as another
    /// batch.
    mutating func finish(_ file: DroppedFile, _ digest: Digest256) throws {
        do throws(FolderProblem) {
            if deletesSent {
                _ = try folder.remove(file)
            } else {
                _ = try folder.move(file, below: root + "/sent", otherName: DropFolder.asideName(file, digest))
            }
        } catch {
            throw failure(error)
        }
    }

    /// Moves a file that the node cannot take to `refused/`, its reason first.
    ///
    /// - Returns: false when the file stays as in `finish`: it may not have been what the node refused.
    mutating func refuse(_ file: DroppedFile, _ digest: Digest256, reason: CanonicalJSON) throws -> Bool {
        do throws(FolderProblem) {
            return try folder.moveAside(file, to: root + "/refused", digest: digest, reason: reason)
        } catch {
            throw failure(error)
        }
    }

    private func failure(_ problem: FolderProblem) -> ForwardingProblem {
        ForwardingProblem(.output, "\(problem) Nothing is lost: put it right and start again.")
    }

    // MARK: Durable files

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
