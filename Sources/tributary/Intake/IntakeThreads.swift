// How many threads prepare batches and commit them.

import Foundation

/// The number of threads that take batches, the committing one included.
enum IntakeThreads {
    /// The writer is one: more threads than this only wait for it.
    static let limit = 16
    static let variable = "TRIBUTARY_THREADS"

    /// `TRIBUTARY_THREADS`, else the active processors; at most `limit`.
    ///
    /// - Throws: `CommandFailure` when the variable holds no whole number from 1.
    static func count() throws -> Int {
        guard let text = ProcessInfo.processInfo.environment[variable], !text.isEmpty else {
            return min(ProcessInfo.processInfo.activeProcessorCount, limit)
        }
        guard let number = Int(text), number > 0 else {
            throw CommandFailure(
                status: ExitStatus.usage,
                message: "\(variable)=\(text) is no whole number from 1: unset it, or give the number of threads.")
        }
        return min(number, limit)
    }
}
