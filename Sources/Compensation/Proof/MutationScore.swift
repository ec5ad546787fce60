// The mutation score (变异检验): each constant and comparison changed in turn; the worked examples must notice.

internal import Exact

/// What changing an agreement showed of its examples.
package struct MutationScore: Sendable {
    /// A change no example noticed.
    package struct Survivor: Sendable {
        package let clause: String
        /// `cap: 4000 万元 changed to 4400 万元`.
        package let change: String
        /// Whether a published case reaches the clause: then the text is known to say otherwise.
        package let isPublished: Bool
    }

    package let changeCount: Int
    /// Those of clauses with a published case first.
    package let survivors: [Survivor]

    package var noticedCount: Int { changeCount - survivors.count }
}

/// Changes each constant, baseline, tier and number by a tenth up and down, moves each comparison's edge, puts every
/// other rule in the place of each rounding's, and runs the worked examples.
///
/// A change counts as noticed when an example that held fails, or when the check of the file would refuse or remark on
/// it: a branch that would overlap another is no text anybody could sign.
/// - Complexity: changes × examples × the cost of a settlement.
package func mutationScore(of agreement: Agreement) -> MutationScore {
    let changes = agreement.changes
    let published = agreement.publishedClauses
    let known = Set(agreement.proofFindings().map(\.message))
    let survivors = changes.filter { change in
        !change.agreement.examples.contains { !run($0, of: change.agreement, keepsNotes: false).isEmpty }
            && Set(change.agreement.proofFindings().map(\.message)).isSubset(of: known)
    }
    let listed = survivors.map {
        MutationScore.Survivor(clause: $0.clause, change: $0.words, isPublished: published.contains($0.clause))
    }
    return MutationScore(
        changeCount: changes.count,
        survivors: listed.filter(\.isPublished) + listed.filter { !$0.isPublished })
}

extension Agreement {
    /// The clauses that a published case reaches: of its steps and of the figures and tables those read.
    var publishedClauses: Set<String> {
        var clauses: Set<String> = []
        for run in examples.filter(\.isPublished).flatMap({ runs(of: $0, of: self) }) {
            for step in run.steps {
                clauses.insert(step.clause)
                for operand in step.operands {
                    switch operand.origin {
                    case .constant(let clause), .baseline(let clause, _, _, _): clauses.insert(clause)
                    case .input, .step, .exemption: break
                    }
                }
                for table in scope.tiers.values where step.formula.contains("tier(\(table.name),") {
                    clauses.insert(table.clause)
                }
            }
        }
        let reached = clauses
        for payment in payments where reached.contains(payment.clause) {
            if let rounding = payment.rounding { clauses.insert(rounding.clause) }
        }
        return clauses
    }
}

/// One changed agreement.
private struct AgreementChange {
    let clause: String
    let words: String
    let agreement: Agreement
}

extension Agreement {
    fileprivate var changes: [AgreementChange] {
        constantChanges + baselineChanges + tierChanges + formulaChanges + ruleChanges + verdictChanges
            + paymentChanges + splitChanges + roundingChanges
    }

    private func changed(
        _ clause: String, _ words: String, _ change: (inout Agreement) -> Void
    ) -> AgreementChange {
        var copy = self
        change(&copy)
        return AgreementChange(clause: clause, words: words, agreement: copy)
    }

    private func values(
        of constant: AgreementConstant, _ put: (inout Agreement, [String], Fraction) -> Void
    ) -> [AgreementChange] {
        let ordered = constant.values.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        return ordered.flatMap { members, value in
            value.nearby(in: constant.unit).map { other in
                let unit = constant.unit.symbol == UnitOfMeasure.one.symbol ? "" : " \(constant.unit.symbol)"
                let words =
                    "\(indexedName(constant.name, members)): \(value.shortText)\(unit) changed to \(other.shortText)\(unit)"
                return changed(constant.clause, words) { put(&$0, members, other) }
            }
        }
    }

    private var constantChanges: [AgreementChange] {
        constants.indices.flatMap { index in
            values(of: constants[index]) { $0.constants[index].values[$1] = $2 }
        }
    }

    private var baselineChanges: [AgreementChange] {
        baselines.indices.flatMap { index in
            values(of: baselines[index].constant) { $0.baselines[index].constant.values[$1] = $2 }
        }
    }

    private var tierChanges: [AgreementChange] {
        scope.tiers.values.sorted { $0.name < $1.name }.flatMap { table in
            var found: [AgreementChange] = []
            func add(_ words: String, _ rows: [TierTable.Row], _ edge: TierTable.Edge) {
                found.append(
                    changed(table.clause, "\(table.name): \(words)") {
                        $0.scope.tiers[table.name] = table.with(rows, edge: edge)
                    })
            }
            for (index, row) in table.rows.enumerated() {
                for other in row.value?.nearby(in: table.gives) ?? [] {
                    var rows = table.rows
                    rows[index] = TierTable.Row(
                        from: row.from, to: row.to, at: row.at, isOtherwise: row.isOtherwise, value: other)
                    add("\(table.described(index)) gives \(other.shortText) \(table.gives.symbol)", rows, table.edge)
                }
                guard let to = row.to, index + 1 < table.rows.count else { continue }
                // The edge moves a hundredth of its tier, so that the tiers keep their order.
                let width = (row.from.map { to - $0 } ?? to.magnitude) * Fraction(1, 100)
                for other in [to + width, to - width] where !width.isZero {
                    var rows = table.rows
                    let next = rows[index + 1]
                    rows[index] = TierTable.Row(
                        from: row.from, to: other, at: row.at, isOtherwise: row.isOtherwise, value: row.value)
                    rows[index + 1] = TierTable.Row(
                        from: other, to: next.to, at: next.at, isOtherwise: next.isOtherwise, value: next.value)
                    add("edge \(to.shortText) moved to \(other.shortText)", rows, table.edge)
                }
            }
            if table.how != .exact, table.rows.count > 1 {
                add("edge: \(table.edge.rawValue) turned round", table.rows, table.edge == .upper ? .lower : .upper)
            }
            return found
        }
    }

