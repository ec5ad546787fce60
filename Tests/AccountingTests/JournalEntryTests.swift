// Goal: an entry that does not balance cannot exist. Method: balanced, unbalanced and malformed postings, written out.

import Accounting
import Testing

private let euro = Currency(code: "EUR", minorUnitDigits: 2)

private func posting(_ account: String, _ minorUnits: Int64, _ currency: Currency = .cny) -> Posting {
    Posting(account: account, money: Money(currency, minorUnits: minorUnits))
}

struct JournalEntryTests {
    @Test func `Postings that sum to zero make an entry`() throws {
        let entry = try JournalEntry(
            id: "2025-final-1", date: "2026-03-31", description: "Downstream pays upstream",
            postings: [posting("upstream", 100_000), posting("downstream", -100_000)])
        try entry.verify()
        #expect(entry.postings.count == 2)
    }

    @Test func `Each currency balances on its own`() throws {
        #expect(
            throws: JournalProblem.imbalance(
                entry: "x",
                [Imbalance(currency: .cny, minorUnits: 5), Imbalance(currency: euro, minorUnits: -5)])
        ) {
            try JournalEntry(
                id: "x", date: "2026-03-31", description: "", postings: [posting("a", 5), posting("b", -5, euro)])
        }
    }

    @Test func `The imbalance is named`() {
        let problem = #expect(throws: JournalProblem.self) {
            try JournalEntry(
                id: "x", date: "2026-03-31", description: "", postings: [posting("a", 100), posting("b", -99)])
        }
        #expect(problem?.description == "Journal entry x does not balance: +1 CNY minor units.")
    }

    @Test func `A sum beyond 64 bits is an imbalance, not a crash`() {
        let entry = JournalEntry(
            unverifiedID: "x", date: "2026-03-31", description: "",
            postings: [posting("a", .max), posting("b", .max), posting("c", 2)])
        #expect(
            throws: JournalProblem.imbalance(entry: "x", [Imbalance(currency: .cny, minorUnits: Int128(1) << 64)])
        ) { try entry.verify() }
    }

    @Test func `An entry altered in the store is found when read back`() {
        let entry = JournalEntry(
            unverifiedID: "x", date: "2026-03-31", description: "", postings: [posting("a", 100), posting("b", -10)])
        #expect(throws: JournalProblem.imbalance(entry: "x", [Imbalance(currency: .cny, minorUnits: 90)])) {
            try entry.verify()
        }
    }

    @Test func `An entry has an id, a date, postings and accounts`() {
        let pair = [posting("a", 1), posting("b", -1)]
        #expect(throws: JournalProblem.noID) {
            try JournalEntry(id: "", date: "2026-03-31", description: "", postings: pair)
        }
        #expect(throws: JournalProblem.noPostings(entry: "x")) {
            try JournalEntry(id: "x", date: "2026-03-31", description: "", postings: [])
        }
        #expect(throws: JournalProblem.noAccount(entry: "x")) {
            try JournalEntry(
                id: "x", date: "2026-03-31", description: "", postings: [posting("", 1), posting("b", -1)])
        }
    }

    @Test(arguments: [
        "", "2026-3-31", "2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2026/04/30", "0000-01-01",
    ])
    func `A date the calendar does not have is refused`(text: String) {
        #expect(throws: JournalProblem.notADate(entry: "x", text: text)) {
            try JournalEntry(
                id: "x", date: text, description: "", postings: [posting("a", 1), posting("b", -1)])
        }
    }

    @Test func `A leap day is a date`() throws {
        _ = try JournalEntry(
            id: "x", date: "2024-02-29", description: "", postings: [posting("a", 1), posting("b", -1)])
    }
}
