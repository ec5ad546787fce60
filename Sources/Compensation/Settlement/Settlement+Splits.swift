// A total shared by ratio: each part rounded as the split says, one party taking what that leaves.

internal import Accounting
internal import Exact
internal import Monitoring

extension Settlement {
    mutating func lines(
        of split: AgreementSplit, _ name: String, _ variables: [String: BoundMember], after count: Int
    ) -> [SettlementLine] {
        let ledger = split.ledger
        guard let evaluation = evaluate(split.total, item: name, split.clause, variables) else { return [] }
        let exact = evaluation.value / ledger.unit.factor
        var ratios: [Evaluation] = []
        guard let total = money(exact, exact: exact, name, ledger),
            let shares = shares(of: split, name, variables, &ratios)
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
            let all = [evaluation] + ratios
            let decisions = all.flatMap(\.decisions)
            steps.append(
                DerivationStep(
                    name: name, clause: split.clause, formula: split.total.text,
                    operands: operands(all.flatMap(\.reads), decisions), decisions: decisions,
                    roundings: all.flatMap(\.roundings), exact: exact, unit: ledger.currency.code,
                    rounded: total.amount))
        }
        let parts = portions(of: total, shares, split)
        if let rest = parts.first(where: \.money.isNegative) {
            obstacles.append(
                Obstacle(
                    .unbalanced, item: name,
                    why: "Rounding to \(split.stepText) leaves \(rest.party) with \(rest.money), less than nothing.",
                    needed: "The agreement must write a finer step or another rule (\(split.clause))."))
            return []
        }
        return parts.map { party, exact, money in
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
        of split: AgreementSplit, _ name: String, _ variables: [String: BoundMember], _ ratios: inout [Evaluation]
    ) -> [Share]? {
        var parts: [Share] = []
        switch split.shares {
        case .listed(let listed):
            for (party, ratio) in listed {
                guard let found = evaluate(ratio, item: name, split.clause, variables) else { return nil }
                ratios.append(found)
                parts.append(Share(party: party, ratio: found.value))
            }
        case .each(let variable, let expression):
            for (members, own) in bindings(of: [variable]) {
                let all = variables.merging(own) { $1 }
                guard let found = evaluate(expression, item: name, split.clause, all) else { return nil }
                ratios.append(found)
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
}
