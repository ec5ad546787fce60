// The values that nothing is to be said of, as whole numbers: one comparison for most of the readings.

package import Exact

/// For each number of decimals the mantissas of the values that lie within a limit and are not near it.
///
/// - Reference: `TargetLimit.judge` and `near`; what is plain is within by the first and not near by the second.
package struct PlainValues: Sendable {
    /// By the number of decimals, 0 … 6.
    private var ranges: [ClosedRange<Int64>] = []

    /// None.
    package init() {}

    /// - Parameter share: from where on a value is near the limit; `nil`: nowhere.
    package init(_ limit: TargetLimit, nearFrom share: ExactDecimal?) {
        let found: [ClosedRange<Int64>?] = (0...6).map { decimals -> ClosedRange<Int64>? in
            switch limit {
            case .maximum(let bound):
                // Within both: value ≤ limit, and not beyond its share.
                guard let highest = Self.floor(bound, decimals) else { return nil }
                guard let share else { return Int64.min...highest }
                return bound.times(share).flatMap { Self.floor($0, decimals) }.map { Int64.min...min($0, highest) }
            case .minimum(let bound):
                guard let lowest = Self.ceiling(bound, decimals) else { return nil }
                guard let share else { return lowest...Int64.max }
                // Beyond that its share has too many digits to be held against anything.
                let highest = 999_999_999_999_999_999 / max(share.mantissa, 1)
                return Self.least(keeping: bound, share, decimals).map { max($0, lowest) }
                    .flatMap { $0 <= highest ? $0...highest : nil }
            case .range(let low, let high):
                // It has no share, and what a pre-warning counts then is not counted here.
                guard share == nil, let lowest = Self.ceiling(low, decimals), let highest = Self.floor(high, decimals),
                    lowest <= highest
                else { return nil }
                return lowest...highest
            }
        }
        ranges = found.contains(nil) ? [] : found.compactMap { $0 }
    }

    /// Whether a value is within the limit and not near it; `false` where that is not known.
    package func contains(_ value: ExactDecimal) -> Bool {
        range(exponent: value.exponent)?.contains(value.mantissa) ?? false
    }

    /// The mantissas of such values with an exponent; `nil` where that is not known.
    func range(exponent: Int8) -> ClosedRange<Int64>? {
        let decimals = -Int(exponent)
        return ranges.indices.contains(decimals) ? ranges[decimals] : nil
    }

    /// The largest whole m with m · 10^−decimals ≤ `bound`; `nil` beyond 18 digits.
    private static func floor(_ bound: ExactDecimal, _ decimals: Int) -> Int64? {
        let power = Int(bound.exponent) + decimals
        guard abs(power) <= 18 else { return nil }
        let scale = (0..<abs(power)).reduce(Int64(1)) { scale, _ in scale * 10 }
        if power >= 0 {
            let (product, overflows) = bound.mantissa.multipliedReportingOverflow(by: scale)
            return overflows ? nil : product
        }
        let (quotient, rest) = bound.mantissa.quotientAndRemainder(dividingBy: scale)
        return rest < 0 ? quotient - 1 : quotient
    }

    private static func ceiling(_ bound: ExactDecimal, _ decimals: Int) -> Int64? {
        floor(ExactDecimal(mantissa: -bound.mantissa, exponent: bound.exponent), decimals).map { -$0 }
    }

    /// The least whole m with share · m · 10^−decimals ≥ `bound`.
    private static func least(keeping bound: ExactDecimal, _ share: ExactDecimal, _ decimals: Int) -> Int64? {
        guard share.mantissa > 0, share.exponent >= -10, bound.mantissa >= 0 else { return nil }
        // share.mantissa · m ≥ bound, both in units of 10^(share.exponent − decimals).
        let units = decimals - Int(share.exponent)
        guard let needed = ceiling(bound, units) else { return nil }
        return (needed + share.mantissa - 1) / share.mantissa
    }
}
