// What a query may read, until when, and what its parts tell each other; shared with SQLite's callbacks.

import GRDBSQLite
import Monitoring

/// The state of one query that SQLite's callbacks reach through their user pointer.
final class QueryContext {
    let connection: OpaquePointer
    private let deadline: ContinuousClock.Instant
    /// Names of tables and views that may be read, in small letters.
    private var readable: Set<String> = []
    /// Names of everything that can be read from without being made by the statement, in small letters.
    private var existing: Set<String> = []
    /// Log positions of batches that are not whole yet: nobody sees their rows.
    private(set) var hidden: Set<Int64> = []
    /// The batch whose rows an admission took, by the position that its versions carry.
    private(set) var batchOfAdmission: [Int64: Int64] = [:]
    /// Why the authorizer refused, in words.
    private(set) var denied: String?
    /// What stopped the table `observations`.
    var failure: BookProblem?
    private var chunkNumbers: [ChunkPlace: Int64] = [:]

    private struct ChunkPlace: Hashable {
        let series: Int64
        let span: Int64
    }

    init(connection: OpaquePointer, limits: QueryLimits) {
        self.connection = connection
        deadline = ContinuousClock.now + limits.time
    }

    static func of(_ pointer: UnsafeMutableRawPointer?) -> QueryContext {
        guard let pointer else { preconditionFailure("SQLite hands back the pointer it was given.") }
        return Unmanaged<QueryContext>.fromOpaque(pointer).takeUnretainedValue()
    }

    var isLate: Bool { ContinuousClock.now >= deadline }

    /// Reads which tables there are and which batches are unfinished, before the guards stand.
    func learn() throws {
        // Names of SQLite's own (statistics, sequences) hold samples of other tables; names with "token" hold secrets.
        let tables = try InnerStatement(
            connection, "SELECT lower(name) FROM sqlite_schema WHERE type IN ('table', 'view')")
        while try tables.step() {
            let name = tables.text(0)
            existing.insert(name)
            if !name.contains("token"), !name.hasPrefix("sqlite_") { readable.insert(name) }
        }
        readable.formUnion([
            "observations", "sqlite_schema", "sqlite_master", "json_each", "json_tree", "pragma_table_info",
            "pragma_table_list",
        ])
        existing.formUnion(readable)
        let modules = try InnerStatement(connection, "SELECT lower(name) FROM pragma_module_list")
        while try modules.step() { existing.insert(modules.text(0)) }
        let begun = try InnerStatement(
            connection, "SELECT seq FROM batches_begun UNION ALL SELECT seq FROM admissions_begun")
        while try begun.step() { hidden.insert(begun.integer(0)) }
        let admitted = try InnerStatement(connection, "SELECT seq, batch_seq FROM admissions")
        while try admitted.step() { batchOfAdmission[admitted.integer(0)] = admitted.integer(1) }
    }

    /// The authorizer: reading tables, calling functions, nothing else.
    func allows(_ action: Int32, _ first: UnsafePointer<CChar>?, _ second: UnsafePointer<CChar>?) -> Bool {
        func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0).lowercased() } ?? "" }
        switch action {
        case SQLITE_SELECT, SQLITE_RECURSIVE: return true
        case SQLITE_READ:
            if readable.contains(text(first)) || isOwnName(text(first), column: text(second)) { return true }
            denied = "the table \(text(first)) may not be read."
        case SQLITE_FUNCTION:
            if !["load_extension", "fts3_tokenizer"].contains(text(second)) { return true }
            denied = "the function \(text(second)) may not be called."
        case SQLITE_PRAGMA:
            if ["table_info", "table_list"].contains(text(first)) { return true }
            denied = "PRAGMA \(text(first)) may not be used."
        default: denied = "the statement does not only read."
        }
        return false
    }

    /// Whether `name` is one that the statement itself gives, by WITH.
    ///
    /// SQLite asks for such a name, without a column, where rows are only counted or joined, as a recursive WITH often
    /// does; a column of it is asked for as a column of what it is made of.
    private func isOwnName(_ name: String, column: String) -> Bool {
        column.isEmpty && !existing.contains(name) && !name.hasPrefix("sqlite_") && !name.hasPrefix("pragma_")
    }

    /// A number for the version in row `row` of a chunk, the same as long as the query lasts.
    func rowNumber(series: Int64, span: Int64, row: Int) -> Int64 {
        let place = ChunkPlace(series: series, span: span)
        let next = Int64(chunkNumbers.count)
        let number = chunkNumbers[place] ?? next
        if number == next { chunkNumbers[place] = next }
        return number << 20 | Int64(row)
    }
}

/// A statement that the query needs itself, on the query's connection.
final class InnerStatement {
    private let handle: OpaquePointer
    private let connection: OpaquePointer

    init(_ connection: OpaquePointer, _ sql: String) throws(BookProblem) {
        var prepared: OpaquePointer?
        guard sqlite3_prepare_v2(connection, sql, -1, &prepared, nil) == SQLITE_OK, let prepared else {
            throw Self.problem(connection)
        }
        handle = prepared
        self.connection = connection
    }

    deinit { sqlite3_finalize(handle) }

    func bind(_ index: Int32, _ number: Int64) { sqlite3_bind_int64(handle, index, number) }

    func bind(_ index: Int32, _ text: String) {
        sqlite3_bind_text(handle, index, text, -1, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
    }

    /// Whether there is another row.
    func step() throws(BookProblem) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw Self.problem(connection)
        }
    }

    func reset() { sqlite3_reset(handle) }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func text(_ column: Int32) -> String {
        sqlite3_column_text(handle, column).map { String(cString: $0) } ?? ""
    }

    /// The bytes of a column, until the next step.
    func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: sqlite3_column_blob(handle, column), count: Int(sqlite3_column_bytes(handle, column)))
    }

    private static func problem(_ connection: OpaquePointer) -> BookProblem {
        let code = sqlite3_errcode(connection)
        return BookProblem(
            .query, place: "query", message: "\(String(cString: sqlite3_errmsg(connection))) (SQLite \(code)).",
            remedy: code == SQLITE_INTERRUPT
                ? "Restrict station, parameter or start_ms."
                : "Run tributary doctor on this folder.")
    }
}
