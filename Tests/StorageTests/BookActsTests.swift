// Goal: notices, decisions and marks go into the book once, bound by the log, and nothing changes them afterwards.
// Method: a book with one of each; what is refused, what a tampering hand leaves behind, an upgrade from schema 1.

import Foundation
import GRDB
import Monitoring
import Storage
import Testing

@Suite struct BookActsTests {
    private func notice(_ reason: String = "r", filedAt: Int64 = newYear, parameters: [String] = []) -> Notice {
        Notice(
            kind: .instrumentChange, station: StationID("a"), parameters: parameters.map { ParameterID($0) },
            interval: Interval(
                start: Instant(milliseconds: newYear - hour), end: Instant(milliseconds: newYear + hour)),
            person: "李工", reason: reason, evidence: "No. 7", filedAt: Instant(milliseconds: filedAt))
    }

    private func decision(_ verdict: NoticeDecision.Verdict, _ side: String) -> NoticeDecision {
        NoticeDecision(
            verdict: verdict, region: RegionID(side + "-city"), side: RegionID(side), person: "q", reason: "because",
            decidedAt: TemporaryFolder.now)
    }

    private func mark(_ station: String, sequence: Int64 = 0) -> HoleMark {
        HoleMark(
            series: key(station),
            interval: Interval(start: Instant(milliseconds: newYear), end: Instant(milliseconds: newYear + hour)),
            kind: .unrecoverable, region: RegionID("up"), side: RegionID("up"), person: "p", reason: "r",
            markedAt: TemporaryFolder.now, sequence: sequence)
    }

    private func filledBook(_ folder: TemporaryFolder) throws -> (book: Book, id: String) {
        let book = try folder.open()
        let record = try book.write { try $0.file(notice(parameters: ["tp", "codmn"])) }
        _ = try book.write { try $0.decide(decision(.confirmed, "up"), onNotice: record.id) }
        try book.write { try $0.mark(mark("a")) }
        return (book, record.id)
    }

