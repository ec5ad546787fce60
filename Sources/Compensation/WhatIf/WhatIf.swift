// What a draft would have moved (试算): the same figures settled under the text in force and under another, party by party.

internal import Accounting
package import Exact

/// The same periods under the texts in force and under a draft.
package struct WhatIf: Sendable {
    /// What one party received (positive) or gave in one period, in units of the ledger; `nil` where a text does not
    /// settle, and then its reason says why.
    package struct Row: Sendable {
        package let period: SettlementPeriod
        /// Empty where neither text settles.
        package let party: String
        package let ledger: String
        package let inForce: Fraction?
        package let draft: Fraction?
        /// The id of the agreement in force, empty where none was.
        package let agreement: String
        package let inForceReason: String
        package let draftReason: String
    }

    /// Why one of the two does not settle a period.
    package struct Gap: Sendable {
        package let period: SettlementPeriod
        package let isDraft: Bool
        /// Empty where no agreement was in force.
        package let obstacles: [Obstacle]
    }

    package let rows: [Row]
    package let gaps: [Gap]
}

/// Settles every period under the draft and under the agreement in force in it.
///
/// A text that settles by a shorter period than the one compared is settled for each of its own, and their sums are
/// compared. The draft is tried whatever its validity says.
/// - Parameter inForce: the agreement in force over a period, `nil` where there is none.
/// - Parameter inputs: the figures of a period for an agreement; both may ask for different ones.
/// - Complexity: periods × the cost of a settlement without notes.
package func whatIf(
    draft: Agreement, over periods: [SettlementPeriod], inForce: (SettlementPeriod) -> Agreement?,
    inputs: (Agreement, SettlementPeriod) -> any InputSource
) -> WhatIf {
    var rows: [WhatIf.Row] = []
    var gaps: [WhatIf.Gap] = []
    var chains = (old: [String: SettlementRun](), new: [String: SettlementRun]())
    for period in periods {
        let known = inForce(period)
        let old = known.map { TextOutcome($0, over: period, isDraft: false, &chains.old, inputs) } ?? TextOutcome()
        let new = TextOutcome(draft, over: period, isDraft: true, &chains.new, inputs)
        for (outcome, isDraft) in [(old, false), (new, true)] where outcome.net == nil {
            gaps.append(WhatIf.Gap(period: period, isDraft: isDraft, obstacles: outcome.obstacles))
        }
        let found = Set((old.net ?? [:]).keys).union((new.net ?? [:]).keys)
        let keys = found.isEmpty ? [["", ""]] : found.sorted { $0.lexicographicallyPrecedes($1) }
        for key in keys {
            rows.append(
                WhatIf.Row(
                    period: period, party: key[0], ledger: key[1], inForce: old.net.map { $0[key] ?? .zero },
                    draft: new.net.map { $0[key] ?? .zero }, agreement: known?.id ?? "", inForceReason: old.reason,
                    draftReason: new.reason))
        }
    }
    return WhatIf(rows: rows, gaps: gaps)
}

/// Settles every period under both texts.
package func whatIf(
    _ inForce: Agreement, _ draft: Agreement, over periods: [SettlementPeriod],
    inputs: (Agreement, SettlementPeriod) -> any InputSource
) -> WhatIf {
    whatIf(draft: draft, over: periods, inForce: { _ in inForce }, inputs: inputs)
}

/// What one text comes to over one period compared.
private struct TextOutcome {
    /// Net positions by party and ledger; `nil` when a part did not settle.
    var net: [[String]: Fraction]?
    var obstacles: [Obstacle] = []
    /// `missing-input: class_reached @ border, 2025-03-01/2025-04-01`; empty when it settled.
    var reason = ""

    /// No text was in force.
    init() { reason = "无有效协议 no agreement in force" }

