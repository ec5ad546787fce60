// A limit with its direction, and the judgement of one reading against it in the exact domain.

package import Exact
package import Monitoring

/// What a value must hold to meet a target.
package enum TargetLimit: Hashable, Sendable {
    /// value ≤ limit
    case maximum(ExactDecimal)
    /// value ≥ limit (dissolved oxygen)
    case minimum(ExactDecimal)
    /// lowest ≤ value ≤ highest (pH)
    case range(ExactDecimal, ExactDecimal)

    /// `≤1.0`, `≥5`, `6–9`.
    package var text: String {
        switch self {
        case .maximum(let limit): "≤\(limit)"
        case .minimum(let limit): "≥\(limit)"
        case .range(let low, let high): "\(low)–\(high)"
        }
    }
}

/// One reading held against a limit.
package enum Judgement: Hashable, Sendable {
    /// Outside the limit by this much, in the limit's unit.
    case over(excess: Fraction)
    case within
    /// A censored value on the wrong side of the limit to say.
    case undecidable
    /// No value: neither over nor within.
    case missing
    /// Suspect, invalid, or held in unlike versions.
    case excluded
    /// No limit holds at the reading's time.
    case noLimit
}

extension TargetLimit {
    /// Judges one value; exact comparison, so 0.20 against a limit of 0.2 is within.
    package func judge(_ value: ExactDecimal, _ qualifier: Qualifier) -> Judgement {
        switch qualifier {
        case .none: judge(value)
        case .missing: .missing
        case .below: judgeBelow(value)
        case .above: judgeAbove(value)
        }
    }

    private func judge(_ value: ExactDecimal) -> Judgement {
        switch self {
        case .maximum(let limit): value <= limit ? .within : .over(excess: Fraction(value) - Fraction(limit))
        case .minimum(let limit): value >= limit ? .within : .over(excess: Fraction(limit) - Fraction(value))
        case .range(let low, let high):
            value < low
                ? .over(excess: Fraction(low) - Fraction(value))
                : value > high ? .over(excess: Fraction(value) - Fraction(high)) : .within
        }
    }

    /// The true value lies below `value`.
    private func judgeBelow(_ value: ExactDecimal) -> Judgement {
        switch self {
        case .maximum(let limit): value <= limit ? .within : .undecidable
        case .minimum(let limit), .range(let limit, _):
            value <= limit ? .over(excess: Fraction(limit) - Fraction(value)) : .undecidable
        }
    }

    /// The true value lies above `value`.
    private func judgeAbove(_ value: ExactDecimal) -> Judgement {
        switch self {
        case .minimum(let limit): value >= limit ? .within : .undecidable
        case .maximum(let limit), .range(_, let limit):
            value >= limit ? .over(excess: Fraction(value) - Fraction(limit)) : .undecidable
        }
    }
}
