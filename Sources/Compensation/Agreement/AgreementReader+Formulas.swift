// The rules of an agreement file: formulas, verdicts, payments and splits, each expression checked as it is read.

internal import Accounting
internal import Exact
internal import Monitoring
internal import Standards

extension AgreementReader {
    mutating func readFormulas(_ node: PositionedNode) -> [AgreementFormula] {
        var formulas: [AgreementFormula] = []
        for item in reading.items("formulas", of: node, "the agreement", required: false) {
            let allowed = ["name", "expression", "unit", "each", "clause"]
            guard reading.isMapping(item, "A formula", allowed: allowed) else { continue }
            let name = reading.text("name", of: item, "a formula") ?? ""
            let what = "formula “\(name)”"
            let unit = reading.unit("unit", of: item, what)
            let clause = reading.text("clause", of: item, what) ?? ""
            let isIndexed = reading.optionalText("each", of: item, what) != nil
            let expression = expression("expression", of: item, what, isIndexed: isIndexed, unit: unit)
            guard let unit else { continue }
            let place = item["name"] ?? item
            define(name, unit, isIndexed: isIndexed, line: place.line, column: place.column)
            guard let expression else { continue }
            formulas.append(
                AgreementFormula(
                    name: name, expression: expression, unit: unit, isIndexed: isIndexed, clause: clause))
        }
        return formulas
    }

