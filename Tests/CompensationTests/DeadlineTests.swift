// Goal: a window has the dates its events give it and never expires without them; a presumption stands for a figure only
// once its time is over. Method: one agreement with each kind of window, dates counted by hand on a calendar.

import Accounting
import Compensation
import Exact
import Monitoring
import Testing

struct DeadlineTests {
    private static let terms = """
        inputs:
          done: {measure: given, each: towns, unit: "1", error: none, clause: clause 6}
        windows:
          - {name: objection, from: notified, days: 10, calendar: working, party: a, kept-by: objected, on-expiry: the statement stands, clause: clause 7}
          - {name: march, from: {date: 03-31}, calendar: civil, party: b, kept-by: paid, on-expiry: a tenth more is owed, clause: clause 8}
          - {name: report, from: period-end, days: 20, calendar: civil, on-expiry: what was not reported counts as not done, clause: clause 9}
        working-calendar: {from: 2025-01-01, until: 2026-01-01, document: a table of holidays, holidays: [2025-01-28, 2025-01-29, 2025-01-30, 2025-01-31, 2025-02-03, 2025-02-04], workdays: [2025-01-26, 2025-02-08]}
        presumptions:
          - {input: done, within: report, holds: 0, clause: clause 9}
        payments:
          - {name: fee, each: t in towns, clause: clause 2, payer: pool, payee: t, amount: "100 元 × done[t]"}
        examples:
          - {name: all, source: invented, inputs: {done: {a: 1, b: 1, c: 1}}, expect: {lines: [{payer: pool, payee: a, amount: 100 元}, {payer: pool, payee: b, amount: 100 元}, {payer: pool, payee: c, amount: 100 元}]}}
        """

    private static let agreement = readAgreement(AgreementLanguageTests.text(terms), file: "x.yaml").agreement

    private func day(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }

    private func found(_ name: String, _ table: String, asOf: String?) throws -> Deadline {
        let agreement = try #require(Self.agreement)
        let read = EventTable.read(EventTable.header + "\n" + table, file: "e.csv", for: agreement)
        #expect(read.problems.isEmpty, "\(read.problems)")
        let all = deadlines(
            of: agreement, period: try #require(SettlementPeriod(parsing: "2024")), events: read.events,
            asOf: try asOf.map(day))
        return try #require(all.first { $0.window.name == name })
    }

    @Test("Ten working days over New Year leave out holidays and count the weekend days that are worked")
    func workingDays() throws {
        let notice = "notified,a,2025-01-20,letter 5\n"
        // 21 22 23 24 (Tue–Fri), 26 (Sunday, worked), 27, then 5 6 7 and 8 February (Saturday, worked): the tenth.
        let open = try found("objection", notice, asOf: "2025-02-08")
        #expect(open.start?.description == "2025-01-20" && open.end?.description == "2025-02-08" && open.state == .open)
        #expect(open.startDocument == "letter 5")
        #expect(try found("objection", notice, asOf: "2025-02-09").state == .expired)
        let kept = try found("objection", notice + "objected,a,2025-02-08,letter 6\n", asOf: "2025-03-01")
        let eighth = try day("2025-02-08")
        #expect(kept.state == .kept(on: eighth, document: "letter 6"))
        #expect(try found("objection", notice + "objected,b,2025-02-08,x\n", asOf: "2025-03-01").state == .expired)
        #expect(try found("objection", notice + "objected,a,2025-02-10,x\n", asOf: "2025-03-01").state == .expired)
    }

