// An exact ratio of integers: every value between a decimal as received and the clause that rounds.

internal import BigInt

/// An exact ratio in lowest terms with a positive denominator.
///
/// Two 64-bit integers while they suffice, big integers when they do not; a value has one form only, so equality and
/// hash are those of the parts.
package struct Fraction: Sendable, Hashable {
    enum Storage: Hashable, Sendable {
        /// Lowest terms, `denominator` > 0, `numerator` ≠ Int64.min.
        case small(numerator: Int64, denominator: Int64)
        /// Lowest terms, denominator > 0, and one of them does not fit the small form.
        indirect case big(numerator: BigInt, denominator: BigInt)
    }

    let storage: Storage

    /// - Precondition: the parts are in lowest terms and `denominator` is positive.
    init(lowestNumerator numerator: Int128, denominator: Int128) {
        if let top = Int64(exactly: numerator), let bottom = Int64(exactly: denominator), top != .min {
            storage = .small(numerator: top, denominator: bottom)
        } else {
            storage = .big(numerator: BigInt(numerator), denominator: BigInt(denominator))
        }
    }

    /// - Precondition: the parts are in lowest terms and `denominator` is positive.
    init(lowestNumerator numerator: BigInt, denominator: BigInt) {
        if let top = Int64(exactly: numerator), let bottom = Int64(exactly: denominator), top != .min {
            storage = .small(numerator: top, denominator: bottom)
        } else {
            storage = .big(numerator: numerator, denominator: denominator)
        }
    }

    init(numerator: BigInt, denominator: BigInt) {
        precondition(denominator != 0, "A fraction's denominator is not zero.")
        let divisor = numerator.greatestCommonDivisor(with: denominator)
        let sign: BigInt = denominator < 0 ? -1 : 1
        self.init(lowestNumerator: sign * numerator / divisor, denominator: sign * denominator / divisor)
    }

    package init(_ value: Int) {
        self.init(lowestNumerator: Int128(value), denominator: 1)
    }

    /// - Precondition: `denominator` is not zero.
    package init(_ numerator: Int, _ denominator: Int) {
        precondition(denominator != 0, "A fraction's denominator is not zero.")
        let divisor = Int128(greatestCommonDivisor(numerator.magnitude, denominator.magnitude))
        let sign: Int128 = denominator < 0 ? -1 : 1
        self.init(
            lowestNumerator: sign * Int128(numerator) / divisor, denominator: sign * Int128(denominator) / divisor)
    }

    package init(_ decimal: ExactDecimal) {
        let exponent = Int(decimal.exponent)
        self = Fraction(Int(decimal.mantissa)) * Fraction.powerOfTen(exponent)
    }

    package static let zero = Fraction(0)
    package static let one = Fraction(1)

    /// 10 to the power `exponent`, which may be negative.
    static func powerOfTen(_ exponent: Int) -> Fraction {
        guard abs(exponent) <= 18 else {
            let power = BigInt(10).power(abs(exponent))
            return exponent > 0
                ? Fraction(lowestNumerator: power, denominator: 1) : Fraction(lowestNumerator: 1, denominator: power)
        }
        var power: Int128 = 1
        for _ in 0..<abs(exponent) { power *= 10 }
        return exponent >= 0
            ? Fraction(lowestNumerator: power, denominator: 1) : Fraction(lowestNumerator: 1, denominator: power)
    }

    var numerator: BigInt {
        switch storage {
        case .small(let numerator, _): BigInt(numerator)
        case .big(let numerator, _): numerator
        }
    }

    var denominator: BigInt {
        switch storage {
        case .small(_, let denominator): BigInt(denominator)
        case .big(_, let denominator): denominator
        }
    }

    package var isZero: Bool { storage == .small(numerator: 0, denominator: 1) }

    package var isNegative: Bool {
        switch storage {
        case .small(let numerator, _): numerator < 0
        case .big(let numerator, _): numerator < 0
        }
    }

    package var isInteger: Bool {
        switch storage {
        case .small(_, let denominator): denominator == 1
        case .big(_, let denominator): denominator == 1
        }
    }

    package var magnitude: Fraction { isNegative ? -self : self }

    /// The integer value when there is no fractional part and it fits, else `nil`.
    package var integer: Int? {
        switch storage {
        case .small(let numerator, let denominator): denominator == 1 ? Int(numerator) : nil
        case .big(let numerator, let denominator): denominator == 1 ? Int(exactly: numerator) : nil
        }
    }
}

/// Stein's algorithm; the divisor of 0 and n is n.
func greatestCommonDivisor(_ left: UInt, _ right: UInt) -> UInt {
    if left == 0 { return right }
    if right == 0 { return left }
    let shift = (left | right).trailingZeroBitCount
    var small = left >> left.trailingZeroBitCount
    var large = right
    while large != 0 {
        large >>= large.trailingZeroBitCount
        if small > large { swap(&small, &large) }
        large -= small
    }
    return small << shift
}
