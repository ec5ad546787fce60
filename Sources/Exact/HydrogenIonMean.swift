// The mean of pH as the water rules ask for it: over the activity of hydrogen ions, correctly rounded.

internal import BigInt

/// The mean pH over hydrogen ion activity, −log10(mean(10^−pH)), correctly rounded at `places` decimals.
///
/// - Throws: `EnclosureProblem.noValues` for an empty list, `exponentOutOfRange` for a value that is no pH at all.
/// - Source: 环办监测函〔2020〕82号 (statistics of surface-water data, trial, 2020-02), mean of pH.
package func hydrogenIonMean(
    of values: [ExactDecimal], places: Int, _ rule: RoundingRule, digitLimit: Int = Enclosure.digitLimit
) throws(EnclosureProblem) -> Fraction {
    var weights = HydrogenIonWeights()
    for value in values { weights.add(value, count: 1, weight: Fraction(1, values.count)) }
    return try weights.mean(places: places, rule, digitLimit: digitLimit)
}

/// Values of pH, and how often each has each weight in a mean.
///
/// A year has tens of thousands of readings but a few dozen values, and means of means give a few dozen weights: that is
/// what a mean over ions costs, and not the number of readings.
package struct HydrogenIonWeights: Sendable, Hashable {
    /// By weight, then by value.
    private var counts: [Fraction: [ExactDecimal: Int]] = [:]

    package init() {}

    package var isEmpty: Bool { counts.isEmpty }

    /// - Parameter weight: of one value; positive.
    package mutating func add(_ value: ExactDecimal, count: Int, weight: Fraction) {
        counts[weight, default: [:]][value, default: 0] += count
    }

    package mutating func add(_ values: [ExactDecimal: Int], weight: Fraction) {
        counts[weight, default: [:]].merge(values, uniquingKeysWith: +)
    }

    package mutating func add(_ other: HydrogenIonWeights) {
        for (weight, values) in other.counts { add(values, weight: weight) }
    }

    /// All weights times a positive share.
    package func scaled(by share: Fraction) -> HydrogenIonWeights {
        var result = HydrogenIonWeights()
        for (weight, values) in counts { result.add(values, weight: weight * share) }
        return result
    }

    /// −log10(Σ wᵢ·10^−pHᵢ), correctly rounded at `places` decimals.
    ///
    /// - Precondition: the weights add up to one.
    /// - Throws: `EnclosureProblem.noValues` for nothing, `exponentOutOfRange` for a value that is no pH at all.
    /// - Complexity: one exponential, and a product of big numbers a value and bit of it; see `PowersOfTenRoot`.
    /// - Source: 环办监测函〔2020〕82号, mean of pH (mark B).
    package func mean(
        places: Int, _ rule: RoundingRule, digitLimit: Int = Enclosure.digitLimit
    ) throws(EnclosureProblem) -> Fraction {
        let values = Set(counts.values.lazy.flatMap(\.keys))
        guard let smallest = values.min(), let largest = values.max() else { throw .noValues }
        // 100 is far outside any pH; it only bounds the size of the powers.
        for end in [smallest, largest] where Fraction(end).magnitude > Fraction(100) {
            throw .exponentOutOfRange(Fraction(end))
        }
        let base = Fraction(smallest)
        let distances = Dictionary(uniqueKeysWithValues: values.map { ($0, Fraction($0) - base) })
        if let exact = exactMean(distances) { return (base + exact).rounded(places: places, rule) }
        let decimals = values.map { max(0, -Int($0.exponent)) }.max() ?? 0
        return try Enclosure.rounded(places: places, rule, digitLimit: digitLimit) { bits in
            var root = PowersOfTenRoot(decimals: decimals, bits: bits)
            let powers = distances.mapValues { root.power(-$0) }
            var sum = Enclosure(.zero, bits: bits)
            for (weight, values) in counts {
                var part = Enclosure(.zero, bits: bits)
                for (value, count) in values { if let power = powers[value] { part = part + power.times(count) } }
                sum = sum + part.scaled(by: weight)
            }
            return sum.commonLogarithm().map { Enclosure(base, bits: bits) + -$0 }
        }
    }

    /// −log10(Σ wᵢ·10^−pHᵢ) to twelve decimals, or to as many more as put it on the side of every number of up to eight
    /// decimals on which the mean itself lies.
    ///
    /// The mean has no end, yet a comparison with a limit, and one rounding to up to seven decimals, come out of this number
    /// as they would of the mean. Where the mean is a fraction, it is that fraction.
    ///
    /// - Precondition: the weights add up to one.
    /// - Throws: as `mean(places:_:digitLimit:)`.
    package func comparableMean(digitLimit: Int = Enclosure.digitLimit) throws(EnclosureProblem) -> Fraction {
        if let whole = try wholeMean() { return whole }
        var places = 12
        while true {
            let found = try mean(places: places, .halfEven, digitLimit: digitLimit)
            // A mean without end is no number of eight decimals: one that looks like it lies closer than was looked.
            if !(found * .powerOfTen(8)).isInteger { return found }
            places *= 2
        }
    }

    /// The mean where it is a fraction; `nil` where it has no end.
    private func wholeMean() throws(EnclosureProblem) -> Fraction? {
        let values = Set(counts.values.lazy.flatMap(\.keys))
        guard let smallest = values.min() else { throw .noValues }
        let base = Fraction(smallest)
        return exactMean(Dictionary(uniqueKeysWithValues: values.map { ($0, Fraction($0) - base) })).map { base + $0 }
    }

    /// The mean less the smallest value, when it is a fraction: all values a whole number apart, and their ions averaging
    /// to a power of ten.
    ///
    /// Powers of ten with different fractional exponents are linearly independent over the rationals (xⁿ − 10 is
    /// irreducible), so in every other case the mean is irrational and can be no tie.
    private func exactMean(_ distances: [ExactDecimal: Fraction]) -> Fraction? {
        guard distances.values.allSatisfy(\.isInteger) else { return nil }
        var mean = Fraction.zero
        for (weight, values) in counts {
            for (value, count) in values {
                guard let steps = distances[value]?.integer else { return nil }
                mean += Fraction.powerOfTen(-steps) * Fraction(count) * weight
            }
        }
        return mean.exponentOfTen.map { Fraction(-$0) }
    }
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
        squares = [
            decimals == Self.usualDecimals && bits == Enclosure.firstBits
                ? Self.usualRoot : .powerOfTen(-scale.reciprocal, bits: bits)
        ]
    }

    /// Decimals that instruments give a pH with.
    private static let usualDecimals = 2
    private static let usualRoot = Enclosure.powerOfTen(
        -Fraction.powerOfTen(usualDecimals).reciprocal, bits: Enclosure.firstBits)

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

extension Enclosure {
    /// The enclosure of this number taken `count` times.
    fileprivate func times(_ count: Int) -> Enclosure {
        Enclosure(lower: lower * BigInt(count), upper: upper * BigInt(count), bits: bits)
    }
}
