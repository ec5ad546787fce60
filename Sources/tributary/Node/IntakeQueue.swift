// The queue before the node for doors whose senders wait: whatever waits is taken in one commit, and each sender gets
// its own outcome.

import Monitoring
import Storage
import Web

/// Gathers waiting files into commit groups. One group is under way at a time; those that come meanwhile form the next,
/// so an idle node answers one file at once and a busy one shares its fsyncs.
actor IntakeQueue {
    /// Files that may wait; beyond it senders are told to come back.
    static let fileLimit = 1_024
    /// Bytes that may wait: half a gigabyte of spool.
    static let byteLimit = 512 << 20
    /// From a receipt to the work that its commit left to the detectors: batches that come close together are gone
    /// through at once.
    private static let alertDelay = Duration.milliseconds(50)

    private struct Waiter {
        let file: IngestFile
        let outcome: CheckedContinuation<IngestOutcome, any Error>
    }

    private let node: Node
    /// The node's own thread: a batch that comes to an idle node goes to it without another thread in between.
    nonisolated var unownedExecutor: UnownedSerialExecutor { node.unownedExecutor }
    private var waiting: [Waiter] = []
    private var waitingBytes = 0
    private var isTaking = false
    private var isSearchPlanned = false
    /// What the last commit or search failed with; `nil` when it stood.
    private(set) var lastFailure: String?

    init(node: Node) { self.node = node }

    /// Has the file taken; returns once it is durable.
    ///
    /// - Throws: `DoorClosed` when too much waits, and what the node throws when the book cannot take the file.
    func deliver(_ file: IngestFile) async throws -> IngestOutcome {
        guard waiting.count < Self.fileLimit, waitingBytes + file.byteCount <= Self.byteLimit || waiting.isEmpty else {
            throw DoorClosed(
                detail: "\(waiting.count) batches wait to be taken.", remedy: "Send the batch again a little later.",
                retryAfterSeconds: 2)
        }
        if file.byteCount > LiveLane.byteLimit { return try await deliverLarge(file) }
        return try await withCheckedThrowingContinuation { outcome in
            waiting.append(Waiter(file: file, outcome: outcome))
            waitingBytes += file.byteCount
            if isTaking { return }
            isTaking = true
            Task { await takeWaiting() }
        }
    }

    /// A large batch goes by the history lane, beside the queue: small ones do not wait for it.
    private func deliverLarge(_ file: IngestFile) async throws -> IngestOutcome {
        waitingBytes += file.byteCount
        defer { waitingBytes -= file.byteCount }
        do {
            let outcomes = try await node.commit([file], commitEach: false)
            lastFailure = nil
            planSearch()
            return outcomes[0]
        } catch {
            note(error)
            throw error
        }
    }

    private func takeWaiting() async {
        while !waiting.isEmpty { await take(nextGroup()) }
        isTaking = false
    }

    /// The files that waited longest, as many as one commit takes.
    private func nextGroup() -> [Waiter] {
        var bytes = 0
        let count = waiting.prefix(CommitGroup.fileLimit).prefix { waiter in
            bytes += waiter.file.byteCount
            return bytes <= CommitGroup.byteLimit
        }.count
        let group = Array(waiting.prefix(max(1, count)))
        waiting.removeFirst(group.count)
        for waiter in group { waitingBytes -= waiter.file.byteCount }
        return group
    }

    private func take(_ group: [Waiter]) async {
        do {
            let outcomes = try await node.commit(group.map(\.file), commitEach: false)
            lastFailure = nil
            for (waiter, outcome) in zip(group, outcomes) { waiter.outcome.resume(returning: outcome) }
            planSearch()
        } catch let problem as BookProblem where problem.code == .diskFull {
            note(problem)
            for waiter in group { waiter.outcome.resume(throwing: problem) }
        } catch  where group.count > 1 {
            // One file's fault is not its neighbours'.
            for waiter in group { await take([waiter]) }
        } catch {
            note(error)
            group[0].outcome.resume(throwing: error)
        }
    }

    private func planSearch() {
        if isSearchPlanned { return }
        isSearchPlanned = true
        Task {
            try? await Task.sleep(for: Self.alertDelay)
            await searchAlerts()
        }
    }

    /// Opens the alerts that large batches and large groups bring; the last act before the node closes.
    ///
    /// A crash before it loses none: the work is on the disk with the batches.
    func searchAlerts() async {
        isSearchPlanned = false
        do { try await node.finishDetection() } catch { note(error) }
    }

    /// Says a failure once, however many senders meet it.
    private func note(_ error: any Error) {
        // A full disk shows itself in other words each time.
        let isDiskFull = (error as? BookProblem)?.code == .diskFull
        let message =
            isDiskFull
            ? "the disk of the data folder is full: senders are told to come back."
            : (error as? CommandFailure)?.message ?? "\(error)"
        if lastFailure != message {
            Terminal.note("tributary: a batch at the HTTP door could not be taken: \(message)")
        }
        lastFailure = message
    }
}
