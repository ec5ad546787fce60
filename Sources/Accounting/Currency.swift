// The currency of an amount: a code and how many decimals its smallest unit has.

/// A currency by its ISO 4217 code (historic codes included: settled cases of the past are replayed).
package struct Currency: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Three capital letters.
    package let code: String
    /// Decimals of the smallest unit: 2 for CNY (分), 0 for JPY.
    package let minorUnitDigits: Int

    /// - Precondition: `code` is three capital ASCII letters and `minorUnitDigits` lies in 0…4.
    package init(code: String, minorUnitDigits: Int) {
        precondition(
            code.utf8.count == 3 && code.utf8.allSatisfy { (0x41...0x5A).contains($0) },
            "A currency code is three capital letters.")
        precondition((0...4).contains(minorUnitDigits), "A currency's smallest unit has 0 to 4 decimals.")
        self.code = code
        self.minorUnitDigits = minorUnitDigits
    }

    /// A ledger of something other than money, such as water quota in `t`, kept by the same rules: whole smallest units,
    /// entries that balance. Its code is no currency's: it begins with a small letter or holds a blank.
    ///
    /// - Precondition: `minorUnitDigits` lies in 0…6.
    package init(ledger code: String, minorUnitDigits: Int) {
        precondition((0...6).contains(minorUnitDigits), "A ledger's smallest unit has 0 to 6 decimals.")
        self.code = code
        self.minorUnitDigits = minorUnitDigits
    }

    /// The known currency of that code, else `nil`.
    package init?(code: String) {
        guard let known = Self.known.first(where: { $0.code == code }) else { return nil }
        self = known
    }

    /// Renminbi, 1 元 = 100 分.
    package static let cny = Currency(code: "CNY", minorUnitDigits: 2)

    /// The currencies a code alone may name; others are made with their digits.
    package static let known: [Currency] = [
        cny,
        Currency(code: "CHF", minorUnitDigits: 2),
        Currency(code: "DEM", minorUnitDigits: 2),
        Currency(code: "EUR", minorUnitDigits: 2),
        Currency(code: "FRF", minorUnitDigits: 2),
        Currency(code: "GBP", minorUnitDigits: 2),
        Currency(code: "HKD", minorUnitDigits: 2),
        Currency(code: "JPY", minorUnitDigits: 0),
        Currency(code: "KZT", minorUnitDigits: 2),
        Currency(code: "MNT", minorUnitDigits: 2),
        Currency(code: "NLG", minorUnitDigits: 2),
        Currency(code: "RUB", minorUnitDigits: 2),
        Currency(code: "USD", minorUnitDigits: 2),
        Currency(code: "VND", minorUnitDigits: 0),
    ]

    package static func < (left: Currency, right: Currency) -> Bool {
        (left.code, left.minorUnitDigits) < (right.code, right.minorUnitDigits)
    }

    package var description: String { code }

    /// How many of the smallest unit make one unit: 100 for CNY.
    var minorUnitsPerUnit: Int64 {
        var power: Int64 = 1
        for _ in 0..<minorUnitDigits { power *= 10 }
        return power
    }
}
