// Limits as integers at a column's exponent: the comparison of a decimal with a limit becomes that of two integers.

package import Exact
package import Monitoring

/// The limits of the classes Ⅰ…Ⅴ of one parameter.
package struct ClassLimits: Hashable, Sendable {
    package let direction: LimitDirection
    /// Five limits in order of class, none stricter than the one before; for a range the lowest value and the highest.
    package let limits: [ExactDecimal]

    /// - Precondition: `direction.isOrdered(limits)`.
    package init(direction: LimitDirection, limits: [ExactDecimal]) {
        precondition(direction.isOrdered(limits), "Five limits, the strictest first, or the ends of a range.")
        self.direction = direction
        self.limits = limits
    }

    /// The limit that a value of class `rank` still holds.
    package func limit(of rank: Int) -> TargetLimit {
        switch direction {
        case .maximum: .maximum(limits[rank - 1])
        case .minimum: .minimum(limits[rank - 1])
        case .range: .range(limits[0], limits[1])
        }
    }

    /// The best class whose limit `value` holds.
    package func rank(of value: ExactDecimal) -> WaterClass {
        switch direction {
        case .maximum: WaterClass(rank: 1 + limits.count { value > $0 })
        case .minimum: WaterClass(rank: 1 + limits.count { value < $0 })
        case .range: WaterClass(rank: value < limits[0] || value > limits[1] ? 6 : 1)
        }
    }
}

/// The same limits at one exponent: integers that mantissas are compared with.
///
/// m × 10^e > L exactly when m > ⌊L / 10^e⌋, and m × 10^e < L exactly when m ≤ ⌈L / 10^e⌉ − 1: no digit of a limit is
/// lost, however many it has beyond the column's.
package struct IntegerBounds: Hashable, Sendable {
    package let direction: LimitDirection
    /// For a maximum and the upper end of a range: values above are beyond. For a minimum and the lower end: values
    /// above are within.
    package let bounds: [Int64]
    /// The same as five 32-bit numbers, a range filled up with bounds that no value is above. Numbers of 32 bits but
    /// for the smallest one compare with them as with `bounds`.
    package let narrow: FiveBounds

    package init(_ limits: ClassLimits, exponent: Int8) {
        direction = limits.direction
        switch limits.direction {
        case .maximum: bounds = limits.limits.map { Self.floor($0, exponent) }
        case .minimum: bounds = limits.limits.map { Self.below($0, exponent) }
        case .range: bounds = [Self.below(limits.limits[0], exponent), Self.floor(limits.limits[1], exponent)]
        }
        let five = (bounds + Array(repeating: .max, count: 5 - bounds.count)).map { Int32(clamping: $0) }
        narrow = FiveBounds(five[0], five[1], five[2], five[3], five[4])
    }

    /// ⌈L / 10^e⌉ − 1.
    private static func below(_ limit: ExactDecimal, _ exponent: Int8) -> Int64 {
        let floor = floor(limit, exponent)
        let isWhole = ExactDecimal(mantissa: 0, exponent: 0) == limit || isMultiple(limit, exponent)
        return isWhole && floor > .min ? floor - 1 : floor
    }

    /// ⌊L / 10^e⌋, at the ends of 64 bits where it lies beyond them: no mantissa does.
    private static func floor(_ limit: ExactDecimal, _ exponent: Int8) -> Int64 {
        let gap = Int(limit.exponent) - Int(exponent)
        var value = Int128(limit.mantissa)
        if gap >= 0 {
            for _ in 0..<gap {
                value *= 10
                if value > Int128(Int64.max) { return .max }
                if value < Int128(Int64.min) { return .min }
            }
            return Int64(value)
        }
        for _ in gap..<0 {
            // ⌊⌊a / 10⌋ / 10⌋ = ⌊a / 100⌋.
            value = value >= 0 ? value / 10 : (value - 9) / 10
        }
        return Int64(value)
    }

    /// Whether L is a whole number of 10^e.
    private static func isMultiple(_ limit: ExactDecimal, _ exponent: Int8) -> Bool {
        let lowest = limit.canonical
        return lowest.exponent >= Int(exponent)
    }
}
