// The mean of pH over hydrogen ions with a weight on each value: what a mean of daily or monthly means needs.

internal import Exact

/// −log10(Σ wᵢ·10^−pHᵢ), rounded once at `places` decimals, half to even.
///
/// - Precondition: the weights are positive and add up to one.
/// - Throws: `EnclosureProblem` when there are no values or the rounding is not decided.
/// - Source: 环办监测函〔2020〕82号, mean of pH (mark B). With equal weights the same as `hydrogenIonMean(of:places:_:)`.
func weightedHydrogenIonMean(
    _ members: [(value: ExactDecimal, weight: Fraction)], places: Int
) throws(EnclosureProblem) -> Fraction {
    var weights: [Fraction: Fraction] = [:]
    for member in members { weights[Fraction(member.value), default: .zero] += member.weight }
    guard let only = weights.keys.first else { throw .noValues }
    for pH in weights.keys where pH.magnitude > Fraction(100) { throw .exponentOutOfRange(pH) }
    // One value throughout is its own mean, and may be a tie that no enclosure decides.
    if weights.count == 1 { return only.rounded(places: places, .halfEven) }
    return try Enclosure.rounded(places: places, .halfEven) { bits in
        var sum = Enclosure(.zero, bits: bits)
        for (pH, weight) in weights { sum = sum + Enclosure.powerOfTen(-pH, bits: bits).scaled(by: weight) }
        return sum.commonLogarithm().map { -$0 }
    }
}
