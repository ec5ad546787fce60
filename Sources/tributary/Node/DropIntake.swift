// The drop folder's service: wait for files, ingest in commit groups, and let files go only once their receipts stand.

import Foundation
import Ingest
import Monitoring
import ServiceLifecycle
import Storage

/// Takes files from the drop folder until it is told to stop.
actor DropIntake: Service {
    /// Between two sweeps that compare files still growing, or where no watch tells of arrivals.
    private static let sweepPause = Duration.milliseconds(100)
    /// Between the sweeps behind a working watch: for what it cannot see, such as files that another machine writes.
    private static let idlePause = Duration.seconds(1)
    /// How often all alerts are brought up to date while files come: each brings its own up to date itself.
    private static let lookPause = Duration.seconds(1)
    /// How often stations that send nothing are looked for.
    private static let silencePause = Duration.seconds(60)
    /// How long a large file that could not be taken is left in peace.
    private static let retryPause = Duration.seconds(60)

    /// How long files are left where they are when the data folder's disk is full.
    private static let roomPause = Duration.seconds(2)

    private let node: Node
    private var folder: DropFolder
    private let rejected: String
    private var lastSweep: ContinuousClock.Instant?
    /// Large files on the history lane, by path, and those that failed there a short while ago.
    private var large: Set<String> = []
    /// Alerts are brought up to date beside the intake; what that failed with ends it.
    private var isLookingAtAll = false
    /// The disk was full at the last try: said once, and once that it is over.
    private var isDiskFull = false
    private var failure: (any Error)?

    init(node: Node, drop: String, rejected: String) throws {
        self.node = node
        self.rejected = rejected
        do {
            folder = try DropFolder(root: drop)
        } catch {
            throw CommandFailure(
                status: ExitStatus.cannotWrite,
                message: "the drop folder \(drop) cannot be made or watched: \(error.localizedDescription)")
        }
    }

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await self.watch() }
    }

    private func watch() async throws {
        var lookedAll: ContinuousClock.Instant?
        var isCaughtUp = false
        while !Task.isCancelled {
            if let failure { throw failure }
            let hasTaken: Bool
            do {
                var some = try await take(folder.arrivals())
                if untilSweep <= .zero { some = try await take(sweep()) || some }
                hasTaken = some
            } catch let problem as BookProblem where problem.code == .diskFull {
                await waitForRoom(problem)
                continue
            }
            if hasTaken {
                isCaughtUp = false
                continue
            }
            let pause = isCaughtUp ? Self.silencePause : Self.lookPause
            if folder.isSettled, lookedAll.map({ $0.duration(to: .now) > pause }) ?? true {
                lookAtAll()
                lookedAll = .now
                isCaughtUp = true
            }
            await folder.watch.wait(atMost: max(untilSweep, .milliseconds(1)))
        }
    }

    /// Leaves every file where it is for a while.
    private func waitForRoom(_ problem: BookProblem) async {
        if !isDiskFull {
            Terminal.note(
                "tributary: \(problem) Files wait in the drop folder and senders are told to come back; tried again "
                    + "every \(Self.roomPause.components.seconds) s.")
        }
        isDiskFull = true
        try? await Task.sleep(for: Self.roomPause)
    }

    private func noteRoom() {
        if isDiskFull { Terminal.note("tributary: the disk has room again: batches are taken.") }
        isDiskFull = false
    }

    private func lookAtAll() {
        if isLookingAtAll { return }
        isLookingAtAll = true
        Task {
            do {
                try await node.updateAllAlerts()
            } catch let problem as BookProblem where problem.code == .diskFull {
                // Looked for again in a while: nothing of it is lost.
            } catch {
                failure = error
            }
            isLookingAtAll = false
        }
    }

    /// Takes what lies in the folder now, waiting for files that still grow.
    func takePresentFiles() async throws {
        while true {
            _ = try await take(folder.arrivals())
            if untilSweep <= .zero {
                _ = try await take(sweep())
                if folder.isSettled, !folder.wantsSweep { break }
            }
            await folder.watch.wait(atMost: max(untilSweep, .milliseconds(1)))
        }
        try await node.updateAllAlerts()
    }

    private func sweep() -> [DroppedFile] {
        lastSweep = .now
        return folder.sweep()
    }

    /// Zero or less when a sweep is due; two sweeps are never closer than what tells a file that grows from a whole one.
    private var untilSweep: Duration {
        guard let lastSweep else { return .zero }
        let isBusy = folder.wantsSweep || !folder.isSettled || !folder.isWatched
        return (isBusy ? Self.sweepPause : Self.idlePause) - lastSweep.duration(to: .now)
    }

    /// Ingests files in commit groups.
    ///
    /// - Returns: whether a batch was taken.
    private func take(_ files: [DroppedFile]) async throws -> Bool {
        var hasTaken = false
        for file in files where file.byteCount > LiveLane.byteLimit && large.insert(file.path).inserted {
            Task { await takeLarge(file) }
        }
        let live = files.filter { $0.byteCount <= LiveLane.byteLimit }
        for group in CommitGroup.cut(live, byteCount: \.byteCount) {
            if Task.isCancelled { break }
            // Read here, where a file that changes or goes concerns nobody else of its group.
            var present: [(file: DroppedFile, contents: Data)] = []
            for file in group {
                if case .bytes(let data) = folder.read(file) { present.append((file, data)) }
            }
            if !present.isEmpty {
                try await ingest(present)
                hasTaken = true
            }
            for notice in folder.takeNotices() { Terminal.note("tributary: \(notice)") }
        }
        for notice in folder.takeNotices() { Terminal.note("tributary: \(notice)") }
        return hasTaken
    }

    /// Takes a large file by the history lane; what arrives meanwhile goes before it.
    private func takeLarge(_ file: DroppedFile) async {
        do {
            let outcomes = try await node.commit(
                [
                    IngestFile(
                        path: file.path, name: file.relativePath, sender: "drop folder", byteCount: file.byteCount,
                        sent: .fileTime)
                ], commitEach: false)
            finish(file, outcomes[0])
            try await node.finishDetection()
        } catch {
            Terminal.note(
                "tributary: \(file.path) could not be taken and is tried again: \(CommandFailure(error).message)")
            try? await Task.sleep(for: Self.retryPause)
        }
        large.remove(file.path)
        for notice in folder.takeNotices() { Terminal.note("tributary: \(notice)") }
    }

    private func ingest(_ group: [(file: DroppedFile, contents: Data)]) async throws {
        let outcomes = try await node.commit(
            group.map { file, contents in
                IngestFile(
                    path: file.path, name: file.relativePath, sender: "drop folder", contents: contents,
                    sent: SentTime(file.modifiedAt))
            },
            commitEach: false)
        noteRoom()
        for ((file, _), outcome) in zip(group, outcomes) { finish(file, outcome) }
    }

    /// Lets a file go once its receipt stands.
    private func finish(_ file: DroppedFile, _ outcome: IngestOutcome) {
        if let refusal = outcome.refusal {
            folder.refuse(file, to: rejected, digest: outcome.digest, reason: refusal)
        } else {
            folder.finish(file)
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
