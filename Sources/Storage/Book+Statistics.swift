// Facts about the book for the doctor: versions, settings, sizes, counts.

import GRDB

/// What the doctor prints of a book.
package struct BookStatistics: Hashable, Sendable {
    package let sqliteVersion: String
    /// What the library's version means for this book, `nil` when there is nothing to say.
    package let sqliteNote: String?
    package let schemaVersion: Int
    package let pageByteCount: Int
    package let journalMode: String
    /// 2 is FULL: a commit is on the disk when it returns.
    package let synchronous: Int
    package let bookByteCount: Int
    /// The write-ahead log; it shrinks when nothing reads.
    package let walByteCount: Int
    package let logEntryCount: Int
    package let batchCount: Int
    package let seriesCount: Int
    package let chunkCount: Int
    /// Versions of observations in all chunks.
    package let versionCount: Int
    package let chunkByteCount: Int
    package let alertCount: Int
    package let runCount: Int
}

extension Book {
    /// Versions, settings, sizes and counts, as the writing connection sees them.
    package func statistics() throws -> BookStatistics {
        let walByteCount = walByteCount
        return try pool.writeWithoutTransaction { try BookReader($0).statistics(walByteCount: walByteCount) }
    }
}

extension BookReader {
    fileprivate func statistics(walByteCount: Int) throws -> BookStatistics {
        func number(_ sql: String) throws -> Int { try Int.fetchOne(db, sql: sql) ?? 0 }
        let version = try String.fetchOne(db, sql: "SELECT sqlite_version()") ?? ""
        return BookStatistics(
            sqliteVersion: version, sqliteNote: Self.note(onSQLite: version),
            schemaVersion: try number("PRAGMA user_version"), pageByteCount: try number("PRAGMA page_size"),
            journalMode: try String.fetchOne(db, sql: "PRAGMA journal_mode") ?? "",
            synchronous: try number("PRAGMA synchronous"),
            bookByteCount: try number("PRAGMA page_count") * number("PRAGMA page_size"),
            walByteCount: walByteCount, logEntryCount: try number("SELECT count(*) FROM log"),
            batchCount: try number("SELECT count(*) FROM batches"),
            seriesCount: try number("SELECT count(*) FROM series"),
            chunkCount: try number("SELECT count(*) FROM chunks"),
            versionCount: try number("SELECT coalesce(sum(row_count), 0) FROM chunks"),
            chunkByteCount: try number("SELECT coalesce(sum(length(payload)), 0) FROM chunks"),
            alertCount: try number("SELECT count(*) FROM alerts"), runCount: try number("SELECT count(*) FROM runs"))
    }

    /// SQLite before 3.51.3 can, very rarely, corrupt a book in WAL mode when two connections write or checkpoint at
    /// the same instant.
    package static func note(onSQLite version: String) -> String? {
        let parts = version.split(separator: ".").compactMap { Int($0) }
        guard parts.count >= 3, (parts[0], parts[1], parts[2]) < (3, 51, 3) else { return nil }
        return "SQLite \(version) may carry the WAL-reset race that 3.51.3 fixed; it needs two connections that write "
            + "or checkpoint at once, and this program has one. Do not open book.sqlite with another program."
    }
}
