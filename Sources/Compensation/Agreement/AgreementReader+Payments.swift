// Who pays whom in an agreement file: payments with their branches, splits with their remainder.

internal import Accounting
internal import Exact
internal import Monitoring
internal import Standards

extension AgreementReader {
    mutating func readPayments(_ node: PositionedNode) -> [AgreementPayment] {
        reading.items("payments", of: node, "the agreement", required: false).compactMap { item in
            let allowed = [
                "name", "each", "clause", "rounding", "ledger", "branches", "payer", "payee", "amount",
                "signed",
            ]
            guard reading.isMapping(item, "A payment", allowed: allowed) else { return nil }
            let name = stepName(of: item, "a payment")
            let what = "payment “\(name)”"
            let each = readRunning(item, what)
            let clause = reading.text("clause", of: item, what) ?? ""
            let ledger = readLedger(item, what)
            let rounding = readRounding(item, what, ledger)
            let isSigned = item["signed"].map { _ in reading.truth("signed", of: item, what) == true } ?? false
            let branches =
                item["branches"] == nil
                ? [transfer(item, what, each, ledger)].compactMap { found in
                    found.map { branch(nil, .transfer($0), at: item) }
                }
                : readBranches(item, what, each, ledger)
            return AgreementPayment(
                name: name, each: each, branches: branches, isSigned: isSigned, rounding: rounding, ledger: ledger,
                clause: clause,
                line: item.line, column: item.column)
        }
    }

    /// The name of a payment or split, which no other one and no formula bears.
    private mutating func stepName(of item: PositionedNode, _ what: String) -> String {
        let name = reading.text("name", of: item, what) ?? ""
        if !name.isEmpty, !stepNames.insert(name).inserted {
            reading.report(
                "agreement.name", at: item["name"] ?? item, "“\(name)” is the name of another step.",
                "Give each formula, payment and split a name of its own: statements tell them apart by it.")
        }
        return name
    }

    private func branch(
        _ condition: Expression?, _ outcome: AgreementPayment.Outcome, at node: PositionedNode
    ) -> AgreementPayment.Branch {
        AgreementPayment.Branch(condition: condition, outcome: outcome, line: node.line, column: node.column)
    }

    private mutating func readBranches(
        _ node: PositionedNode, _ what: String, _ each: [RunningVariable], _ ledger: Ledger
    ) -> [AgreementPayment.Branch] {
        let items = reading.items("branches", of: node, what, required: true)
        var branches: [AgreementPayment.Branch] = []
        for (position, item) in items.enumerated() {
            let allowed = ["when", "otherwise", "nothing", "undetermined", "payer", "payee", "amount"]
            guard reading.isMapping(item, "A branch", allowed: allowed) else { continue }
            let condition =
                item["when"] == nil ? nil : condition("when", of: item, "a branch of \(what)", each: each)
            if item["when"] == nil, item["otherwise"]?.text != "true" || position != items.count - 1 {
                reading.report(
                    "agreement.branch", at: item, "A branch of \(what) has no condition.",
                    "Write when: and a comparison; only the last branch may say otherwise: true instead.")
            }
            if let outcome = outcome(item, what, each, ledger) {
                branches.append(branch(condition, outcome, at: item))
            }
        }
        return branches
    }

    private mutating func outcome(
        _ item: PositionedNode, _ what: String, _ each: [RunningVariable], _ ledger: Ledger
    ) -> AgreementPayment.Outcome? {
        let isNothing = item["nothing"].map { _ in reading.truth("nothing", of: item, what) == true } ?? false
        let words = reading.optionalText("undetermined", of: item, what)
        if isNothing || words != nil, item["payer"] != nil || item["payee"] != nil || item["amount"] != nil {
            reading.report(
                "agreement.branch", at: item, "A branch of \(what) owes nothing and something at once.",
                "Remove nothing: true, or the payer, payee and amount.")
        }
        if let words { return .undetermined(words) }
        if isNothing { return .nothing }
        return transfer(item, what, each, ledger).map { .transfer($0) }
    }

    private mutating func transfer(
        _ node: PositionedNode, _ what: String, _ each: [RunningVariable], _ ledger: Ledger
    ) -> AgreementPayment.Transfer? {
        let payer = partyMember("payer", of: node, what, each)
        let payee = partyMember("payee", of: node, what, each)
        let amount = expression("amount", of: node, "the amount of \(what)", each: each, unit: ledger.unit)
        guard let payer, let payee else { return nil }
        if case .name(let one, _) = payer, case .name(let other, _) = payee, one == other {
            reading.report(
                "agreement.party", at: node["payee"] ?? node, "“\(one)” cannot pay itself.",
                "Name the other party.")
        }
        return amount.map { AgreementPayment.Transfer(payer: payer, payee: payee, amount: $0) }
    }

