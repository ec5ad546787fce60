// Goal: SQL sees every version as the chunks hold it, touches only what it asks for, and can do nothing but read.
// Method: real folders; each answer is compared with a list made in this file from the rows that were sent.

import Exact
import Formats
import Foundation
import GRDB
import Monitoring
import Storage
import Testing

private let day = 24 * hour

/// One expected row of `observations`.
private struct Expected: Hashable {
    var station: String
    var start: Int64
    var value: String?
    var isCurrent: Int64
    var isDisputed: Int64
    var batch: Int64

    var row: [QueryValue] {
        [
            .text(station), .integer(start), value.map { .text($0) } ?? .null, .integer(isCurrent),
            .integer(isDisputed), .integer(batch),
        ]
    }
}

private let columns = "station, start_ms, value, is_current, is_disputed, batch_seq"

@Suite struct BookQueryTests {
    let folder: TemporaryFolder
    let book: Book
    /// Three stations, 70 days of four values: three chunks each. Then repeats, refills and contradictions.
    private let expected: [Expected]

    init() throws {
        folder = try TemporaryFolder()
        book = try folder.open()
        var list: [Expected] = []
        var rows: [TestRow] = []
        for station in ["a", "b", "c"] {
            for index in 0..<280 {
                let start = newYear + Int64(index) * 6 * hour
                let value = index % 10 == 9 ? nil : "\(index % 7).\(index % 10)0"
                rows.append(TestRow(station, start, value ?? ""))
                list.append(
                    Expected(station: station, start: start, value: value, isCurrent: 1, isDisputed: 0, batch: 1))
            }
        }
        try book.ingest("first", rows)
        // A contradiction (start 0), a refill (start 9), a repeat (start 1), a missing after a value (start 2).
        try book.ingest(
            "second",
            [
                TestRow("b", newYear, "99"), TestRow("b", newYear + 54 * hour, "5.50"),
                TestRow("b", newYear + 6 * hour, "1.1"), TestRow("b", newYear + 12 * hour, ""),
            ])
        list = list.map { one in
            var one = one
            guard one.station == "b" else { return one }
            if one.start == newYear { (one.isCurrent, one.isDisputed) = (0, 1) }
            if one.start == newYear + 54 * hour { one.isCurrent = 0 }
            return one
        }
        list.append(Expected(station: "b", start: newYear, value: "99", isCurrent: 0, isDisputed: 1, batch: 2))
        list.append(
            Expected(station: "b", start: newYear + 54 * hour, value: "5.50", isCurrent: 1, isDisputed: 0, batch: 2))
        list.append(
            Expected(station: "b", start: newYear + 12 * hour, value: nil, isCurrent: 0, isDisputed: 0, batch: 2))
        expected = list
    }

    private func rows(_ condition: String) throws -> [[QueryValue]] {
        try book.query("SELECT \(columns) FROM observations \(condition)").rows
    }

    private func expect(
        _ condition: String, _ isWanted: (Expected) -> Bool, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let found = try rows(condition)
        let wanted = expected.filter(isWanted).map(\.row)
        #expect(found.count == wanted.count, "\(condition)", sourceLocation: sourceLocation)
        #expect(Set(found) == Set(wanted), "\(condition)", sourceLocation: sourceLocation)
    }

    @Test func `every condition gives the rows that a list gives`() throws {
        try expect("") { _ in true }
        try expect("WHERE station = 'b'") { $0.station == "b" }
        try expect("WHERE station IN ('a', 'c', 'nobody')") { $0.station != "b" }
        try expect("WHERE station = 'B'") { _ in false }
        try expect("WHERE station = 'B' COLLATE NOCASE") { $0.station == "b" }
        try expect("WHERE station = NULL OR parameter = 7") { _ in false }
        let (from, until) = (newYear + 20 * day, newYear + 45 * day)
        try expect("WHERE station = 'a' AND start_ms >= \(from) AND start_ms < \(until)") {
            $0.station == "a" && $0.start >= from && $0.start < until
        }
        try expect("WHERE start_ms > \(from) AND start_ms <= \(until)") { $0.start > from && $0.start <= until }
        try expect("WHERE start_ms BETWEEN \(from) + 0.5 AND '\(until)'") { $0.start > from && $0.start <= until }
        try expect("WHERE start_ms = \(from)") { $0.start == from }
        try expect("WHERE start_ms > \(Int64.max) - 1") { _ in false }
        try expect("WHERE start_ms < \(Int64.min) + 1") { _ in false }
        try expect("WHERE start >= '2025-01-21' AND start < '2025-02-15T12'") {
            $0.start >= from && $0.start < until + 12 * hour
        }
        try expect("WHERE start = '2025-01-21T00:00:00Z'") { $0.start == from }
        try expect("WHERE station = 'a' AND start_ms < \(from) OR station = 'b' AND start_ms < \(until)") {
            $0.station == "a" && $0.start < from || $0.station == "b" && $0.start < until
        }
        try expect("WHERE is_disputed") { $0.isDisputed == 1 }
        try expect("WHERE NOT is_current AND batch_seq = 2") { $0.isCurrent == 0 && $0.batch == 2 }
        try expect("WHERE series_id = (SELECT id FROM series WHERE station = 'c')") { $0.station == "c" }
        try expect(
            "WHERE parameter = 'codmn' AND statistic = 'mean' AND window_s = 3600 AND origin = 'automatic'"
        ) { _ in true }
    }

