// What can be proved of an agreement's branches and choices without any figure.

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
        let prover = AgreementProver(self)
        var findings = payments.flatMap(prover.branchFindings)
        findings += choiceSites.flatMap(prover.choiceFindings)
        findings += weightFindings() + splits.flatMap(shareFindings) + prover.poolFindings()
        for payment in payments { findings += routeFindings(of: payment) }
        return findings
    }
}

/// Reads the conditions of one agreement and proves what it can of them.
struct AgreementProver {
    let agreement: Agreement
    private let fixed: [String: Fraction]

    init(_ agreement: Agreement) {
        self.agreement = agreement
        fixed = EdgeReader(agreement).fixed
    }

    /// Members beyond this are proved for as one.
    private static let memberLimit = 400

    /// Proves conditions that hold for every member of `variables`: for all at once where the members do not matter,
    /// otherwise for each; with every formula put in where that leaves few enough cells.
    func proof(
        over variables: [RunningVariable], _ read: (inout CaseReader) -> [Proposition?]
    ) -> BranchProof {
        if let proof = proof(over: variables, putsFormulasIn: true, read), proof.isComplete { return proof }
        guard var proof = proof(over: variables, putsFormulasIn: false, read), proof.isComplete else {
            var nothing = BranchProof()
            nothing.isComplete = false
            return nothing
        }
        proof.openHoles += proof.holes
        proof.holes = []
        proof.overlaps = []
        return proof
    }

    private func proof(
        over variables: [RunningVariable], putsFormulasIn: Bool, _ read: (inout CaseReader) -> [Proposition?]
    ) -> BranchProof? {
        func attempt(_ members: [String]?) -> (proof: BranchProof?, asksMembers: Bool) {
            var reader = CaseReader(agreement, fixed: fixed, putsFormulasIn: putsFormulasIn)
            for (place, variable) in variables.enumerated() {
                reader.variables[variable.name] = CaseReader.Member(
                    id: members?[place] ?? variable.name, set: variable.set, isKnown: members != nil)
            }
            let conditions = read(&reader)
            if members == nil, reader.asksMembers, !variables.isEmpty { return (nil, true) }
            return (prove(conditions, ProofTerms(quantities: reader.quantities, stops: reader.stops)), false)
        }
        let whole = attempt(nil)
        if !whole.asksMembers { return whole.proof }
        let bindings = agreement.scope.combinations(of: variables.map(\.set))
        guard bindings.count <= Self.memberLimit else { return nil }
        var merged = BranchProof()
        for members in bindings {
            guard let part = attempt(members).proof, part.isComplete else { return nil }
            let names = zip(variables, members).map { "\($0.name) = \($1)" }.joined(separator: ", ")
            merged.holes += part.holes.map { "\($0) (\(names))" }
            merged.openHoles += part.openHoles.map { "\($0) (\(names))" }
            merged.overlaps += part.overlaps.filter { new in
                !merged.overlaps.contains { $0.first == new.first && $0.second == new.second }
            }
            merged.deciding.formUnion(part.deciding)
        }
        return merged
    }

    /// Whether two payments with the same amounts take the same branch for all values.
    func decideAlike(_ old: AgreementPayment, _ new: AgreementPayment) -> Bool {
        func amounts(_ payment: AgreementPayment) -> [String] {
            payment.branches.map { branch in
                guard case .transfer(let transfer) = branch.outcome else { return "" }
                return "\(transfer.amount.root)"
            }
        }
        guard amounts(old) == amounts(new) else { return false }
        var reader = CaseReader(agreement, fixed: fixed, putsFormulasIn: false)
        for variable in old.each {
            reader.variables[variable.name] = CaseReader.Member(id: variable.name, set: variable.set, isKnown: false)
        }
        func conditions(_ payment: AgreementPayment) -> [Proposition?] {
            payment.branches.map { branch in branch.condition.map { reader.proposition($0) } }
        }
        let (first, second) = (conditions(old), conditions(new))
        return Compensation.decideAlike(first, second, ProofTerms(quantities: reader.quantities))
    }

