// Statements of the hot tables: bound and stepped on GRDB's own connection without boxing each value.

import GRDB
import GRDBSQLite
import Monitoring

/// A prepared statement of one of the book's connections.
///
/// GRDB keeps and closes it; this reaches SQLite's own functions, at a quarter of the cost a row. Blobs bound in place
/// must outlive the run that follows; texts and digests are copied into the statement's own room, which lasts until the
/// next run ends, so that SQLite allocates nothing for them.
final class RawStatement {
    private let statement: Statement
    private let handle: OpaquePointer
    private let connection: OpaquePointer?
    private let room = UnsafeMutableRawPointer.allocate(byteCount: roomBytes, alignment: 1)
    private var used = 0

    /// Texts of one row; longer ones are copied by SQLite.
    private static let roomBytes = 2_048

    init(_ db: Database, _ sql: String) throws {
        statement = try db.cachedStatement(sql: sql)
        handle = statement.sqliteStatement
        connection = db.sqliteConnection
    }

    deinit {
        // The statement may live on in GRDB's cache, and must not see the room again.
        sqlite3_clear_bindings(handle)
        room.deallocate()
    }

    func bind(_ index: Int32, _ number: Int64) { sqlite3_bind_int64(handle, index, number) }

    func bind(_ index: Int32, _ number: Int) { sqlite3_bind_int64(handle, index, Int64(number)) }

    func bindNull(_ index: Int32) { sqlite3_bind_null(handle, index) }

    func bind(_ index: Int32, _ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            let (start, lifetime) = keep(UnsafeRawBufferPointer(utf8))
            sqlite3_bind_text(
                handle, index, start?.assumingMemoryBound(to: CChar.self), Int32(utf8.count), lifetime)
        }
    }

    func bind(_ index: Int32, _ number: Int64?) {
        if let number { bind(index, number) } else { bindNull(index) }
    }

    func bind(_ index: Int32, _ text: String?) {
        if let text { bind(index, text) } else { bindNull(index) }
    }

    /// Without a copy: `bytes` must stay until the statement has run.
    func bind(_ index: Int32, inPlace bytes: UnsafeRawBufferPointer) {
        // An empty blob has no address, and no address would be NULL.
        if bytes.isEmpty {
            sqlite3_bind_zeroblob(handle, index, 0)
        } else {
            sqlite3_bind_blob(handle, index, bytes.baseAddress, Int32(bytes.count), nil)
        }
    }

    func bind(_ index: Int32, _ digest: Digest256) {
        digest.withBytes { bytes in
            let (start, lifetime) = keep(bytes)
            sqlite3_bind_blob(handle, index, start, Int32(bytes.count), lifetime)
        }
    }

    /// Runs a statement that gives no rows.
    func run() throws {
        let code = sqlite3_step(handle)
        reset()
        guard code == SQLITE_DONE else { throw problem(code) }
    }

    /// Runs a statement of at most one row, and hands its first column on as bytes; `nil` when there is no row.
    func blob<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) throws -> Value? {
        defer { reset() }
        switch sqlite3_step(handle) {
        case SQLITE_DONE: return nil
        case SQLITE_ROW:
            let count = Int(sqlite3_column_bytes(handle, 0))
            return try body(UnsafeRawBufferPointer(start: sqlite3_column_blob(handle, 0), count: count))
        case let code: throw problem(code)
        }
    }

    /// Hands on each row's first column as a number and its second as bytes, which hold until `body` returns; ends
    /// early when `body` answers `false`.
    func rows(_ body: (Int64, UnsafeRawBufferPointer) throws -> Bool) throws {
        defer { sqlite3_reset(handle) }
        while true {
            switch sqlite3_step(handle) {
            case SQLITE_DONE: return
            case SQLITE_ROW:
                let bytes = UnsafeRawBufferPointer(
                    start: sqlite3_column_blob(handle, 1), count: Int(sqlite3_column_bytes(handle, 1)))
                if try !body(sqlite3_column_int64(handle, 0), bytes) { return }
            case let code: throw problem(code)
            }
        }
    }

    /// Whether a statement gives a row.
    func hasRow() throws -> Bool {
        defer { reset() }
        switch sqlite3_step(handle) {
        case SQLITE_DONE: return false
        case SQLITE_ROW: return true
        case let code: throw problem(code)
        }
    }

    /// The row id of the last insertion on this connection.
    var lastRowID: Int64 { sqlite3_last_insert_rowid(connection) }

    private func reset() {
        sqlite3_reset(handle)
        used = 0
    }

    /// The bytes where SQLite may read them until the run ends, and what it shall do with them: nothing, or a copy.
    private func keep(_ bytes: UnsafeRawBufferPointer) -> (UnsafeRawPointer?, sqlite3_destructor_type?) {
        guard used + bytes.count < Self.roomBytes else { return (bytes.baseAddress, Self.copied) }
        let start = room + used
        if let from = bytes.baseAddress { start.copyMemory(from: from, byteCount: bytes.count) }
        used += bytes.count
        return (UnsafeRawPointer(start), nil)
    }

    private func problem(_ code: Int32) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code), message: connection.map { String(cString: sqlite3_errmsg($0)) },
            sql: statement.sql)
    }

    /// SQLITE_TRANSIENT, which is a cast the importer cannot read.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
