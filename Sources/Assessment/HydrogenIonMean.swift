// The mean of pH over hydrogen ions with a weight on each value: what a mean of daily or monthly means needs.

internal import Exact

/// −log10(Σ wᵢ·10^−pHᵢ), rounded once at `places` decimals, half to even.
///
/// - Parameter weights: by value; positive, and adding up to one.
/// - Throws: `EnclosureProblem` when there are no values or the rounding is not decided.
/// - Source: 环办监测函〔2020〕82号, mean of pH (mark B). With equal weights the same as `hydrogenIonMean(of:places:_:)`.
func weightedHydrogenIonMean(
    _ weights: [ExactDecimal: Fraction], places: Int
) throws(EnclosureProblem) -> Fraction {
    guard let only = weights.keys.first else { throw .noValues }
    for pH in weights.keys where Fraction(pH).magnitude > Fraction(100) { throw .exponentOutOfRange(Fraction(pH)) }
    // One value throughout is its own mean, and may be a tie that no enclosure decides.
    if weights.count == 1 { return Fraction(only).rounded(places: places, .halfEven) }
    return try Enclosure.rounded(places: places, .halfEven) { bits in
        var sum = Enclosure(.zero, bits: bits)
        for (pH, weight) in weights {
            sum = sum + Enclosure.powerOfTen(-Fraction(pH), bits: bits).scaled(by: weight)
        }
        return sum.commonLogarithm().map { -$0 }
    }
}
