// Batches prepared ahead of the writer on several threads, handed over in the order of their files.

import Dispatch
import Foundation
import Monitoring

/// Files on their way to the writer. The thread that asks for the next one prepares batches too while it would only
/// wait, so that one thread in all is the same as none beside it.
///
/// Whatever the number of threads, the same batches come in the same order: each is prepared alone, by the same rules.
final class PreparationLine: @unchecked Sendable {
    /// What waits for the writer at most; the next batch in order is prepared in any case.
    private enum Room {
        /// Two commit groups: one is filled while the other commits.
        static let batches = 512
        static let rows = 800_000
        /// Bytes as sent.
        static let bytes = 64 << 20
    }

    private let range: Range<Int>
    private let file: @Sendable (Int) -> IngestFile
    /// One for each thread; the first belongs to the thread that asks.
    private let preparations: [BatchPreparation]
    private let workers = DispatchGroup()

    // Everything below belongs to who holds the lock.
    private let lock = NSCondition()
    private var ready: [Int: Result<Preparation, any Error>] = [:]
    /// The next file that nobody prepares yet.
    private var unclaimed: Int
    /// The next file to hand over.
    private var due: Int
    private var waitingRows = 0
    private var waitingBytes = 0
    private var isEnding = false

    /// - Parameters:
    ///   - range: numbers of the files, in their order.
    ///   - preparations: one for each thread, used by nobody else until `end`.
    init(_ range: Range<Int>, file: @escaping @Sendable (Int) -> IngestFile, preparations: [BatchPreparation]) {
        precondition(!preparations.isEmpty, "Somebody prepares.")
        self.range = range
        self.file = file
        self.preparations = preparations
        unclaimed = range.lowerBound
        due = range.lowerBound
        let beside = min(preparations.count, range.count)
        if beside < 2 { return }
        let queue = DispatchQueue(label: "tributary.preparation", attributes: .concurrent)
        for number in 1..<beside {
            queue.async(group: workers) { self.work(number) }
        }
    }

    /// The next file in order, prepared.
    func next() throws -> Preparation {
        lock.lock()
        defer { lock.unlock() }
        precondition(due < range.upperBound, "There is a next file.")
        while true {
            if let result = ready.removeValue(forKey: due) {
                due += 1
                count(result, by: -1)
                // The threads beside begin again when there is much to do: waking one costs more than a small batch.
                if isHalfEmpty { lock.broadcast() }
                return try result.get()
            }
            if unclaimed == due || hasRoom {
                prepareOne(0)
            } else {
                lock.wait()
            }
        }
    }

    /// Ends the other threads; what they prepared and nobody asked for is dropped.
    ///
    /// - Returns: the preparations, for another line.
    func end() -> [BatchPreparation] {
        lock.lock()
        isEnding = true
        lock.broadcast()
        lock.unlock()
        workers.wait()
        return preparations
    }

    private func work(_ thread: Int) {
        lock.lock()
        defer { lock.unlock() }
        while !isEnding, unclaimed < range.upperBound {
            if hasRoom {
                prepareOne(thread)
                lock.broadcast()
            } else {
                lock.wait()
            }
        }
    }

    /// Claims a file and prepares it while the lock is open for others.
    private func prepareOne(_ thread: Int) {
        let index = unclaimed
        unclaimed += 1
        // Read with the claim: the receiving clock does not run backwards from file to file.
        let received = Node.clock()
        lock.unlock()
        let result = Result { try preparations[thread].prepare(file(index), received: received) }
        lock.lock()
        count(result, by: 1)
        ready[index] = result
    }

    private var hasRoom: Bool {
        unclaimed < range.upperBound && unclaimed - due < Room.batches && waitingRows < Room.rows
            && waitingBytes < Room.bytes
    }

    private var isHalfEmpty: Bool {
        unclaimed - due <= Room.batches / 2 && waitingRows <= Room.rows / 2 && waitingBytes <= Room.bytes / 2
    }

    private func count(_ result: Result<Preparation, any Error>, by sign: Int) {
        guard case .success(.ready(let batch)) = result else { return }
        waitingRows += sign * batch.rowCount
        waitingBytes += sign * batch.bytes.count
    }
}
