// SQLite failing under the book, in the words of a `BookProblem`: what a person can do is the same as for our own calls.

import GRDB
import Glibc

/// Runs `body`; what SQLite throws about the disk comes out as a `BookProblem` that names `path`.
func namingFaults<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
    do {
        return try body()
    } catch let error as DatabaseError {
        throw BookProblem(error, path: path) ?? error
    }
}

extension BookProblem {
    /// `nil` when the fault is not the disk's but ours: a constraint, a statement that is wrong.
    init?(_ error: DatabaseError, path: String) {
        let remedy: String
        var code = Code.system
        switch error.resultCode {
        case .SQLITE_FULL:
            remedy = Self.roomRemedy
            code = .diskFull
        // The index of the write-ahead log has no room either, and SQLite says no more than that.
        case .SQLITE_IOERR where Self.hasNoRoom(path):
            remedy = Self.roomRemedy
            code = .diskFull
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
            remedy = "Give the program's user write access to the data folder."
        case .SQLITE_IOERR, .SQLITE_CANTOPEN:
            remedy = "Check the disk and the data folder, then start again; acknowledged batches are safe."
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            remedy = "Keep a copy of the folder, run tributary doctor, and restore the book from a backup."
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            remedy = "Close the other program that has the book open."
        default: return nil
        }
        self.init(code, place: path, message: "\(error.message ?? "SQLite failed").", remedy: remedy)
    }

    private static let roomRemedy =
        "Free space on this disk; what had no receipt can be sent again, and a daemon goes on by itself."

    private static func hasNoRoom(_ path: String) -> Bool {
        var facts = statvfs()
        // Less than the index grows by at once.
        return statvfs(path, &facts) == 0 && UInt64(facts.f_bavail) * UInt64(facts.f_frsize) < 1 << 16
    }

    /// Whether what the book threw says that the disk has no room.
    static func isDiskFull(_ error: any Error, path: String) -> Bool {
        switch error {
        case let problem as BookProblem: problem.code == .diskFull
        case let fault as DatabaseError: BookProblem(fault, path: path)?.code == .diskFull
        default: false
        }
    }
}
