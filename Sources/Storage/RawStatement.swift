// Statements of the hot tables: bound and stepped on GRDB's own connection without boxing each value.

import GRDB
import GRDBSQLite
import Monitoring

/// A prepared statement of one of the book's connections.
///
/// GRDB keeps and closes it; this reaches SQLite's own functions, at a quarter of the cost a row. Bound texts and blobs
/// must outlive the `run` or `row` that follows.
struct RawStatement {
    private let statement: Statement
    private let handle: OpaquePointer
    private let connection: OpaquePointer?

    init(_ db: Database, _ sql: String) throws {
        statement = try db.cachedStatement(sql: sql)
        handle = statement.sqliteStatement
        connection = db.sqliteConnection
    }

    func bind(_ index: Int32, _ number: Int64) { sqlite3_bind_int64(handle, index, number) }

    func bind(_ index: Int32, _ number: Int) { sqlite3_bind_int64(handle, index, Int64(number)) }

    func bindNull(_ index: Int32) { sqlite3_bind_null(handle, index) }

    /// SQLite copies the text.
    func bind(_ index: Int32, _ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { bytes in
                _ = sqlite3_bind_text(handle, index, bytes.baseAddress, Int32(bytes.count), Self.copied)
            }
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

    /// SQLite copies the bytes.
    func bind(_ index: Int32, _ digest: Digest256) {
        digest.bytes.withUnsafeBytes { bytes in
            _ = sqlite3_bind_blob(handle, index, bytes.baseAddress, Int32(bytes.count), Self.copied)
        }
    }

    /// Runs a statement that gives no rows.
    func run() throws {
        let code = sqlite3_step(handle)
        sqlite3_reset(handle)
        guard code == SQLITE_DONE else { throw problem(code) }
    }

    /// Runs a statement of at most one row, and hands its first column on as bytes; `nil` when there is no row.
    func blob<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) throws -> Value? {
        defer { sqlite3_reset(handle) }
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
        defer { sqlite3_reset(handle) }
        switch sqlite3_step(handle) {
        case SQLITE_DONE: return false
        case SQLITE_ROW: return true
        case let code: throw problem(code)
        }
    }

    private func problem(_ code: Int32) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code), message: connection.map { String(cString: sqlite3_errmsg($0)) },
            sql: statement.sql)
    }

    /// SQLITE_TRANSIENT, which is a cast the importer cannot read.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
