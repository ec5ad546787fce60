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
            steps.append(nothing(name, payment, decisions + evaluation.decisions))
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
                    operands: operands(evaluation.reads), decisions: decisions + evaluation.decisions,
                    roundings: evaluation.roundings + rounding(payment, exact: exact, rounded: rounded), exact: exact,
                    unit: ledger.currency.code, rounded: rounded))
        }
        let written = payment.rounding.map { "\($0.rule.agreementText), \($0.text) (\($0.clause))" } ?? ""
        return SettlementLine(
            number: number, name: name, payer: payer, payee: payee, money: money, exact: exact,
            clause: payment.clause, rounding: written, isPayment: true)
    }

    private func nothing(
        _ name: String, _ payment: AgreementPayment, _ decisions: [BranchDecision]
    ) -> DerivationStep {
        DerivationStep(
            name: name, clause: payment.clause, formula: "nothing is owed", operands: [], decisions: decisions,
            roundings: [], exact: .zero, unit: payment.ledger.currency.code, rounded: .zero)
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
    private mutating func money(_ amount: Fraction, exact: Fraction, _ item: String, _ ledger: Ledger) -> Money? {
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

    private mutating func lines(
        of split: AgreementSplit, _ name: String, _ variables: [String: BoundMember], after count: Int
    ) -> [SettlementLine] {
        let ledger = split.ledger
        guard let evaluation = evaluate(split.total, item: name, split.clause, variables) else { return [] }
        let exact = evaluation.value / ledger.unit.factor
        guard let total = money(exact, exact: exact, name, ledger),
            let shares = shares(of: split, name, variables)
        else { return [] }
        guard !total.isNegative else {
            obstacles.append(
                Obstacle(
                    .negativeAmount, item: name, why: "The total to divide is negative: \(total).",
                    needed: "Check the formula of the total."))
            return []
        }
        let pool: String
        do {
            pool = try ExpressionEvaluation(split.total, agreement.scope, values, variables, false).member(split.pool)
        } catch {
            obstacles.append(Obstacle(.computation, item: name, why: error.message, needed: error.remedy))
            return []
        }
        if keepsNotes {
            steps.append(
                DerivationStep(
                    name: name, clause: split.clause, formula: split.total.text,
                    operands: operands(evaluation.reads), decisions: evaluation.decisions,
                    roundings: evaluation.roundings, exact: exact, unit: ledger.currency.code, rounded: total.amount))
        }
        return portions(of: total, shares, split).map { party, exact, money in
            let contributes = split.direction == .contribute
            let rest = party == split.remainder ? ", remainder" : ""
            return (
                payer: contributes ? party : pool, payee: contributes ? pool : party, exact: exact, money: money,
                rounding: "\(split.rule.agreementText), \(split.stepText)\(rest)"
            )
        }.enumerated().map { index, found in
            SettlementLine(
                number: count + index + 1, name: name, payer: found.payer, payee: found.payee, money: found.money,
                exact: found.exact, clause: split.clause, rounding: found.rounding, isPayment: false)
        }
    }

    /// The parties of a split with their parts of the whole, which add up to one.
    private mutating func shares(
        of split: AgreementSplit, _ name: String, _ variables: [String: BoundMember]
    ) -> [Share]? {
        var parts: [Share] = []
        switch split.shares {
        case .listed(let listed):
            for (party, ratio) in listed {
                guard let found = evaluate(ratio, item: name, split.clause, variables) else { return nil }
                parts.append(Share(party: party, ratio: found.value))
            }
        case .each(let variable, let expression):
            for (members, own) in bindings(of: [variable]) {
                let all = variables.merging(own) { $1 }
                guard let found = evaluate(expression, item: name, split.clause, all) else { return nil }
                parts.append(Share(party: members[0], ratio: found.value))
            }
        }
        let sum = parts.reduce(Fraction.zero) { $0 + $1.ratio }
        guard sum > .zero, !parts.contains(where: { $0.ratio.isNegative }) else {
            obstacles.append(
                Obstacle(
                    .unbalanced, item: name, why: "The shares do not divide the total.",
                    needed: "Check the shares of the split: none below zero, together above zero."))
            return nil
        }
        return parts.map { Share(party: $0.party, ratio: $0.ratio / sum) }
    }

    /// Each party's part, rounded to the split's step; the remainder party takes what that leaves.
    private func portions(
        of total: Money, _ shares: [Share], _ split: AgreementSplit
    ) -> [(party: String, exact: Fraction, money: Money)] {
        var rest = total
        var rounded: [String: Money] = [:]
        for share in shares where share.party != split.remainder {
            let amount = (total.amount * share.ratio).rounded(to: split.step, split.rule)
            guard let money = try? Money(amount, total.currency) else {
                preconditionFailure("A rounded part of a total is whole smallest units.")
            }
            rounded[share.party] = money
            rest -= money
        }
        return shares.map { ($0.party, total.amount * $0.ratio, rounded[$0.party] ?? rest) }
    }

    /// The outcome: amounts with balanced postings, or every obstacle met.
    func outcome(_ lines: [SettlementLine]?, runID: String) -> SettlementOutcome {
        guard let lines, obstacles.isEmpty else { return .notSettled(obstacles) }
        var postings: [JournalEntry] = []
        for line in lines {
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
        let others = agreement.ledgers.map(\.currency).filter { ledger in
            lines.contains { $0.money.currency == ledger }
        }
        let currencies = [agreement.currency] + others
        let net = currencies.flatMap { positions(lines, in: $0) }
        return .settled(
            Settled(
                lines: lines, net: net,
                transfers: currencies.flatMap { transfers(lines, positions(lines, in: $0), $0) },
                postings: postings))
    }

    /// What each party receives or gives in one ledger.
    private func positions(_ lines: [SettlementLine], in currency: Currency) -> [NetPosition] {
        var net: [String: Money] = [:]
        for line in lines where line.money.currency == currency {
            net[line.payer, default: .zero(currency)] -= line.money
            net[line.payee, default: .zero(currency)] += line.money
        }
        return agreement.parties.map { NetPosition(party: $0.id, money: net[$0.id] ?? .zero(currency)) }
    }

    /// Transfers that clear: by the agreement's rule, or where one party alone gives or receives.
    private func transfers(
        _ lines: [SettlementLine], _ positions: [NetPosition], _ currency: Currency
    ) -> [NetTransfer] {
        switch agreement.netting?.rule {
        case .gross: return []
        case .bilateral: return bilateral(lines.filter { $0.money.currency == currency }, currency)
        case .clearing:
            guard let house = agreement.netting?.through else { return [] }
            return positions.filter { $0.party != house && !$0.money.isZero }.map { position in
                position.money.isNegative
                    ? NetTransfer(payer: position.party, payee: house, money: -position.money)
                    : NetTransfer(payer: house, payee: position.party, money: position.money)
            }
        case nil: return netTransfers(positions)
        }
    }

    /// One transfer for each pair of parties that owe each other unlike sums.
    private func bilateral(_ lines: [SettlementLine], _ currency: Currency) -> [NetTransfer] {
        let parties = agreement.parties.map(\.id)
        var owed: [[String]: Money] = [:]
        for line in lines {
            let isForward =
                (parties.firstIndex(of: line.payer) ?? 0) < (parties.firstIndex(of: line.payee) ?? 0)
            let pair = isForward ? [line.payer, line.payee] : [line.payee, line.payer]
            owed[pair, default: .zero(currency)] += isForward ? line.money : -line.money
        }
        return parties.flatMap { first in
            parties.compactMap { second in
                guard let money = owed[[first, second]], !money.isZero else { return nil }
                return money.isNegative
                    ? NetTransfer(payer: second, payee: first, money: -money)
                    : NetTransfer(payer: first, payee: second, money: money)
            }
        }
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
