// Exit codes, and the one way a command fails: a sentence on standard error and a code.

import ArgumentParser
import Foundation
import Storage

/// The documented exit codes (`tributary --help`).
enum ExitStatus {
    static let done: Int32 = 0
    /// Done, and something in the result needs a person.
    static let needsAttention: Int32 = 1
    /// The command line is wrong; ArgumentParser's own code for it.
    static let usage: Int32 = 64
    static let inputUnusable: Int32 = 65
    static let daemonLost: Int32 = 69
    /// A fault of ours.
    static let ownFault: Int32 = 70
    static let cannotWrite: Int32 = 73
    static let folderInUse: Int32 = 75
}

/// A failure with its place, cause and remedy in one sentence.
struct CommandFailure: Error {
    let status: Int32
    let message: String
}

/// Writes to standard output or standard error, whole and at once.
enum Terminal {
    static func output(_ text: String) { write(text, to: .standardOutput) }

    static func note(_ line: String) { write(line + "\n", to: .standardError) }

    /// Standard error without a line end of its own.
    static func draw(_ text: String) { write(text, to: .standardError) }

    private static func write(_ text: String, to handle: FileHandle) {
        // A reader that closed its pipe early has seen all it wanted.
        try? handle.write(contentsOf: Data(text.utf8))
    }
}

/// Runs a command's body and turns its failures into a sentence and an exit code.
func reportingFailures(_ body: () async throws -> Int32) async throws {
    let status: Int32
    do {
        status = try await body()
    } catch let failure as CommandFailure {
        Terminal.note("tributary: \(failure.message)")
        status = failure.status
    } catch let problem as BookProblem {
        Terminal.note("tributary: \(problem)")
        status = ExitStatus.cannotWrite
    }
    if status != ExitStatus.done { throw ExitCode(status) }
}
