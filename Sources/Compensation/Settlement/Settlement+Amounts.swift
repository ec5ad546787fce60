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
            if let line = line(of: payment, number: lines.count + 1) { lines.append(line) }
        }
        for split in agreement.splits { lines += self.lines(of: split, after: lines.count) }
        return obstacles.isEmpty ? lines : nil
    }

    private mutating func line(of payment: AgreementPayment, number: Int) -> SettlementLine? {
        guard let (branch, decisions) = branch(of: payment) else { return nil }
        guard let transfer = branch.transfer else {
            steps.append(
                DerivationStep(
                    name: payment.name, clause: payment.clause, formula: "nothing is owed", operands: [],
                    decisions: decisions, roundings: [], exact: .zero, unit: agreement.currency.code, rounded: .zero))
            return nil
        }
        guard let evaluation = evaluate(transfer.amount, item: payment.name) else { return nil }
        guard !evaluation.value.isNegative else {
            let paid = "\(evaluation.value.shortText) \(agreement.currency.code)"
            obstacles.append(
                Obstacle(
                    .negativeAmount, item: payment.name,
                    why: "“\(transfer.amount.text)” gives \(paid); \(transfer.payer) cannot pay a negative amount.",
                    needed: "The agreement must write a branch for this case, with payer and payee exchanged."))
            return nil
        }
        let exact = evaluation.value
        let rounded = payment.rounding.map { exact.rounded(to: $0.step, $0.rule) } ?? exact
        guard let money = money(rounded, exact: exact, payment.name) else { return nil }
        steps.append(
            DerivationStep(
                name: payment.name, clause: payment.clause, formula: transfer.amount.text,
                operands: operands(of: transfer.amount, member: nil), decisions: decisions + evaluation.decisions,
                roundings: evaluation.roundings + rounding(payment, exact: exact, rounded: rounded), exact: exact,
                unit: agreement.currency.code, rounded: rounded))
        let written = payment.rounding.map { "\($0.rule.agreementText), \($0.text) (\($0.clause))" } ?? ""
        return SettlementLine(
            number: number, name: payment.name, payer: transfer.payer, payee: transfer.payee, money: money,
            exact: exact, clause: payment.clause, rounding: written)
    }

    private func rounding(_ payment: AgreementPayment, exact: Fraction, rounded: Fraction) -> [RoundingNote] {
        payment.rounding.map {
            [RoundingNote(exact: exact, rounded: rounded, step: $0.step, unit: agreement.currency.code, rule: $0.rule)]
        } ?? []
    }

    /// The first branch that holds, with every comparison made on the way.
    private mutating func branch(
        of payment: AgreementPayment
    ) -> (branch: AgreementPayment.Branch, decisions: [BranchDecision])? {
        var decisions: [BranchDecision] = []
        for branch in payment.branches {
            guard let condition = branch.condition else { return (branch, decisions) }
            do {
                let decided = try ExpressionEvaluation.decide(condition, in: agreement.scope, with: values)
                decisions.append(decided.decision)
                if decided.holds { return (branch, decisions) }
            } catch {
                obstacles.append(
                    Obstacle(.computation, item: payment.name, why: error.message, needed: error.remedy))
                return nil
            }
        }
        let tried = decisions.map(\.comparison).joined(separator: "; ")
        obstacles.append(
            Obstacle(
                .noBranch, item: payment.name, why: "No branch of the agreement covers this case (\(tried)).",
                needed: "\(payment.clause) of \(agreement.document.title) must say what holds here."))
        return nil
    }

    /// Exact money, or an obstacle: an amount finer than the smallest unit needs a rounding that a clause writes.
    private mutating func money(_ amount: Fraction, exact: Fraction, _ item: String) -> Money? {
        do {
            let money = try Money(amount, agreement.currency)
            if money.magnitude.minorUnits <= Self.minorUnitLimit { return money }
            obstacles.append(
                Obstacle(
                    .wrongValue, item: item, why: "\(money) is larger than a settlement can be.",
                    needed: "Check the figures and their units."))
        } catch {
            obstacles.append(
                Obstacle(
                    .unroundedAmount, item: item,
                    why: "\(exact.shortText) \(agreement.currency.code) is no whole number of the smallest unit, "
                        + "and no clause rounds it.",
                    needed: "The agreement must write a rounding: its step, its rule and its clause."))
        }
        return nil
    }

    private mutating func lines(of split: AgreementSplit, after count: Int) -> [SettlementLine] {
        guard let evaluation = evaluate(split.total, item: split.name),
            let total = money(evaluation.value, exact: evaluation.value, split.name)
        else { return [] }
        guard !total.isNegative else {
            obstacles.append(
                Obstacle(
                    .negativeAmount, item: split.name, why: "The total to divide is negative: \(total).",
                    needed: "Check the formula of the total."))
            return []
        }
        let sum = split.shares.reduce(Fraction.zero) { $0 + $1.ratio }
        let others = split.shares.filter { $0.party != split.remainder }
            .map { Share(party: $0.party, ratio: $0.ratio / sum) }
        guard let division = try? RatioSplit(shares: others, remainderParty: split.remainder) else {
            obstacles.append(
                Obstacle(
                    .unbalanced, item: split.name, why: "The shares do not divide the total.",
                    needed: "Check the shares of the split."))
            return []
        }
        var portions: [String: Portion] = [:]
        for portion in division.portions(of: total, split.rule) { portions[portion.party] = portion }
        var lines: [SettlementLine] = []
        for share in split.shares {
            guard let portion = portions[share.party] else { continue }
            let contributes = split.direction == .contribute
            let rest = share.party == split.remainder ? ", remainder" : ""
            lines.append(
                SettlementLine(
                    number: count + lines.count + 1, name: split.name, payer: contributes ? share.party : split.pool,
                    payee: contributes ? split.pool : share.party, money: portion.money, exact: portion.exact,
                    clause: split.clause,
                    rounding: "\(split.rule.agreementText), 0.01 \(agreement.currency.code)\(rest)"))
        }
        steps.append(
            DerivationStep(
                name: split.name, clause: split.clause, formula: split.total.text,
                operands: operands(of: split.total, member: nil), decisions: evaluation.decisions,
                roundings: evaluation.roundings, exact: evaluation.value, unit: agreement.currency.code,
                rounded: total.amount))
        return lines
    }

    /// The outcome: amounts with balanced postings, or every obstacle met.
    func outcome(_ lines: [SettlementLine]?, runID: String) -> SettlementOutcome {
        guard let lines, obstacles.isEmpty else { return .notSettled(obstacles) }
        var net: [String: Money] = [:]
        var postings: [JournalEntry] = []
        for line in lines {
            net[line.payer, default: .zero(agreement.currency)] -= line.money
            net[line.payee, default: .zero(agreement.currency)] += line.money
            let sides = [
                Posting(account: "party/\(line.payer)", money: -line.money),
                Posting(account: "party/\(line.payee)", money: line.money),
            ]
            do {
                postings.append(
                    try JournalEntry(
                        id: "\(runID)/\(line.number)", date: "\(period.until)",
                        description: "\(agreement.id) \(period) \(line.name): \(line.clause)", postings: sides))
            } catch {
                return .notSettled([
                    Obstacle(
                        .unbalanced, item: line.name, why: error.description,
                        needed: "Report this as a fault of the program.")
                ])
            }
        }
        let positions = agreement.parties.map {
            NetPosition(party: $0.id, money: net[$0.id] ?? .zero(agreement.currency))
        }
        return .settled(
            Settled(lines: lines, net: positions, transfers: netTransfers(positions), postings: postings))
    }

    /// Transfers that clear the positions without a choice: one party gives, or one receives.
    private func netTransfers(_ positions: [NetPosition]) -> [NetTransfer] {
        let givers = positions.filter { $0.money.isNegative }
        let takers = positions.filter { !$0.money.isNegative && !$0.money.isZero }
        if let taker = takers.first, takers.count == 1 {
            return givers.map { NetTransfer(payer: $0.party, payee: taker.party, money: -$0.money) }
        }
        if let giver = givers.first, givers.count == 1 {
            return takers.map { NetTransfer(payer: giver.party, payee: $0.party, money: $0.money) }
        }
        return []
    }
}
