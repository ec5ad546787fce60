// What a draft would have moved (试算): the same figures settled under the text in force and under another, party by party.

internal import Accounting
package import Exact

/// The same periods under two agreements.
package struct WhatIf: Sendable {
    /// What one party received (positive) or gave in one period, in units of the ledger; `nil` where a text does not
    /// settle.
    package struct Row: Sendable {
        package let period: SettlementPeriod
        package let party: String
        package let ledger: String
        package let inForce: Fraction?
        package let draft: Fraction?
    }

    /// Why one of the two does not settle a period.
    package struct Gap: Sendable {
        package let period: SettlementPeriod
        package let isDraft: Bool
        package let obstacles: [Obstacle]
    }

    package let rows: [Row]
    package let gaps: [Gap]
}

/// Settles every period under both texts.
///
/// - Parameter inputs: the figures of a period for an agreement; both may ask for different ones.
/// - Complexity: periods × the cost of a settlement without notes.
package func whatIf(
    _ inForce: Agreement, _ draft: Agreement, over periods: [SettlementPeriod],
    inputs: (Agreement, SettlementPeriod) -> any InputSource
) -> WhatIf {
    var rows: [WhatIf.Row] = []
    var gaps: [WhatIf.Gap] = []
    for period in periods {
        func net(_ agreement: Agreement, isDraft: Bool) -> [[String]: Fraction]? {
            let run = settle(
                agreement, period: period, kind: .special, inputs: inputs(agreement, period), program: "what-if",
                keepsNotes: false)
            switch run.outcome {
            case .settled(let settled): return settled.netByParty
            case .notSettled(let obstacles):
                gaps.append(WhatIf.Gap(period: period, isDraft: isDraft, obstacles: obstacles))
                return nil
            }
        }
        let (old, new) = (net(inForce, isDraft: false), net(draft, isDraft: true))
        let keys = Set((old ?? [:]).keys).union((new ?? [:]).keys)
        for key in keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            rows.append(
                WhatIf.Row(
                    period: period, party: key[0], ledger: key[1], inForce: old.map { $0[key] ?? .zero },
                    draft: new.map { $0[key] ?? .zero }))
        }
    }
    return WhatIf(rows: rows, gaps: gaps)
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
            guard let old = row.inForce, let new = row.draft else {
                table.add(
                    "\(row.period)", row.party, row.inForce.map { shown($0, row.ledger) } ?? "未能核算 not settled",
                    row.draft.map { shown($0, row.ledger) } ?? "未能核算 not settled", "—")
                continue
            }
            table.add(
                "\(row.period)", row.party, shown(old, row.ledger), shown(new, row.ledger), shown(new - old, row.ledger)
            )
            let sum = sums[[row.party, row.ledger]] ?? (.zero, .zero)
            sums[[row.party, row.ledger]] = (sum.old + old, sum.new + new)
        }
        for (key, sum) in sums.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            table.add(
                "合计 Total", key[0], shown(sum.old, key[1]), shown(sum.new, key[1]), shown(sum.new - sum.old, key[1]))
        }
        var text = "试算 WHAT-IF — 不作支付依据 no basis for any payment\n" + table.text
        for gap in gaps {
            text += "  \(gap.isDraft ? "草案 draft" : "现行 in force"), \(gap.period): "
            text += gap.obstacles.map(\.description).joined(separator: " ") + "\n"
        }
        return text
    }

    private func shown(_ value: Fraction, _ ledger: String) -> String { "\(value.shortText) \(ledger)" }
}
