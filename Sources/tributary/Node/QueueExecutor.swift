// A thread of its own for the node: the book's calls block on the disk, and no event loop may wait for them.

import Dispatch

/// Runs an actor's jobs one after another on a dispatch queue.
final class QueueExecutor: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) { queue = DispatchQueue(label: label) }

    func enqueue(_ job: consuming ExecutorJob) {
        let pending = UnownedJob(job)
        let executor = asUnownedSerialExecutor()
        queue.async { pending.runSynchronously(on: executor) }
    }
}
