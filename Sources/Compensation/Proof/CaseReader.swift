// Reads a value as cases, in each of which it is linear: formulas put in, finite sums written out, min, max, abs, clamp,
// tiers and choices taken apart. What stays unlinear is a quantity of its own, and the proof knows which those are.

internal import Exact

/// Where a value has one linear form; without one the run stops there.
struct FormCase {
    let guarded: Proposition
    let form: LinearForm?
}

/// Reads conditions and values of one agreement for a proof.
struct CaseReader {
    /// What is known of a quantity that stands in a form.
    struct Quantity {
        let words: String
        let unit: UnitOfMeasure
        /// An input: it takes any value of its range, whatever the others are.
        var isFree = false
        var isWhole = false
        var low: Fraction?
        var high: Fraction?
    }

    /// A member a node names: known, or some member of a set.
    struct Member {
        let id: String
        let set: String
        let isKnown: Bool
    }

    /// More cases than this are one quantity.
    static let caseLimit = 48
    static let memberLimit = 400

    let agreement: Agreement
    let fixed: [String: Fraction]
    /// Whether formulas are put in; otherwise each is a quantity.
    let putsFormulasIn: Bool
    var variables: [String: Member] = [:]
    private(set) var quantities: [String: Quantity] = [:]
    var stops: [Proposition] = []
    /// Whether an answer depends on which member a variable stands for.
    var asksMembers = false
    private var factors: [String: [String]] = [:]
    private var known: [String: [FormCase]] = [:]

    init(_ agreement: Agreement, fixed: [String: Fraction], putsFormulasIn: Bool) {
        self.agreement = agreement
        self.fixed = fixed
        self.putsFormulasIn = putsFormulasIn
    }

    // Quantities.

    /// A quantity of its own.
    private mutating func quantity(_ key: String, _ make: @autoclosure () -> Quantity) -> LinearForm {
        if quantities[key] == nil { quantities[key] = make() }
        return LinearForm(terms: [key: .one])
    }

    /// A node that is not linear, by what it says and not by how it is written.
    mutating func unlinear(
        _ node: ExpressionNode, _ expression: Expression, isWhole: Bool = false, low: Fraction? = nil
    ) -> [FormCase] {
        let sets = variables.mapValues(\.set).filter { !$0.value.isEmpty }
        var unit = UnitOfMeasure.one
        if case .number(let found) = ExpressionUnits.type(
            of: node, of: expression, in: agreement.scope, variables: sets)
        {
            unit = found
        }
        let form = quantity(
            canonicalText(node), Quantity(words: expression.excerpt(node.range), unit: unit, isWhole: isWhole, low: low)
        )
        return [FormCase(guarded: .constant(true), form: form)]
    }

    func isLinear(_ form: LinearForm) -> Bool { form.terms.keys.allSatisfy { quantities[$0]?.isFree ?? false } }

    // Values.

    mutating func cases(_ node: ExpressionNode, _ expression: Expression) -> [FormCase] {
        switch node {
        case .number(let literal): return one(LinearForm(constant: literal.base))
        case .name(let name, let indices, _): return named(name, indices.map { member($0) })
        case .negated(let inner, _): return cases(inner, expression).map { scaled($0, by: Fraction(-1)) }
        case .arithmetic(let how, let left, let right, _):
            return arithmetic(how, cases(left, expression), cases(right, expression), node, expression)
        case .choice(let branches, let otherwise, _):
            var found: [FormCase] = []
            var rest = Proposition.constant(true)
            for branch in branches {
                let condition = proposition(branch.condition, expression)
                found += guarded(rest && condition, cases(branch.value, expression))
                rest = rest && !condition
            }
            found += guarded(rest, cases(otherwise, expression))
            return limited(found, node, expression)
        case .call(let function, let arguments, _): return call(function, arguments, node, expression)
        case .over(let aggregate, let running, let body, _):
            return over(aggregate, running, body, node, expression)
        case .rank(_, _, _, let ties, _): return unlinear(node, expression, isWhole: ties != .mean, low: .one)
        case .tier(let name, _, let value, _): return tier(name, cases(value, expression), node, expression)
        case .days: return unlinear(node, expression, isWhole: true, low: .zero)
        case .size(let set, _):
            return one(LinearForm(constant: Fraction(agreement.scope.sets[set]?.count ?? 0)))
        case .rounded(let value, let step, let rule, _):
            if let number = constant(cases(value, expression)), let size = constant(cases(step, expression)),
                size > .zero
            {
                return one(LinearForm(constant: number.rounded(to: size, rule)))
            }
            return unlinear(node, expression)
        case .undetermined: return [FormCase(guarded: .constant(true), form: nil)]
        case .comparison, .logical, .not, .end, .exempt, .expired, .member: return unlinear(node, expression)
        }
    }

    func one(_ form: LinearForm) -> [FormCase] { [FormCase(guarded: .constant(true), form: form)] }

    func constant(_ cases: [FormCase]) -> Fraction? {
        guard cases.count == 1, let form = cases[0].form, form.terms.isEmpty else { return nil }
        return form.constant
    }

