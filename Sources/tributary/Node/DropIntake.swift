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
    /// Paths that the last sweep found closed to us.
    private var unreadable: Set<String> = []

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
            let groups = sweep()
            if !awaitsMore, !isCaughtUp || lookedAll.duration(to: .now) > Self.silencePause {
                try await node.updateAllAlerts()
                lookedAll = .now
                isCaughtUp = true
            }
            for group in groups {
                if Task.isCancelled { return }
                try await take(group)
                isCaughtUp = false
            }
            if groups.isEmpty { try? await Task.sleep(for: Self.sweepPause) }
        }
    }

    /// Takes what lies in the folder now, waiting for files that still grow.
    func takePresentFiles() async throws {
        repeat {
            for group in sweep() { try await take(group) }
            if awaitsMore { try await Task.sleep(for: Self.sweepPause) }
        } while awaitsMore
        try await node.updateAllAlerts()
    }

    /// The whole files we may read, in commit groups; a file closed to us stays, is told of once and stops nothing.
    private func sweep() -> [[DroppedFile]] {
        let found = folder.sweep()
        let closed = found.filter { !FileManager.default.isReadableFile(atPath: $0.path) }
            .map(\.path).filter(FileManager.default.fileExists(atPath:))
        for path in closed where !unreadable.contains(path) {
            Terminal.note("tributary: \(path) cannot be read: give this user read access; it waits there.")
        }
        unreadable = Set(closed)
        return CommitGroup.cut(found.filter { !unreadable.contains($0.path) }, byteCount: \.byteCount)
    }

    /// Whether the last sweep saw a file that is still to be taken.
    private var awaitsMore: Bool { folder.count > unreadable.count }

    private func take(_ group: [DroppedFile]) async throws {
        let outcomes: [IngestOutcome]
        do {
            outcomes = try await node.ingest(
                group.map { IngestFile(path: $0.path, name: $0.relativePath, sender: "drop folder") },
                commitEach: false)
        } catch let failure as CommandFailure where failure.status == ExitStatus.inputUnusable {
            // A file left the folder since the sweep: the group is taken with the next one.
            Terminal.note("tributary: \(failure.message)")
            return
        }
        for (file, outcome) in zip(group, outcomes) where FileManager.default.fileExists(atPath: file.path) {
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
