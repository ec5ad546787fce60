// SQL over the book, to read: the limits of a query, its answer, and the call that runs it.

/// The limits of one query; what exceeds one is refused with its name.
package struct QueryLimits: Hashable, Sendable {
    /// Rows of the answer; what is beyond is cut off, and the answer says so.
    package var rowCount = 10_000
    /// How long a query may run: the bound on every reading of the book.
    package var time = BookLimits().reading
    /// Bytes of the SQL text.
    package var sqlByteCount = 65_536
    /// Bytes of one value of the answer.
    package var valueByteCount = 1_048_576
    /// Bytes of all values of the answer.
    package var answerByteCount = 67_108_864

    package init(rowCount: Int = 10_000) { self.rowCount = rowCount }

    /// Rows that a caller may ask for.
    package static let rowCountRange = 1...1_000_000
}

/// One value of an answer, as SQLite has it.
package enum QueryValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

/// What a query found.
package struct QueryAnswer: Hashable, Sendable {
    /// Names of the columns, each once: a repeated name gets its place in front of its second use (`value_2`).
    package let columns: [String]
    /// One value a column in each.
    package let rows: [[QueryValue]]
    /// There were more rows than the limit.
    package let isCut: Bool
}

extension Book {
    /// Runs one SQL statement that reads, over one committed state of the book.
    ///
    /// The table `observations` has one row for each version of an observation; the other tables are those of
    /// docs/data-file.md. The connection is the query's own, opened to read and closed before this returns, so that
    /// nothing the statement does or leaves behind reaches the book's own connections.
    ///
    /// - Throws: `BookProblem` with code `query`: what is wrong with the statement, or which limit it met.
    package func query(_ sql: String, limits: QueryLimits = QueryLimits()) throws -> QueryAnswer {
        guard sql.utf8.count <= limits.sqlByteCount else {
            throw QueryProblem.refused(
                "the statement has \(sql.utf8.count) bytes, more than \(limits.sqlByteCount).", "Shorten it.")
        }
        guard !sql.utf8.contains(0) else {
            throw QueryProblem.refused("the statement holds a zero byte.", "Remove it.")
        }
        let connection = try QueryConnection(path: folder + "/book.sqlite", limits: limits)
        defer { connection.close() }
        return try connection.run(sql)
    }
}

enum QueryProblem {
    static func refused(_ message: String, _ remedy: String) -> BookProblem {
        BookProblem(.query, place: "query", message: message, remedy: remedy)
    }
}
