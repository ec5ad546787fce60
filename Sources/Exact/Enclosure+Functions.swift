// Logarithms and exponentials as rigorous bounds: positive series summed once rounding down and once rounding up.

internal import BigInt

extension Enclosure {
    /// The natural logarithm, or `nil` while the number may be zero or negative at this precision.
    package func logarithm() -> Enclosure? {
        guard lower > 0 else { return nil }
        return Enclosure(
            lower: logarithmBounds(of: lower, bits: bits).lower, upper: logarithmBounds(of: upper, bits: bits).upper,
            bits: bits)
    }

    /// The logarithm to base ten, or `nil` while the number may be zero or negative at this precision.
    package func commonLogarithm() -> Enclosure? {
        logarithm()?.divided(by: .logarithmOfTen(bits: bits))
    }

    /// e to the power of the number.
    ///
    /// - Precondition: the number lies within ±3 × `exponentLimit`.
    package func exponential() -> Enclosure {
        let limit = BigInt(3 * Self.exponentLimit + 1) << bits
        precondition(-limit < lower && upper < limit, "An exponent lies within the named limit.")
        return Enclosure(
            lower: exponentialBounds(of: lower, bits: bits).lower,
            upper: exponentialBounds(of: upper, bits: bits).upper, bits: bits)
    }

    /// 10 to the power of an exact exponent.
    ///
    /// - Precondition: `exponent` lies within ±`exponentLimit`.
    package static func powerOfTen(_ exponent: Fraction, bits: Int) -> Enclosure {
        logarithmOfTen(bits: bits).scaled(by: exponent).exponential()
    }

    static func logarithmOfTen(bits: Int) -> Enclosure {
        bits == firstBits ? firstLogarithmOfTen : computedLogarithmOfTen(bits: bits)
    }

    /// At the precision with which everything begins, and with which nearly everything is decided.
    private static let firstLogarithmOfTen = computedLogarithmOfTen(bits: firstBits)

    private static func computedLogarithmOfTen(bits: Int) -> Enclosure {
        let bounds = logarithmBounds(of: BigInt(10) << bits, bits: bits)
        return Enclosure(lower: bounds.lower, upper: bounds.upper, bits: bits)
    }
}

private typealias Bounds = (lower: BigInt, upper: BigInt)

/// Bits beyond the wanted ones, so that the last place of thousands of steps is not visible in the result.
private let guardBits = 24

/// Bounds of ln(value / 2^bits) at 2^−bits; `value` is positive.
///
/// value = y · 2^s with y in [3/4, 3/2), so ln = (s − bits) ln 2 + 2 artanh((y − 1) / (y + 1)), the argument within
/// ±1/5.
private func logarithmBounds(of value: BigInt, bits: Int) -> Bounds {
    var shift = value.magnitude.bitWidth
    if value * 4 < BigInt(3) << shift { shift -= 1 }
    let power = shift - bits
    let width = bits + guardBits + power.magnitude.bitWidth
    let one = BigInt(1) << shift
    let difference = value - one
    let series = artanhBounds(numerator: BigInt(difference.magnitude), denominator: value + one, bits: width)
    let (low, high) = difference < 0 ? (-series.upper, -series.lower) : series
    let two = logarithmOfTwoBounds(bits: width)
    let count = BigInt(power)
    let lower = 2 * low + count * (power < 0 ? two.upper : two.lower)
    let upper = 2 * high + count * (power < 0 ? two.lower : two.upper)
    let scale = BigInt(1) << (width - bits)
    return (floorQuotient(lower, scale), ceilingQuotient(upper, scale))
}

/// ln 2 = 2 artanh(1/3).
private func logarithmOfTwoBounds(bits: Int) -> Bounds {
    let third = artanhBounds(numerator: 1, denominator: 3, bits: bits)
    return (2 * third.lower, 2 * third.upper)
}

/// Bounds of artanh(z) = z + z³/3 + z⁵/5 + … at 2^−bits, for z = numerator / denominator within 0…1/3.
private func artanhBounds(numerator: BigInt, denominator: BigInt, bits: Int) -> Bounds {
    if numerator == 0 { return (0, 0) }
    let low = floorQuotient(numerator << bits, denominator)
    let high = ceilingQuotient(numerator << bits, denominator)
    let lowSquare = (low * low) >> bits
    let highSquare = ((high * high) >> bits) + 1
    var (lowPower, highPower) = (low, high)
    var (lowSum, highSum) = (low, high)
    var index = BigInt(3)
    while lowPower > 0 {
        lowPower = (lowPower * lowSquare) >> bits
        highPower = ((highPower * highSquare) >> bits) + 1
        lowSum += lowPower / index
        highSum += highPower / index + 1
        index += 2
    }
    // With z² ≤ 1/9 everything after the last power sums to less than that power.
    return (lowSum, highSum + highPower)
}

/// Bounds of exp(value / 2^bits) at 2^−bits.
///
/// value = k ln 2 + r with r in 0..<2, so exp = 2^k exp(r), and the series of exp(r) has only positive terms.
private func exponentialBounds(of value: BigInt, bits: Int) -> Bounds {
    // The integer part is within a few thousand, so 64 bits and 709/1024 ≈ ln 2 give k to within one or two.
    let thousandths = floorQuotient(value * 1_024, BigInt(1) << bits)
    var power = Int(floorQuotient(thousandths, 710)) - (value < 0 ? 2 : 0)
    let width = bits + guardBits + power.magnitude.bitWidth + max(power, 0)
    let scaled = value << (width - bits)
    let two = logarithmOfTwoBounds(bits: width)
    func rest() -> Bounds {
        let count = BigInt(power)
        return (
            scaled - count * (power < 0 ? two.lower : two.upper), scaled - count * (power < 0 ? two.upper : two.lower)
        )
    }
    while rest().lower < 0 { power -= 1 }
    while rest().lower > two.upper { power += 1 }
    let (low, high) = rest()
    let one = BigInt(1) << width
    var (lowTerm, highTerm) = (one, one)
    var (lowSum, highSum) = (one, one)
    var index = BigInt(1)
    while lowTerm > 0 || index <= 4 {
        lowTerm = ((lowTerm * low) >> width) / index
        highTerm = (((highTerm * high) >> width) + 1) / index + 1
        lowSum += lowTerm
        highSum += highTerm
        index += 1
    }
    // From here each term is less than half the one before, so all that follow sum to less than the last.
    highSum += highTerm
    let scale = BigInt(1) << (width - bits - power)
    return (floorQuotient(lowSum, scale), ceilingQuotient(highSum, scale))
}
