// A decimal number exactly as a station sent it: the first exact value in the flow.

/// A decimal as received: `mantissa × 10^exponent`, digits kept (0.20 is 20 × 10⁻²).
///
/// - Equality, order and hash are numeric: 0.20 equals 0.2. `isIdentical(to:)` also compares the digits.
/// - Limits: 18 significant digits, exponent −18…18; anything wider is a `DecimalProblem`, never a rounding.
package struct ExactDecimal: Sendable {
    package let mantissa: Int64
    package let exponent: Int8

    package static let exponentRange: ClosedRange<Int> = -18...18
    package static let digitLimit = 18

    /// - Precondition: `exponent` lies in `exponentRange`.
    package init(mantissa: Int64, exponent: Int8) {
        precondition(Self.exponentRange.contains(Int(exponent)), "A decimal's exponent lies in −18…18.")
        self.mantissa = mantissa
        self.exponent = exponent
    }

    package static let zero = ExactDecimal(mantissa: 0, exponent: 0)

    /// The decimal in `text`, or `nil` when it is not one; use `parse` for the reason.
    package init?(_ text: String) {
        var copy = text
        let parsed = copy.withUTF8 { bytes in try? Self.parse(bytes) }
        guard let parsed else { return nil }
        self = parsed
    }

    /// The lowest-terms form: no trailing zero in the mantissa; zero is 0 × 10⁰.
    ///
    /// The exponent may leave `exponentRange` upwards (500 × 10¹⁸); it is for comparing and digesting, not for storing.
    package var canonical: (mantissa: Int64, exponent: Int) {
        if mantissa == 0 { return (0, 0) }
        var value = mantissa
        var power = Int(exponent)
        while value % 10 == 0 {
            value /= 10
            power += 1
        }
        return (value, power)
    }

    package func isIdentical(to other: ExactDecimal) -> Bool {
        mantissa == other.mantissa && exponent == other.exponent
    }

    /// The nearest binary value, for statistics only; never on the way to a limit or to money.
    package var approximate: Double {
        exponent >= 0
            ? Double(mantissa) * Self.powersOfTen[Int(exponent)]
            : Double(mantissa) / Self.powersOfTen[-Int(exponent)]
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    ]
}

extension ExactDecimal: Comparable, Hashable {
    package static func == (left: ExactDecimal, right: ExactDecimal) -> Bool {
        left.canonical == right.canonical
    }

    package func hash(into hasher: inout Hasher) {
        let lowest = canonical
        hasher.combine(lowest.mantissa)
        hasher.combine(lowest.exponent)
    }

    package static func < (left: ExactDecimal, right: ExactDecimal) -> Bool {
        let difference = Int(left.exponent) - Int(right.exponent)
        if difference == 0 { return left.mantissa < right.mantissa }
        // 18 digits scaled by up to 10¹⁹ fit 128 bits; beyond that the larger power decides by magnitude.
        let (low, high) = difference > 0 ? (right, left) : (left, right)
        let gap = abs(difference)
        if gap > 19, high.mantissa != 0 {
            return difference > 0 ? left.mantissa < 0 : right.mantissa > 0
        }
        let scaledHigh = Int128(high.mantissa) * Self.int128PowersOfTen[min(gap, 19)]
        return difference > 0 ? scaledHigh < Int128(low.mantissa) : Int128(low.mantissa) < scaledHigh
    }

    private static let int128PowersOfTen: [Int128] = {
        var powers: [Int128] = [1]
        for _ in 0..<19 { powers.append(powers[powers.count - 1] * 10) }
        return powers
    }()
}

extension ExactDecimal: CustomStringConvertible {
    /// The digits as received, in plain notation: 20 × 10⁻² prints `0.20`.
    package var description: String {
        let digits = String(mantissa.magnitude)
        let sign = mantissa < 0 ? "-" : ""
        if exponent >= 0 { return sign + digits + String(repeating: "0", count: Int(exponent)) }
        let places = -Int(exponent)
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        let split = padded.index(padded.endIndex, offsetBy: -places)
        return sign + padded[..<split] + "." + padded[split...]
    }
}

/// Why a text is not a decimal we accept.
package enum DecimalProblem: Error, Equatable, Sendable {
    case empty
    /// A byte that has no place in a decimal, at this offset.
    case unexpectedByte(UInt8, offset: Int)
    case noDigits
    /// More than `ExactDecimal.digitLimit` significant digits.
    case tooManyDigits
    /// A power of ten outside `ExactDecimal.exponentRange`.
    case exponentOutOfRange
}

extension ExactDecimal {
    /// Reads `[+-]digits[.digits][(e|E)[+-]digits]`; the decimal mark is a point, spaces are not allowed.
    package static func parse(_ bytes: UnsafeBufferPointer<UInt8>) throws(DecimalProblem) -> ExactDecimal {
        let count = bytes.count
        if count == 0 { throw .empty }
        var index = 0
        var negative = false
        if bytes[0] == UInt8(ascii: "-") || bytes[0] == UInt8(ascii: "+") {
            negative = bytes[0] == UInt8(ascii: "-")
            index = 1
        }
        var mantissa: Int64 = 0
        var power = 0
        var digitCount = 0
        var significant = 0
        var seenPoint = false
        while index < count {
            let byte = bytes[index]
            if byte &- 0x30 < 10 {
                digitCount += 1
                if significant > 0 || byte != 0x30 { significant += 1 }
                if significant > digitLimit { throw .tooManyDigits }
                mantissa = mantissa * 10 + Int64(byte &- 0x30)
                if seenPoint { power -= 1 }
            } else if byte == UInt8(ascii: "."), !seenPoint {
                seenPoint = true
            } else if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
                break
            } else {
                throw .unexpectedByte(byte, offset: index)
            }
            index += 1
        }
        if digitCount == 0 { throw .noDigits }
        if index < count {
            power += try parsePower(bytes, from: index + 1)
        }
        guard exponentRange.contains(power) else { throw .exponentOutOfRange }
        return ExactDecimal(mantissa: negative ? -mantissa : mantissa, exponent: Int8(power))
    }

    private static func parsePower(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) throws(DecimalProblem) -> Int {
        var index = start
        var negative = false
        if index < bytes.count, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
            negative = bytes[index] == UInt8(ascii: "-")
            index += 1
        }
        if index == bytes.count { throw .noDigits }
        var power = 0
        while index < bytes.count {
            let byte = bytes[index]
            guard byte &- 0x30 < 10 else { throw .unexpectedByte(byte, offset: index) }
            power = power * 10 + Int(byte &- 0x30)
            if power > 1_000 { throw .exponentOutOfRange }
            index += 1
        }
        return negative ? -power : power
    }
}