    /// - Parameter chain: the last run of each agreement's id so far, for what the next period takes over.
    init(
        _ agreement: Agreement, over period: SettlementPeriod, isDraft: Bool, _ chain: inout [String: SettlementRun],
        _ inputs: (Agreement, SettlementPeriod) -> any InputSource
    ) {
        let parts = period.parts(of: agreement.periodKind)
        var sums: [[String]: Fraction] = [:]
        for part in parts.isEmpty ? [period] : parts {
            let before = chain[agreement.id].flatMap { $0.period.next == part ? $0 : nil }
            let run = settle(
                agreement, period: part, kind: .special,
                inputs: ChainedSource(source: inputs(agreement, part), previous: before, prefersSource: false),
                program: "what-if", keepsNotes: false, isReplay: isDraft)
            if agreement.isChained { chain[agreement.id] = run }
            switch run.outcome {
            case .settled(let settled):
                for (key, amount) in settled.netByParty {
                    sums[key, default: .zero] = sums[key, default: .zero] + amount
                }
            case .notSettled(let found):
                obstacles += found
                if reason.isEmpty, let first = found.first {
                    let place = first.section.isEmpty ? "" : " @ \(first.section)"
                    reason = "\(first.kind.rawValue): \(first.item)\(place)"
                    if part != period { reason += ", \(part)" }
                }
            }
        }
        let others = obstacles.count - 1
        if others > 0 { reason += " (+\(others))" }
        net = obstacles.isEmpty ? sums : nil
    }
}

extension Settled {
    /// Net positions by party and ledger, in units of the ledger.
    var netByParty: [[String]: Fraction] {
        var found: [[String]: Fraction] = [:]
        for position in net { found[[position.party, position.money.currency.code]] = position.money.amount }
        return found
    }
}

extension WhatIf {
    /// The table for people: a line a period and party, then each party's sum over the periods both texts settle.
    package var text: String {
        var table = TextTable(indent: 2)
        table.add("考核期 Period", "当事方 Party", "现行 In force", "草案 Draft", "差额 Difference")
        var sums: [[String]: (old: Fraction, new: Fraction)] = [:]
        for row in rows {
            let difference = row.inForce.flatMap { old in row.draft.map { $0 - old } }
            table.add(
                "\(row.period)", row.party.isEmpty ? "全部 all" : row.party,
                row.inForce.map { shown($0, row.ledger) } ?? "未能核算 not settled: \(row.inForceReason)",
                row.draft.map { shown($0, row.ledger) } ?? "未能核算 not settled: \(row.draftReason)",
                difference.map { shown($0, row.ledger) } ?? "—")
            guard let old = row.inForce, let new = row.draft else { continue }
            let sum = sums[[row.party, row.ledger]] ?? (.zero, .zero)
            sums[[row.party, row.ledger]] = (sum.old + old, sum.new + new)
        }
        for (key, sum) in sums.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            table.add(
                "合计 Total", key[0], shown(sum.old, key[1]), shown(sum.new, key[1]), shown(sum.new - sum.old, key[1]))
        }
        var text = "试算 WHAT-IF — 不作支付依据 no basis for any payment\n" + table.text
        if !gaps.isEmpty {
            let count = Set(gaps.map(\.period)).count
            text += "  合计不含未能核算的 \(count) 期 The totals leave out \(count) periods that did not settle.\n"
        }
        for gap in gaps {
            text += "  \(gap.isDraft ? "草案 draft" : "现行 in force"), \(gap.period): "
            text +=
                (gap.obstacles.isEmpty ? "无有效协议 no agreement in force" : "")
                + gap.obstacles.map(\.description).joined(separator: " ") + "\n"
        }
        return text
    }

    private func shown(_ value: Fraction, _ ledger: String) -> String { "\(value.shortText) \(ledger)" }

    /// The rows for programs and spreadsheets: an amount that nobody knows is empty, and its reason stands beside it.
    package var records: [[(name: String, value: String)]] {
        rows.map { row in
            let difference = row.inForce.flatMap { old in row.draft.map { $0 - old } }
            return [
                ("period", "\(row.period)"), ("agreement", row.agreement), ("party", row.party),
                ("ledger", row.ledger), ("in_force", row.inForce?.shortText ?? ""),
                ("draft", row.draft?.shortText ?? ""), ("difference", difference?.shortText ?? ""),
                ("in_force_reason", row.inForce == nil ? row.inForceReason : ""),
                ("draft_reason", row.draft == nil ? row.draftReason : ""),
            ]
        }
    }
}
