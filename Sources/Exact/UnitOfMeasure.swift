// A unit with its dimension and exact size: readers convert by it, the agreement language is checked by it.

/// A unit of measure: a symbol, a dimension, and the exact number of base units (kg, m, s, 1 yuan …) it stands for.
///
/// Equality compares the spelling too: mg·m3/L and g are the same size (`conversionFactor(to:)` is 1), but not equal.
package struct UnitOfMeasure: Hashable, Sendable, CustomStringConvertible {
    package let dimension: Dimension
    /// How many base units one of this unit is.
    package let factor: Fraction
    /// The parts of the symbol with their exponents, none zero, multipliers first.
    private let terms: [UnitTerm]

    /// The pure number 1.
    package static let one = UnitOfMeasure(terms: [])

    /// Amounts of money in whole units of a currency, such as `CNY`.
    package static func money(_ code: String) -> UnitOfMeasure {
        UnitOfMeasure(
            terms: [UnitTerm(atom: UnitAtom(symbol: code, dimension: Dimension(.money(code)), factor: .one), power: 1)])
    }

    init(terms: [UnitTerm]) {
        self.terms = terms.filter(\.atom.isMultiplier) + terms.filter { !$0.atom.isMultiplier }
        dimension = terms.reduce(.none) { $0 * $1.atom.dimension.raised(to: $1.power) }
        factor = terms.reduce(.one) { $0 * $1.atom.factor.raised(to: $1.power) }
    }

    package var description: String { symbol }

    /// The canonical spelling, which reads back as the same unit: `ug/m3`, `CNY/t`, `mg·m3/L`, `亿m3`, `1`.
    package var symbol: String {
        var text = ""
        for term in terms where term.power > 0 {
            if !text.isEmpty, !text.hasSuffix("万"), !text.hasSuffix("亿") { text += "·" }
            text += term.description
        }
        if text.isEmpty { text = "1" }
        for term in terms where term.power < 0 { text += "/" + term.inverted.description }
        return text
    }

    /// Whether values of the two units may be added, compared and converted.
    package func isCommensurable(with other: UnitOfMeasure) -> Bool { dimension == other.dimension }

    /// What a value in this unit is multiplied by to be in `other`; `nil` when they are unlike.
    package func conversionFactor(to other: UnitOfMeasure) -> Fraction? {
        isCommensurable(with: other) ? factor / other.factor : nil
    }

    package static func * (left: UnitOfMeasure, right: UnitOfMeasure) -> UnitOfMeasure {
        var terms = left.terms
        for term in right.terms {
            if let index = terms.firstIndex(where: { $0.atom == term.atom }) {
                terms[index].power += term.power
            } else {
                terms.append(term)
            }
        }
        return UnitOfMeasure(terms: terms.filter { $0.power != 0 })
    }

    package static func / (left: UnitOfMeasure, right: UnitOfMeasure) -> UnitOfMeasure { left * right.raised(to: -1) }

    /// This unit multiplied by itself `power` times; 0 is `one`.
    package func raised(to power: Int) -> UnitOfMeasure {
        if power == 0 { return .one }
        return UnitOfMeasure(terms: terms.map { UnitTerm(atom: $0.atom, power: $0.power * power) })
    }
}

/// A unit that is not made of others in its symbol: `mg`, `L`, `万元`, or the multiplier `亿`.
struct UnitAtom: Hashable, Sendable {
    let symbol: String
    let dimension: Dimension
    let factor: Fraction

    /// A pure number above one that stands before a unit, such as 万 or 100.
    var isMultiplier: Bool { dimension.isNone && symbol.unicodeScalars.allSatisfy(Self.multiplierMarks.contains) }

    private static let multiplierMarks = Set("0123456789万亿".unicodeScalars)
}

/// A power of a unit atom, as `m3` or `s-1`.
struct UnitTerm: Hashable, Sendable, CustomStringConvertible {
    let atom: UnitAtom
    var power: Int

    var inverted: UnitTerm { UnitTerm(atom: atom, power: -power) }

    var description: String {
        if power == 1 { return atom.symbol }
        return atom.isMultiplier ? "\(atom.symbol)^\(power)" : "\(atom.symbol)\(power)"
    }
}
