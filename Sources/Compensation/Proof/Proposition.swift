// Conditions as propositions over thresholds, so that they can be decided for whole intervals at once.

internal import Exact

/// A condition over thresholds and over questions that are answered yes or no.
indirect enum Proposition {
    case threshold(Threshold)
    /// A question about members or exemptions, by its text.
    case question(String)
    case constant(Bool)
    case and(Proposition, Proposition)
    case or(Proposition, Proposition)
    case not(Proposition)

    func visit(_ body: (Proposition) -> Void) {
        body(self)
        switch self {
        case .threshold, .question, .constant: break
        case .and(let left, let right), .or(let left, let right):
            left.visit(body)
            right.visit(body)
        case .not(let inner): inner.visit(body)
        }
    }

    // The same with what is known put in.

    static func && (left: Proposition, right: Proposition) -> Proposition {
        switch (left, right) {
        case (.constant(true), let other), (let other, .constant(true)): other
        case (.constant(false), _), (_, .constant(false)): .constant(false)
        default: .and(left, right)
        }
    }

    static func || (left: Proposition, right: Proposition) -> Proposition {
        switch (left, right) {
        case (.constant(false), let other), (let other, .constant(false)): other
        case (.constant(true), _), (_, .constant(true)): .constant(true)
        default: .or(left, right)
        }
    }

    static prefix func ! (inner: Proposition) -> Proposition {
        switch inner {
        case .constant(let value): .constant(!value)
        case .not(let positive): positive
        default: .not(inner)
        }
    }

    var isImpossible: Bool {
        if case .constant(false) = self { true } else { false }
    }
}

/// `form sign threshold`, the form's first coefficient being one; or an answer that depends on nothing.
struct Threshold: Hashable {
    let form: [String: Fraction]
    let sign: ComparisonOperator
    let value: Fraction
}

extension LinearForm {
    /// `self sign 0`.
    func compared(_ sign: ComparisonOperator) -> Proposition {
        guard let first = terms.keys.sorted().first, let lead = terms[first] else {
            return .constant(sign.holds(constant, .zero))
        }
        return .threshold(
            Threshold(
                form: terms.mapValues { $0 / lead }, sign: lead.isNegative ? sign.mirrored : sign,
                value: -constant / lead))
    }
}

extension ComparisonOperator {
    /// The same comparison with its sides exchanged.
    var mirrored: ComparisonOperator {
        switch self {
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        case .equal, .notEqual: self
        }
    }
}
