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

/// Changes each figure, edge, rule and route of an agreement in turn and runs the worked examples.
///
/// A change counts as noticed when an example that held fails, and for no other reason. A moved edge that is proved to
/// leave every decision as it was changes nothing, so it is not counted.
/// - Complexity: changes × examples × the cost of a settlement.
package func mutationScore(of agreement: Agreement) -> MutationScore {
    let changes = agreement.changes
    let published = agreement.publishedClauses
    let unnoticed = changes.filter { change in
        !change.agreement.examples.contains { !run($0, of: change.agreement, keepsNotes: false).isEmpty }
    }
    let survivors = unnoticed.filter { !agreement.decidesAlike($0) }
    let listed = survivors.map {
        MutationScore.Survivor(clause: $0.clause, change: $0.words, isPublished: published.contains($0.clause))
    }
    return MutationScore(
        changeCount: changes.count - (unnoticed.count - survivors.count),
        survivors: listed.filter(\.isPublished) + listed.filter { !$0.isPublished })
}

extension Agreement {
    /// The clauses that a published case reaches: of its steps and of the figures, tables and maps those read.
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
                for map in scope.maps.values where step.formula.contains("\(map.name)[") { clauses.insert(map.clause) }
            }
        }
        let reached = clauses
        for payment in payments where reached.contains(payment.clause) {
            if let rounding = payment.rounding { clauses.insert(rounding.clause) }
            for branch in payment.branches {
                guard case .transfer(let transfer) = branch.outcome else { continue }
                for case .mapped(let name, _, _) in [transfer.payer, transfer.payee] {
                    if let map = scope.maps[name] { clauses.insert(map.clause) }
                }
            }
        }
        return clauses
    }

    /// Whether an edge that was moved is proved to leave every branch of its payment as it was.
    fileprivate func decidesAlike(_ change: AgreementChange) -> Bool {
        guard let place = change.payment, change.isEdge else { return false }
        let (old, new) = (payments[place], change.agreement.payments[place])
        return AgreementProver(self).decideAlike(old, new)
    }
}
