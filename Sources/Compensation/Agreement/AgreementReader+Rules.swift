// Terms beside the formulas of an agreement file: review, gates, exemptions, control totals, netting, windows.

internal import Assessment
internal import Exact
internal import Monitoring
internal import Standards

extension AgreementReader {
    mutating func readReview(_ node: PositionedNode) -> ReviewRule? {
        guard let found = node["review"], !found.isBlank,
            reading.isMapping(found, "review", allowed: ["state", "clause"])
        else { return nil }
        let state: ReviewState? = reading.choice("state", of: found, "review")
        let clause = reading.text("clause", of: found, "review")
        guard let state, let clause else { return nil }
        return ReviewRule(state: state, clause: clause)
    }

    mutating func readGates(_ node: PositionedNode) -> [CompletenessGate] {
        reading.items("gates", of: node, "the agreement", required: false).compactMap { item in
            let what = "a gate"
            guard reading.isMapping(item, "A gate", allowed: ["run", "minimum-share", "review", "clause"]) else {
                return nil
            }
            let run = reading.text("run", of: item, what)
            let kinds = ["provisional", "initial", "revised", "final", "special"]
            if let run, !kinds.contains(run) {
                reading.report(
                    "agreement.value", at: item["run"] ?? item, "“\(run)” is not a kind of run.",
                    "Use \(kinds.joined(separator: ", ")).")
            }
            let share = item["minimum-share"].flatMap { reading.number($0, "minimum-share") }
            if let share, share <= .zero || share > .one {
                reading.report(
                    "agreement.share", at: item["minimum-share"] ?? item,
                    "A minimum share of \(share) is not a share of the period.",
                    "Write a fraction above 0 and at most 1: 0.75 for three quarters.")
            }
            let review: ReviewState? =
                item["review"] == nil ? nil : reading.choice("review", of: item, what)
            guard let run, let clause = reading.text("clause", of: item, what) else { return nil }
            return CompletenessGate(run: run, minimumShare: share, review: review, clause: clause)
        }
    }

    mutating func readExemptions(_ node: PositionedNode) -> [AgreementExemption] {
        var exemptions: [AgreementExemption] = []
        for item in reading.items("exemptions", of: node, "the agreement", required: false) {
            guard reading.isMapping(item, "An exemption", allowed: ["name", "each", "when", "clause"]) else { continue }
            let name = reading.text("name", of: item, "an exemption") ?? ""
            let what = "exemption “\(name)”"
            let each = readRunning(item, what)
            let clause = reading.text("clause", of: item, what) ?? ""
            let condition = condition("when", of: item, what, each: each)
            let place = item["name"] ?? item
            guard isFreeName(name, line: place.line, column: place.column) else { continue }
            scope.exemptions[name] = each.map(\.set)
            guard let condition else { continue }
            exemptions.append(
                AgreementExemption(
                    name: name, each: each, condition: condition, clause: clause, line: item.line,
                    column: item.column))
        }
        return exemptions
    }

    mutating func readControls(_ node: PositionedNode) -> [AgreementControl] {
        reading.items("checks", of: node, "the agreement", required: false).compactMap { item in
            let allowed = ["name", "each", "clause", "equal", "within", "at-most", "holds"]
            guard reading.isMapping(item, "A check", allowed: allowed) else { return nil }
            let name = reading.text("name", of: item, "a check") ?? ""
            if !name.isEmpty, !controlNames.insert(name).inserted {
                reading.report(
                    "agreement.name", at: item["name"] ?? item, "“\(name)” is the name of another check.",
                    "Give each check a name of its own.")
            }
            let what = "check “\(name)”"
            let each = readRunning(item, what)
            let clause = reading.text("clause", of: item, what) ?? ""
            let given = ["equal", "at-most", "holds"].filter { item[$0] != nil }
            guard given.count == 1 else {
                reading.report(
                    "agreement.check", at: item, "\(what) needs one of equal, at-most and holds.",
                    "Write equal: [A, B].")
                return nil
            }
            func control(_ test: AgreementControl.Test, _ unit: UnitOfMeasure) -> AgreementControl {
                AgreementControl(
                    name: name, each: each, test: test, unit: unit, clause: clause, line: item.line,
                    column: item.column)
            }
            if given[0] == "holds" {
                return condition("holds", of: item, what, each: each).map { control(.holds($0), .one) }
            }
            guard let (left, right, unit) = pair(given[0], of: item, what, each) else { return nil }
            if given[0] == "at-most" { return control(.atMost(left, right), unit) }
            let within =
                item["within"] == nil
                ? nil : expression("within", of: item, "the allowed difference of \(what)", each: each, unit: unit)
            return control(.equal(left, right, within: within), unit)
        }
    }

    /// Two expressions of one kind under `key`, shown in the unit of the first.
    private mutating func pair(
        _ key: String, of node: PositionedNode, _ what: String, _ each: [RunningVariable]
    ) -> (Expression, Expression, UnitOfMeasure)? {
        let items = reading.items(key, of: node, what, required: true)
        guard items.count == 2 else {
            reading.report(
                "agreement.check", at: node[key] ?? node, "\(what) compares two figures.", "Write \(key): [A, B].")
            return nil
        }
        guard let (left, type) = checked(items[0].text ?? "", at: items[0], each: each),
            case .number(let unit) = type,
            let (right, other) = checked(items[1].text ?? "", at: items[1], each: each),
            case .number(let second) = other
        else { return nil }
        guard unit.isCommensurable(with: second) else {
            reading.report(
                "expression.unit", at: items[1],
                "\(what) compares \(unit.shown) with \(second.shown).", "Bring both to \(unit.symbol).")
            return nil
        }
        return (left, right, unit.factor == .one && second.factor != .one ? second : unit)
    }

    mutating func readNetting(_ node: PositionedNode) -> NettingRule? {
        guard let found = node["netting"], !found.isBlank,
            reading.isMapping(found, "netting", allowed: ["rule", "through", "clause"])
        else { return nil }
        let rule: NettingRule.Rule? = reading.choice("rule", of: found, "netting")
        let through = reading.optionalText("through", of: found, "netting")
        let clause = reading.text("clause", of: found, "netting")
        if let through { checkParty(through, at: found["through"] ?? found) }
        guard let rule, let clause else { return nil }
        if (rule == .clearing) != (through != nil) {
            reading.report(
                "agreement.netting", at: found, "Clearing, and only clearing, goes through a party.",
                "Write through: and the clearing party, or choose another rule.")
        }
        return NettingRule(rule: rule, through: through, clause: clause)
    }
}
