// The book: one data folder, opened by one process, written by one connection. Everything durable goes through here.

import Formats
import Foundation
import GRDB
package import Monitoring

/// A data folder in use (数据目录): `book.sqlite`, `archive/`, `lock`.
///
/// - Writing: `write` runs one transaction, a commit group; calls are served one after another.
/// - Reading: `read` sees one committed state, for at most five seconds, so that the write-ahead log can shrink.
package final class Book: Sendable {
    package let folder: String
    package let now: @Sendable () -> Instant
    let pool: DatabasePool
    let limits: BookLimits
    private let lock: FolderLock
    /// Touched only inside the pool's one writing access, which serves one caller at a time.
    nonisolated(unsafe) let state: WriterState

    static let applicationID: Int32 = 0x5452_4942
    static let pageByteCount = 8_192
    /// Pages of the write-ahead log after which it is written back: 16 MB.
    private static let checkpointPages = 2_000

    /// Opens the book in `folder`, cutting off whatever a crash left unacknowledged.
    ///
    /// - Parameters:
    ///   - create: make the folder and an empty book when there is none.
    ///   - patience: how long to wait for another process that has the folder.
    ///   - now: the clock of log entries.
    package convenience init(
        folder: String, create: Bool, patience: Duration = .zero, now: @escaping @Sendable () -> Instant
    ) throws {
        try self.init(folder: folder, create: create, limits: BookLimits(), patience: patience, now: now)
    }

    /// Opens the book with segments of another length, for tests.
    package convenience init(
        folder: String, create: Bool, segmentLimit: Int, now: @escaping @Sendable () -> Instant
    ) throws {
        try self.init(folder: folder, create: create, segmentLimit: segmentLimit, limits: BookLimits(), now: now)
    }

    /// Opens the book with segments of another length or with other limits, for tests.
    package init(
        folder: String, create: Bool, segmentLimit: Int = Archive.segmentLimit, limits: BookLimits,
        patience: Duration = .zero, now: @escaping @Sendable () -> Instant
    ) throws {
        self.folder = folder
        self.limits = limits
        self.now = now
        try Self.prepareFolder(folder, create: create)
        lock = try FolderLock(path: folder + "/lock", patience: patience)
        let path = folder + "/book.sqlite"
        (pool, state) = try namingFaults(path) {
            let pool = try Self.openPool(path)
            let state = try pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = FULL")
                try db.execute(sql: "PRAGMA wal_autocheckpoint = \(Self.checkpointPages)")
                try Schema.migrate(db, path: path, at: now())
                return try WriterState(db, archiveFolder: folder + "/archive", segmentLimit: segmentLimit)
            }
            return (pool, state)
        }
        try syncFolder(folder)
    }

    /// Runs one transaction. Batches begun in `body` are in the book, and their receipts may be sent, once this
    /// returns; when it throws, nothing of it is, or, when the commit itself failed, the next opening of the folder
    /// tells.
    package func write<Value>(_ body: (BookWriter) throws -> Value) throws -> Value {
        try namingFaults(path) { try pool.writeWithoutTransaction { db in try write(db, body) } }
    }

    private var path: String { folder + "/book.sqlite" }

    private func write<Value>(_ db: Database, _ body: (BookWriter) throws -> Value) throws -> Value {
        if state.mustReopen, state.waitsForRoom { try takeUpAgain(db) }
        guard !state.mustReopen else {
            throw BookProblem(
                .needsReopening, place: folder, message: "an earlier write failed on the disk.",
                remedy: "Restart the program: it opens the folder at the last acknowledged batch.")
        }
        let statements = try state.statements(db)
        let writer = BookWriter(db, state: state, statements: statements, now: now)
        let value: Value
        var isCommitting = false
        do {
            // Not by `inTransaction`, which compiles both statements anew each time.
            try statements.begin.run()
            value = try body(writer)
            try writer.prepareCommit()
            isCommitting = true
            try statements.commit.run()
        } catch {
            if db.isInsideTransaction { try? db.rollback() }
            // A commit that failed may stand all the same after a crash, when its last frame reached the disk: then
            // the book counts on the archive's bytes. Only opening the folder again tells.
            if isCommitting {
                state.mustReopen = true
            } else {
                do { try state.revert(db) } catch { state.mustReopen = true }
            }
            if state.mustReopen { state.waitsForRoom = BookProblem.isDiskFull(error, path: path) }
            throw error
        }
        state.commit()
        boundWriteAheadLog(db)
        return value
    }

    /// Goes on after a write that found the disk full, as opening the folder again would.
    ///
    /// Frames of a commit that failed must be gone for good before the archive lets go of the bytes they count on: a
    /// crash could bring them back.
    private func takeUpAgain(_ db: Database) throws {
        do {
            if db.isInsideTransaction { try db.rollback() }
            try db.checkpoint(.truncate)
            try syncFile(path + "-wal")
            try state.revert(db)
        } catch {
            throw BookProblem(
                .diskFull, place: folder, message: "an earlier write found the disk full, and it is so still.",
                remedy:
                    "Free space on this disk; what had no receipt can be sent again, and a daemon goes on by itself.")
        }
        (state.mustReopen, state.waitsForRoom) = (false, false)
    }

    /// Reads one committed state.
    ///
    /// - Throws: `BookProblem` with code `readTooLong` at the first statement that runs after the time for reading
    ///   (`BookLimits.reading`); longer work pages by key at a fixed log position.
    package func read<Value>(_ body: (BookReader) throws -> Value) throws -> Value {
        try namingFaults(path) { try pool.read { db in try limited(db) { try body(BookReader(db)) } } }
    }

    /// Moves the write-ahead log into the book and empties it, and makes the archive durable without the book.
    package func checkpoint() throws {
        try namingFaults(path) {
            try pool.writeWithoutTransaction { db in
                try state.settleArchive(db)
                try db.checkpoint(.truncate)
            }
        }
    }

    /// Closes the book; further calls fail. What the disk refuses now is made good when the folder is opened again.
    package func close() throws {
        pool.writeWithoutTransaction { db in
            try? state.settleArchive(db)
            state.end()
        }
        try pool.close()
    }

    /// The raw bytes of a batch, as sent.
    package func rawBytes(_ place: ArchivePlace) throws -> [UInt8] {
        let path = folder + "/" + place.path
        guard let file = FileHandle(forReadingAtPath: path) else { throw systemProblem("open", path: path) }
        defer { try? file.close() }
        try file.seek(toOffset: UInt64(place.offset))
        let data = try file.read(upToCount: place.byteCount) ?? Data()
        guard data.count == place.byteCount else {
            throw BookProblem(
                .archiveDamaged, place: path, message: "the segment ends inside the batch at \(place.offset).",
                remedy: "Restore this file from a backup.")
        }
        return Array(data)
    }

    /// The raw bytes of a batch without copying them, for the length of `body`.
    package func withRawBytes<Value>(_ place: ArchivePlace, _ body: (MappedBatch) throws -> Value) throws -> Value {
        try body(MappedBatch(place, path: folder + "/" + place.path))
    }

    private static func prepareFolder(_ folder: String, create: Bool) throws {
        if !FileManager.default.fileExists(atPath: folder + "/book.sqlite") {
            guard create else {
                throw BookProblem(
                    .folderMissing, place: folder, message: "there is no book in this folder.",
                    remedy: "Check the path given with --data; serve and ingest make a new one.")
            }
            try makeFolders(folder)
        }
        try makeFolder(folder + "/archive")
    }

    private static func openPool(_ path: String) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.label = "book"
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { db in
            // Only before the first page is written does this take effect: larger chunks then stay in their page.
            try db.execute(sql: "PRAGMA page_size = \(pageByteCount)")
            try db.execute(sql: "PRAGMA trusted_schema = OFF")
        }
        return try DatabasePool(path: path, configuration: configuration)
    }
}