    /// A party by its id, by a running variable, or by a map.
    mutating func partyMember(
        _ key: String, of node: PositionedNode, _ what: String, _ each: [RunningVariable]
    ) -> MemberNode? {
        guard let text = reading.text(key, of: node, what), let place = node[key] else { return nil }
        if parties.contains(where: { $0.id == text }) { return .name(text, range: 0..<text.unicodeScalars.count) }
        do {
            var parser = ExpressionParser(tokens: try ExpressionLexer.tokens(of: text))
            let member = try parser.wholeMember()
            if case .name(let id, _) = member, !each.contains(where: { $0.name == id }) {
                checkParty(id, at: place)
                return nil
            }
            let whole = Expression(text: text, root: .member(member))
            let problems = ExpressionUnits.checkMember(member, of: whole, in: scope, each: each, set: "parties")
            for problem in problems { reading.report(problem, in: place) }
            return problems.isEmpty ? member : nil
        } catch {
            reading.report(error, in: place)
            return nil
        }
    }

    private mutating func readRounding(
        _ node: PositionedNode, _ what: String, _ ledger: Ledger
    ) -> MoneyRounding? {
        guard let found = node["rounding"], !found.isBlank,
            reading.isMapping(found, "rounding", allowed: ["to", "rule", "clause"])
        else { return nil }
        let rule = roundingRule("rule", of: found)
        let clause = reading.text("clause", of: found, "rounding") ?? ""
        guard let (step, text) = roundingStep("to", of: found, ledger), let rule else { return nil }
        return MoneyRounding(rule: rule, step: step, text: text, clause: clause)
    }

    private mutating func roundingStep(
        _ key: String, of node: PositionedNode, _ ledger: Ledger
    ) -> (step: Fraction, text: String)? {
        guard let place = reading.required(key, of: node, "rounding"),
            let (value, unit) = reading.quantity(place, in: ledger.unit, "the rounding step")
        else { return nil }
        let step = value * unit.factor / ledger.unit.factor
        if step <= .zero || (try? Money(step, ledger.currency)) == nil {
            reading.report(
                "agreement.rounding", at: place, "“\(place.text ?? "")” is not a step money can be rounded to.",
                "Write a whole number of the smallest unit, such as 0.01 元, 1 元 or 1 万元.")
            return nil
        }
        return (step, place.text ?? "")
    }

    private mutating func roundingRule(_ key: String, of node: PositionedNode) -> RoundingRule? {
        guard let text = reading.text(key, of: node, "rounding"), let place = node[key] else { return nil }
        if let rule = RoundingRule(agreementText: text) { return rule }
        reading.report(
            "agreement.rounding", at: place, "“\(text)” is not a rounding rule.",
            "Use \(RoundingRule.agreementTexts).")
        return nil
    }

    // Splits.

    mutating func readSplits(_ node: PositionedNode) -> [AgreementSplit] {
        reading.items("splits", of: node, "the agreement", required: false).compactMap { item in
            let allowed = [
                "name", "each", "direction", "pool", "total", "shares", "remainder", "rounding", "ledger", "clause",
            ]
            guard reading.isMapping(item, "A split", allowed: allowed) else { return nil }
            let name = stepName(of: item, "a split")
            let what = "split “\(name)”"
            let each = readRunning(item, what)
            let ledger = readLedger(item, what)
            let direction: AgreementSplit.Direction? = reading.choice("direction", of: item, what)
            let pool = partyMember("pool", of: item, what, each)
            let remainder = reading.text("remainder", of: item, what)
            let clause = reading.text("clause", of: item, what) ?? ""
            let total = expression("total", of: item, "the total of \(what)", each: each, unit: ledger.unit)
            let shares = readShares(item, what, each, remainder: remainder)
            guard let (rule, step, text) = splitRounding(item, ledger) else { return nil }
            guard let direction, let pool, let remainder, let total, let shares else { return nil }
            return AgreementSplit(
                name: name, each: each, direction: direction, pool: pool, total: total, shares: shares,
                remainder: remainder, rule: rule, step: step, stepText: text, ledger: ledger, clause: clause,
                line: item.line, column: item.column)
        }
    }