    @Test func `the current rows are those of the current view`() throws {
        for station in ["a", "b", "c"] {
            let view = try book.read { try $0.readings(key(station), over: all) }
            let current = try book.query(
                """
                SELECT start_ms, value FROM observations WHERE station = '\(station)' AND is_current ORDER BY start_ms
                """)
            let wanted = (0..<view.count).filter { !view.isDisputed[$0] }.map { row -> [QueryValue] in
                [.integer(view.start[row]), view.value(row).map { .text($0.description) } ?? .null]
            }
            #expect(current.rows == wanted)
        }
    }

    @Test func `the columns hold what was sent: digits, sign, flag, time`() throws {
        try book.ingest("third", [TestRow("d", newYear + hour + 500, "<0.0250", flag: "D")], cadence: .days(1))
        let answer = try book.query("SELECT * FROM observations WHERE station = 'd'")
        #expect(
            answer.columns == [
                "station", "parameter", "statistic", "window_s", "origin", "start_ms", "start", "value", "value_real",
                "qualifier", "flag", "is_current", "is_disputed", "batch_seq", "series_id",
                "admission_seq",
            ])
        #expect(
            answer.rows == [
                [
                    .text("d"), .text("codmn"), .text("mean"), .integer(3_600), .text("automatic"),
                    .integer(newYear + hour + 500), .text("2025-01-01T01:00:00.500Z"), .text("0.0250"), .real(0.025),
                    .text("<"), .text("D"), .integer(1), .integer(0), .integer(3), .integer(4), .null,
                ]
            ])
    }

    @Test func `joins, groups and other tables answer as SQL does`() throws {
        let joined = try book.query(
            """
            SELECT s.key, count(*), batches.name FROM series AS s JOIN observations AS o ON o.series_id = s.id
            JOIN batches ON batches.seq = o.batch_seq WHERE s.station = 'b' GROUP BY batches.name ORDER BY batches.name
            """)
        let name = QueryValue.text("b/codmn/mean/3600/automatic")
        #expect(joined.rows == [[name, .integer(280), .text("first")], [name, .integer(3), .text("second")]])
        for table in ["log", "rejections", "quarantine", "alerts", "alert_events", "runs", "postings"] {
            _ = try book.query("SELECT * FROM \(table)")
        }
        let twice = try book.query("SELECT 1 AS n, 2 AS n, 'x' AS n")
        #expect(twice.columns == ["n", "n_2", "n_3"])
    }

    @Test func `names that a statement gives itself may be counted and joined, recursive or not`() throws {
        let numbers = "c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 5)"
        for (sql, rows) in [
            ("WITH RECURSIVE \(numbers) SELECT count(*) FROM c", [[5]]),
            ("WITH RECURSIVE \(numbers) SELECT x FROM c", [[1], [2], [3], [4], [5]]),
            ("WITH c AS (SELECT 1) SELECT count(*) FROM c", [[1]]),
            ("WITH RECURSIVE \(numbers), d AS (SELECT 1 FROM c) SELECT count(*) FROM d, c AS e", [[25]]),
            (
                """
                WITH RECURSIVE days(ms, n) AS (SELECT \(newYear), 1 UNION ALL SELECT ms + \(day), n + 1 FROM days
                WHERE n < 3) SELECT n, count(o.start_ms) FROM days LEFT JOIN observations AS o
                ON o.start_ms >= ms AND o.start_ms < ms + \(day) AND station = 'a' GROUP BY n
                """, [[1, 4], [2, 4], [3, 4]]
            ),
        ] as [(String, [[Int64]])] {
            #expect(try book.query(sql).rows == rows.map { $0.map { .integer($0) } }, "\(sql)")
        }
    }

    @Test func `a query by station and time reads only the chunks it needs`() throws {
        // Every other chunk is damaged: reading one would fail the query.
        try folder.database { db in
            try db.execute(
                sql: """
                    UPDATE chunks SET payload = x'00' WHERE NOT (span_start = 1738368000000 AND series_id =
                    (SELECT id FROM series WHERE station = 'b'))
                    """)
        }
        let february = newYear + 31 * day
        let conditions = "WHERE station = 'b' AND start_ms >= \(february) AND start_ms < \(february + 28 * day)"
        #expect(try rows(conditions).count == 28 * 4)
        #expect(try rows("WHERE station = 'b' AND start BETWEEN '2025-02-01' AND '2025-02-28T23'").count == 28 * 4)
        let problem = #expect(throws: BookProblem.self) { try rows("WHERE station = 'a'") }
        #expect(problem?.code == .chunkDamaged)
    }

    @Test func `rows of a batch that is not whole are not there, and their marks do not count`() throws {
        // The second batch is put back among the unfinished ones.
        try folder.database { db in
            try db.execute(
                sql: """
                    INSERT INTO batches_begun (seq, digest, name, sender, received_at, byte_count, segment, data_offset)
                    SELECT seq, digest, name, sender, received_at, byte_count, segment, data_offset FROM batches
                    WHERE seq = 2
                    """)
        }
        #expect(try rows("WHERE batch_seq = 2").isEmpty)
        #expect(try rows("WHERE is_disputed OR NOT is_current").isEmpty)
        #expect(try rows("").count == 840)
    }

    @Test(
        "What does not only read is refused with its cause",
        arguments: [
            ("DELETE FROM alerts", "does not only read"), ("UPDATE alerts SET state = 'x'", "does not only read"),
            ("ATTACH '/dev/null' AS other", "does not only read"), ("BEGIN", "does not only read"),
            ("PRAGMA journal_mode = DELETE", "PRAGMA journal_mode may not be used"), ("VACUUM", "does not only read"),
            ("CREATE TEMP TABLE t (x)", "does not only read"),
            ("INSERT INTO observations (station) VALUES ('x')", "read"),
            ("SELECT load_extension('x')", "load_extension"), ("SELECT 1; SELECT 2", "more than one statement"),
            ("SELECT 1; DROP TABLE log", "more than one statement"), ("SELECT 1; nonsense", "more than one statement"),
            ("", "no statement"), (" ; -- nothing", "no statement"), ("SELEC 1", "syntax error"),
            ("SELECT nowhere FROM series", "no such column"), ("SELECT * FROM sender_tokens", "may not be read"),
            ("SELECT count(*) FROM sender_tokens", "may not be read"),
            ("SELECT (SELECT max(secret) FROM Node_Tokens)", "may not be read"),
            ("SELECT * FROM shown", "may not be read"), ("SELECT * FROM sqlite_dbpage", "sqlite_dbpage"),
            ("WITH c AS (SELECT secret FROM node_tokens) SELECT count(*) FROM c", "may not be read"),
            ("WITH RECURSIVE c AS (SELECT 1 UNION SELECT 2 FROM c, node_tokens) SELECT * FROM c", "may not be read"),
            ("SELECT count(*) FROM pragma_database_list", "does not only read"),
            ("SELECT count(*) FROM sqlite_stmt", "does not only read"),
            ("SELECT count(*) FROM sqlite_sequence", "sqlite_sequence"),
            ("SELECT 1 \0", "zero byte"),
        ])
    func refused(sql: String, says: String) throws {
        try folder.database { db in
            try db.execute(sql: "CREATE TABLE Node_Tokens (secret TEXT)")
            try db.execute(sql: "CREATE VIEW shown AS SELECT secret FROM node_tokens")
        }
        let problem = #expect(throws: BookProblem.self) { try book.query(sql) }
        #expect(problem?.code == .query)
        #expect(problem?.message.contains(says) == true, "\(sql): \(problem?.description ?? "")")
        #expect(problem?.remedy.isEmpty == false)
    }

    @Test func `each limit has its name, and a statement's end may hold a semicolon and a comment`() throws {
        let cut = try book.query("SELECT 1 FROM observations;  -- all\n", limits: QueryLimits(rowCount: 10))
        #expect(cut.rows.count == 10 && cut.isCut)
        #expect(try !book.query("SELECT 1 FROM series", limits: QueryLimits(rowCount: 3)).isCut)
        func message(_ sql: String, _ change: (inout QueryLimits) -> Void) -> String {
            var limits = QueryLimits()
            change(&limits)
            return #expect(throws: BookProblem.self) { try book.query(sql, limits: limits) }?.message ?? ""
        }
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
        #expect(message(endless) { $0.time = .milliseconds(50) } == "the query ran longer than 0.05 seconds.")
        let counted = "WITH RECURSIVE n AS (SELECT 1 UNION ALL SELECT 1 FROM n) SELECT count(*) FROM n"
        #expect(message(counted) { $0.time = .milliseconds(50) } == "the query ran longer than 0.05 seconds.")
        let product = "SELECT count(*) FROM observations a, observations b, observations c"
        #expect(message(product) { $0.time = .milliseconds(50) } == "the query ran longer than 0.05 seconds.")
        #expect(message("SELECT 1234567") { $0.sqlByteCount = 10 } == "the statement has 14 bytes, more than 10.")
        #expect(
            message("SELECT 'abcdef' AS x") { $0.valueByteCount = 5 } == "a value of column x has 6 bytes, more than 5."
        )
        #expect(
            message("SELECT station FROM observations") { $0.answerByteCount = 5 }
                == "the answer has more than 5 bytes.")
    }
}
