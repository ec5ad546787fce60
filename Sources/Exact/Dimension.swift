// What kind of quantity a number is: the exponents that decide whether two numbers may be added.

/// One independent kind of quantity.
///
/// A calendar month and a year are kinds of their own, because neither is a fixed number of seconds; so are a currency,
/// a percentage point (百分点), a step of class, a rank and anything counted by name, so that none adds to another.
package enum BaseDimension: Hashable, Comparable, Sendable, CustomStringConvertible {
    case mass, length, time, month, year, temperature, substance, conductance, voltage, angle
    /// The pH scale: a logarithm, never multiplied with a load.
    case acidity
    /// Optical turbidity as NTU counts it.
    case turbidity
    case money(String)
    /// Named things that are counted: `point`, `class`, `rank`, `score`, or the word inside braces.
    case counted(String)

    package var description: String {
        switch self {
        case .money(let code): code
        case .counted(let name): name
        case .mass: "mass"
        case .length: "length"
        case .time: "time"
        case .month: "month"
        case .year: "year"
        case .temperature: "temperature"
        case .substance: "substance"
        case .conductance: "conductance"
        case .voltage: "voltage"
        case .angle: "angle"
        case .acidity: "pH"
        case .turbidity: "turbidity"
        }
    }
}

/// A product of powers of base dimensions; `none` is a pure number.
package struct Dimension: Hashable, Sendable {
    /// No exponent is zero.
    private let exponents: [BaseDimension: Int]

    private init(exponents: [BaseDimension: Int]) { self.exponents = exponents.filter { $0.value != 0 } }

    package init(_ base: BaseDimension) { exponents = [base: 1] }

    /// A pure number.
    package static let none = Dimension(exponents: [:])

    package var isNone: Bool { exponents.isEmpty }

    /// The exponent of `base`; 0 when it does not occur.
    package subscript(base: BaseDimension) -> Int { exponents[base] ?? 0 }

    /// The currency's code when this is an amount of money and nothing else.
    package var currencyCode: String? {
        guard exponents.count == 1, case (.money(let code), 1)? = exponents.first.map({ ($0.key, $0.value) }) else {
            return nil
        }
        return code
    }

    package static func * (left: Dimension, right: Dimension) -> Dimension {
        Dimension(exponents: left.exponents.merging(right.exponents, uniquingKeysWith: +))
    }

    package static func / (left: Dimension, right: Dimension) -> Dimension { left * right.raised(to: -1) }

    package func raised(to power: Int) -> Dimension { Dimension(exponents: exponents.mapValues { $0 * power }) }
}

extension Dimension: CustomStringConvertible {
    /// `mass·length^-3`; `number` for a pure number.
    package var description: String {
        if isNone { return "number" }
        return exponents.sorted { $0.key < $1.key }
            .map { $0.value == 1 ? "\($0.key)" : "\($0.key)^\($0.value)" }
            .joined(separator: "·")
    }
}