    func branchFindings(of payment: AgreementPayment) -> [ProofFinding] {
        func finding(_ check: String, _ branch: Int?, _ message: String, _ remedy: String, fault: Bool) -> ProofFinding
        {
            let place = branch.map { payment.branches[$0] }
            return ProofFinding(
                check: check, line: place?.line ?? payment.line, column: place?.column ?? payment.column,
                message: message, remedy: remedy, isFault: fault)
        }
        let proof = proof(over: payment.each) { reader in
            payment.branches.map { branch in branch.condition.map { reader.proposition($0) } }
        }
        guard proof.isComplete else {
            return [
                finding(
                    "agreement.branch.unproved", nil,
                    "The branches of payment “\(payment.name)” cut more cells than are searched: nothing is proved of them.",
                    "Compute the deciding figure in a formula and compare that.", fault: false)
            ]
        }
        var findings: [ProofFinding] = []
        func shown(_ holes: [String]) -> String {
            let more = holes.count - BranchProof.shownLimit
            return holes.prefix(BranchProof.shownLimit).joined(separator: "; nor ")
                + (more > 0 ? "; nor \(more) further cases." : ".")
        }
        if !proof.holes.isEmpty {
            findings.append(
                finding(
                    "agreement.branch.hole", nil, "No branch of payment “\(payment.name)” covers \(shown(proof.holes))",
                    "Write a branch for it; where the text leaves it open: {when: …, undetermined: its words}.",
                    fault: true))
        }
        if !proof.openHoles.isEmpty {
            findings.append(
                finding(
                    "agreement.branch.unproved", nil,
                    "No branch of payment “\(payment.name)” covers \(shown(proof.openHoles)) "
                        + "Whether this can occur is not proved, because a quantity in it is not linear in the inputs.",
                    "Write a branch for it, or {when: …, undetermined: its words}, if it can.", fault: false))
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
        for branch in payment.branches.indices where !proof.deciding.contains(branch) {
            findings.append(
                finding(
                    "agreement.branch.unreachable", branch,
                    "Branch \(branch + 1) of payment “\(payment.name)” never decides: others above it hold wherever it does.",
                    "Correct its condition or those above, or remove it.",
                    fault: payment.branches[branch].condition != nil))
        }
        return findings
    }

    /// A choice always covers what is left by `else`, but a branch of it may never decide.
    func choiceFindings(of site: ChoiceSite) -> [ProofFinding] {
        func finding(_ check: String, _ message: String, _ remedy: String, fault: Bool) -> ProofFinding {
            ProofFinding(
                check: check, line: site.line, column: site.column, message: message, remedy: remedy, isFault: fault)
        }
        let proof = proof(over: site.variables) { reader in
            var outside = Proposition.constant(true)
            for condition in site.context {
                let read = reader.proposition(condition.node, condition.expression)
                outside = outside && (condition.holds ? read : !read)
            }
            let inside = site.branches.map { outside && reader.proposition($0.condition, site.expression) }
            return inside.map(Optional.some) + [outside]
        }
        guard proof.isComplete else {
            return [
                finding(
                    "agreement.branch.unproved",
                    "“\(site.expression.excerpt(site.range))” of \(site.owner) cuts more cells than are searched: "
                        + "that each of its branches can decide is unproved.",
                    "Compute the deciding figure in a formula and compare that.", fault: false)
            ]
        }
        // Where the whole choice lies in a branch that never decides, that branch is remarked on.
        guard !proof.deciding.isEmpty else { return [] }
        return (0...site.branches.count).filter { !proof.deciding.contains($0) }.map { index in
            let isElse = index == site.branches.count
            let words = isElse ? "else" : site.expression.excerpt(site.branches[index].condition.range)
            return finding(
                "agreement.branch.unreachable",
                "“\(words)” of \(site.owner) never decides: "
                    + (isElse ? "the branches above cover every value." : "branches above it hold wherever it does."),
                "Correct the conditions, or remove the branch.", fault: !isElse)
        }
    }
}
