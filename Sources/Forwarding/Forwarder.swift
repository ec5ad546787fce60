// The station's end of the way: sends what waits in a folder, oldest first, until every file has its receipt.

package import Formats
import Ingest
import Monitoring
import Synchronization

/// What the forwarder tells while it works.
package enum ForwardingEvent: Sendable {
    /// Of a file in flight, `sentByteCount` bytes are handed on; `waiting` files are in the folder, it among them.
    case sending(name: String, sentByteCount: Int, byteCount: Int, waiting: Int)
    /// The node has the batch; `wasKept` when its receipt lay here already.
    case sent(name: String, SignedReceipt, wasKept: Bool)
    case refused(name: String, words: String)
    /// Nothing is lost: it is tried again after `delay`.
    case waiting(name: String, words: String, delay: Duration)
    /// The first receipt's key is trusted from now on.
    case pinned(NodePublicKey)
    /// What the station's people should know of files that wait; each once.
    case notice(String)
}

/// What a run came to.
package struct ForwardingResult: Hashable, Sendable {
    package var sent = 0
    package var refused = 0
    /// Files that still lie in the folder: held open by their writers, closed to us.
    package var left = 0
    /// Files that were still to be sent when the forwarder was told to stop.
    package var waiting = 0

    package init() {}
}

