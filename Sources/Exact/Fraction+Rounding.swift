// The one place where exactness ends: a value is taken to a multiple of a unit, by a named rule.

internal import BigInt

extension Fraction {
    /// The multiple of `unit` that `rule` takes this value to.
    ///
    /// - Precondition: `unit` is positive.
    /// - Source: GB/T 8170-2008, 3.2 for `halfEven`, 3.3 for rounding once from the unrounded value.
    package func rounded(to unit: Fraction, _ rule: RoundingRule) -> Fraction {
        precondition(unit > .zero, "A rounding unit is positive.")
        return (self / unit).roundedToInteger(rule) * unit
    }

    /// Rounds to `places` decimals after the point (negative: before it).
    package func rounded(places: Int, _ rule: RoundingRule) -> Fraction {
        rounded(to: .powerOfTen(-places), rule)
    }

    /// The integer that `rule` takes this value to.
    package func roundedToInteger(_ rule: RoundingRule) -> Fraction {
        switch storage {
        case .small(let numerator, let denominator):
            let (quotient, remainder) = numerator.magnitude.quotientAndRemainder(dividingBy: UInt64(denominator))
            let half: Half = remainder == 0 ? .none : Half(comparing: remainder * 2, to: UInt64(denominator))
            let magnitude = Int128(quotient) + (half.takesNext(rule, isOdd: quotient & 1 == 1) ? 1 : 0)
            return Fraction(lowestNumerator: numerator < 0 ? -magnitude : magnitude, denominator: 1)
        case .big(let numerator, let denominator):
            let bottom = denominator.magnitude
            let (quotient, remainder) = numerator.magnitude.quotientAndRemainder(dividingBy: bottom)
            let half: Half = remainder == 0 ? .none : Half(comparing: remainder * 2, to: bottom)
            let isOdd = quotient & 1 == 1
            let magnitude = BigInt(half.takesNext(rule, isOdd: isOdd) ? quotient + 1 : quotient)
            return Fraction(lowestNumerator: numerator < 0 ? -magnitude : magnitude, denominator: 1)
        }
    }
}

/// Where a remainder lies between a step and the next.
private enum Half {
    case none, below, tie, above

    init<Magnitude: Comparable>(comparing doubledRemainder: Magnitude, to step: Magnitude) {
        self = doubledRemainder < step ? .below : doubledRemainder == step ? .tie : .above
    }

    func takesNext(_ rule: RoundingRule, isOdd: Bool) -> Bool {
        switch (rule, self) {
        case (_, .none), (.down, _): false
        case (.up, _), (_, .above): true
        case (.halfUp, .tie): true
        case (.halfEven, .tie): isOdd
        case (_, .below): false
        }
    }
}
