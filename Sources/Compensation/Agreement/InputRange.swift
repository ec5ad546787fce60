// Which values an input can have at all: by its kind, or as the agreement says under `range`.

package import Exact

/// The values of an input, in its unit, ends included.
package struct InputRange: Hashable, Sendable {
    package let low: Fraction?
    package let high: Fraction?
    package let isWhole: Bool

    static let any = InputRange(low: nil, high: nil, isWhole: false)

    /// Classes are Ⅰ to worse than Ⅴ, ranks count from 1, concentrations are not negative.
    ///
    /// - Source: GB 3838-2002 table 1 has classes Ⅰ to Ⅴ; HJ 91.2 and the annual bulletins add 劣Ⅴ, here 6.
    static func natural(of unit: UnitOfMeasure, _ measure: InputMeasure) -> InputRange {
        if measure == .sectionClass || unit.isCommensurable(with: .classStep) {
            return InputRange(low: .one, high: Fraction(6), isWhole: true)
        }
        if unit.isCommensurable(with: .rank) { return InputRange(low: .one, high: nil, isWhole: true) }
        if unit.isCommensurable(with: .concentration) { return InputRange(low: .zero, high: nil, isWhole: false) }
        return .any
    }

    /// Why a value in the input's unit cannot be, `nil` when it can.
    func objection(to value: Fraction, in unit: UnitOfMeasure) -> String? {
        let isClass = unit.isCommensurable(with: .classStep)
        let symbol = unit.symbol == UnitOfMeasure.one.symbol ? "" : " \(unit.symbol)"
        if isWhole, !value.isInteger {
            return "\(value.shortText)\(symbol) is not \(isClass ? "a class" : "a whole number")."
        }
        if let low, value < low {
            return
                "\(value.shortText)\(symbol) is \(isClass && low == .one ? "not a class" : "less than \(low.shortText)\(symbol)")."
        }
        if let high, value > high {
            return
                "\(value.shortText)\(symbol) is \(isClass && low == .one ? "not a class" : "more than \(high.shortText)\(symbol)")."
        }
        return nil
    }

    /// What can be supplied, as a remedy.
    func remedy(in unit: UnitOfMeasure) -> String {
        if isWhole, low == .one, high == Fraction(6), unit.isCommensurable(with: .classStep) {
            return "Supply a whole number from 1 (Ⅰ) to 6 (worse than Ⅴ), or let the input say range: [low, high]."
        }
        let kind = isWhole ? "a whole number" : "a value"
        let ends =
            switch (low, high) {
            case (let low?, let high?): " from \(low.shortText) to \(high.shortText)"
            case (let low?, nil): " from \(low.shortText) on"
            case (nil, let high?): " up to \(high.shortText)"
            case (nil, nil): ""
            }
        return "Supply \(kind)\(ends) in \(unit.symbol), or let the input say range: any where such values occur."
    }
}

extension UnitOfMeasure {
    static let concentration = known("mg/L")
}