/// Sends the files of one outbox to one node until told to stop.
package actor Forwarder {
    /// Longest name of a batch that a node takes.
    private static let nameByteLimit = 255
    /// Between two looks at the folder.
    private static let sweepPause = Duration.milliseconds(500)
    /// Files sent before the folder is looked at again, so that a long backlog is not listed once a file.
    private static let sweepLimit = 256
    /// Files on their way at once: the line carries one while the node writes another to its disk, and a node shares its
    /// fsyncs among those that come together. More gain little and take places at the door from other stations.
    package static let defaultFlightLimit = 4

    private var outbox: Outbox
    private let flightLimit: Int
    /// Uploads in parts that were begun and are not finished.
    private var begun: BegunUploads
    /// Batches on their way.
    private var inFlight: [Digest256] = []
    private let connection: NodeConnection
    private let pace: Pace
    private let report: @Sendable (ForwardingEvent) -> Void
    private var schedule: SendingSchedule
    private var result = ForwardingResult()
    /// The key receipts must be signed by; `nil` until the first receipt when none was given.
    private var trusted: NodePublicKey?
    /// Batches that the node may have although it did not say so.
    private var doubtful: Set<Digest256> = []

    /// - Parameter nodeKey: the node's key when it is known beforehand; else the one kept in the outbox.
    /// - Parameter authority: a PEM file with the authority to trust instead of the system's.
    /// - Parameter flightLimit: files on their way at once, at least 1.
    /// - Parameter token: read before each request, so that a new one counts at once.
    package init(
        _ outbox: Outbox, to address: NodeAddress, nodeKey: NodePublicKey? = nil, authority: String? = nil,
        backOff: BackOff = BackOff(), limits: AnswerLimits = AnswerLimits(), pace: Pace = .real(),
        flightLimit: Int = Forwarder.defaultFlightLimit,
        token: @escaping @Sendable () throws -> String, report: @escaping @Sendable (ForwardingEvent) -> Void
    ) throws {
        self.outbox = outbox
        begun = BegunUploads(path: outbox.begunUploadsPath)
        self.pace = pace
        self.flightLimit = max(1, flightLimit)
        self.report = report
        schedule = SendingSchedule(backOff)
        let kept = try outbox.pinnedKey()
        if let nodeKey, let kept, nodeKey != kept {
            throw ForwardingProblem(
                .keyChanged,
                "--node-key says \(nodeKey), but \(outbox.pinPath) says \(kept): remove the file if the "
                    + "node's people confirm the new key.")
        }
        trusted = nodeKey ?? kept
        doubtful.formUnion(outbox.batchesInFlight())
        connection = try NodeConnection(address, authority: authority, limits: limits, token: token)
    }

    /// Sends until cancelled, or, with `once`, until nothing waits in the folder.
    package func run(once: Bool) async throws -> ForwardingResult {
        do {
            try await work(once: once)
        } catch is CancellationError {
            // Told to stop: whatever was under way is repeated by the next run.
            result.waiting = outbox.waitingCount
        } catch {
            await connection.close()
            throw error
        }
        await connection.close()
        result.left = outbox.leftCount
        return result
    }

    private func work(once: Bool) async throws {
        while true {
            try Task.checkCancellation()
            let swept = pace.elapsed()
            let files = outbox.sweep()
            tellNotices()
            if outbox.isSettled, once { return }
            try await send(files)
            tellNotices()
            try await pace.pause(max(.zero, swept + Self.sweepPause - pace.elapsed()))
        }
    }

    /// Sends what may go now of `files`, oldest first and several at a time; nothing is under way when this returns.
    private func send(_ files: [DroppedFile]) async throws {
        try await withThrowingTaskGroup(of: (place: Int, isDone: Bool).self) { group in
            var waiting = Array(files.indices)
            var underWay = 0
            var begun = 0
            while true {
                while underWay < presentLimit, begun < Self.sweepLimit,
                    case .send(let index) = schedule.next(
                        waiting.map { files[$0].relativePath }, now: pace.elapsed())
                {
                    try Task.checkCancellation()
                    let place = waiting.remove(at: index)
                    underWay += 1
                    begun += 1
                    let count = waiting.count + underWay
                    group.addTask { (place, try await self.take(files[place], waiting: count)) }
                }
                guard let (place, isDone) = try await group.next() else { return }
                underWay -= 1
                if !isDone { waiting.append(place) }
            }
        }
    }

    /// One at a time until the node's key is known, so that the first receipt pins it, and while the node fails.
    private var presentLimit: Int { trusted == nil || schedule.isTroubled ? 1 : flightLimit }

    private func tellNotices() {
        for notice in outbox.takeNotices() { report(.notice(notice)) }
    }

    // MARK: One file

    /// Takes one file as far as it goes now.
    ///
    /// - Returns: false when it must be tried again.
    private func take(_ file: DroppedFile, waiting: Int) async throws -> Bool {
        // Gone, replaced or still being written: a later sweep says what is there then.
        guard let open = outbox.open(file) else { return true }
        let content = FileContent(open)
        guard let digest = content.digest() else {
            wait(file.relativePath, .attempt, words: "the file cannot be read to its end: check the disk")
            return false
        }
        if let kept = outbox.receipt(digest), kept.batch == digest, let trusted, kept.key == trusted {
            try settle(file, kept, problem: nil, wasKept: true)
            return true
        }
        let answer: NodeAnswer
        do {
            answer = try await answerOfNode(file, content, digest, waiting: waiting)
        } catch {
            if Task.isCancelled { throw CancellationError() }
            answer = NodeAnswer(broken: error, wasHandedOn: content.wasHandedOn.withLock { $0 })
        }
        return try await follow(answer, file, digest)
    }

    private func answerOfNode(
        _ file: DroppedFile, _ content: FileContent, _ digest: Digest256, waiting: Int
    ) async throws -> NodeAnswer {
        if doubtful.contains(digest) {
            let answer = NodeAnswer(try await connection.ask(digest), isQuestion: true)
            guard case .unknown = answer else { return answer }
            doubtful.remove(digest)
        }
        inFlight.append(digest)
        defer { inFlight.removeAll { $0 == digest } }
        outbox.note(inFlight: inFlight)
        let report = report
        let name = file.relativePath
        let byteCount = content.byteCount
        // The folders are this station's own order; a batch has a plain name, whatever its file's is made of.
        let batchName = file.place.name(byteLimit: Self.nameByteLimit)
        let progress: @Sendable (Int) -> Void = { sent in
            report(.sending(name: name, sentByteCount: sent, byteCount: byteCount, waiting: waiting))
        }
        let answer: RawAnswer
        if byteCount < NodeConnection.partsFrom {
            answer = try await connection.send(content, name: batchName, digest: digest, progress: progress)
        } else {
            answer = try await connection.sendInParts(
                content, name: batchName, digest: digest, begun: begun[digest],
                note: { await self.note($0, begunFor: digest) }, progress: progress)
        }
        return NodeAnswer(answer, isQuestion: false)
    }

    private func note(_ upload: UploadID?, begunFor digest: Digest256) { begun[digest] = upload }

    private func follow(_ answer: NodeAnswer, _ file: DroppedFile, _ digest: Digest256) async throws -> Bool {
        let name = file.relativePath
        switch answer {
        case .receipt(let receipt, let problem):
            guard receipt.batch == digest else {
                let words = "the node answered with the receipt of another batch, \(receipt.batch)"
                return try await follow(.failed(.attempt, words: words, retryAfter: nil, isBroken: true), file, digest)
            }
            try trust(receipt)
            guard receipt.state != .incomplete else {
                let words = "the node has not finished reading this batch"
                return try await follow(.failed(.attempt, words: words, retryAfter: nil, isBroken: true), file, digest)
            }
            try settle(file, receipt, problem: problem, wasKept: false)
        case .refused(let status, let problem, let words):
            try refuse(
                file, digest, words: words,
                reason: ["status": .integer(status), "problem": problem, "words": .string(words)])
        case .unknown:
            // Only a question is answered so, and `answerOfNode` sends what is unknown.
            preconditionFailure("What is unknown is sent.")
        case .failed(let blame, let words, let retryAfter, let isBroken):
            if isBroken { doubtful.insert(digest) }
            wait(name, blame, words: words, retryAfter: retryAfter)
            return false
        }
        doubtful.remove(digest)
        schedule.succeeded(name)
        return true
    }

    private func wait(_ name: String, _ blame: Blame, words: String, retryAfter: Duration? = nil) {
        let delay = schedule.failed(
            name, blame, retryAfter: retryAfter, now: pace.elapsed(), chance: pace.chance())
        report(.waiting(name: name, words: words, delay: delay))
    }

    /// Only receipts by the one trusted key let a file go.
    private func trust(_ receipt: SignedReceipt) throws {
        if trusted == receipt.key { return }
        guard let trusted else {
            try outbox.pin(receipt.key)
            trusted = receipt.key
            report(.pinned(receipt.key))
            return
        }
        throw ForwardingProblem(
            .keyChanged,
            """
            the node signs with another key than the one this station trusts: \(receipt.key) instead of \(trusted). \
            Ask the node's people whether they changed it (`tributary doctor` prints it there). If they did, \
            put the new one into \(outbox.pinPath) or give it with --node-key; if not, somebody else answers at \
            this address. No file was moved.
            """)
    }

    private func settle(
        _ file: DroppedFile, _ receipt: SignedReceipt, problem: CanonicalJSON?, wasKept: Bool
    ) throws {
        if !wasKept { try outbox.keep(receipt) }
        guard receipt.state == .complete else {
            // The node has the bytes, yet could not read them, or not to their end: a person must look.
            let words = ["reason", "remedy"].compactMap { problem?["refusal"]?[$0]?.string }
            try refuse(
                file, receipt.batch,
                words: (["the node could not read it whole"] + words).joined(separator: " · "),
                reason: [
                    "state": .string(receipt.state.rawValue), "problem": problem ?? .null,
                    "receipt": .string("\(receipt.batch).json"),
                ])
            return
        }
        try outbox.finish(file, receipt.batch)
        result.sent += 1
        report(.sent(name: file.relativePath, receipt, wasKept: wasKept))
    }

    private func refuse(
        _ file: DroppedFile, _ digest: Digest256, words: String, reason: [String: CanonicalJSON]
    ) throws {
        var reason = reason
        reason["batch"] = .string(digest.description)
        reason["name"] = .string(file.relativePath)
        guard try outbox.refuse(file, digest, reason: .object(reason)) else { return }
        result.refused += 1
        report(.refused(name: file.relativePath, words: words))
    }
}