    /// The expression under `key`, checked against `unit` when one is given.
    mutating func expression(
        _ key: String, of node: PositionedNode, _ what: String, isIndexed: Bool = false, unit: UnitOfMeasure?
    ) -> Expression? {
        guard let text = reading.text(key, of: node, what), let place = node[key] else { return nil }
        guard let (expression, type) = checked(text, at: place, isIndexed: isIndexed) else { return nil }
        guard case .number(let found) = type else {
            reading.report(
                "expression.type", at: place, "\(what) needs a number, and this is a condition.",
                "Write when … then … else ….")
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

    private mutating func condition(_ key: String, of node: PositionedNode, _ what: String) -> Expression? {
        guard let text = reading.text(key, of: node, what), let place = node[key],
            let (expression, type) = checked(text, at: place, isIndexed: false)
        else { return nil }
        if case .condition = type { return expression }
        reading.report(
            "expression.type", at: place, "\(what) needs a condition, and this is a number.",
            "Compare it with something, as in P ≤ 1.")
        return nil
    }

    private mutating func checked(
        _ text: String, at place: PositionedNode, isIndexed: Bool
    ) -> (Expression, ExpressionType)? {
        let expression: Expression
        do {
            expression = try Expression(parsing: text)
        } catch {
            reading.report(error, in: place)
            return nil
        }
        let index = isIndexed ? (variable: "i", set: "indicators") : nil
        let (type, problems) = ExpressionUnits.check(expression, in: scope, index: index)
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

    mutating func readPayments(_ node: PositionedNode) -> [AgreementPayment] {
        reading.items("payments", of: node, "the agreement", required: false).compactMap { item in
            let allowed = ["name", "clause", "rounding", "branches", "payer", "payee", "amount"]
            guard reading.isMapping(item, "A payment", allowed: allowed) else { return nil }
            let name = reading.text("name", of: item, "a payment") ?? ""
            let what = "payment “\(name)”"
            let clause = reading.text("clause", of: item, what) ?? ""
            let rounding = readRounding(item, what)
            let branches =
                item["branches"] == nil
                ? [transfer(item, what).map { AgreementPayment.Branch(condition: nil, transfer: $0) }].compactMap(
                    \.self)
                : readBranches(item, what)
            return AgreementPayment(name: name, branches: branches, rounding: rounding, clause: clause)
        }
    }

    private mutating func readBranches(_ node: PositionedNode, _ what: String) -> [AgreementPayment.Branch] {
        let items = reading.items("branches", of: node, what, required: true)
        var branches: [AgreementPayment.Branch] = []
        for (position, item) in items.enumerated() {
            let allowed = ["when", "otherwise", "nothing", "payer", "payee", "amount"]
            guard reading.isMapping(item, "A branch", allowed: allowed) else { continue }
            let condition = item["when"] == nil ? nil : condition("when", of: item, "a branch of \(what)")
            if item["when"] == nil, item["otherwise"]?.text != "true" || position != items.count - 1 {
                reading.report(
                    "agreement.branch", at: item, "A branch of \(what) has no condition.",
                    "Write when: and a comparison; only the last branch may say otherwise: true instead.")
            }
            let isNothing = item["nothing"].map { _ in reading.truth("nothing", of: item, what) == true } ?? false
            if isNothing, item["payer"] != nil || item["payee"] != nil || item["amount"] != nil {
                reading.report(
                    "agreement.branch", at: item, "A branch of \(what) owes nothing and something at once.",
                    "Remove nothing: true, or the payer, payee and amount.")
            }
            let transfer = isNothing ? nil : transfer(item, what)
            guard isNothing || transfer != nil else { continue }
            branches.append(AgreementPayment.Branch(condition: condition, transfer: transfer))
        }
        return branches
    }

    private mutating func transfer(_ node: PositionedNode, _ what: String) -> AgreementPayment.Transfer? {
        let payer = reading.text("payer", of: node, what)
        let payee = reading.text("payee", of: node, what)
        let amount = expression("amount", of: node, "the amount of \(what)", unit: .money(currency.code))
        guard let payer, let payee else { return nil }
        checkParty(payer, at: node["payer"] ?? node)
        checkParty(payee, at: node["payee"] ?? node)
        if payer == payee {
            reading.report(
                "agreement.party", at: node["payee"] ?? node, "“\(payer)” cannot pay itself.",
                "Name the other party.")
        }
        return amount.map { AgreementPayment.Transfer(payer: payer, payee: payee, amount: $0) }
    }

    private mutating func readRounding(_ node: PositionedNode, _ what: String) -> MoneyRounding? {
        guard let found = node["rounding"], !found.isBlank,
            reading.isMapping(found, "rounding", allowed: ["to", "rule", "clause"])
        else { return nil }
        let rule = roundingRule("rule", of: found)
        let clause = reading.text("clause", of: found, "rounding") ?? ""
        guard let place = reading.required("to", of: found, "rounding"),
            let (value, unit) = reading.quantity(place, in: .money(currency.code), "the rounding step"), let rule
        else { return nil }
        let step = value * unit.factor
        if step <= .zero || (try? Money(step, currency)) == nil {
            reading.report(
                "agreement.rounding", at: place, "“\(place.text ?? "")” is not a step money can be rounded to.",
                "Write a whole number of the smallest unit, such as 0.01 元, 1 元 or 1 万元.")
            return nil
        }
        return MoneyRounding(rule: rule, step: step, text: place.text ?? "", clause: clause)
    }

    private mutating func roundingRule(_ key: String, of node: PositionedNode) -> RoundingRule? {
        guard let text = reading.text(key, of: node, "rounding"), let place = node[key] else { return nil }
        if let rule = RoundingRule(agreementText: text) { return rule }
        reading.report(
            "agreement.rounding", at: place, "“\(text)” is not a rounding rule.",
            "Use \(RoundingRule.agreementTexts).")
        return nil
    }

    mutating func readSplits(_ node: PositionedNode) -> [AgreementSplit] {
        reading.items("splits", of: node, "the agreement", required: false).compactMap { item in
            let allowed = ["name", "direction", "pool", "total", "shares", "remainder", "rounding", "clause"]
            guard reading.isMapping(item, "A split", allowed: allowed) else { return nil }
            let name = reading.text("name", of: item, "a split") ?? ""
            let what = "split “\(name)”"
            let direction: AgreementSplit.Direction? = reading.choice("direction", of: item, what)
            let pool = reading.text("pool", of: item, what)
            let remainder = reading.text("remainder", of: item, what)
            let rule = roundingRule("rounding", of: item)
            let clause = reading.text("clause", of: item, what) ?? ""
            let total = expression("total", of: item, "the total of \(what)", unit: .money(currency.code))
            let shares = readShares(item, what, remainder: remainder)
            guard let direction, let pool, let remainder, let rule, let total, shares.count >= 2 else { return nil }
            checkParty(pool, at: item["pool"] ?? item)
            return AgreementSplit(
                name: name, direction: direction, pool: pool, total: total, shares: shares, remainder: remainder,
                rule: rule, clause: clause)
        }
    }

    private mutating func readShares(_ node: PositionedNode, _ what: String, remainder: String?) -> [Share] {
        guard let found = reading.required("shares", of: node, what), let entries = found.entries else { return [] }
        var shares: [Share] = []
        for entry in entries {
            checkParty(entry.key, at: entry.value)
            guard let ratio = reading.number(entry.value, "the share of “\(entry.key)”") else { continue }
            if ratio < .zero {
                reading.report("agreement.share", at: entry.value, "A share cannot be negative.", "Write 0 or more.")
            }
            shares.append(Share(party: entry.key, ratio: ratio))
        }
        if shares.count < 2 || shares.reduce(Fraction.zero, { $0 + $1.ratio }) <= .zero {
            reading.report(
                "agreement.share", at: found, "\(what) does not divide its total among parties.",
                "Write at least two parties with their parts, such as anhui: 1, zhejiang: 1.")
            return []
        }
        if let remainder, !shares.contains(where: { $0.party == remainder }) {
            reading.report(
                "agreement.share", at: node["remainder"] ?? node,
                "The remainder party “\(remainder)” has no share.", "Name one of the parties of the split.")
        }
        return shares
    }
}
