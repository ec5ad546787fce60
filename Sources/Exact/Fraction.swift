// An exact ratio of integers: every value between a decimal as received and the clause that rounds.

internal import BigInt

/// An exact ratio in lowest terms with a positive denominator.
package struct Fraction: Sendable, Hashable {
    let numerator: BigInt
    let denominator: BigInt

    init(numerator: BigInt, denominator: BigInt) {
        precondition(denominator != 0, "A fraction's denominator is not zero.")
        let divisor = numerator.greatestCommonDivisor(with: denominator)
        let sign: BigInt = denominator < 0 ? -1 : 1
        self.numerator = divisor == 0 ? 0 : sign * numerator / divisor
        self.denominator = divisor == 0 ? 1 : sign * denominator / divisor
    }

    package init(_ value: Int) {
        numerator = BigInt(value)
        denominator = 1
    }

    /// - Precondition: `denominator` is not zero.
    package init(_ numerator: Int, _ denominator: Int) {
        self.init(numerator: BigInt(numerator), denominator: BigInt(denominator))
    }

    package init(_ decimal: ExactDecimal) {
        let power = BigInt(10).power(abs(Int(decimal.exponent)))
        if decimal.exponent >= 0 {
            self.init(numerator: BigInt(decimal.mantissa) * power, denominator: 1)
        } else {
            self.init(numerator: BigInt(decimal.mantissa), denominator: power)
        }
    }

    package static let zero = Fraction(0)
    package static let one = Fraction(1)
}

extension Fraction: Comparable {
    package static func < (left: Fraction, right: Fraction) -> Bool {
        left.numerator * right.denominator < right.numerator * left.denominator
    }
}

extension Fraction {
    package static func + (left: Fraction, right: Fraction) -> Fraction {
        Fraction(
            numerator: left.numerator * right.denominator + right.numerator * left.denominator,
            denominator: left.denominator * right.denominator)
    }

    package static prefix func - (value: Fraction) -> Fraction {
        Fraction(numerator: -value.numerator, denominator: value.denominator)
    }

    package static func - (left: Fraction, right: Fraction) -> Fraction { left + -right }

    package static func * (left: Fraction, right: Fraction) -> Fraction {
        Fraction(numerator: left.numerator * right.numerator, denominator: left.denominator * right.denominator)
    }

    /// - Precondition: `right` is not zero.
    package static func / (left: Fraction, right: Fraction) -> Fraction {
        Fraction(numerator: left.numerator * right.denominator, denominator: left.denominator * right.numerator)
    }

    package static func += (left: inout Fraction, right: Fraction) { left = left + right }

    package var isZero: Bool { numerator == 0 }
    package var isNegative: Bool { numerator < 0 }
    package var isInteger: Bool { denominator == 1 }
    package var magnitude: Fraction { isNegative ? -self : self }

    /// The integer value when there is no fractional part and it fits, else `nil`.
    package var integer: Int? { isInteger ? Int(exactly: numerator) : nil }

    /// The multiple of `unit` that `rule` takes this value to.
    ///
    /// - Precondition: `unit` is positive.
    package func rounded(to unit: Fraction, _ rule: RoundingRule) -> Fraction {
        precondition(unit > .zero, "A rounding unit is positive.")
        let steps = self / unit
        return Fraction(numerator: steps.roundedInteger(rule), denominator: 1) * unit
    }

    /// Rounds to `places` decimals after the point (negative: before it).
    package func rounded(places: Int, _ rule: RoundingRule) -> Fraction {
        let power = Fraction(numerator: BigInt(10).power(abs(places)), denominator: 1)
        return rounded(to: places >= 0 ? .one / power : power, rule)
    }

    func roundedInteger(_ rule: RoundingRule) -> BigInt {
        let (quotient, remainder) = numerator.magnitude.quotientAndRemainder(dividingBy: denominator.magnitude)
        let takesNext: Bool
        switch rule {
        case .down: takesNext = false
        case .up: takesNext = remainder != 0
        case .halfUp: takesNext = remainder * 2 >= denominator.magnitude
        case .halfEven:
            let doubled = remainder * 2
            takesNext = doubled > denominator.magnitude || (doubled == denominator.magnitude && quotient % 2 == 1)
        }
        let magnitude = BigInt(takesNext ? quotient + 1 : quotient)
        return isNegative ? -magnitude : magnitude
    }

    /// The plain decimal text with exactly `places` decimals, or `nil` when the value needs more.
    package func decimalText(places: Int) -> String? {
        let scaled = self * Fraction(numerator: BigInt(10).power(places), denominator: 1)
        guard scaled.isInteger else { return nil }
        let digits = String(scaled.numerator.magnitude)
        let sign = scaled.isNegative ? "-" : ""
        if places == 0 { return sign + digits }
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        let split = padded.index(padded.endIndex, offsetBy: -places)
        return sign + padded[..<split] + "." + padded[split...]
    }

    /// The shortest plain decimal text of a finite decimal, or `nil` when the expansion does not end.
    package var decimalText: String? {
        var rest = denominator
        var twos = 0
        var fives = 0
        while rest % 2 == 0 { rest /= 2; twos += 1 }
        while rest % 5 == 0 { rest /= 5; fives += 1 }
        return rest == 1 ? decimalText(places: max(twos, fives)) : nil
    }

    /// The nearest binary value, for statistics and charts only.
    package var approximate: Double {
        if let text = rounded(places: 18, .halfEven).decimalText, let value = Double(text) { return value }
        return .nan
    }
}

extension Fraction: CustomStringConvertible {
    /// A finite decimal in plain notation, otherwise `numerator/denominator`.
    package var description: String { decimalText ?? "\(numerator)/\(denominator)" }
}
