// One item's value on its way to a limit, and how a censored one gets a number or none.

package import Exact
package import Monitoring
package import Standards

/// A value with what stands before it.
package struct ItemValue: Hashable, Sendable {
    package let value: ExactDecimal
    package let qualifier: Qualifier

    package init(_ value: ExactDecimal, qualifier: Qualifier = .none) {
        self.value = value
        self.qualifier = qualifier
    }

    /// The number that stands for this value, or why there is none.
    ///
    /// A value above the measuring range has no number: it is at least the limit given.
    package func number(_ rule: BelowDetectionRule) -> Result<Fraction, NotAssessable> {
        switch qualifier {
        case .none: .success(Fraction(value))
        case .missing: .failure(NotAssessable(.noValues, "the source states that there is no value"))
        case .above: .failure(NotAssessable(.censoredValue, "above the range limit \(value)"))
        case .below:
            switch rule {
            case .halfLimit: .success(Fraction(value) / Fraction(2))
            case .detectionLimit: .success(Fraction(value))
            case .zero: .success(.zero)
            case .refuse: .failure(NotAssessable(.censoredValue, "below the detection limit \(value)"))
            }
        }
    }
}

extension Fraction {
    /// Rounded for an assessment: half to even at `decimals`; what would become zero keeps one significant digit.
    ///
    /// Source: GB/T 8170-2008; the rule on zero as in the statistics of surface-water data of 2020 (mark B).
    package func roundedForAssessment(decimals: Int) -> Fraction {
        var places = decimals
        var result = rounded(places: places, .halfEven)
        guard !isZero else { return result }
        while result.isZero {
            places += 1
            result = rounded(places: places, .halfEven)
        }
        return result
    }
}