    private var formulaChanges: [AgreementChange] {
        formulas.indices.flatMap { index in
            formulas[index].expression.changes.map { change in
                changed(formulas[index].clause, "\(formulas[index].name): \(change.words)") {
                    $0.formulas[index].expression = change.changed
                }
            }
        }
    }

    /// Exemptions and control totals.
    private var ruleChanges: [AgreementChange] {
        let exempt = exemptions.indices.flatMap { index in
            exemptions[index].condition.changes.map { change in
                changed(exemptions[index].clause, "\(exemptions[index].name): \(change.words)") {
                    $0.exemptions[index].condition = change.changed
                }
            }
        }
        let controlled = controls.indices.flatMap { index in
            let control = controls[index]
            func put(
                _ expression: Expression, _ make: @escaping (Expression) -> AgreementControl.Test
            ) -> [AgreementChange] {
                expression.changes.map { change in
                    changed(control.clause, "\(control.name): \(change.words)") {
                        $0.controls[index].test = make(change.changed)
                    }
                }
            }
            switch control.test {
            case .holds(let condition): return put(condition) { .holds($0) }
            case .atMost(let left, let right):
                return put(left) { .atMost($0, right) } + put(right) { .atMost(left, $0) }
            case .equal(let left, let right, let within):
                return put(left) { .equal($0, right, within: within) } + put(right) { .equal(left, $0, within: within) }
            }
        }
        return exempt + controlled
    }

    /// Verdicts count once an example states one.
    private var verdictChanges: [AgreementChange] {
        let stated = Set(examples.flatMap { $0.verdicts.keys })
        return verdicts.indices.filter { stated.contains(verdicts[$0].name) }.flatMap { index in
            verdicts[index].condition.changes.map { change in
                changed(verdicts[index].clause, "\(verdicts[index].name): \(change.words)") {
                    $0.verdicts[index].condition = change.changed
                }
            }
        }
    }

    private var paymentChanges: [AgreementChange] {
        payments.indices.flatMap { index in
            let payment = payments[index]
            return payment.branches.indices.flatMap { branch in
                let conditions = (payment.branches[branch].condition?.changes ?? []).map { change in
                    changed(payment.clause, "\(payment.name): \(change.words)") {
                        $0.payments[index].branches[branch].condition = change.changed
                    }
                }
                guard case .transfer(let transfer) = payment.branches[branch].outcome else { return conditions }
                return conditions
                    + transfer.amount.changes.map { change in
                        changed(payment.clause, "\(payment.name): \(change.words)") {
                            var other = transfer
                            other.amount = change.changed
                            $0.payments[index].branches[branch].outcome = .transfer(other)
                        }
                    }
            }
        }
    }

    private var splitChanges: [AgreementChange] {
        splits.indices.flatMap { index in
            let split = splits[index]
            let totals = split.total.changes.map { change in
                changed(split.clause, "\(split.name): \(change.words)") { $0.splits[index].total = change.changed }
            }
            guard case .listed(let listed) = split.shares else { return totals }
            return totals
                + listed.indices.flatMap { place in
                    listed[place].ratio.changes.map { change in
                        changed(split.clause, "\(split.name), share of \(listed[place].party): \(change.words)") {
                            var other = listed
                            other[place].ratio = change.changed
                            $0.splits[index].shares = .listed(other)
                        }
                    }
                }
        }
    }

    /// Every other rule in the place of each rounding of a payment or split.
    private var roundingChanges: [AgreementChange] {
        let paid = payments.indices.flatMap { index -> [AgreementChange] in
            guard let rounding = payments[index].rounding else { return [] }
            return rounding.rule.others.map { rule in
                changed(
                    rounding.clause,
                    "\(payments[index].name): rounding \(rounding.rule.agreementText) changed to \(rule.agreementText)"
                ) {
                    $0.payments[index].rounding = MoneyRounding(
                        rule: rule, step: rounding.step, text: rounding.text, clause: rounding.clause)
                }
            }
        }
        return paid
            + splits.indices.flatMap { index in
                splits[index].rule.others.map { rule in
                    changed(
                        splits[index].clause,
                        "\(splits[index].name): rounding \(splits[index].rule.agreementText) changed to "
                            + rule.agreementText
                    ) { $0.splits[index].rule = rule }
                }
            }
    }
}

extension RoundingRule {
    var others: [RoundingRule] { Self.allCases.filter { $0 != self } }
}
