// The drop folder's service: sweep, ingest in commit groups, and let files go only once their receipts stand.

import Foundation
import Ingest
import Monitoring
import ServiceLifecycle

/// Takes files from the drop folder until it is told to stop.
actor DropIntake: Service {
    private static let sweepPause = Duration.milliseconds(100)
    /// How often stations that send nothing are looked for.
    private static let silencePause = Duration.seconds(60)

    private let node: Node
    private var folder: DropFolder
    private let rejected: String

    init(node: Node, drop: String, rejected: String) throws {
        self.node = node
        self.rejected = rejected
        do {
            folder = try DropFolder(root: drop)
        } catch {
            throw CommandFailure(
                status: ExitStatus.cannotWrite,
                message: "the drop folder \(drop) cannot be made: \(error.localizedDescription)")
        }
    }

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await self.watch() }
    }

    private func watch() async throws {
        var lookedAll = ContinuousClock.now
        var isCaughtUp = false
        while !Task.isCancelled {
            let found = folder.sweep()
            if found.isEmpty, folder.isEmpty, !isCaughtUp || lookedAll.duration(to: .now) > Self.silencePause {
                try await node.updateAllAlerts()
                lookedAll = .now
                isCaughtUp = true
            }
            for group in CommitGroup.cut(found, byteCount: \.byteCount) {
                if Task.isCancelled { return }
                try await take(group)
                isCaughtUp = false
            }
            if found.isEmpty { try? await Task.sleep(for: Self.sweepPause) }
        }
    }

    /// Takes what lies in the folder now, waiting for files that still grow.
    func takePresentFiles() async throws {
        repeat {
            for group in CommitGroup.cut(folder.sweep(), byteCount: \.byteCount) { try await take(group) }
            if !folder.isEmpty { try await Task.sleep(for: Self.sweepPause) }
        } while !folder.isEmpty
        try await node.updateAllAlerts()
    }

    private func take(_ group: [DroppedFile]) async throws {
        let outcomes = try await node.ingest(
            group.map { IngestFile(path: $0.path, name: $0.relativePath, sender: "drop folder") }, commitEach: false)
        for (file, outcome) in zip(group, outcomes) {
            if let refusal = outcome.refusal {
                try folder.refuse(file, to: rejected, digest: outcome.digest, reason: refusal)
            } else {
                try folder.finish(file)
            }
        }
    }
}

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
