// The document of a run (补偿核算单): made only when the run settled and its books balance.

internal import Accounting
internal import Exact
internal import Monitoring

/// The statement of a settled run; `text`, `json` and `csv` render the same facts.
package struct Statement: Sendable {
    package let run: SettlementRun
    package let settled: Settled

    /// - Throws: `StatementProblem` when the run has no amounts, or they do not balance.
    package init(_ run: SettlementRun) throws(StatementProblem) {
        switch run.outcome {
        case .notSettled(let obstacles): throw .notSettled(run: run.id, obstacles)
        case .settled(let settled):
            try Self.verify(settled, run: run)
            self.run = run
            self.settled = settled
        }
    }

    /// Every entry balances, the entries are the lines, and the net positions are their sums.
    private static func verify(_ settled: Settled, run: SettlementRun) throws(StatementProblem) {
        guard settled.postings.count == settled.lines.count else {
            throw .unbalanced(
                run: run.id, "there are \(settled.lines.count) lines and \(settled.postings.count) entries")
        }
        var sums: [LedgerAccount: Money] = [:]
        for (line, entry) in zip(settled.lines, settled.postings) {
            do {
                try entry.verify()
            } catch {
                throw .unbalanced(run: run.id, error.description)
            }
            for posting in entry.postings {
                let account = LedgerAccount(account: posting.account, currency: posting.money.currency)
                sums[account, default: .zero(posting.money.currency)] += posting.money
            }
            guard entry.postings.contains(where: { $0.account == "party/\(line.payee)" && $0.money == line.money })
            else {
                throw .unbalanced(run: run.id, "entry \(entry.id) is not line \(line.number)")
            }
        }
        for position in settled.net
        where sums[LedgerAccount(account: "party/\(position.party)", currency: position.money.currency)]
            ?? .zero(position.money.currency) != position.money
        {
            throw .unbalanced(run: run.id, "the net position of \(position.party) is not the sum of its lines")
        }
    }
}

/// An account in one of the ledgers.
private struct LedgerAccount: Hashable {
    let account: String
    let currency: Currency
}

/// Why no statement can be issued.
package enum StatementProblem: Error, Sendable, CustomStringConvertible {
    case notSettled(run: String, [Obstacle])
    case unbalanced(run: String, String)

    package var description: String {
        switch self {
        case .notSettled(let run, let obstacles):
            "Run \(run) has no amounts, so there is no statement: "
                + obstacles.map(\.description).joined(separator: " ")
        case .unbalanced(let run, let what): "Run \(run) does not balance and cannot be issued: \(what)."
        }
    }
}

extension SettlementRun {
    /// `浙江省 Zhejiang` for a party's id.
    func partyName(_ id: String) -> String {
        guard let name = parties.first(where: { $0.id == id })?.name else { return id }
        return "\(name.chinese) \(name.english)"
    }
}

extension AssessmentVerdict {
    /// 达标 · 未达标 · 无法判定 · 有争议, with the English word.
    var statementName: String {
        switch self {
        case .met: "达标 met"
        case .notMet: "未达标 not met"
        case .notAssessable: "无法判定 not assessable"
        case .disputed: "有争议 disputed"
        }
    }
}
