// The connection of one query: opened to read, guarded by SQLite's authorizer, stopped by the clock.

import GRDBSQLite

/// A connection that can only read, for the length of one statement.
final class QueryConnection {
    private let handle: OpaquePointer
    private let limits: QueryLimits
    private let context: QueryContext

    init(path: String, limits: QueryLimits) throws {
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let opened else {
            sqlite3_close_v2(opened)
            throw BookProblem(
                .system, place: path, message: "the book cannot be opened to read (SQLite \(code)).",
                remedy: "Run tributary doctor on this folder.")
        }
        handle = opened
        self.limits = limits
        context = QueryContext(connection: opened, limits: limits)
        do {
            try prepare()
        } catch {
            sqlite3_close_v2(opened)
            throw error
        }
    }

    func close() { sqlite3_close_v2(handle) }

    /// One snapshot for everything the statement reads, then the guards.
    private func prepare() throws {
        sqlite3_busy_timeout(handle, 1_000)
        let user = Unmanaged.passUnretained(context).toOpaque()
        sqlite3_create_module_v2(handle, "observations", ObservationsModule.module, user, nil)
        // Using the table once declares it, which the authorizer would refuse later.
        for sql in [
            "PRAGMA trusted_schema = OFF", "PRAGMA query_only = ON", "BEGIN", "SELECT 1 FROM observations LIMIT 0",
        ] {
            guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw problem() }
        }
        try context.learn()
        // Long enough for the largest chunk and the largest statement of a run.
        sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, 67_108_864)
        sqlite3_limit(handle, SQLITE_LIMIT_SQL_LENGTH, Int32(limits.sqlByteCount))
        sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0)
        sqlite3_limit(handle, SQLITE_LIMIT_COLUMN, 200)
        sqlite3_limit(handle, SQLITE_LIMIT_EXPR_DEPTH, 200)
        sqlite3_limit(handle, SQLITE_LIMIT_COMPOUND_SELECT, 50)
        sqlite3_limit(handle, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1_000)
        sqlite3_limit(handle, SQLITE_LIMIT_WORKER_THREADS, 0)
        sqlite3_set_authorizer(
            handle,
            { user, action, first, second, _, _ in
                QueryContext.of(user).allows(action, first, second) ? SQLITE_OK : SQLITE_DENY
            }, user)
        sqlite3_progress_handler(handle, 1_000, { QueryContext.of($0).isLate ? 1 : 0 }, user)
    }

    /// Runs the one statement in `sql`.
    func run(_ sql: String) throws -> QueryAnswer {
        let statement = try onlyStatement(sql)
        defer { sqlite3_finalize(statement) }
        let columns = names(statement)
        var rows: [[QueryValue]] = []
        var byteCount = 0
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_DONE: return QueryAnswer(columns: columns, rows: rows, isCut: false)
            case SQLITE_ROW:
                guard rows.count < limits.rowCount else {
                    return QueryAnswer(columns: columns, rows: rows, isCut: true)
                }
                rows.append(try row(statement, columns, &byteCount))
            default: throw problem()
            }
        }
    }

    /// Prepares `sql`, and refuses what follows its first statement.
    private func onlyStatement(_ sql: String) throws -> OpaquePointer {
        try sql.withCString { text in
            var statement: OpaquePointer?
            var rest: UnsafePointer<CChar>? = text
            while statement == nil, let from = rest, from.pointee != 0 {
                guard sqlite3_prepare_v2(handle, from, -1, &statement, &rest) == SQLITE_OK else { throw problem() }
            }
            guard let statement else {
                throw QueryProblem.refused("there is no statement.", "Give one SELECT statement.")
            }
            do {
                guard sqlite3_stmt_readonly(statement) != 0, sqlite3_column_count(statement) > 0 else {
                    throw QueryProblem.refused("the statement does not only read.", "Give one SELECT statement.")
                }
                while let from = rest, from.pointee != 0 {
                    var second: OpaquePointer?
                    let code = sqlite3_prepare_v2(handle, from, -1, &second, &rest)
                    sqlite3_finalize(second)
                    guard code == SQLITE_OK, second == nil else {
                        throw QueryProblem.refused(
                            "there is more than one statement.", "Give one SELECT statement; several are several calls."
                        )
                    }
                }
            } catch {
                sqlite3_finalize(statement)
                throw error
            }
            return statement
        }
    }

    private func names(_ statement: OpaquePointer) -> [String] {
        var used: Set<String> = []
        return (0..<sqlite3_column_count(statement)).map { index in
            let name = sqlite3_column_name(statement, index).map { String(cString: $0) } ?? ""
            var unique = name
            var place = 2
            while !used.insert(unique).inserted {
                unique = "\(name)_\(place)"
                place += 1
            }
            return unique
        }
    }

    private func row(_ statement: OpaquePointer, _ columns: [String], _ total: inout Int) throws -> [QueryValue] {
        try columns.indices.map { place in
            let index = Int32(place)
            let type = sqlite3_column_type(statement, index)
            switch type {
            case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, index))
            case SQLITE_FLOAT: return .real(sqlite3_column_double(statement, index))
            case SQLITE_NULL: return .null
            default:
                let start = sqlite3_column_blob(statement, index)
                let bytes = UnsafeRawBufferPointer(
                    start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(statement, index)))
                guard bytes.count <= limits.valueByteCount else {
                    throw QueryProblem.refused(
                        "a value of column \(columns[place]) has \(bytes.count) bytes, more than "
                            + "\(limits.valueByteCount).",
                        "Ask for a part of it with substr(), or for its length().")
                }
                total += bytes.count
                guard total <= limits.answerByteCount else {
                    throw QueryProblem.refused(
                        "the answer has more than \(limits.answerByteCount) bytes.",
                        "Ask for fewer columns or rows.")
                }
                return type == SQLITE_TEXT ? .text(String(decoding: bytes, as: UTF8.self)) : .blob(Array(bytes))
            }
        }
    }

    /// What stopped the statement, in the order in which it explains most.
    private func problem() -> BookProblem {
        if let failure = context.failure { return failure }
        let code = sqlite3_errcode(handle)
        if code == SQLITE_INTERRUPT {
            return QueryProblem.refused(
                "the query ran longer than \(limits.time).",
                "Restrict station, parameter or start_ms, or ask for less at a time.")
        }
        if let denied = context.denied {
            return QueryProblem.refused(denied, "A query reads the tables of docs/data-file.md and changes nothing.")
        }
        let message = String(cString: sqlite3_errmsg(handle))
        return QueryProblem.refused(
            "\(message) (SQLite \(code)).", "Tables and columns are in docs/data-file.md; SQL is that of SQLite.")
    }
}
