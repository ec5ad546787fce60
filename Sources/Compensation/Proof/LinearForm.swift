// A comparison as thresholds on linear forms, so that branches can be proved to cover every value and not to overlap.

internal import Exact

/// `Σ coefficient × quantity`, the quantities by the text they are written as, in order.
struct LinearForm: Hashable {
    var terms: [String: Fraction] = [:]
    var constant = Fraction.zero

    static func + (left: LinearForm, right: LinearForm) -> LinearForm {
        var sum = left
        for (name, value) in right.terms {
            sum.terms[name, default: .zero] = sum.terms[name, default: .zero] + value
        }
        sum.terms = sum.terms.filter { !$0.value.isZero }
        sum.constant = sum.constant + right.constant
        return sum
    }

    func scaled(by factor: Fraction) -> LinearForm {
        if factor.isZero { return LinearForm() }
        return LinearForm(terms: terms.mapValues { $0 * factor }, constant: constant * factor)
    }
}

/// `form sign threshold`, the form's first coefficient being one; or an answer that depends on nothing.
struct Threshold: Hashable {
    let form: [String: Fraction]
    let sign: ComparisonOperator
    let value: Fraction
}

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
}

/// Reads conditions of one agreement as propositions; figures the agreement fixes are put in.
struct PropositionReader {
    let agreement: Agreement
    private let fixed: [String: Fraction]

    init(_ agreement: Agreement) {
        self.agreement = agreement
        var fixed: [String: Fraction] = [:]
        for constant in agreement.constants + agreement.baselines.map(\.constant) where constant.dated.isEmpty {
            for (members, value) in constant.values {
                fixed[indexedName(constant.name, members)] = value * constant.unit.factor
            }
        }
        self.fixed = fixed
    }

    func proposition(_ expression: Expression) -> Proposition { proposition(expression.root, expression) }

    func proposition(_ node: ExpressionNode, _ expression: Expression) -> Proposition {
        switch node {
        case .comparison(let operands, let operators, _):
            if operands.contains(where: isMember) {
                return .question(expression.excerpt(node.range))
            }
            let parts = operators.enumerated().map { position, sign in
                compare(operands[position], sign, operands[position + 1], expression)
            }
            return parts.dropFirst().reduce(parts[0]) { .and($0, $1) }
        case .logical(let how, let left, let right, _):
            let (first, second) = (proposition(left, expression), proposition(right, expression))
            return how == .and ? .and(first, second) : .or(first, second)
        case .not(let inner, _): return .not(proposition(inner, expression))
        default: return .question(expression.excerpt(node.range))
        }
    }

    /// A bare name that is no figure is a member.
    private func isMember(_ node: ExpressionNode) -> Bool {
        switch node {
        case .name(let name, _, _): agreement.scope.symbols[name] == nil
        case .member: true
        default: false
        }
    }

    private func compare(
        _ left: ExpressionNode, _ sign: ComparisonOperator, _ right: ExpressionNode, _ expression: Expression
    ) -> Proposition {
        let difference = form(left, expression) + form(right, expression).scaled(by: Fraction(-1))
        guard let first = difference.terms.keys.sorted().first, let lead = difference.terms[first] else {
            return .constant(sign.holds(difference.constant, .zero))
        }
        return .threshold(
            Threshold(
                form: difference.terms.mapValues { $0 / lead }, sign: lead.isNegative ? sign.mirrored : sign,
                value: -difference.constant / lead))
    }

    /// A value as a linear form; what is not linear is a quantity of its own, by its text.
    func form(_ node: ExpressionNode, _ expression: Expression) -> LinearForm {
        switch node {
        case .number(let literal): return LinearForm(constant: literal.base)
        case .name(let name, let indices, let range):
            if indices.isEmpty, let value = fixed[name] { return LinearForm(constant: value) }
            let members = indices.compactMap { if case .name(let id, _) = $0 { id } else { nil } }
            if members.count == indices.count, let value = fixed[indexedName(name, members)] {
                return LinearForm(constant: value)
            }
            return quantity(range, expression)
        case .negated(let inner, _): return form(inner, expression).scaled(by: Fraction(-1))
        case .arithmetic(let how, let left, let right, _):
            let (first, second) = (form(left, expression), form(right, expression))
            switch how {
            case .add: return first + second
            case .subtract: return first + second.scaled(by: Fraction(-1))
            case .multiply:
                if first.terms.isEmpty { return second.scaled(by: first.constant) }
                if second.terms.isEmpty { return first.scaled(by: second.constant) }
            case .divide:
                if second.terms.isEmpty, !second.constant.isZero { return first.scaled(by: .one / second.constant) }
            }
            return quantity(node.range, expression)
        default: return quantity(node.range, expression)
        }
    }

    private func quantity(_ range: Range<Int>, _ expression: Expression) -> LinearForm {
        LinearForm(terms: [expression.excerpt(range).filter { $0 != " " }: .one])
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
