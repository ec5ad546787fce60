// The formulas of a run in the order of the agreement, each kept as a step; exemptions, verdicts and control totals.

internal import Exact
internal import Monitoring

extension Settlement {
    /// Calls `body` for each combination of members of `each`.
    func bindings(of each: [RunningVariable]) -> [(members: [String], variables: [String: BoundMember])] {
        agreement.scope.combinations(of: each.map(\.set)).map { members in
            var variables: [String: BoundMember] = [:]
            for (variable, member) in zip(each, members) {
                variables[variable.name] = BoundMember(id: member, set: variable.set)
            }
            return (members, variables)
        }
    }

    /// Decides which members an exemption holds for; each is listed with its reason.
    mutating func decideExemptions() {
        for exemption in agreement.exemptions where obstacles.isEmpty {
            values.exempt[exemption.name] = []
            for (members, variables) in bindings(of: exemption.each) {
                let name = indexedName(exemption.name, members)
                guard let decided = decide(exemption.condition, item: name, variables) else { continue }
                note(.exemption, name, exemption.clause, decided)
                guard decided.holds else { continue }
                values.exempt[exemption.name, default: []].insert(members)
                exemptions.append(
                    SettlementExemption(name: name, reason: decided.comparison, clause: exemption.clause))
            }
        }
    }

    /// Evaluates formulas only when every figure is there: a run with an obstacle computes no step.
    mutating func evaluateFormulas() {
        for formula in agreement.formulas where obstacles.isEmpty {
            for (members, variables) in bindings(of: formula.each) where obstacles.isEmpty {
                let name = indexedName(formula.name, members)
                guard let evaluation = evaluate(formula.expression, item: name, formula.clause, variables) else {
                    continue
                }
                values[formula.name, members] = evaluation.value
                let value = evaluation.value / formula.unit.factor
                steps.append(
                    DerivationStep(
                        name: name, clause: formula.clause, formula: formula.expression.text,
                        operands: operands(evaluation.reads, evaluation.decisions), decisions: evaluation.decisions,
                        roundings: evaluation.roundings, exact: value, unit: formula.unit.symbol, rounded: value))
            }
        }
    }

    mutating func evaluate(
        _ expression: Expression, item: String, _ clause: String, _ variables: [String: BoundMember] = [:]
    ) -> Evaluation? {
        do {
            return try ExpressionEvaluation.evaluate(
                expression, in: agreement.scope, with: values, variables: variables, keepsNotes: keepsNotes)
        } catch {
            obstacles.append(obstacle(error, expression, item: item, clause))
            return nil
        }
    }

    mutating func decide(
        _ condition: Expression, item: String, _ variables: [String: BoundMember] = [:]
    ) -> BranchDecision? {
        do {
            return try ExpressionEvaluation.decide(
                condition, in: agreement.scope, with: values, variables: variables, keepsNotes: keepsNotes
            ).decision
        } catch {
            obstacles.append(obstacle(error, condition, item: item, ""))
            return nil
        }
    }

    private func obstacle(
        _ problem: ExpressionProblem, _ expression: Expression, item: String, _ clause: String
    ) -> Obstacle {
        if problem.check == ExpressionEvaluation.openCase, problem.remedy.hasPrefix("The agreement must say") {
            return Obstacle(
                .noBranch, item: item, why: "\(problem.message) “\(expression.text)”",
                needed: "\(clause) of \(agreement.document.title) must say what holds here.")
        }
        if problem.check == ExpressionEvaluation.openWindow {
            return Obstacle(.held, item: item, why: "\(problem.message) “\(expression.text)”", needed: problem.remedy)
        }
        return Obstacle(
            problem.check == ExpressionEvaluation.openCase ? .noBranch : .computation, item: item,
            why: "\(problem.message) “\(expression.text)”", needed: problem.remedy)
    }

    /// The figures read for a value and for what decided it, in the order in which the agreement defines their names.
    func operands(_ reads: [InputKey], _ decisions: [BranchDecision]) -> [StepOperand] {
        guard keepsNotes else { return [] }
        let counted = Set(reads)
        var seen: Set<InputKey> = []
        let all = (reads + decisions.flatMap(\.reads)).filter { seen.insert($0).inserted }
        let ordered = all.enumerated().sorted {
            (places[$0.element.name] ?? 0, $0.offset) < (places[$1.element.name] ?? 0, $1.offset)
        }
        return ordered.compactMap { _, key in operand(key, counts: counted.contains(key)) }
    }

    private func operand(_ key: InputKey, counts: Bool) -> StepOperand? {
        if let exemption = agreement.exemptions.first(where: { $0.name == key.name }) {
            let holds = values.exempt[key.name]?.contains(key.members) ?? false
            return StepOperand(
                name: key.description, value: holds ? .one : .zero, unit: UnitOfMeasure.one.symbol,
                origin: .exemption(clause: exemption.clause), counts: counts)
        }
        guard let value = values[key.name, key.members], let symbol = agreement.scope.symbols[key.name] else {
            return nil
        }
        return StepOperand(
            name: key.description, value: value / symbol.unit.factor, unit: symbol.unit.symbol,
            origin: origin(of: key), counts: counts)
    }

    private mutating func note(
        _ kind: DecidedCondition.Kind, _ name: String, _ clause: String, _ decision: BranchDecision
    ) {
        guard keepsNotes else { return }
        conditions.append(
            DecidedCondition(
                kind: kind, name: name, clause: clause, decision: decision, operands: operands([], [decision])))
    }