    @Test func `What was put on record is read back, and the log agrees`() throws {
        let folder = try TemporaryFolder()
        let (book, id) = try filledBook(folder)
        _ = try book.write { try $0.file(notice("another")) }
        try book.write { try $0.mark(mark("a/b")) }
        try book.read { reader in
            let records = try reader.notices(ofStation: StationID("a"))
            #expect(records.map(\.notice) == [notice(parameters: ["codmn", "tp"]), notice("another")])
            #expect(records.map(\.decisions) == [[decision(.confirmed, "up")], []])
            #expect(records.first?.id == id && id.hasPrefix("notice-") && id.count == 19)
            #expect(try reader.notices(ofStation: StationID("b")).isEmpty)
            #expect(try reader.holeMarks(ofStation: StationID("a")) == [mark("a", sequence: 3)])
            #expect(try reader.holeMarks().map(\.series.station.rawValue) == ["a", "a/b"])
            #expect(try reader.verifyLog() == [])
            #expect(
                try reader.logEntries(after: 0, limit: 9).map(\.kind) == [
                    "notice", "notice-decision", "hole-mark", "notice", "hole-mark",
                ])
        }
    }

    @Test func `The same notice twice, a second decision of a side, and an unknown notice are refused`() throws {
        let folder = try TemporaryFolder()
        let (book, id) = try filledBook(folder)
        let twice = #expect(throws: BookProblem.self) {
            try book.write { try $0.file(notice(filedAt: newYear + 9, parameters: ["codmn", "tp"])) }
        }
        #expect(twice?.code == .alreadyOnRecord && twice?.place == id)
        let second = #expect(throws: BookProblem.self) {
            try book.write { try $0.decide(decision(.refused, "up"), onNotice: id) }
        }
        #expect(second?.message == "up-city has confirmed it for the side of up on 2025-01-01T08:00:00+08:00.")
        let unknown = #expect(throws: BookProblem.self) {
            try book.write { try $0.decide(decision(.refused, "up"), onNotice: "notice-0") }
        }
        #expect(unknown?.code == .unknownSubject)
        let disputed = try book.write { try $0.decide(decision(.refused, "down"), onNotice: id) }
        #expect(disputed.standing == .disputed)
        #expect(try book.read { try $0.logHead().sequence } == 4, "What was refused left nothing behind.")
    }

    @Test(arguments: actTables)
    func `Acts are never updated or deleted`(table: String) throws {
        let folder = try TemporaryFolder()
        _ = try filledBook(folder)
        let column = try folder.database { try $0.columns(in: table)[0].name }
        for sql in ["UPDATE \(table) SET \(column) = \(column)", "DELETE FROM \(table)"] {
            let error = #expect(throws: DatabaseError.self) { try folder.database { try $0.execute(sql: sql) } }
            #expect(error?.message == "\(table) only grows: corrections are new rows")
        }
    }

    @Test(arguments: [
        ("notices", "UPDATE notices SET reason = 'other'", "notices 1"),
        ("notices", "UPDATE notices SET id = 'notice-1'", "notices 1"),
        ("notice_parameters", "DELETE FROM notice_parameters WHERE parameter = 'tp'", "notices 1"),
        ("notice_decisions", "UPDATE notice_decisions SET verdict = 'refused'", "notice_decisions 2"),
        ("notice_decisions", "DELETE FROM notice_decisions", "notice_decisions 2"),
        ("hole_marks", "UPDATE hole_marks SET interval_until = interval_until + 1", "hole_marks 3"),
        (
            "hole_marks",
            "INSERT INTO hole_marks SELECT 9, series_key, interval_from, interval_until, mark, region, "
                + "side, person, reason, marked_at FROM hole_marks", "hole_marks 9"
        ),
    ])
    func `Tampering with an act is found and named`(table: String, sql: String, place: String) throws {
        let folder = try TemporaryFolder()
        let (book, _) = try filledBook(folder)
        try folder.database { db in
            try db.execute(sql: "PRAGMA foreign_keys = OFF")
            try db.execute(sql: "DROP TRIGGER \(table)_refuses_update; DROP TRIGGER \(table)_refuses_delete")
            try db.execute(sql: sql)
        }
        #expect(try book.read { try $0.verifyLog() }.map(\.place).contains(place))
    }

    @Test func `The ends of what was heard are found chunk by chunk, as known at a log position`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        let month = 31 * 24 * hour
        // Three months: a value, a month in which only "no value" was said, a value; the middle is disputed later.
        try book.ingest("one", [TestRow("a", newYear + hour, "1"), TestRow("a", newYear + 2 * month, "1")])
        try book.ingest("two", [TestRow("a", newYear + month, ""), TestRow("a", newYear, "")])
        try book.ingest("three", [TestRow("a", newYear + month + hour, "1")])
        try book.ingest("four", [TestRow("a", newYear + month + hour, "2")])
        func hours(_ instant: Instant?) -> Int64? { instant.map { ($0.milliseconds - newYear) / hour } }
        try book.read { reader in
            func instant(_ hours: Int64) -> Instant { Instant(milliseconds: newYear + hours * hour) }
            #expect(hours(try reader.firstHeard(key("a"), asKnownAt: 1)?.start) == 1)
            let first = try reader.firstHeard(key("a"), asKnownAt: 9)
            #expect(hours(first?.start) == 0 && first?.sequence == 1)
            #expect(try reader.firstHeard(key("b"), asKnownAt: 9) == nil)
            let (middle, last) = (31 * 24 + 1, Int64(2 * 31 * 24))
            #expect(hours(try reader.valueStart(key("a"), before: instant(last), asKnownAt: 2)) == 1)
            #expect(hours(try reader.valueStart(key("a"), before: instant(last), asKnownAt: 9)) == Int64(middle))
            #expect(hours(try reader.valueStart(key("a"), from: instant(2), asKnownAt: 2)) == last)
            #expect(hours(try reader.valueStart(key("a"), from: instant(2), asKnownAt: 9)) == Int64(middle))
            #expect(try reader.valueStart(key("a"), from: instant(last + 1), asKnownAt: 9) == nil)
            #expect(try reader.valueStart(key("a"), before: instant(1), asKnownAt: 9) == nil)
            #expect(try reader.heardStations() == [StationID("a")])
        }
    }
}
