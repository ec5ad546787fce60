// Exact arithmetic on ratios: in 128 bits while the parts fit 64, in big integers beyond.

internal import BigInt

extension Fraction: Comparable {
    package static func < (left: Fraction, right: Fraction) -> Bool {
        if case .small(let a, let b) = left.storage, case .small(let c, let d) = right.storage {
            return Int128(a) * Int128(d) < Int128(c) * Int128(b)
        }
        return left.numerator * right.denominator < right.numerator * left.denominator
    }
}

extension Fraction {
    package static func + (left: Fraction, right: Fraction) -> Fraction {
        guard case .small(let a, let b) = left.storage, case .small(let c, let d) = right.storage else {
            return Fraction(
                numerator: left.numerator * right.denominator + right.numerator * left.denominator,
                denominator: left.denominator * right.denominator)
        }
        // Only common factors of the denominators can cancel, so no 128-bit divisor is ever searched (Knuth, 4.5.1).
        let common = divisor(b, d)
        if common == 1 {
            return Fraction(
                lowestNumerator: Int128(a) * Int128(d) + Int128(c) * Int128(b), denominator: Int128(b) * Int128(d))
        }
        let sum = Int128(a) * Int128(d / common) + Int128(c) * Int128(b / common)
        let rest = divisor(Int64(sum % Int128(common)), common)
        return Fraction(
            lowestNumerator: sum / Int128(rest), denominator: Int128(b / common) * Int128(d / rest))
    }

    package static prefix func - (value: Fraction) -> Fraction {
        switch value.storage {
        case .small(let numerator, let denominator):
            Fraction(lowestNumerator: -Int128(numerator), denominator: Int128(denominator))
        case .big(let numerator, let denominator):
            Fraction(lowestNumerator: -numerator, denominator: denominator)
        }
    }

    package static func - (left: Fraction, right: Fraction) -> Fraction { left + -right }

    package static func * (left: Fraction, right: Fraction) -> Fraction {
        guard case .small(let a, let b) = left.storage, case .small(let c, let d) = right.storage else {
            return Fraction(
                numerator: left.numerator * right.numerator, denominator: left.denominator * right.denominator)
        }
        let first = divisor(a, d)
        let second = divisor(c, b)
        return Fraction(
            lowestNumerator: Int128(a / first) * Int128(c / second),
            denominator: Int128(b / second) * Int128(d / first))
    }

    /// - Precondition: `right` is not zero.
    package static func / (left: Fraction, right: Fraction) -> Fraction { left * right.reciprocal }

    package static func += (left: inout Fraction, right: Fraction) { left = left + right }

    /// - Precondition: the value is not zero.
    package var reciprocal: Fraction {
        precondition(!isZero, "Zero has no reciprocal.")
        switch storage {
        case .small(let numerator, let denominator):
            let sign: Int128 = numerator < 0 ? -1 : 1
            return Fraction(lowestNumerator: sign * Int128(denominator), denominator: sign * Int128(numerator))
        case .big(let numerator, let denominator):
            let sign: BigInt = numerator < 0 ? -1 : 1
            return Fraction(lowestNumerator: sign * denominator, denominator: sign * numerator)
        }
    }

    /// This value multiplied by itself `power` times; a negative power is of the reciprocal, the power 0 is one.
    ///
    /// - Precondition: zero is not raised to a negative power.
    package func raised(to power: Int) -> Fraction {
        var square = power < 0 ? reciprocal : self
        var rest = power.magnitude
        var result = Fraction.one
        while rest > 0 {
            if rest & 1 == 1 { result = result * square }
            rest >>= 1
            if rest > 0 { square = square * square }
        }
        return result
    }

    /// The greatest common divisor of two magnitudes; at least one of them is not zero.
    private static func divisor(_ left: Int64, _ right: Int64) -> Int64 {
        Int64(greatestCommonDivisor(UInt(left.magnitude), UInt(right.magnitude)))
    }
}
