// Changes of an agreement's rules: edges, numbers, ties, routes, shares, remainders, roundings.

internal import Accounting
internal import Exact

extension Agreement {
    private func changes(
        of slots: [ExpressionSlot], _ clause: String, _ name: String, _ reader: EdgeReader, payment: Int? = nil
    ) -> [AgreementChange] {
        Compensation.ruleChanges(of: slots, reader).map { change in
            var found = changed(clause, "\(name): \(change.words)") { copy in
                for (slot, expression) in change.expressions { slots[slot].put(&copy, expression) }
            }
            found.payment = payment
            found.isEdge = change.isEdge
            return found
        }
    }

    /// Formulas, exemptions, control totals, and the verdicts that an example states.
    var ruleChanges: [AgreementChange] {
        let reader = EdgeReader(self)
        let computed = formulas.indices.flatMap { index in
            let slot = ExpressionSlot(expression: formulas[index].expression) { $0.formulas[index].expression = $1 }
            return changes(of: [slot], formulas[index].clause, formulas[index].name, reader)
        }
        let exempt = exemptions.indices.flatMap { index in
            let slot = ExpressionSlot(expression: exemptions[index].condition) { $0.exemptions[index].condition = $1 }
            return changes(of: [slot], exemptions[index].clause, exemptions[index].name, reader)
        }
        let controlled = controls.indices.flatMap { index in
            changes(of: slots(ofControl: index), controls[index].clause, controls[index].name, reader)
        }
        let stated = Set(examples.flatMap { $0.verdicts.keys })
        let judged = verdicts.indices.filter { stated.contains(verdicts[$0].name) }.flatMap { index in
            let slot = ExpressionSlot(expression: verdicts[index].condition) { $0.verdicts[index].condition = $1 }
            return changes(of: [slot], verdicts[index].clause, verdicts[index].name, reader)
        }
        return computed + exempt + controlled + judged
    }

    private func slots(ofControl index: Int) -> [ExpressionSlot] {
        func slot(_ expression: Expression, _ make: @escaping (Expression) -> AgreementControl.Test) -> ExpressionSlot {
            ExpressionSlot(expression: expression) { $0.controls[index].test = make($1) }
        }
        switch controls[index].test {
        case .holds(let condition): return [slot(condition) { .holds($0) }]
        case .atMost(let left, let right):
            return [slot(left) { .atMost($0, right) }, slot(right) { .atMost(left, $0) }]
        case .equal(let left, let right, let within):
            return [
                slot(left) { .equal($0, right, within: within) }, slot(right) { .equal(left, $0, within: within) },
            ] + (within.map { [slot($0) { .equal(left, right, within: $0) }] } ?? [])
        }
    }

    /// Conditions and amounts, and payer and payee exchanged.
    var paymentChanges: [AgreementChange] {
        let reader = EdgeReader(self)
        return payments.indices.flatMap { index in
            let payment = payments[index]
            var slots: [ExpressionSlot] = []
            var turned: [AgreementChange] = []
            for (place, branch) in payment.branches.enumerated() {
                if let condition = branch.condition {
                    slots.append(
                        ExpressionSlot(expression: condition) { $0.payments[index].branches[place].condition = $1 })
                }
                guard case .transfer(let transfer) = branch.outcome else { continue }
                slots.append(
                    ExpressionSlot(expression: transfer.amount) {
                        var other = transfer
                        other.amount = $1
                        $0.payments[index].branches[place].outcome = .transfer(other)
                    })
                let condition = branch.condition.map { " when \($0.text)" } ?? ""
                turned.append(
                    changed(payment.clause, "\(payment.name)\(condition): payer and payee exchanged") {
                        var other = transfer
                        (other.payer, other.payee) = (transfer.payee, transfer.payer)
                        $0.payments[index].branches[place].outcome = .transfer(other)
                    })
            }
            return changes(of: slots, payment.clause, payment.name, reader, payment: index) + turned
        }
    }

    /// Totals and shares, the direction, and the party that takes the remainder.
    var splitChanges: [AgreementChange] {
        let reader = EdgeReader(self)
        return splits.indices.flatMap { index in
            let split = splits[index]
            var slots = [ExpressionSlot(expression: split.total) { $0.splits[index].total = $1 }]
            var parties: [String]
            switch split.shares {
            case .listed(let listed):
                parties = listed.map(\.party)
                for place in listed.indices {
                    slots.append(
                        ExpressionSlot(expression: listed[place].ratio) {
                            guard case .listed(var other) = $0.splits[index].shares else { return }
                            other[place].ratio = $1
                            $0.splits[index].shares = .listed(other)
                        })
                }
            case .each(let variable, let expression):
                parties = scope.sets[variable.set] ?? []
                slots.append(
                    ExpressionSlot(expression: expression) { $0.splits[index].shares = .each(variable, $1) })
            }
            var found = changes(of: slots, split.clause, split.name, reader)
            parties.removeAll { $0 == split.remainder }
            if let other = parties.first {
                found.append(
                    changed(split.clause, "\(split.name): the remainder of \(split.remainder) given to \(other)") {
                        $0.splits[index].remainder = other
                    })
            }
            let direction: AgreementSplit.Direction = split.direction == .allocate ? .contribute : .allocate
            found.append(
                changed(split.clause, "\(split.name): \(split.direction.rawValue) changed to \(direction.rawValue)") {
                    $0.splits[index].direction = direction
                })
            return found
        }
    }

    /// Every other rule in the place of each rounding's, and its step ten times larger and smaller.
    var roundingChanges: [AgreementChange] {
        let paid = payments.indices.flatMap { index -> [AgreementChange] in
            let payment = payments[index]
            guard let rounding = payment.rounding else { return [] }
            func change(_ words: String, _ rule: RoundingRule, _ step: Fraction) -> AgreementChange {
                changed(rounding.clause, "\(payment.name): rounding \(words)") {
                    $0.payments[index].rounding = MoneyRounding(
                        rule: rule, step: step, text: rounding.text, clause: rounding.clause)
                }
            }
            return rounding.rule.others.map {
                change("\(rounding.rule.agreementText) changed to \($0.agreementText)", $0, rounding.step)
            }
                + otherSteps(rounding.step, payment.ledger).map {
                    change(
                        "to \(rounding.text) changed to \($0.shortText) \(payment.ledger.currency.code)", rounding.rule,
                        $0)
                }
        }
        return paid
            + splits.indices.flatMap { index -> [AgreementChange] in
                let split = splits[index]
                return split.rule.others.map { rule in
                    changed(
                        split.clause,
                        "\(split.name): rounding \(split.rule.agreementText) changed to \(rule.agreementText)"
                    ) { $0.splits[index].rule = rule }
                }
                    + otherSteps(split.step, split.ledger).map { step in
                        changed(
                            split.clause,
                            "\(split.name): rounding to \(split.stepText) changed to \(step.shortText) "
                                + split.ledger.currency.code
                        ) { $0.splits[index].step = step }
                    }
            }
    }

    /// Ten times the step and a tenth of it, as far as the ledger's smallest unit goes.
    private func otherSteps(_ step: Fraction, _ ledger: Ledger) -> [Fraction] {
        [step * Fraction(10), step / Fraction(10)].filter { (try? Money($0, ledger.currency)) != nil }
    }
}