    private func origin(of key: InputKey) -> StepOperand.Origin {
        if let digest = inputDigests[key] { return .input(digest: digest) }
        if let constant = agreement.constants.first(where: { $0.name == key.name }) {
            return .constant(clause: constant.clause)
        }
        if let baseline = agreement.baselines.first(where: { $0.constant.name == key.name }) {
            return .baseline(
                clause: baseline.constant.clause, period: baseline.period?.description ?? "", version: baseline.version,
                digest: baseline.digest)
        }
        return .step
    }

    /// Decides each verdict of the agreement; without its figures it is disputed or not assessable, never met.
    mutating func decideVerdicts() {
        for verdict in agreement.verdicts {
            verdicts.append(decide(verdict))
        }
    }

    private mutating func decide(_ verdict: AgreementVerdict) -> SettlementVerdict {
        func result(_ value: AssessmentVerdict, _ reason: String) -> SettlementVerdict {
            SettlementVerdict(
                name: verdict.name, section: verdict.section, verdict: value, reason: reason, clause: verdict.clause)
        }
        let needed = inputsRead(by: verdict.condition)
        for input in inputs where needed.contains(input.request.key.name) {
            if case .disputed(let why) = input.result { return result(.disputed, "\(input.request.key): \(why)") }
        }
        guard obstacles.isEmpty else { return result(.notAssessable, "The run stopped before this could be decided.") }
        do {
            let decided = try ExpressionEvaluation.decide(verdict.condition, in: agreement.scope, with: values)
            note(.verdict, verdict.name, verdict.clause, decided.decision)
            return result(decided.holds ? .met : .notMet, decided.decision.comparison)
        } catch {
            return result(.notAssessable, error.message)
        }
    }

    /// The inputs an expression reads, through the formulas it names.
    private func inputsRead(by expression: Expression) -> Set<String> {
        var pending = Array(expression.names)
        var seen: Set<String> = []
        while let name = pending.popLast() {
            guard seen.insert(name).inserted else { continue }
            if let formula = agreement.formulas.first(where: { $0.name == name }) {
                pending += formula.expression.names
            }
        }
        return seen
    }

    /// Control totals (勾稽): each that fails is an obstacle, so that nothing that does not balance is issued.
    mutating func checkControls() {
        for control in agreement.controls where obstacles.isEmpty {
            for (members, variables) in bindings(of: control.each) {
                check(control, indexedName(control.name, members), variables)
            }
        }
    }

    private mutating func check(_ control: AgreementControl, _ name: String, _ variables: [String: BoundMember]) {
        var reads: [InputKey] = []
        func number(_ expression: Expression) -> Fraction? {
            let found = evaluate(expression, item: name, control.clause, variables)
            reads += found.map { $0.reads + $0.decisions.flatMap(\.reads) } ?? []
            return found?.value
        }
        func decided(_ condition: String, _ comparison: @autoclosure () -> String, _ holds: Bool) {
            guard keepsNotes else { return }
            note(
                .check, name, control.clause,
                BranchDecision(condition: condition, comparison: comparison(), holds: holds, reads: reads))
        }
        func shown(_ value: Fraction) -> String {
            let text = (value / control.unit.factor).shortText
            return control.unit.symbol == UnitOfMeasure.one.symbol ? text : "\(text) \(control.unit.symbol)"
        }
        switch control.test {
        case .holds(let condition):
            guard let found = decide(condition, item: name, variables) else { return }
            note(.check, name, control.clause, found)
            if found.holds { return }
            let text = keepsNotes ? found.comparison : condition.text
            refuse(control, name, "does not balance: “\(condition.text)” does not hold (\(text)).")
        case .equal(let left, let right, let within):
            guard let first = number(left), let second = number(right) else { return }
            var allowed = Fraction.zero
            if let within {
                guard let found = number(within) else { return }
                allowed = found
            }
            let agrees = (first - second).magnitude <= allowed
            let margin = allowed.isZero ? "" : " ± \(shown(allowed))"
            decided("\(left.text) = \(right.text)", "\(shown(first)) = \(shown(second))\(margin)", agrees)
            if agrees { return }
            refuse(
                control, name,
                "does not balance: \(left.text) is \(shown(first)), \(right.text) is \(shown(second)).")
        case .atMost(let left, let right):
            guard let first = number(left), let second = number(right) else { return }
            decided("\(left.text) ≤ \(right.text)", "\(shown(first)) ≤ \(shown(second))", first <= second)
            if first <= second { return }
            refuse(
                control, name,
                "does not balance: \(left.text) is \(shown(first)), more than \(right.text), \(shown(second)).")
        }
    }

    private mutating func refuse(_ control: AgreementControl, _ name: String, _ why: String) {
        obstacles.append(
            Obstacle(
                .unbalanced, item: name, why: why,
                needed: "Find out which figure is wrong: \(control.clause) of \(agreement.document.title)."))
    }
}

extension Agreement {
    /// The place of each name in the file's order: constants, baselines, inputs, formulas.
    var definitionPlaces: [String: Int] {
        var places: [String: Int] = [:]
        let names =
            constants.map(\.name) + baselines.map(\.constant.name) + inputs.map(\.name) + formulas.map(\.name)
        for (place, name) in names.enumerated() { places[name] = place }
        return places
    }
}