    /// A rule alone rounds to the ledger's smallest unit.
    private mutating func splitRounding(
        _ node: PositionedNode, _ ledger: Ledger
    ) -> (rule: RoundingRule, step: Fraction, text: String)? {
        if let found = node["rounding"], found.entries != nil {
            guard reading.isMapping(found, "rounding", allowed: ["to", "rule"]),
                let rule = roundingRule("rule", of: found), let (step, text) = roundingStep("to", of: found, ledger)
            else { return nil }
            return (rule, step, text)
        }
        guard let rule = roundingRule("rounding", of: node) else { return nil }
        let step = Money(ledger.currency, minorUnits: 1).amount
        return (rule, step, "\(step.shortText) \(ledger.currency.code)")
    }

    private mutating func readShares(
        _ node: PositionedNode, _ what: String, _ each: [RunningVariable], remainder: String?
    ) -> AgreementSplit.Shares? {
        guard let found = reading.required("shares", of: node, what) else { return nil }
        guard let (shares, parties) = sharesAndParties(found, what, each) else { return nil }
        if let remainder, !parties.contains(remainder) {
            reading.report(
                "agreement.share", at: node["remainder"] ?? node,
                "The remainder party “\(remainder)” has no share.", "Name one of the parties of the split.")
        }
        return parties.count >= 2 ? shares : nil
    }

    private mutating func sharesAndParties(
        _ found: PositionedNode, _ what: String, _ each: [RunningVariable]
    ) -> (AgreementSplit.Shares, [String])? {
        // `d in districts: area[d]`, as one text or as the only entry of a mapping.
        var running = found.entries.flatMap { $0.count == 1 ? $0[0] : nil }
        if let text = found.text, let colon = text.firstIndex(of: ":") {
            let rest = PositionedNode(
                content: .scalar(String(text[text.index(after: colon)...].drop { $0 == " " })), line: found.line,
                column: found.column, isPlain: found.isPlain)
            running = PositionedEntry(
                key: String(text[..<colon]), keyLine: found.line, keyColumn: found.column, value: rest)
        }
        if let entry = running, let variable = runningShare(entry) {
            guard
                let expression = expression(
                    at: entry.value, "the shares of \(what)", each: each + [variable], unit: nil)
            else { return nil }
            return (.each(variable, expression), scope.sets[variable.set] ?? [])
        }
        guard let entries = found.entries else {
            reading.report(
                "agreement.shape", at: found, "“shares” is written as party: part lines.",
                "Write {anhui: 1, zhejiang: 1}, or \"d in districts: area[d]\".")
            return nil
        }
        var listed: [(party: String, ratio: Expression)] = []
        for entry in entries {
            checkParty(entry.key, at: entry.value)
            if let ratio = share(entry, what, each) { listed.append((entry.key, ratio)) }
        }
        checkRatios(listed, at: found, what)
        return (.listed(listed), listed.map(\.party))
    }

    private mutating func runningShare(_ entry: PositionedEntry) -> RunningVariable? {
        guard entry.key.contains(" in "), let tokens = try? ExpressionLexer.tokens(of: entry.key) else { return nil }
        var parser = ExpressionParser(tokens: tokens)
        guard let variable = try? parser.eachVariables().first, scope.isSubset(variable.set, of: "parties"),
            scope.sets[variable.set] != nil
        else { return nil }
        return variable
    }

    private mutating func share(
        _ entry: PositionedEntry, _ what: String, _ each: [RunningVariable]
    ) -> Expression? {
        let label = "the share of “\(entry.key)”"
        if let text = entry.value.text, text.contains(",") || text.hasSuffix("%") {
            _ = reading.number(entry.value, label)
            return nil
        }
        return expression(at: entry.value, label, each: each, unit: nil)
    }

    /// What plain numbers as shares must be: none negative, not all nothing, two or more.
    private mutating func checkRatios(
        _ shares: [(party: String, ratio: Expression)], at node: PositionedNode, _ what: String
    ) {
        let numbers = shares.compactMap { share in
            try? ExpressionEvaluation.evaluate(share.ratio, in: ExpressionScope(), with: EvaluationValues()).value
        }
        if numbers.contains(where: \.isNegative) {
            reading.report("agreement.share", at: node, "A share cannot be negative.", "Write 0 or more.")
        }
        if shares.count < 2 || (numbers.count == shares.count && numbers.reduce(.zero, +) <= .zero) {
            reading.report(
                "agreement.share", at: node, "\(what) does not divide its total among parties.",
                "Write at least two parties with their parts, such as anhui: 1, zhejiang: 1.")
        }
    }
}
