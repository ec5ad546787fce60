// From the last step to money: who pays whom, rounding where a clause writes one, splits, balanced postings.

internal import Accounting
internal import Exact
internal import Monitoring

extension Settlement {
    /// No single line may pass this, so that sums of a run stay far inside 64 bits: ten thousand 亿元 in fen.
    private static let minorUnitLimit: Int64 = 100_000_000_000_000

    /// The lines of all payments and splits, or `nil` when an obstacle stands before or arises.
    mutating func amounts() -> [SettlementLine]? {
        guard obstacles.isEmpty else { return nil }
        var lines: [SettlementLine] = []
        for payment in agreement.payments {
            for (members, variables) in bindings(of: payment.each) {
                let name = indexedName(payment.name, members)
                if let line = line(of: payment, name, variables, number: lines.count + 1) { lines.append(line) }
            }
        }
        for split in agreement.splits {
            for (members, variables) in bindings(of: split.each) {
                lines += self.lines(of: split, indexedName(split.name, members), variables, after: lines.count)
            }
        }
        return obstacles.isEmpty ? lines : nil
    }

    private mutating func line(
        of payment: AgreementPayment, _ name: String, _ variables: [String: BoundMember], number: Int
    ) -> SettlementLine? {
        guard let (branch, decisions) = branch(of: payment, name, variables) else { return nil }
        let ledger = payment.ledger
        let transfer: AgreementPayment.Transfer
        switch branch.outcome {
        case .nothing:
            steps.append(nothing(name, payment, decisions))
            return nil
        case .undetermined(let words):
            let tried = decisions.last?.comparison ?? ""
            obstacles.append(
                Obstacle(
                    .noBranch, item: name, why: "The text leaves this case open: \(words) (\(tried)).",
                    needed: "\(payment.clause) of \(agreement.document.title) must say what holds here."))
            return nil
        case .transfer(let found): transfer = found
        }
        guard let evaluation = evaluate(transfer.amount, item: name, payment.clause, variables),
            var payer = party(transfer.payer, of: transfer, name, variables),
            var payee = party(transfer.payee, of: transfer, name, variables)
        else { return nil }
        var exact = evaluation.value / ledger.unit.factor
        if payment.isSigned, exact.isZero {
            steps.append(nothing(name, payment, decisions + evaluation.decisions, reads: evaluation.reads))
            return nil
        }
        if payment.isSigned, exact.isNegative {
            (payer, payee) = (payee, payer)
            exact = -exact
        }
        guard !exact.isNegative else {
            let paid = "\(exact.shortText) \(ledger.currency.code)"
            obstacles.append(
                Obstacle(
                    .negativeAmount, item: name,
                    why: "“\(transfer.amount.text)” gives \(paid); \(payer) cannot pay a negative amount.",
                    needed: "The agreement must write a branch for this case, with payer and payee exchanged."))
            return nil
        }
        if payer == payee {
            obstacles.append(
                Obstacle(
                    .unbalanced, item: name, why: "\(payer) would pay itself.",
                    needed: "The agreement must say who pays and who receives."))
            return nil
        }
        let rounded = payment.rounding.map { exact.rounded(to: $0.step, $0.rule) } ?? exact
        guard let money = money(rounded, exact: exact, name, ledger) else { return nil }
        if keepsNotes {
            steps.append(
                DerivationStep(
                    name: name, clause: payment.clause, formula: transfer.amount.text,
                    operands: operands(evaluation.reads, decisions + evaluation.decisions),
                    decisions: decisions + evaluation.decisions,
                    roundings: evaluation.roundings + rounding(payment, exact: exact, rounded: rounded), exact: exact,
                    unit: ledger.currency.code, rounded: rounded))
        }
        let written = payment.rounding.map { "\($0.rule.agreementText), \($0.text) (\($0.clause))" } ?? ""
        return SettlementLine(
            number: number, name: name, payer: payer, payee: payee, money: money, exact: exact,
            clause: payment.clause, rounding: written, isPayment: true)
    }

    private func nothing(
        _ name: String, _ payment: AgreementPayment, _ decisions: [BranchDecision], reads: [InputKey] = []
    ) -> DerivationStep {
        DerivationStep(
            name: name, clause: payment.clause, formula: DerivationStep.nothingOwed,
            operands: operands(reads, decisions), decisions: decisions, roundings: [], exact: .zero,
            unit: payment.ledger.currency.code, rounded: .zero)
    }

    /// The party a payer or payee names for these members.
    private mutating func party(
        _ node: MemberNode, of transfer: AgreementPayment.Transfer, _ item: String, _ variables: [String: BoundMember]
    ) -> String? {
        do {
            return try ExpressionEvaluation(transfer.amount, agreement.scope, values, variables, false).member(node)
        } catch {
            obstacles.append(Obstacle(.computation, item: item, why: error.message, needed: error.remedy))
            return nil
        }
    }

    private func rounding(_ payment: AgreementPayment, exact: Fraction, rounded: Fraction) -> [RoundingNote] {
        payment.rounding.map {
            [
                RoundingNote(
                    exact: exact, rounded: rounded, step: $0.step, unit: payment.ledger.currency.code, rule: $0.rule)
            ]
        } ?? []
    }

    /// The first branch that holds, with every comparison made on the way.
    private mutating func branch(
        of payment: AgreementPayment, _ name: String, _ variables: [String: BoundMember]
    ) -> (branch: AgreementPayment.Branch, decisions: [BranchDecision])? {
        var decisions: [BranchDecision] = []
        for branch in payment.branches {
            guard let condition = branch.condition else { return (branch, decisions) }
            do {
                let decided = try ExpressionEvaluation.decide(
                    condition, in: agreement.scope, with: values, variables: variables, keepsNotes: keepsNotes)
                if keepsNotes { decisions.append(decided.decision) }
                if decided.holds { return (branch, decisions) }
            } catch {
                obstacles.append(Obstacle(.computation, item: name, why: error.message, needed: error.remedy))
                return nil
            }
        }
        let tried = decisions.map(\.comparison).joined(separator: "; ")
        obstacles.append(
            Obstacle(
                .noBranch, item: name, why: "No branch of the agreement covers this case (\(tried)).",
                needed: "\(payment.clause) of \(agreement.document.title) must say what holds here."))
        return nil
    }

    /// An exact amount, or an obstacle: one finer than the smallest unit needs a rounding that a clause writes.
    mutating func money(_ amount: Fraction, exact: Fraction, _ item: String, _ ledger: Ledger) -> Money? {
        do {
            let smallest = Money(ledger.currency, minorUnits: 1).amount
            let whole = isTrial ? amount.rounded(to: smallest, .halfEven) : amount
            let money = try Money(whole, ledger.currency)
            if money.magnitude.minorUnits <= Self.minorUnitLimit { return money }
            obstacles.append(
                Obstacle(
                    .wrongValue, item: item, why: "\(money) is larger than a settlement can be.",
                    needed: "Check the figures and their units."))
        } catch {
            obstacles.append(
                Obstacle(
                    .unroundedAmount, item: item,
                    why: "\(exact.shortText) \(ledger.currency.code) is no whole number of the smallest unit, "
                        + "and no clause rounds it.",
                    needed: "The agreement must write a rounding: its step, its rule and its clause."))
        }
        return nil
    }
}
