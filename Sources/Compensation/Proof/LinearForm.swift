// A comparison as a threshold on a linear form of the names as written: what two comparisons of one rule share.

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

    static func - (left: LinearForm, right: LinearForm) -> LinearForm { left + right.scaled(by: Fraction(-1)) }

    func scaled(by factor: Fraction) -> LinearForm {
        if factor.isZero { return LinearForm() }
        return LinearForm(terms: terms.mapValues { $0 * factor }, constant: constant * factor)
    }
}

/// Reads the edges of one agreement's comparisons by their text; figures the agreement fixes are put in.
struct EdgeReader {
    let agreement: Agreement
    let fixed: [String: Fraction]

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

    /// A bare name that is no figure is a member.
    func isMember(_ node: ExpressionNode) -> Bool {
        switch node {
        case .name(let name, _, _): agreement.scope.symbols[name] == nil
        case .member: true
        default: false
        }
    }

    /// What two sides are compared at, the same for `x ≤ 10`, `10 < x` and `x − 10 > 0`.
    func edge(_ left: ExpressionNode, _ right: ExpressionNode, _ expression: Expression) -> Threshold {
        let difference = form(left, expression) - form(right, expression)
        guard let first = difference.terms.keys.sorted().first, let lead = difference.terms[first] else {
            return Threshold(form: [:], sign: .equal, value: difference.constant)
        }
        return Threshold(
            form: difference.terms.mapValues { $0 / lead }, sign: .equal, value: -difference.constant / lead)
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
            case .subtract: return first - second
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
