// A station for tests: a folder of files, a clock that jumps instead of waiting, and what the forwarder told.

import Formats
import Forwarding
import Foundation
import Glibc
import Ingest
import Monitoring
import Synchronization

/// Time that passes only by pausing; chance is always one half.
final class JumpingClock: Sendable {
    /// A forwarder that never comes to an end is stopped here.
    struct Stuck: Error {}

    private let state = Mutex((elapsed: Duration.zero, pauses: 0))
    private let pauseLimit: Int
    private let ending: any Error

    /// - Parameter ending: what the pause after the last one throws.
    init(pauseLimit: Int = 5_000, ending: any Error = Stuck()) {
        (self.pauseLimit, self.ending) = (pauseLimit, ending)
    }

    var elapsed: Duration { state.withLock { $0.elapsed } }

    var pace: Pace {
        Pace(
            elapsed: { self.elapsed },
            pause: { duration in
                try Task.checkCancellation()
                let isStuck = self.state.withLock { state in
                    state.elapsed += duration
                    state.pauses += 1
                    return state.pauses > self.pauseLimit
                }
                if isStuck { throw self.ending }
                await Task.yield()
            },
            chance: { 0.5 })
    }
}

/// One folder to send from, gone with the test.
final class Station: Sendable {
    let folder: URL
    private let events = Mutex<[ForwardingEvent]>([])

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "station-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    /// Writes a file, `age` seconds before the newest.
    func write(_ text: String, to name: String, age: Double = 0, byRename: Bool = false) throws {
        let url = folder.appending(path: name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url, options: byRename ? .atomic : [])
        // A fixed moment, so that equal ages are equal times.
        let modified = Date(timeIntervalSince1970: 1_735_689_600 - age)
        try FileManager.default.setAttributes([.modificationDate: modified], ofItemAtPath: url.path)
    }

    /// Writes a file whose name is these bytes.
    func write(_ text: String, named name: [UInt8]) throws {
        let descriptor = withCString(Array(folder.path.utf8) + [UInt8(ascii: "/")] + name) {
            Glibc.open($0, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        }
        try FileHandle(fileDescriptor: descriptor, closeOnDealloc: true).write(contentsOf: Data(text.utf8))
    }

    /// The file's writer: it stands at the end and has the file open.
    func writer(of name: String) throws -> FileHandle {
        let handle = try FileHandle(forUpdating: folder.appending(path: name))
        try handle.seekToEnd()
        return handle
    }

    /// Every file below the folder, by path, with its text.
    func files() throws -> [String: String] {
        var found: [String: String] = [:]
        let walk = FileManager.default.enumerator(atPath: folder.path)
        while let path = walk?.nextObject() as? String {
            if let text = try? String(contentsOf: folder.appending(path: path), encoding: .utf8) { found[path] = text }
        }
        return found
    }

    /// The names of files in one of the folder's parts, sorted.
    func names(in part: String) throws -> [String] {
        try files().keys.filter { $0.hasPrefix(part + "/") }.map { String($0.dropFirst(part.count + 1)) }.sorted()
    }

    /// Files that still wait.
    func waiting() throws -> [String] {
        try files().keys.filter { path in
            !["sent/", "refused/", "receipts/"].contains { path.hasPrefix($0) }
        }.sorted()
    }

    /// Sends until nothing waits; one file at a time, so that requests come in a known order.
    @discardableResult
    func push(
        to node: UnreliableNode, nodeKey: NodePublicKey? = nil, deletesSent: Bool = false, base: String? = nil,
        authority: String? = nil, limits: AnswerLimits = AnswerLimits(), clock: JumpingClock = JumpingClock(),
        flightLimit: Int = 1, token: String = UnreliableNode.token,
        writer: @escaping @Sendable (OpenFile) -> WriterState = { $0.writer }
    ) async throws -> ForwardingResult {
        let forwarder = try Forwarder(
            Outbox(root: folder.path, deletesSent: deletesSent, elapsed: clock.pace.elapsed, writer: writer),
            to: NodeAddress(base ?? "http://127.0.0.1:\(node.port)"), nodeKey: nodeKey, authority: authority,
            limits: limits, pace: clock.pace, flightLimit: flightLimit, token: { token },
            report: { event in self.events.withLock { $0.append(event) } })
        return try await forwarder.run(once: true)
    }

    /// What was said of files that cannot be sent.
    var notices: [String] {
        events.withLock { $0.compactMap { if case .notice(let words) = $0 { words } else { nil } } }
    }

    /// What was said of waiting, in order.
    var waits: [(name: String, words: String, delay: Duration)] {
        events.withLock { events in
            events.compactMap { event in
                if case .waiting(let name, let words, let delay) = event { (name, words, delay) } else { nil }
            }
        }
    }
}

func digest(_ text: String) -> String { sha256(Array(text.utf8)).description }
