// Exact ratios as text, read and written, and their nearest binary value for charts.

internal import BigInt

extension Fraction {
    /// The longest text read as a fraction: a bound on the work one input can ask for.
    package static let textLimit = 400

    /// The value of `text`: a plain decimal (`-0.20`) or a ratio of integers (`-3/4`); `nil` for anything else.
    ///
    /// No exponent, grouping or blanks; the denominator has no sign and is not zero; at most `textLimit` bytes.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.textLimit else { return nil }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 2 {
            guard let top = integerText(parts[0], signed: true), let bottom = integerText(parts[1], signed: false),
                bottom != 0
            else { return nil }
            self.init(numerator: top, denominator: bottom)
            return
        }
        guard parts.count == 1 else { return nil }
        let halves = text.split(separator: ".", omittingEmptySubsequences: false)
        guard halves.count == 1 || halves.count == 2 && !halves[1].isEmpty,
            let mantissa = integerText(halves.joined()[...], signed: true),
            halves[0].last.map({ $0 != "-" && $0 != "+" }) == true
        else { return nil }
        self = Fraction(lowestNumerator: mantissa, denominator: 1)
        if halves.count == 2 { self = self * .powerOfTen(-halves[1].utf8.count) }
    }

    /// The plain decimal text with exactly `places` decimals, or `nil` when the value needs more.
    ///
    /// - Precondition: `places` is not negative.
    package func decimalText(places: Int) -> String? {
        precondition(places >= 0, "A decimal text has no negative number of decimals.")
        let scaled = self * .powerOfTen(places)
        guard scaled.isInteger else { return nil }
        let digits = String(scaled.numerator.magnitude)
        let sign = scaled.isNegative ? "-" : ""
        if places == 0 { return sign + digits }
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        return sign + padded.dropLast(places) + "." + padded.suffix(places)
    }

    /// The shortest plain decimal text of a finite decimal, or `nil` when the expansion does not end.
    package var decimalText: String? {
        if let text = shortDecimalText { return text }
        var rest = denominator
        let twos = rest.trailingZeroBitCount
        rest >>= twos
        var fives = 0
        while rest > 1 {
            let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 5)
            if remainder != 0 { return nil }
            rest = quotient
            fives += 1
        }
        return decimalText(places: max(twos, fives))
    }

    /// The shortest plain decimal text where machine integers hold all of it, as they mostly do; `nil` where they do not.
    private var shortDecimalText: String? {
        guard case .small(let numerator, var rest) = storage else { return nil }
        let twos = rest.trailingZeroBitCount
        rest >>= Int64(twos)
        var fives = 0
        while rest % 5 == 0 {
            rest /= 5
            fives += 1
        }
        guard rest == 1 else { return nil }
        var units = numerator.magnitude
        let places = max(twos, fives)
        for _ in min(twos, fives)..<places {
            let (product, overflows) = units.multipliedReportingOverflow(by: twos > fives ? 5 : 2)
            if overflows { return nil }
            units = product
        }
        let digits = String(units)
        let sign = isNegative ? "-" : ""
        if places == 0 { return sign + digits }
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.utf8.count)) + digits
        let point = padded.utf8.index(padded.utf8.endIndex, offsetBy: -places)
        return sign + padded[..<point] + "." + padded[point...]
    }

    /// The nearest binary value, for statistics and charts only.
    package var approximate: Double {
        let top = numerator.magnitude
        let bottom = denominator.magnitude
        if top == 0 { return 0 }
        // A quotient of 66 or 67 bits whose last one remembers the remainder rounds as the exact value does.
        let shift = 66 - (top.bitWidth - bottom.bitWidth)
        let (quotient, remainder) =
            shift >= 0
            ? (top << shift).quotientAndRemainder(dividingBy: bottom)
            : top.quotientAndRemainder(dividingBy: bottom << -shift)
        let bits = UInt128(quotient) | (remainder == 0 ? 0 : 1)
        let value = Double(sign: .plus, exponent: -shift, significand: Double(bits))
        return isNegative ? -value : value
    }
}

extension Fraction: CustomStringConvertible {
    /// A finite decimal in plain notation, otherwise `numerator/denominator`.
    package var description: String { decimalText ?? "\(numerator)/\(denominator)" }
}

/// An integer of ASCII digits, with a leading sign where that is allowed.
private func integerText(_ text: Substring, signed: Bool) -> BigInt? {
    let digits = signed && (text.first == "-" || text.first == "+") ? text.dropFirst() : text
    guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 &- 0x30 < 10 }), let magnitude = BigInt(String(digits)) else {
        return nil
    }
    return text.first == "-" ? -magnitude : magnitude
}
