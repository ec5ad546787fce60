// What no worked example reaches: formulas, splits, branches, choices and tiers nobody has computed by hand.

internal import Monitoring

/// A place of an agreement that no example reaches.
struct UntriedClause {
    let line: Int
    let column: Int
    let message: String
    let remedy: String
}

extension Agreement {
    /// Formulas, splits, branches of payments and choices, and rows of tiers that no example takes.
    ///
    /// A template with blanks settles nothing, so nothing is asked of it.
    func untriedClauses() -> [UntriedClause] {
        guard blanks.isEmpty else { return [] }
        let tried = examples.flatMap { runs(of: $0, of: self) }
        let steps = tried.flatMap(\.steps)
        let reached = Set(steps.map { bare($0.name) })
        var found: [UntriedClause] = []
        for formula in formulas where !reached.contains(formula.name) {
            found.append(
                UntriedClause(
                    line: formula.line, column: formula.column,
                    message: "No example computes “\(formula.name)” (\(formula.clause)).",
                    remedy: "Add one that reaches it."))
        }
        for split in splits where !reached.contains(split.name) {
            found.append(
                UntriedClause(
                    line: split.line, column: split.column,
                    message: "No example divides “\(split.name)” (\(split.clause)).",
                    remedy: "Add one that reaches it."))
        }
        for payment in payments {
            let taken = branchesTaken(of: payment, in: tried)
            for (index, branch) in payment.branches.enumerated() where !taken.contains(index) {
                let condition = branch.condition.map { "when \($0.text)" } ?? "otherwise"
                found.append(
                    UntriedClause(
                        line: branch.line, column: branch.column,
                        message: "No example takes branch \(index + 1) of payment “\(payment.name)” (\(condition)).",
                        remedy: "Add a case for it under examples."))
            }
        }
        return found + untriedChoices(steps, tried) + untriedTiers(steps)
    }

    /// Branches of choices that no example takes; where the whole formula is never computed that is said already.
    private func untriedChoices(_ steps: [DerivationStep], _ tried: [SettlementRun]) -> [UntriedClause] {
        let refusals = tried.flatMap { run -> [String] in
            guard case .notSettled(let obstacles) = run.outcome else { return [] }
            return obstacles.map { bare($0.item) }
        }
        return choiceSites.flatMap { site -> [UntriedClause] in
            let decisions = steps.filter { bare($0.name) == site.name }.flatMap(\.decisions)
            guard !decisions.isEmpty else { return [] }
            // A run that stops in a choice keeps no step, so its branches cannot be told apart.
            let mayStop = refusals.contains(site.name)
            func untried(_ words: String, _ value: ExpressionNode) -> [UntriedClause] {
                if mayStop, case .undetermined = value { return [] }
                return [
                    UntriedClause(
                        line: site.line, column: site.column,
                        message: "No example takes “\(words)” in \(site.owner) (\(site.clause)).",
                        remedy: "Add a case for it under examples.")
                ]
            }
            var found: [UntriedClause] = []
            for branch in site.branches {
                let text = site.expression.excerpt(branch.condition.range)
                if !decisions.contains(where: { $0.condition == text && $0.holds }) {
                    found += untried("when \(text)", branch.value)
                }
            }
            let last = site.branches.last.map { site.expression.excerpt($0.condition.range) } ?? ""
            if !decisions.contains(where: { $0.condition == last && !$0.holds }) {
                found += untried("else", site.otherwise)
            }
            return found
        }
    }

    /// Rows of tables that no example looks up.
    private func untriedTiers(_ steps: [DerivationStep]) -> [UntriedClause] {
        let looked = steps.flatMap(\.decisions).filter { $0.condition.contains("tier(") }
        return scope.tiers.values.sorted { $0.line < $1.line }.flatMap { table -> [UntriedClause] in
            let own = looked.filter { decision in
                let words = decision.condition.filter { $0 != " " }
                return words.hasPrefix("tier(\(table.name),")
            }
            guard !own.isEmpty else { return [] }
            return table.rows.indices.compactMap { index in
                let row = table.described(index)
                guard !own.contains(where: { $0.outcome == row }) else { return nil }
                return UntriedClause(
                    line: table.line, column: table.column,
                    message: "No example looks up \(row) in the table “\(table.name)” (\(table.clause)).",
                    remedy: "Add a case for it under examples.")
            }
        }
    }

    private func branchesTaken(of payment: AgreementPayment, in runs: [SettlementRun]) -> Set<Int> {
        var taken: Set<Int> = []
        for step in runs.flatMap(\.steps) where bare(step.name) == payment.name {
            let held = step.decisions.first(where: \.holds)?.condition
            if let index = payment.branches.firstIndex(where: { held != nil && $0.condition?.text == held })
                ?? payment.branches.firstIndex(where: { $0.condition == nil })
            {
                taken.insert(index)
            }
        }
        for run in runs {
            guard case .notSettled(let obstacles) = run.outcome else { continue }
            for (index, branch) in payment.branches.enumerated() {
                guard case .undetermined(let words) = branch.outcome else { continue }
                if obstacles.contains(where: { bare($0.item) == payment.name && $0.why.contains(words) }) {
                    taken.insert(index)
                }
            }
        }
        return taken
    }

    /// `pay` of `pay[d1]`.
    private func bare(_ name: String) -> String { String(name.prefix { $0 != "[" }) }
}