    func scaled(_ part: FormCase, by factor: Fraction) -> FormCase {
        FormCase(guarded: part.guarded, form: part.form?.scaled(by: factor))
    }

    func guarded(_ outside: Proposition, _ cases: [FormCase]) -> [FormCase] {
        cases.compactMap { part in
            let both = outside && part.guarded
            return both.isImpossible ? nil : FormCase(guarded: both, form: part.form)
        }
    }

    private mutating func limited(
        _ cases: [FormCase], _ node: ExpressionNode, _ expression: Expression
    ) -> [FormCase] {
        cases.count <= Self.caseLimit ? cases : unlinear(node, expression)
    }

    private mutating func named(_ name: String, _ members: [Member]) -> [FormCase] {
        let key = indexedName(name, members.map(\.id))
        if let value = fixed[key] { return one(LinearForm(constant: value)) }
        let unit = agreement.scope.symbols[name]?.unit ?? .one
        if let input = agreement.inputs.first(where: { $0.name == name }) {
            if members.contains(where: { !$0.isKnown }), !input.sets.isEmpty {
                // Two variables may stand for one member; then nothing is known of how they differ.
                if Set(members.map(\.id)).count != members.count { asksMembers = true }
            }
            let range = input.range
            return one(
                quantity(
                    key,
                    Quantity(
                        words: key, unit: unit, isFree: true, isWhole: range.isWhole,
                        low: range.low.map { $0 * unit.factor }, high: range.high.map { $0 * unit.factor })))
        }
        guard let formula = agreement.formulas.first(where: { $0.name == name }) else {
            if agreement.constants.contains(where: { $0.name == name && $0.dated.isEmpty })
                || agreement.baselines.contains(where: { $0.constant.name == name })
            {
                asksMembers = asksMembers || members.contains { !$0.isKnown }
            }
            return one(quantity(key, Quantity(words: key, unit: unit)))
        }
        let whole = Quantity(words: key, unit: unit)
        guard putsFormulasIn else { return one(quantity(key, whole)) }
        if let read = known[key] { return read }
        let binding = Array(zip(formula.each.map(\.name), members))
        let read = within(binding, only: true) { $0.cases(formula.expression.root, formula.expression) }
        let isLinear = read.allSatisfy { part in
            guard let form = part.form else { return true }
            var isKnown = self.isLinear(form)
            part.guarded.visit { inner in
                if case .threshold(let threshold) = inner {
                    isKnown = isKnown && self.isLinear(LinearForm(terms: threshold.form))
                }
            }
            return isKnown
        }
        let result = isLinear ? read : one(quantity(key, whole))
        known[key] = result
        return result
    }

    mutating func arithmetic(
        _ how: ArithmeticOperator, _ left: [FormCase], _ right: [FormCase], _ node: ExpressionNode,
        _ expression: Expression
    ) -> [FormCase] {
        let found = Self.paired(left, right) { first, second in
            switch how {
            case .add: first + second
            case .subtract: first - second
            case .multiply: product(first, second)
            case .divide:
                second.terms.isEmpty && !second.constant.isZero ? first.scaled(by: .one / second.constant) : nil
            }
        }
        return found ?? unlinear(node, expression)
    }

    /// Each case of one value with each case of the other; `nil` when there are too many, or two cannot be joined.
    static func paired(
        _ left: [FormCase], _ right: [FormCase], _ join: (LinearForm, LinearForm) -> LinearForm?
    ) -> [FormCase]? {
        guard left.count * right.count <= caseLimit else { return nil }
        var found: [FormCase] = []
        for one in left {
            for other in right {
                let here = one.guarded && other.guarded
                if here.isImpossible { continue }
                guard let first = one.form, let second = other.form else {
                    found.append(FormCase(guarded: here, form: nil))
                    continue
                }
                guard let joined = join(first, second) else { return nil }
                found.append(FormCase(guarded: here, form: joined))
            }
        }
        return found
    }

    /// A product of two quantities is a quantity, the same in either order.
    private mutating func product(_ left: LinearForm, _ right: LinearForm) -> LinearForm {
        if left.terms.isEmpty { return right.scaled(by: left.constant) }
        if right.terms.isEmpty { return left.scaled(by: right.constant) }
        var result =
            LinearForm(terms: left.terms).scaled(by: right.constant)
            + LinearForm(terms: right.terms).scaled(by: left.constant)
        result.constant = left.constant * right.constant
        for (first, one) in left.terms {
            for (second, other) in right.terms {
                let parts = ((factors[first] ?? [first]) + (factors[second] ?? [second])).sorted()
                let key = parts.joined(separator: "×")
                factors[key] = parts
                let words = parts.map { quantities[$0]?.words ?? $0 }.joined(separator: " × ")
                let unit = parts.reduce(UnitOfMeasure.one) { ($0 * (quantities[$1]?.unit ?? .one)).simplified }
                result = result + quantity(key, Quantity(words: words, unit: unit)).scaled(by: one * other)
            }
        }
        return result
    }
}
