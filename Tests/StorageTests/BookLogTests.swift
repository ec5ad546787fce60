// Goal: nothing in the book changes unseen. Method: refused updates, then tampering behind the triggers' back and the
// verifier's words; alerts and runs in and out.

import Formats
import Foundation
import GRDB
import Monitoring
import Storage
import Testing

@Suite struct BookLogTests {
    private func event(
        _ alert: String, _ kind: String, _ state: String, at: Int64, subject: AlertSubject? = nil
    ) -> AlertEventRecord {
        AlertEventRecord(
            alert: alert, at: Instant(milliseconds: at), kind: kind, state: state, subject: subject,
            payload: "{\"state\":\"\(state)\"}")
    }

    private let subject = AlertSubject(kind: "threshold", section: "s1", parameter: "codmn", station: "a \"b\"")

    private func run(_ id: String) -> RunRecord {
        RunRecord(
            id: id, agreement: "example",
            period: Interval(
                start: Instant(milliseconds: 0), end: Instant(milliseconds: 10)),
            kind: "initial", createdAt: TemporaryFolder.now, digest: digest([1]), inputsDigest: digest([2]),
            payload: [1, 2, 3])
    }

    private func filledBook(_ folder: TemporaryFolder) throws -> Book {
        let book = try folder.open()
        try book.ingest(
            "one", [TestRow("a", newYear, "1")],
            rejections: [
                Rejection(.notATime, row: 2, remedy: "r"), Rejection(.timeInFuture, row: 3, remedy: "r"),
            ])
        try book.write { writer in
            try writer.ingest("two", [TestRow("b", newYear, "1")])
            try writer.append(event("x", "opened", "open", at: newYear, subject: subject))
            try writer.append(event("x", "acknowledged", "acknowledged", at: newYear + 5))
            try writer.insert(
                run("r1"),
                postings: [
                    PostingRecord(entry: "1", line: 1, account: "up", currency: "CNY", minorUnits: -500),
                    PostingRecord(entry: "1", line: 2, account: "down", currency: "CNY", minorUnits: 500),
                ])
        }
        return book
    }

