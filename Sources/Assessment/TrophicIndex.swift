// The comprehensive trophic level index of lakes and reservoirs, TLI(Σ), correctly rounded from enclosures.

package import Exact
package import Monitoring
package import Standards

/// How rich in nutrients a lake is (营养状态).
///
/// Source: 总站生字〔2001〕090号 by second-hand pages (mark B).
package enum TrophicState: Int, Sendable, CaseIterable {
    case oligotrophic = 1
    case mesotrophic, light, moderate, heavy

    package var name: BilingualName {
        switch self {
        case .oligotrophic: BilingualName(chinese: "贫营养", english: "oligotrophic")
        case .mesotrophic: BilingualName(chinese: "中营养", english: "mesotrophic")
        case .light: BilingualName(chinese: "轻度富营养", english: "lightly eutrophic")
        case .moderate: BilingualName(chinese: "中度富营养", english: "moderately eutrophic")
        case .heavy: BilingualName(chinese: "重度富营养", english: "heavily eutrophic")
        }
    }
}

/// The factor of the permanganate index, which sources print in two ways.
package enum TrophicCODMnFactor: String, Sendable, CaseIterable {
    /// The default.
    case printed2661 = "2.661"
    case printed2660 = "2.66"
}

/// The index of one lake and period.
package struct TrophicIndex: Sendable {
    /// One of the five items: TLI(j) = 10 (a + b ln x), with its weight r² / Σr².
    package struct Part: Sendable {
        package let parameter: ParameterID
        package let weight: Fraction
        /// Rounded as the whole index.
        package let index: Fraction
    }

    /// Rounded once, half to even, at the places asked for.
    package let index: Fraction
    /// From the index before rounding.
    package let state: TrophicState
    package let parts: [Part]
    package let factor: TrophicCODMnFactor
}

/// The parameters the index is formed from.
func trophicParameters(_ codmnFactor: TrophicCODMnFactor) -> [ParameterID] {
    TrophicItem.all(codmnFactor).map(\.parameter)
}

/// Constants of one item.
private struct TrophicItem {
    let parameter: ParameterID
    /// a and b of 10 (a + b ln x), x in the catalogue's unit: µg/L (the same as mg/m³) for chlorophyll, m, mg/L.
    let constant: Fraction
    let factor: Fraction
    /// r, the correlation with chlorophyll, squared.
    let weight: Fraction

    init(_ parameter: String, _ constant: Fraction, _ factor: Fraction, correlation: Fraction) {
        self.parameter = ParameterID(parameter)
        self.constant = constant
        self.factor = factor
        weight = correlation * correlation
    }

    /// Source: 总站生字〔2001〕090号 by second-hand pages (mark B).
    static func all(_ codmn: TrophicCODMnFactor) -> [TrophicItem] {
        [
            TrophicItem("chla", Fraction(5, 2), Fraction(1_086, 1_000), correlation: .one),
            TrophicItem("tp", Fraction(9_436, 1_000), Fraction(1_624, 1_000), correlation: Fraction(84, 100)),
            TrophicItem("tn", Fraction(5_453, 1_000), Fraction(1_694, 1_000), correlation: Fraction(82, 100)),
            TrophicItem("sd", Fraction(5_118, 1_000), Fraction(-194, 100), correlation: Fraction(-83, 100)),
            TrophicItem(
                "codmn", Fraction(109, 1_000), codmn == .printed2661 ? Fraction(2_661, 1_000) : Fraction(266, 100),
                correlation: Fraction(83, 100)),
        ]
    }
}

/// TLI(Σ) = Σ Wⱼ TLI(j) over chlorophyll a (µg/L), total phosphorus, total nitrogen (mg/L), transparency (m) and the
/// permanganate index (mg/L), from the values of a period.
///
/// - Parameter places: decimals of the printed index; no source at hand names them.
/// - Returns: not assessable when an item has no value, or one that is not above zero: the weights are those of all five.
/// - Source: 总站生字〔2001〕090号 (mark B). Below 30 poor, 30 to 50 medium, above 50 light, above 60 moderate, above 70
///   heavy; the state follows from the unrounded index.
package func trophicIndex(
    _ values: [ParameterID: Result<Fraction, NotAssessable>], places: Int,
    codmnFactor: TrophicCODMnFactor = .printed2661
) -> Result<TrophicIndex, NotAssessable> {
    let items = TrophicItem.all(codmnFactor)
    var numbers: [Fraction] = []
    for item in items {
        switch values[item.parameter] {
        case nil: return .failure(NotAssessable(.missingItem, "\(item.parameter) has no value"))
        case .failure(let reason):
            return .failure(NotAssessable(.missingItem, "\(item.parameter): \(reason)"))
        case .success(let number):
            guard number > .zero else {
                return .failure(NotAssessable(.impossibleValue, "\(item.parameter) is not above zero"))
            }
            numbers.append(number)
        }
    }
    let total = items.reduce(Fraction.zero) { $0 + $1.weight }
    let weights = items.map { $0.weight / total }
    do {
        let index = try sum(items, numbers, weights, places: places, .halfEven)
        let parts = try zip(items, zip(numbers, weights)).map { item, pair in
            TrophicIndex.Part(
                parameter: item.parameter, weight: pair.1,
                index: try sum([item], [pair.0], [.one], places: places, .halfEven))
        }
        let state = try state(items, numbers, weights)
        return .success(TrophicIndex(index: index, state: state, parts: parts, factor: codmnFactor))
    } catch {
        return .failure(NotAssessable(.undecided, "\(error)"))
    }
}

/// Σ w · 10 (a + b ln x), rounded. The logarithms make it irrational unless they all vanish, so no tie is missed.
private func sum(
    _ items: [TrophicItem], _ numbers: [Fraction], _ weights: [Fraction], places: Int, _ rule: RoundingRule
) throws(EnclosureProblem) -> Fraction {
    var exact = Fraction.zero
    var logarithms: [(number: Fraction, factor: Fraction)] = []
    for (item, (number, weight)) in zip(items, zip(numbers, weights)) {
        exact += weight * Fraction(10) * item.constant
        if number != .one { logarithms.append((number, weight * Fraction(10) * item.factor)) }
    }
    if logarithms.isEmpty { return exact.rounded(places: places, rule) }
    return try Enclosure.rounded(places: places, rule) { bits in
        var sum = Enclosure(exact, bits: bits)
        for term in logarithms {
            guard let logarithm = Enclosure(term.number, bits: bits).logarithm() else { return nil }
            sum = sum + logarithm.scaled(by: term.factor)
        }
        return sum
    }
}

/// The bounds are whole numbers, so rounding up and down to whole numbers decides on which side the index lies.
private func state(
    _ items: [TrophicItem], _ numbers: [Fraction], _ weights: [Fraction]
) throws(EnclosureProblem) -> TrophicState {
    if try sum(items, numbers, weights, places: 0, .down) < Fraction(30) { return .oligotrophic }
    let above = try sum(items, numbers, weights, places: 0, .up)
    if above <= Fraction(50) { return .mesotrophic }
    return above <= Fraction(60) ? .light : above <= Fraction(70) ? .moderate : .heavy
}
