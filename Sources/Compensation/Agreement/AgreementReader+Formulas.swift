// The rules of an agreement file: formulas, verdicts, payments and splits, each expression checked as it is read.

internal import Accounting
internal import Exact
internal import Monitoring
internal import Standards

extension AgreementReader {
    mutating func readFormulas(_ node: PositionedNode) -> [AgreementFormula] {
        var formulas: [AgreementFormula] = []
        scope.laterNames = Set((node["formulas"]?.items ?? []).compactMap { $0["name"]?.text })
        defer { scope.laterNames = [] }
        for item in reading.items("formulas", of: node, "the agreement", required: false) {
            let allowed = ["name", "expression", "unit", "each", "clause"]
            guard reading.isMapping(item, "A formula", allowed: allowed) else { continue }
            let name = reading.text("name", of: item, "a formula") ?? ""
            let what = "formula “\(name)”"
            let unit = reading.unit("unit", of: item, what)
            let clause = reading.text("clause", of: item, what) ?? ""
            let each = readRunning(item, what)
            let expression = expression("expression", of: item, what, each: each, unit: unit)
            guard let unit else { continue }
            let place = item["name"] ?? item
            define(name, unit, sets: each.map(\.set), line: place.line, column: place.column)
            scope.laterNames.remove(name)
            stepNames.insert(name)
            guard let expression, let text = item["expression"] else { continue }
            formulas.append(
                AgreementFormula(
                    name: name, expression: expression, unit: unit, each: each, clause: clause, line: text.line,
                    column: text.column))
        }
        return formulas
    }

    /// The expression under `key`, checked against `unit` when one is given.
    mutating func expression(
        _ key: String, of node: PositionedNode, _ what: String, each: [RunningVariable] = [], unit: UnitOfMeasure?
    ) -> Expression? {
        guard let place = reading.required(key, of: node, what) else { return nil }
        return expression(at: place, what, each: each, unit: unit)
    }

    mutating func expression(
        at place: PositionedNode, _ what: String, each: [RunningVariable] = [], unit: UnitOfMeasure?
    ) -> Expression? {
        guard let text = place.text else {
            reading.report("agreement.shape", at: place, "\(what) is one expression.", "Write it as one text.")
            return nil
        }
        guard let (expression, type) = checked(text, at: place, each: each) else { return nil }
        guard case .number(let found) = type else {
            reading.report(
                "expression.type", at: place, "\(what) needs a number, and this is a condition.",
                "Write when … then … else ….")
            return nil
        }
        if let unit, unit.isCommensurable(with: .one), unit.factor != .one, let number = expression.root.bareNumber {
            let (text, same) = (expression.excerpt(number.range), (number.base / unit.factor).shortText)
            reading.report(
                ExpressionProblem(
                    check: "expression.unit", range: number.range,
                    message: "“\(text)”, a plain number, would be \(same) \(unit.symbol).",
                    remedy: "Write \(text) \(unit.symbol) if that is meant, or \(same) \(unit.symbol)."), in: place)
            return nil
        }
        if let unit, !found.isCommensurable(with: unit) {
            reading.report(
                "expression.unit", at: place,
                "The expression of \(what) gives \(found.shown), but its unit is \(unit.shown).",
                "Change “unit”, or bring the expression to \(unit.symbol) with a factor that has a unit.")
            return nil
        }
        return expression
    }

    mutating func condition(
        _ key: String, of node: PositionedNode, _ what: String, each: [RunningVariable] = []
    ) -> Expression? {
        guard let text = reading.text(key, of: node, what), let place = node[key],
            let (expression, type) = checked(text, at: place, each: each)
        else { return nil }
        if case .condition = type { return expression }
        reading.report(
            "expression.type", at: place, "\(what) needs a condition, and this is a number.",
            "Compare it with something, as in P ≤ 1.")
        return nil
    }

    mutating func checked(
        _ text: String, at place: PositionedNode, each: [RunningVariable]
    ) -> (Expression, ExpressionType)? {
        let expression: Expression
        do {
            expression = try Expression(parsing: text)
        } catch {
            reading.report(error, in: place)
            return nil
        }
        let (type, problems) = ExpressionUnits.check(expression, in: scope, each: each)
        for problem in problems { reading.report(problem, in: place) }
        return type.map { (expression, $0) }
    }

    mutating func readVerdicts(_ node: PositionedNode) -> [AgreementVerdict] {
        reading.items("verdicts", of: node, "the agreement", required: false).compactMap { item in
            guard reading.isMapping(item, "A verdict", allowed: ["name", "section", "met-when", "clause"]) else {
                return nil
            }
            let name = reading.text("name", of: item, "a verdict") ?? ""
            let what = "verdict “\(name)”"
            let section = reading.optionalText("section", of: item, what)
            if let section, !sections.contains(where: { $0.id == section }) {
                reading.report(
                    "agreement.section", at: item["section"] ?? item, "There is no section “\(section)”.",
                    "Use one of \(sections.map(\.id).joined(separator: ", ")).")
            }
            let clause = reading.text("clause", of: item, what) ?? ""
            guard let condition = condition("met-when", of: item, what) else { return nil }
            return AgreementVerdict(name: name, section: section, condition: condition, clause: clause)
        }
    }
}

extension ExpressionNode {
    /// A number without a unit that is the whole value, or that of a branch; nothing and one are the same in every scale.
    fileprivate var bareNumber: NumberLiteral? {
        switch self {
        case .number(let literal):
            literal.unitText.isEmpty && !literal.base.isZero && literal.base != .one ? literal : nil
        case .negated(let inner, _): inner.bareNumber
        case .choice(let branches, let otherwise, _):
            (branches.map(\.value) + [otherwise]).lazy.compactMap(\.bareNumber).first
        default: nil
        }
    }
}
