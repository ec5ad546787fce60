// The write-ahead log stays small whatever readers do: readings end, and the writer empties the log.

import GRDB
import GRDBSQLite
import Glibc

/// The limits that bound the write-ahead log.
///
/// SQLite cannot take back the part of the log that a reading still sees. Readings end after `reading`; beyond
/// `walTruncation` every write tries to empty the log, and beyond `walWait` it waits until the readings of that
/// moment have ended: twice `reading` at most. So the log holds at most `walWait` and one transaction (about 30 MB in a slice of a large
/// batch), as long as readings keep to their time.
package struct BookLimits: Hashable, Sendable {
    /// How long one reading may last.
    package var reading: Duration = .seconds(5)
    /// Bytes of the log above which a write tries to empty it, and does not wait.
    package var walTruncation = 67_108_864
    /// Bytes of the log above which a write waits for readings, so that it can empty it.
    package var walWait = 268_435_456

    package init() {}
}

extension Book {
    /// Bytes of the write-ahead log's file, 0 when there is none.
    package var walByteCount: Int {
        var facts = stat()
        return stat(folder + "/book.sqlite-wal", &facts) == 0 ? Int(facts.st_size) : 0
    }

    /// Empties the write-ahead log after a commit when it has grown; what fails is tried again after the next one.
    func boundWriteAheadLog(_ db: Database) {
        // The file is looked at once the writer has added a sixteenth of the bound: a look costs as much as a page.
        state.walPagesUnseen += writtenPages(db)
        guard state.walPagesUnseen * Self.pageByteCount > limits.walTruncation / 16 else { return }
        let byteCount = walByteCount
        guard byteCount > limits.walTruncation else {
            state.walPagesUnseen = 0
            return
        }
        func empty() -> Bool {
            sqlite3_wal_checkpoint_v2(db.sqliteConnection, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil) == SQLITE_OK
        }
        if empty() || byteCount <= limits.walWait { return }
        // The readings that see an older state end in their time, then the whole log goes into the book; those that
        // began before that still look at the log, and end in theirs. SQLite's own waiting would look at the old marks
        // all the while, and readings that follow each other closely would hold it up for ever.
        let deadline = ContinuousClock.now + limits.reading * 2 + .milliseconds(500)
        while ContinuousClock.now < deadline {
            usleep(2_000)
            if empty() { return }
        }
    }

    /// Pages that the connection has written since this was asked last.
    private func writtenPages(_ db: Database) -> Int {
        var (current, highest): (Int32, Int32) = (0, 0)
        sqlite3_db_status(db.sqliteConnection, SQLITE_DBSTATUS_CACHE_WRITE, &current, &highest, 1)
        return Int(current)
    }

    /// Reads without a limit of time: the log grows meanwhile. Only where SQLite itself must look at the whole file.
    func readWhole<Value>(_ body: (BookReader) throws -> Value) throws -> Value {
        try pool.read { db in try body(BookReader(db)) }
    }

    /// Runs `body`, and stops it at the first statement after the time for reading.
    func limited<Value>(_ db: Database, _ body: () throws -> Value) throws -> Value {
        let clock = ReadingClock(limits.reading)
        let connection = db.sqliteConnection
        let user = Unmanaged.passUnretained(clock).toOpaque()
        // Long statements are stopped on their way; short ones never get that far and are stopped as they begin.
        sqlite3_progress_handler(connection, 1_000, { ReadingClock.of($0).isLate ? 1 : 0 }, user)
        sqlite3_trace_v2(
            connection, UInt32(SQLITE_TRACE_STMT),
            { _, user, statement, _ in
                if ReadingClock.of(user).isLate, let statement {
                    sqlite3_interrupt(sqlite3_db_handle(OpaquePointer(statement)))
                }
                return 0
            }, user)
        defer {
            withExtendedLifetime(clock) {
                sqlite3_progress_handler(connection, 0, nil, nil)
                sqlite3_trace_v2(connection, 0, nil, nil)
            }
        }
        do {
            return try body()
        } catch let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT && clock.isLate {
            throw BookProblem(
                .readTooLong, place: folder, message: "a reading took longer than \(limits.reading).",
                remedy: "Ask for less at a time: one station, or a shorter period.")
        }
    }
}

/// When a reading must end.
private final class ReadingClock {
    private let deadline: ContinuousClock.Instant

    init(_ time: Duration) { deadline = .now + time }

    var isLate: Bool { .now >= deadline }

    static func of(_ pointer: UnsafeMutableRawPointer?) -> ReadingClock {
        guard let pointer else { preconditionFailure("SQLite hands back the pointer it was given.") }
        return Unmanaged<ReadingClock>.fromOpaque(pointer).takeUnretainedValue()
    }
}