    @Test("Without a record of its event, without a day, or past the calendar a window is undetermined")
    func undetermined() throws {
        func text(_ deadline: Deadline) -> String {
            if case .undetermined(let why) = deadline.state { return why.english }
            return "\(deadline.state)"
        }
        #expect(text(try found("objection", "", asOf: "2040-01-01")) == "no record of the event it runs from")
        // A notice to the other party starts nothing for this one.
        #expect(
            text(try found("objection", "notified,b,2025-01-20,x\n", asOf: "2040-01-01"))
                == "no record of the event it runs from")
        #expect(
            text(try found("objection", "notified,a,2025-12-25,x\n", asOf: "2026-02-01"))
                == "no calendar of working days covers it")
        let known = try found("objection", "notified,a,2025-01-20,x\n", asOf: nil)
        #expect(text(known) == "no day given to judge it by" && known.end?.description == "2025-02-08")
    }

    @Test("A fixed day is the first after the period; what happens before it keeps it")
    func fixedDay() throws {
        let open = try found("march", "", asOf: "2025-03-31")
        #expect(open.end?.description == "2025-03-31" && open.state == .open)
        #expect(try found("march", "", asOf: "2025-04-01").state == .expired)
        let early = try found("march", "paid,b,2025-02-10,order 9\n", asOf: "2025-04-01")
        let tenth = try day("2025-02-10")
        #expect(early.state == .kept(on: tenth, document: "order 9"))
    }

    @Test("A missing figure is held while its time runs and presumed after it, with the clause that says so")
    func presumption() throws {
        let agreement = try #require(Self.agreement)
        let period = try #require(SettlementPeriod(parsing: "2024"))
        let inputs = [
            InputKey(name: "done", members: ["a"]): (value: Fraction(1), unit: UnitOfMeasure.one),
            InputKey(name: "done", members: ["b"]): (value: Fraction(1), unit: UnitOfMeasure.one),
        ]
        func run(_ asOf: String?) throws -> SettlementRun {
            settle(
                agreement, period: period, kind: .final, inputs: TableInputSource(inputs, document: "t"),
                program: "test", asOf: try asOf.map(day))
        }
        for asOf in [nil, "2025-01-20"] {
            guard case .notSettled(let obstacles) = try run(asOf).outcome else {
                Issue.record("It settled before its time was over.")
                continue
            }
            #expect(obstacles.map(\.kind) == [.held])
            #expect(obstacles[0].item == "done[c]" && obstacles[0].why.contains("clause 9 presumes 0"))
        }
        let late = try run("2025-01-21")
        let statement = try Statement(late)
        #expect(late.substitutions.map(\.input.description) == ["done[c]"])
        #expect(late.substitutions[0].agreedBy == ["clause 9"])
        #expect(late.substitutions[0].interval.start.iso8601(at: .china).hasPrefix("2024-12-31"))
        #expect(statement.text.contains("替代 Substitution: done[c] report, 推定 presumption"))
        #expect(statement.text.contains("期限  "), "The windows have a section.")
        for words in [
            "march  乙 B  [clause 8]", "3月31日 month 3 day 31", "2025-03-31, 进行中 open (截至 as of 2025-01-21)",
            "送达 notified + 10 个工作日 working days", "起算事件无记录", "a tenth more is owed",
        ] {
            #expect(statement.text.contains(words), "\(words)")
        }
        #expect(statement.settled.lines.map(\.money.plainText) == ["100.00", "100.00", "0.00"])
        #expect(try run("2025-01-22").id != late.id)
    }

    @Test(
        "A table of events with a mistake names the row",
        arguments: [
            ("notifed,a,2025-01-20,x", "“notifed” is not an event."),
            ("notified,z,2025-01-20,x", "There is no party “z”."),
            ("notified,a,2025-02-30,x", "“2025-02-30” is not a day."), ("notified,a,2025-01-20,", "has no document"),
            ("notified,a", "2 cells instead of 4"),
        ])
    func mistakes(row: String, words: String) throws {
        let read = EventTable.read(
            EventTable.header + "\n" + row + "\n", file: "e.csv", for: try #require(Self.agreement))
        #expect(read.events.isEmpty && read.problems.count == 1)
        #expect(read.problems.first?.description.contains(words) == true, "\(read.problems)")
        #expect(read.problems.first?.line == 2)
    }
}