    @Test(arguments: appendOnlyTables.filter { $0 != "stations_provisional" })
    func `append-only tables refuse update and delete`(table: String) throws {
        let folder = try TemporaryFolder()
        _ = try filledBook(folder)
        for sql in ["UPDATE \(table) SET rowid = rowid", "DELETE FROM \(table)"] {
            let column = try folder.database { try $0.columns(in: table)[0].name }
            let statement = sql.replacingOccurrences(of: "rowid", with: column)
            let error = #expect(throws: DatabaseError.self) {
                try folder.database { try $0.execute(sql: statement) }
            }
            #expect(error?.message == "\(table) only grows: corrections are new rows")
        }
    }

    @Test(
        arguments: [
            (
                "log", "UPDATE log SET payload = replace(payload, '\"accepted\":1', '\"accepted\":2') WHERE seq = 1",
                "log 1"
            ),
            ("log", "UPDATE log SET at = at + 1 WHERE seq = 3", "log 3"),
            ("log", "DELETE FROM log WHERE seq = 3", "log 4"),
            ("batches", "UPDATE batches SET accepted_count = 7 WHERE seq = 2", "batches 2"),
            ("alert_events", "UPDATE alert_events SET payload = '{}' WHERE seq = 4", "alert_events 4"),
            ("runs", "UPDATE runs SET payload = x'00'", "runs r1"),
            ("postings", "UPDATE postings SET minor_units = minor_units * 2", "runs r1"),
        ])
    func `tampering is found and named`(table: String, sql: String, place: String) throws {
        let folder = try TemporaryFolder()
        let book = try filledBook(folder)
        #expect(try book.read { try $0.verifyLog() } == [])
        try folder.database { db in
            try db.execute(sql: "PRAGMA foreign_keys = OFF")
            try db.execute(sql: "DROP TRIGGER \(table)_refuses_update; DROP TRIGGER \(table)_refuses_delete")
            try db.execute(sql: sql)
        }
        #expect(try book.read { try $0.verifyLog() }.first?.place == place)
    }

    @Test func `a changed chunk is found and named`() throws {
        let folder = try TemporaryFolder()
        let book = try filledBook(folder)
        #expect(try book.read { try $0.checkIntegrity() } == [])
        try folder.database { db in
            try db.execute(sql: "UPDATE chunks SET payload = (SELECT payload FROM chunks WHERE series_id = 2) || x'00'")
        }
        let faults = try book.read { try $0.checkIntegrity() }
        #expect(faults.count == 4)
        #expect(faults[0].place == "chunks a/codmn/mean/3600/automatic at 1735689600000")
        #expect(faults[0].message == "its bytes are not those that were stored.")
    }

    @Test func `alerts stand as their events say, and can be rebuilt from them`() throws {
        let folder = try TemporaryFolder()
        let book = try filledBook(folder)
        let alerts = try book.read { try $0.alerts() }
        #expect(alerts.map(\.state) == ["acknowledged"])
        #expect(alerts.map(\.subject) == [subject])
        #expect(alerts.map(\.openedAt.milliseconds) == [newYear])
        #expect(try book.read { try $0.alerts(matching: AlertFilter(state: "open")) } == [])
        #expect(try book.read { try $0.alertEvents(of: "x") }.map(\.kind) == ["opened", "acknowledged"])
        try book.write { writer in try writer.rebuildAlerts() }
        #expect(try book.read { try $0.alerts() } == alerts)
        let problem = #expect(throws: BookProblem.self) {
            try book.write { writer in try writer.append(event("y", "acknowledged", "open", at: 0)) }
        }
        #expect(problem?.code == .unknownSubject)
    }

    @Test func `a run is written once and only when it balances`() throws {
        let folder = try TemporaryFolder()
        let book = try filledBook(folder)
        let stored = try book.read { try $0.runs(ofAgreement: "example") }
        #expect(stored.map(\.id) == ["r1"])
        #expect(stored.map(\.logSequence) == [5])
        #expect(stored.map(\.payload) == [[1, 2, 3]])
        #expect(try book.read { try $0.postings(ofRun: "r1") }.map(\.minorUnits) == [-500, 500])
        let again = #expect(throws: BookProblem.self) {
            try book.write { writer in try writer.insert(run("r1"), postings: []) }
        }
        #expect(again?.code == .alreadyIssued)
        let unbalanced = #expect(throws: BookProblem.self) {
            try book.write { writer in
                try writer.insert(
                    run("r2"),
                    postings: [
                        PostingRecord(entry: "1", line: 1, account: "up", currency: "CNY", minorUnits: -500),
                        PostingRecord(entry: "1", line: 2, account: "down", currency: "USD", minorUnits: 500),
                    ])
            }
        }
        #expect(unbalanced?.code == .unbalanced)
        #expect(try book.read { try $0.runs() }.count == 1)
    }

    @Test func `the log's first hash is that of its documented layout`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        let receipt = try book.ingest("one", [TestRow("a", newYear, "1")])
        let entry = try #require(try book.read { try $0.logEntries(after: 0, limit: 9) }.first)
        #expect(
            entry.payload
                == """
                {"accepted":1,"batch":"7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed","byte_count":3,\
                "conflict":0,"duplicate":0,"format":"tributary-csv","name":"one","profile":"test","quarantined":0,\
                "received_at":1735689600000,"rejected":0,"rows":1,"sender":"test","sent_at":null,"state":"complete"}
                """)
        #expect(receipt.position.hash.description == "0adc556714286b120b57fc62f0e883ce246d97d1b2274b32b5e63e038498db79")
    }

    @Test func `the doctor warns of SQLite before 3.51.3 and not after`() {
        #expect(BookReader.note(onSQLite: "3.40.1")?.hasPrefix("SQLite 3.40.1 may carry the WAL-reset race") == true)
        #expect(BookReader.note(onSQLite: "3.51.2") != nil)
        #expect(BookReader.note(onSQLite: "3.51.3") == nil)
        #expect(BookReader.note(onSQLite: "3.52.0") == nil)
    }
}
