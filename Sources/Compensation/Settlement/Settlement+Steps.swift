// The formulas of a run in the order of the agreement, each kept as a step; then its verdicts.

internal import Exact
internal import Monitoring

extension Settlement {
    /// Evaluates formulas only when every figure is there: a run with an obstacle computes no step.
    mutating func evaluateFormulas() {
        for formula in agreement.formulas where obstacles.isEmpty {
            let members: [String?] =
                formula.isIndexed ? agreement.indicators.map { $0.parameter.rawValue } : [String?.none]
            for member in members where obstacles.isEmpty {
                let name = member.map { "\(formula.name)[\($0)]" } ?? formula.name
                guard let evaluation = evaluate(formula.expression, item: name, member: member) else { continue }
                bind(formula.name, member, evaluation.value)
                let value = evaluation.value / formula.unit.factor
                steps.append(
                    DerivationStep(
                        name: name, clause: formula.clause, formula: formula.expression.text,
                        operands: operands(of: formula.expression, member: member), decisions: evaluation.decisions,
                        roundings: evaluation.roundings, exact: value, unit: formula.unit.symbol, rounded: value))
            }
        }
    }

    mutating func evaluate(_ expression: Expression, item: String, member: String? = nil) -> Evaluation? {
        do {
            return try ExpressionEvaluation.evaluate(
                expression, in: agreement.scope, with: values, variables: member.map { ["i": $0] } ?? [:])
        } catch {
            obstacles.append(
                Obstacle(
                    .computation, item: item, why: "\(error.message) “\(expression.text)”", needed: error.remedy))
            return nil
        }
    }

    /// What an expression reads, in the order in which the agreement defines the names.
    func operands(of expression: Expression, member: String?) -> [StepOperand] {
        let names = expression.names
        var operands: [StepOperand] = []
        func add(_ name: String, _ unit: UnitOfMeasure, _ origin: (String?) -> StepOperand.Origin) {
            guard names.contains(name) else { return }
            if let single = values.single[name] {
                operands.append(
                    StepOperand(name: name, value: single / unit.factor, unit: unit.symbol, origin: origin(nil)))
            }
            for indicator in agreement.indicators.map(\.parameter.rawValue) {
                guard member == nil || member == indicator, let value = values.indexed[name]?[indicator] else {
                    continue
                }
                operands.append(
                    StepOperand(
                        name: "\(name)[\(indicator)]", value: value / unit.factor, unit: unit.symbol,
                        origin: origin(indicator)))
            }
        }
        for constant in agreement.constants {
            add(constant.name, constant.unit) { _ in .constant(clause: constant.clause) }
        }
        for baseline in agreement.baselines {
            add(baseline.constant.name, baseline.constant.unit) { _ in
                .baseline(clause: baseline.constant.clause, period: baseline.period)
            }
        }
        for input in agreement.inputs {
            add(input.name, input.unit) { indicator in
                let key = InputKey(name: input.name, indicator: indicator)
                return .input(digest: inputs.first { $0.request.key == key }?.value?.evidence.digest ?? "")
            }
        }
        for formula in agreement.formulas { add(formula.name, formula.unit) { _ in .step } }
        return operands
    }

    /// Decides each verdict of the agreement; without its figures it is disputed or not assessable, never met.
    mutating func decideVerdicts() {
        for verdict in agreement.verdicts {
            verdicts.append(decide(verdict))
        }
    }

    private func decide(_ verdict: AgreementVerdict) -> SettlementVerdict {
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
}
