// What can be proved of an agreement's branches, weights and routes without any figure.

internal import Exact
internal import Monitoring

/// A finding of a proof, with the place it concerns.
struct ProofFinding {
    let check: String
    let line: Int
    let column: Int
    let message: String
    let remedy: String
    /// Whether the file must not be used as it stands.
    let isFault: Bool
}

extension Agreement {
    /// Branches that leave holes, overlap or never decide; weights that do not add to one; parties that pay themselves.
    func proofFindings() -> [ProofFinding] {
        var findings: [ProofFinding] = []
        let reader = PropositionReader(self)
        for payment in payments { findings += branchFindings(of: payment, reader) }
        for formula in formulas { findings += choiceFindings(of: formula, reader) }
        for constant in constants { findings += weightFindings(of: constant) }
        for payment in payments { findings += routeFindings(of: payment) }
        return findings
    }

    private func branchFindings(of payment: AgreementPayment, _ reader: PropositionReader) -> [ProofFinding] {
        func finding(_ check: String, _ branch: Int?, _ message: String, _ remedy: String, fault: Bool) -> ProofFinding
        {
            let place = branch.map { payment.branches[$0] }
            return ProofFinding(
                check: check, line: place?.line ?? payment.line, column: place?.column ?? payment.column,
                message: message, remedy: remedy, isFault: fault)
        }
        let proof = prove(
            payment.branches.map { $0.condition.map(reader.proposition) }, isWhole: isWhole, shown: shown)
        guard proof.isComplete else {
            return [
                finding(
                    "agreement.branch.unproved", nil,
                    "The branches of payment “\(payment.name)” cut more cells than are searched.",
                    "Compute the deciding figure in a formula and compare that.", fault: false)
            ]
        }
        var findings: [ProofFinding] = []
        if !proof.holes.isEmpty {
            let more = proof.holes.count - BranchProof.shownLimit
            findings.append(
                finding(
                    "agreement.branch.hole", nil,
                    "No branch of payment “\(payment.name)” covers "
                        + proof.holes.prefix(BranchProof.shownLimit).joined(separator: "; nor ")
                        + (more > 0 ? "; nor \(more) further cases." : "."),
                    "Write a branch for it; where the text leaves it open: {when: …, undetermined: its words}.",
                    fault: true))
        }
        for (first, second, cell) in proof.overlaps {
            findings.append(
                finding(
                    "agreement.branch.overlap", second,
                    "Branches \(first + 1) and \(second + 1) of payment “\(payment.name)” both hold for \(cell); "
                        + "the first counts.",
                    "Write each edge on one side only, so that the order of the branches does not matter.", fault: false
                ))
        }
        for branch in proof.unreachable {
            findings.append(
                finding(
                    "agreement.branch.unreachable", branch,
                    "Branch \(branch + 1) of payment “\(payment.name)” never decides: others above it hold wherever it does.",
                    "Correct its condition or those above, or remove it.",
                    fault: payment.branches[branch].condition != nil))
        }
        return findings
    }

    /// Choices inside a formula: `else` covers what is left, but a branch may still never decide.
    private func choiceFindings(of formula: AgreementFormula, _ reader: PropositionReader) -> [ProofFinding] {
        var findings: [ProofFinding] = []
        formula.expression.root.visit { node in
            guard case .choice(let branches, _, _) = node else { return }
            let conditions = branches.map { Optional(reader.proposition($0.condition, formula.expression)) }
            let proof = prove(conditions + [nil], isWhole: isWhole, shown: shown)
            guard proof.isComplete else { return }
            for index in proof.unreachable {
                let isElse = index == branches.count
                findings.append(
                    ProofFinding(
                        check: "agreement.branch.unreachable", line: formula.line, column: formula.column,
                        message: isElse
                            ? "“else” of formula “\(formula.name)” never decides: the branches above cover every value."
                            : "“\(formula.expression.excerpt(branches[index].condition.range))” of formula "
                                + "“\(formula.name)” never decides: branches above it hold wherever it does.",
                        remedy: "Correct the conditions, or remove the branch.", isFault: !isElse))
            }
        }
        return findings
    }

    /// A constant that calls itself a weight adds up to one over its last set.
    private func weightFindings(of constant: AgreementConstant) -> [ProofFinding] {
        guard constant.name.lowercased().hasPrefix("weight"), let last = constant.sets.last,
            constant.unit.isCommensurable(with: .one)
        else { return [] }
        let heads = scope.combinations(of: Array(constant.sets.dropLast()))
        return heads.compactMap { head in
            let parts = (scope.sets[last] ?? []).compactMap { constant.values[head + [$0]] }
            guard parts.count == scope.sets[last]?.count else { return nil }
            let sum = parts.reduce(.zero, +) * constant.unit.factor
            guard sum != .one else { return nil }
            return ProofFinding(
                check: "agreement.weights", line: constant.line, column: constant.column,
                message: "The weights “\(indexedName(constant.name, head))” add up to \(sum.shortText), not to 1.",
                remedy: "Correct them; if they are not meant to add up, do not call them weights.", isFault: true)
        }
    }

    /// A member that would pay itself, found before any figure is.
    private func routeFindings(of payment: AgreementPayment) -> [ProofFinding] {
        payment.branches.flatMap { branch -> [ProofFinding] in
            guard case .transfer(let transfer) = branch.outcome else { return [] }
            let bindings = scope.combinations(of: payment.each.map(\.set))
            let clash = bindings.first { members in
                let variables = zip(payment.each, members)
                func party(_ node: MemberNode) -> String? {
                    switch node {
                    case .name(let name, _): variables.first { $0.0.name == name }?.1 ?? name
                    case .mapped(let map, let nodes, _):
                        scope.maps[map]?.values[nodes.compactMap(party)]
                    case .neighbour: nil
                    }
                }
                guard let payer = party(transfer.payer), let payee = party(transfer.payee) else { return false }
                return payer == payee
            }
            guard let clash else { return [] }
            return [
                ProofFinding(
                    check: "agreement.route", line: branch.line, column: branch.column,
                    message:
                        "For \(clash.joined(separator: ", ")) payment “\(payment.name)” would have a party pay itself.",
                    remedy: "Leave that member out of the set, or name another payer or payee.", isFault: true)
            ]
        }
    }

    /// A class is a whole number, so nothing lies between Ⅱ and Ⅲ.
    private func isWhole(_ quantity: String) -> Bool {
        let bare = String(quantity.prefix { $0 != "[" })
        return inputs.contains { $0.name == bare && ($0.measure == .sectionClass || $0.unit == .rank) }
    }

    /// A form, or a value of it, in the unit of its first name.
    private func shown(_ form: [String: Fraction], _ value: Fraction?) -> String {
        let first = form.keys.sorted()[0]
        let unit = scope.symbols[String(first.prefix { $0 != "[" })]?.unit ?? .one
        if let value {
            let text = (value / unit.factor).shortText
            return unit.symbol == UnitOfMeasure.one.symbol ? text : "\(text) \(unit.symbol)"
        }
        return form.sorted { $0.key < $1.key }.enumerated().map { index, term in
            let sign = term.value.isNegative ? "−" : index == 0 ? "" : "+"
            let size = term.value.magnitude
            let part = size == .one ? term.key : "\(size.shortText)×\(term.key)"
            return index == 0 ? sign + part : " \(sign) \(part)"
        }.joined()
    }
}
