// Amounts as plain text: what statements, ledgers and exports print and read back.

internal import Exact

extension Money: CustomStringConvertible {
    /// The amount with all decimals of its currency and no grouping: `-1234.50`.
    package var plainText: String {
        let places = currency.minorUnitDigits
        let digits = String(minorUnits.magnitude)
        let sign = minorUnits < 0 ? "-" : ""
        if places == 0 { return sign + digits }
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        return sign + padded.dropLast(places) + "." + padded.suffix(places)
    }

    /// `-1234.50 CNY`.
    package var description: String { "\(plainText) \(currency.code)" }

    /// The amount in `text`: digits with at most the currency's decimals, no grouping, no exponent.
    ///
    /// - Throws: `MoneyProblem` when it is anything else, or too fine, or too large.
    package init(plainText text: String, _ currency: Currency) throws(MoneyProblem) {
        let bytes = text.utf8
        guard bytes.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E || $0 == 0x2D }),
            bytes.first != 0x2E, bytes.last != 0x2E, let decimal = ExactDecimal(text)
        else { throw .notAnAmount(text) }
        try self.init(Fraction(decimal), currency)
    }
}
