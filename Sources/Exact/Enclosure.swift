// Two bounds around a real number that has no exact form: how logarithms and powers reach a verdict or money.

internal import BigInt

/// A closed interval that surely contains a real number; its ends are whole multiples of 2^−`bits`.
///
/// Operations round the lower end down and the upper end up, so the number stays inside whatever the precision.
/// Rounding to a place is decided when both ends round to the same value (`rounded(places:_:digitLimit:_:)`).
package struct Enclosure: Sendable {
    let lower: BigInt
    let upper: BigInt
    /// Binary places after the point.
    package let bits: Int

    init(lower: BigInt, upper: BigInt, bits: Int) {
        precondition(lower <= upper, "An enclosure's lower end is not above its upper end.")
        self.lower = lower
        self.upper = upper
        self.bits = bits
    }

    /// The narrowest enclosure of `value` at `bits` binary places.
    package init(_ value: Fraction, bits: Int) {
        let scaled = value.numerator << bits
        self.init(
            lower: floorQuotient(scaled, value.denominator), upper: ceilingQuotient(scaled, value.denominator),
            bits: bits)
    }

    /// Whether `value` lies between the ends.
    package func contains(_ value: Fraction) -> Bool {
        let scaled = value.numerator << bits
        return lower * value.denominator <= scaled && scaled <= upper * value.denominator
    }

    /// - Precondition: both have the same number of bits.
    package static func + (left: Enclosure, right: Enclosure) -> Enclosure {
        precondition(left.bits == right.bits, "Enclosures of one precision are added.")
        return Enclosure(lower: left.lower + right.lower, upper: left.upper + right.upper, bits: left.bits)
    }

    package static prefix func - (value: Enclosure) -> Enclosure {
        Enclosure(lower: -value.upper, upper: -value.lower, bits: value.bits)
    }

    /// The enclosure of this number times an exact factor.
    package func scaled(by factor: Fraction) -> Enclosure {
        let (first, second) = factor.isNegative ? (upper, lower) : (lower, upper)
        return Enclosure(
            lower: floorQuotient(first * factor.numerator, factor.denominator),
            upper: ceilingQuotient(second * factor.numerator, factor.denominator), bits: bits)
    }

    /// The enclosure of the product of two numbers that are not negative.
    func multipliedByPositive(_ other: Enclosure) -> Enclosure {
        precondition(
            bits == other.bits && lower.sign == .plus && other.lower.sign == .plus,
            "Enclosures of positive numbers are multiplied.")
        return Enclosure(
            lower: (lower * other.lower) >> bits, upper: ((upper * other.upper) >> bits) + 1, bits: bits)
    }

    /// The enclosure of the quotient, or `nil` while `divisor` may be zero or negative at this precision.
    package func divided(by divisor: Enclosure) -> Enclosure? {
        precondition(bits == divisor.bits, "Enclosures of one precision are divided.")
        guard divisor.lower > 0 else { return nil }
        return Enclosure(
            lower: floorQuotient(lower << bits, lower < 0 ? divisor.lower : divisor.upper),
            upper: ceilingQuotient(upper << bits, upper < 0 ? divisor.upper : divisor.lower), bits: bits)
    }
}

/// Why a real number has no correctly rounded value here.
package enum EnclosureProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// A logarithm of zero or of a negative number.
    case notPositive(Fraction)
    /// An exponent beyond `Enclosure.exponentLimit`.
    case exponentOutOfRange(Fraction)
    /// A mean of nothing.
    case noValues
    /// Both roundings are still possible with this many decimal digits.
    case undecidable(digits: Int)

    package var description: String {
        switch self {
        case .notPositive(let value): "\(value) has no logarithm."
        case .exponentOutOfRange(let value):
            "\(value) is no exponent we compute with (limit ±\(Enclosure.exponentLimit))."
        case .noValues: "There are no values to average."
        case .undecidable(let digits): "The rounding is not decided after \(digits) digits."
        }
    }
}

extension Enclosure {
    /// Digits after which a rounding counts as undecidable; a random number needs about 20, so 300 is never chance.
    package static let digitLimit = 300

    /// Binary places a number is first computed with.
    static let firstBits = 64

    /// The largest exponent of e or 10: it bounds the size of the integers, and no measured quantity comes near.
    package static let exponentLimit = 1_000

    /// The value that `rule` takes the enclosed number to, at `places` decimals, correctly rounded.
    ///
    /// - Parameter evaluate: the enclosure at a number of bits, or `nil` when it needs more. Called with growing bits.
    /// - Throws: `undecidable` when both ends still round apart at `digitLimit` digits: an exact tie must be recognised
    ///   by the caller before.
    package static func rounded(
        places: Int, _ rule: RoundingRule, digitLimit: Int = Enclosure.digitLimit,
        _ evaluate: (_ bits: Int) -> Enclosure?
    ) throws(EnclosureProblem) -> Fraction {
        // 3322/1000 is just above log2(10).
        let bitLimit = digitLimit * 3_322 / 1_000
        var bits = min(firstBits, bitLimit)
        while true {
            if let enclosure = evaluate(bits) {
                let rounded = Fraction(enclosure.lower, overPowerOfTwo: enclosure.bits).rounded(places: places, rule)
                let other = Fraction(enclosure.upper, overPowerOfTwo: enclosure.bits).rounded(places: places, rule)
                if rounded == other { return rounded }
            }
            if bits == bitLimit { throw .undecidable(digits: digitLimit) }
            bits = min(bits * 2, bitLimit)
        }
    }
}

extension Fraction {
    /// numerator / 2^bits.
    fileprivate init(_ numerator: BigInt, overPowerOfTwo bits: Int) {
        let common = numerator == 0 ? bits : min(bits, numerator.trailingZeroBitCount)
        // The numerator is a multiple of the divisor, so that shifting a negative one loses nothing.
        self.init(lowestNumerator: numerator >> common, denominator: BigInt(1) << (bits - common))
    }
}

/// The quotient rounded towards negative infinity; `divisor` is positive.
func floorQuotient(_ value: BigInt, _ divisor: BigInt) -> BigInt {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
}

/// The quotient rounded towards positive infinity; `divisor` is positive.
func ceilingQuotient(_ value: BigInt, _ divisor: BigInt) -> BigInt {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder > 0 ? quotient + 1 : quotient
}
