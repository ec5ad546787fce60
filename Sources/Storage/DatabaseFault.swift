// SQLite failing under the book, in the words of a `BookProblem`: what a person can do is the same as for our own calls.

import GRDB

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
        switch error.resultCode {
        case .SQLITE_FULL:
            remedy = "Free space on this disk, then start again; what had no receipt can be sent again."
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
        self.init(.system, place: path, message: "\(error.message ?? "SQLite failed").", remedy: remedy)
    }
}
