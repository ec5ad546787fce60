// Double entry: what moves between accounts, balanced per currency when made and again when read.

/// One side of a movement: an account receives `money`, or gives it when it is negative.
package struct Posting: Hashable, Sendable {
    /// The account's id, such as `payable/zhejiang/anhui`.
    package let account: String
    package let money: Money

    package init(account: String, money: Money) {
        self.account = account
        self.money = money
    }
}

/// A dated, described set of postings that sums to zero in every currency.
///
/// Entries are never edited: a correction is a new entry that names the old one in its description.
package struct JournalEntry: Hashable, Sendable {
    package let id: String
    /// The civil date of the entry at the agreement's place, `YYYY-MM-DD`.
    package let date: String
    package let description: String
    package let postings: [Posting]

    /// - Throws: `JournalProblem` when the postings do not balance, are none, or the date is not a civil date.
    package init(id: String, date: String, description: String, postings: [Posting]) throws(JournalProblem) {
        self.init(unverifiedID: id, date: date, description: description, postings: postings)
        try verify()
    }

    /// An entry as read back from a store, whose reader calls `verify()` before it believes it.
    package init(unverifiedID id: String, date: String, description: String, postings: [Posting]) {
        self.id = id
        self.date = date
        self.description = description
        self.postings = postings
    }

    /// Checks the entry again, after it was read back.
    ///
    /// - Throws: `JournalProblem`, with the sum of each currency that is not zero.
    package func verify() throws(JournalProblem) {
        if id.isEmpty { throw .noID }
        guard isCivilDate(date) else { throw .notADate(entry: id, text: date) }
        if postings.isEmpty { throw .noPostings(entry: id) }
        if postings.contains(where: { $0.account.isEmpty }) { throw .noAccount(entry: id) }
        let imbalances = Self.imbalances(of: postings)
        if !imbalances.isEmpty { throw .imbalance(entry: id, imbalances) }
    }

    /// The currencies whose postings do not sum to zero, by code.
    package static func imbalances(of postings: [Posting]) -> [Imbalance] {
        var sums: [Currency: Int128] = [:]
        for posting in postings { sums[posting.money.currency, default: 0] += Int128(posting.money.minorUnits) }
        return sums.filter { $0.value != 0 }
            .map { Imbalance(currency: $0.key, minorUnits: $0.value) }
            .sorted { $0.currency < $1.currency }
    }
}

/// What is left over in one currency: positive when more was received than given.
package struct Imbalance: Hashable, Sendable, CustomStringConvertible {
    package let currency: Currency
    package let minorUnits: Int128

    package init(currency: Currency, minorUnits: Int128) {
        self.currency = currency
        self.minorUnits = minorUnits
    }

    /// `+12 CNY minor units`.
    package var description: String { "\(minorUnits > 0 ? "+" : "")\(minorUnits) \(currency.code) minor units" }
}

/// Why postings are not a journal entry.
package enum JournalProblem: Error, Equatable, Sendable, CustomStringConvertible {
    case noID
    case notADate(entry: String, text: String)
    case noPostings(entry: String)
    case noAccount(entry: String)
    case imbalance(entry: String, [Imbalance])

    package var description: String {
        switch self {
        case .noID: "A journal entry has no id."
        case .notADate(let entry, let text): "Journal entry \(entry): \"\(text)\" is not a date like 2026-03-31."
        case .noPostings(let entry): "Journal entry \(entry) has no postings."
        case .noAccount(let entry): "Journal entry \(entry) has a posting without an account."
        case .imbalance(let entry, let imbalances):
            "Journal entry \(entry) does not balance: "
                + imbalances.map(\.description).joined(separator: ", ") + "."
        }
    }
}

/// `YYYY-MM-DD` with a month and a day that the Gregorian calendar has.
private func isCivilDate(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count == 10, bytes[4] == 0x2D, bytes[7] == 0x2D else { return false }
    func number(_ range: Range<Int>) -> Int? {
        bytes[range].reduce(0) { sum, byte in
            guard let sum, byte &- 0x30 < 10 else { return nil }
            return sum * 10 + Int(byte - 0x30)
        }
    }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), year > 0 else { return false }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let dayCounts = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return (1...12).contains(month) && (1...dayCounts[month - 1]).contains(day)
}
