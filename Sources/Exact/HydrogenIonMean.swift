// The mean of pH readings as the water rules ask for it: over the activity of hydrogen ions, correctly rounded.

/// The mean pH over hydrogen ion activity, −log10(mean(10^−pH)), correctly rounded at `places` decimals.
///
/// - Throws: `EnclosureProblem.noValues` for an empty list, `exponentOutOfRange` for a value that is no pH at all.
/// - Source: 环办监测函〔2020〕82号 (statistics of surface-water data, trial, 2020-02), mean of pH.
package func hydrogenIonMean(
    of values: [ExactDecimal], places: Int, _ rule: RoundingRule, digitLimit: Int = Enclosure.digitLimit
) throws(EnclosureProblem) -> Fraction {
    guard let smallest = values.min() else { throw .noValues }
    let base = Fraction(smallest)
    var counts: [Fraction: Int] = [:]
    for value in values {
        let pH = Fraction(value)
        // 100 is far outside any pH; it only bounds the size of the powers.
        guard pH.magnitude <= Fraction(100) else { throw .exponentOutOfRange(pH) }
        counts[pH - base, default: 0] += 1
    }
    let share = Fraction(1, values.count)
    if let exact = exactHydrogenIonMean(counts, share: share) { return (base + exact).rounded(places: places, rule) }
    let decimals = values.map { max(0, -Int($0.exponent)) }.max() ?? 0
    return try Enclosure.rounded(places: places, rule, digitLimit: digitLimit) { bits in
        var powers = PowersOfTenRoot(decimals: decimals, bits: bits)
        var sum = Enclosure(.zero, bits: bits)
        for (distance, count) in counts { sum = sum + powers.power(-distance).scaled(by: Fraction(count)) }
        return sum.scaled(by: share).commonLogarithm().map { Enclosure(base, bits: bits) + -$0 }
    }
}

/// The mean less the smallest value, when it is a fraction: all values a whole number apart, and their ions averaging
/// to a power of ten.
///
/// Powers of ten with different fractional exponents are linearly independent over the rationals (xⁿ − 10 is
/// irreducible), so in every other case the mean is irrational and can be no tie.
private func exactHydrogenIonMean(_ counts: [Fraction: Int], share: Fraction) -> Fraction? {
    var mean = Fraction.zero
    for (distance, count) in counts {
        guard let steps = distance.integer else { return nil }
        mean += Fraction.powerOfTen(-steps) * Fraction(count) * share
    }
    return mean.exponentOfTen.map { Fraction(-$0) }
}

/// Powers of 10 with exponents that are not positive and have a common number of decimals, made by repeated squaring of
/// 10^(−1/10^decimals): one exponential for a whole list of readings.
private struct PowersOfTenRoot {
    let scale: Fraction
    let bits: Int
    private var squares: [Enclosure]

    init(decimals: Int, bits: Int) {
        scale = .powerOfTen(decimals)
        self.bits = bits
        squares = [.powerOfTen(-scale.reciprocal, bits: bits)]
    }

    mutating func power(_ exponent: Fraction) -> Enclosure {
        guard var steps = (-exponent * scale).integer else { return .powerOfTen(exponent, bits: bits) }
        var result = Enclosure(.one, bits: bits)
        var index = 0
        while steps > 0 {
            if index == squares.count { squares.append(squares[index - 1].multipliedByPositive(squares[index - 1])) }
            if steps & 1 == 1 { result = result.multipliedByPositive(squares[index]) }
            steps >>= 1
            index += 1
        }
        return result
    }
}
