// An amount a party can owe: whole smallest units of one currency, never a binary fraction.

package import Exact

/// An amount of money: a whole count of the currency's smallest unit (分 for CNY).
///
/// Arithmetic is checked: amounts of two currencies, or a sum outside 64 bits, stop the program. Text and exact values
/// that come from outside enter by the throwing initialisers.
package struct Money: Hashable, Sendable {
    package let currency: Currency
    package let minorUnits: Int64

    package init(_ currency: Currency, minorUnits: Int64) {
        self.currency = currency
        self.minorUnits = minorUnits
    }

    package static func zero(_ currency: Currency) -> Money { Money(currency, minorUnits: 0) }

    /// The amount of exactly `amount` units (yuan, not fen).
    ///
    /// - Throws: `MoneyProblem` when it is not a whole number of smallest units: a clause that names its rule rounds
    ///   before, this does not.
    package init(_ amount: Fraction, _ currency: Currency) throws(MoneyProblem) {
        let scaled = amount * Fraction(Int(currency.minorUnitsPerUnit))
        guard scaled.isInteger else { throw .notWholeMinorUnits(amount, currency) }
        guard let units = scaled.integer else { throw .outOfRange(amount, currency) }
        self.init(currency, minorUnits: Int64(units))
    }

    package var isZero: Bool { minorUnits == 0 }
    package var isNegative: Bool { minorUnits < 0 }

    /// The amount in units of the currency (yuan, not fen), exact.
    package var amount: Fraction { Fraction(Int(minorUnits), Int(currency.minorUnitsPerUnit)) }

    package var magnitude: Money { isNegative ? -self : self }
}

/// Why an exact value or a text is not an amount of money.
package enum MoneyProblem: Error, Equatable, Sendable, CustomStringConvertible {
    case notWholeMinorUnits(Fraction, Currency)
    case outOfRange(Fraction, Currency)
    case notAnAmount(String)

    package var description: String {
        switch self {
        case .notWholeMinorUnits(let amount, let currency):
            "\(amount) \(currency) is not a whole number of its smallest unit (\(currency.minorUnitDigits) decimals); "
                + "round it first by the rule the clause names."
        case .outOfRange(let amount, let currency):
            "\(amount) \(currency) is larger than an account can hold."
        case .notAnAmount(let text):
            "\"\(text)\" is not an amount: expected digits with a decimal point, like 1234.50."
        }
    }
}

extension Money {
    /// - Precondition: one currency; the sum fits 64 bits.
    package static func + (left: Money, right: Money) -> Money {
        requireSameCurrency(left, right)
        let (sum, overflow) = left.minorUnits.addingReportingOverflow(right.minorUnits)
        precondition(!overflow, "A sum of money fits 64 bits of smallest units.")
        return Money(left.currency, minorUnits: sum)
    }

    /// - Precondition: the amount is not the one value without an opposite.
    package static prefix func - (value: Money) -> Money {
        precondition(value.minorUnits != .min, "An amount of money has an opposite in 64 bits.")
        return Money(value.currency, minorUnits: -value.minorUnits)
    }

    /// - Precondition: one currency; the difference fits 64 bits.
    package static func - (left: Money, right: Money) -> Money {
        requireSameCurrency(left, right)
        let (difference, overflow) = left.minorUnits.subtractingReportingOverflow(right.minorUnits)
        precondition(!overflow, "A difference of money fits 64 bits of smallest units.")
        return Money(left.currency, minorUnits: difference)
    }

    package static func += (left: inout Money, right: Money) { left = left + right }
    package static func -= (left: inout Money, right: Money) { left = left - right }

    private static func requireSameCurrency(_ left: Money, _ right: Money) {
        precondition(left.currency == right.currency, "Amounts of two currencies are never added or compared.")
    }
}

extension Money: Comparable {
    /// - Precondition: one currency.
    package static func < (left: Money, right: Money) -> Bool {
        requireSameCurrency(left, right)
        return left.minorUnits < right.minorUnits
    }
}
