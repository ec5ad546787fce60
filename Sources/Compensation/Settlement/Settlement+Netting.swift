// From lines to an outcome: balanced entries, net positions, and the transfers that clear them.

internal import Accounting
internal import Exact
internal import Monitoring

extension Settlement {
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
