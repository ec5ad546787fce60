// Whether a pool that gets and gives can give more than it got: proved over all values, or remarked on.

internal import Accounting
internal import Exact

extension AgreementProver {
    /// A notice for each pool that may give more than it gets; where a check of the agreement's own compares totals, it
    /// decides when the figures are there.
    func poolFindings() -> [ProofFinding] {
        let pools = agreement.parties.filter { $0.role == .pool }.map(\.id)
        let shown = exampleFindings(of: pools)
        return pools.compactMap { pool in
            if let found = shown[pool] { return found }
            guard agreement.controls.isEmpty, let place = givingPlace(of: pool), gets(pool) else { return nil }
            let proof = proof(over: []) { reader in
                guard let sum = reader.outflow(of: pool) else { return [.question("what “\(pool)” gives")] }
                return [reader.compared(sum, .lessOrEqual, [FormCase(guarded: .constant(true), form: LinearForm())])]
            }
            if proof.isComplete, proof.holes.isEmpty, proof.openHoles.isEmpty { return nil }
            let words =
                proof.holes.first.map { "The pool “\(pool)” gives more than it gets for \($0)." }
                ?? "That the pool “\(pool)” gives no more than it gets is not proved."
            return ProofFinding(
                check: "agreement.pool", line: place.line, column: place.column, message: words,
                remedy: "Say where the rest comes from, or write a check: at-most: [given, got].", isFault: false)
        }
    }

    private func names(_ node: MemberNode, _ pool: String) -> Bool {
        if case .name(let id, _) = node { id == pool } else { false }
    }

    private func gets(_ pool: String) -> Bool {
        agreement.payments.contains { payment in
            payment.branches.contains { branch in
                guard case .transfer(let transfer) = branch.outcome else { return false }
                return names(transfer.payee, pool) || payment.isSigned && names(transfer.payer, pool)
            }
        } || agreement.splits.contains { $0.direction == .contribute && names($0.pool, pool) }
    }

    private func givingPlace(of pool: String) -> (line: Int, column: Int)? {
        for payment in agreement.payments {
            for branch in payment.branches {
                guard case .transfer(let transfer) = branch.outcome else { continue }
                if names(transfer.payer, pool) || payment.isSigned && names(transfer.payee, pool) {
                    return (branch.line, branch.column)
                }
            }
        }
        return agreement.splits.first { $0.direction == .allocate && names($0.pool, pool) }.map { ($0.line, $0.column) }
    }

    /// Pools that give more than they got in a worked example.
    private func exampleFindings(of pools: [String]) -> [String: ProofFinding] {
        var found: [String: ProofFinding] = [:]
        if pools.isEmpty { return found }
        for example in agreement.examples {
            for run in runs(of: example, of: agreement, keepsNotes: false) {
                guard case .settled(let settled) = run.outcome else { continue }
                for pool in pools where found[pool] == nil {
                    let gets = settled.lines.contains { $0.payee == pool && !$0.money.isZero }
                    guard gets, let position = settled.net.first(where: { $0.party == pool && $0.money.isNegative })
                    else { continue }
                    found[pool] = ProofFinding(
                        check: "agreement.pool", line: example.line, column: example.column,
                        message:
                            "In example “\(example.name)” the pool “\(pool)” gives \(-position.money) more than it got.",
                        remedy:
                            "Correct the shares, say where the rest comes from, or write a check: at-most: [given, got].",
                        isFault: false)
                }
            }
        }
        return found
    }
}

extension CaseReader {
    /// What a pool gives less what it gets, of money; `nil` when there are too many cases or it shares in a split.
    fileprivate mutating func outflow(of pool: String) -> [FormCase]? {
        var sum = [FormCase(guarded: .constant(true), form: LinearForm())]
        func add(_ part: [FormCase]) -> Bool {
            guard let more = Self.paired(sum, part, { $0 + $1 }) else { return false }
            sum = more
            return true
        }
        for payment in agreement.payments where payment.ledger.id.isEmpty {
            for members in agreement.scope.combinations(of: payment.each.map(\.set)) {
                let part = within(bound(payment.each, members)) { $0.outflow(of: pool, in: payment) }
                guard add(part) else { return nil }
            }
        }
        for split in agreement.splits where split.ledger.id.isEmpty {
            for members in agreement.scope.combinations(of: split.each.map(\.set)) {
                let sign = split.direction == .allocate ? Fraction.one : Fraction(-1)
                let part = within(bound(split.each, members)) { reader -> [FormCase]? in
                    if split.parties(in: reader.agreement.scope).contains(pool) { return nil }
                    guard reader.member(split.pool).id == pool else { return [] }
                    return reader.cases(split.total.root, split.total).map { reader.scaled($0, by: sign) }
                }
                guard let part else { return nil }
                if !part.isEmpty, !add(part) { return nil }
            }
        }
        return sum
    }

    private func bound(_ each: [RunningVariable], _ members: [String]) -> [(String, Member)] {
        zip(each, members).map { ($0.name, Member(id: $1, set: $0.set, isKnown: true)) }
    }

    private mutating func outflow(of pool: String, in payment: AgreementPayment) -> [FormCase] {
        var found: [FormCase] = []
        var rest = Proposition.constant(true)
        for branch in payment.branches {
            let condition = branch.condition.map { proposition($0) } ?? .constant(true)
            switch branch.outcome {
            case .nothing: found += guarded(rest && condition, [FormCase(guarded: .constant(true), form: LinearForm())])
            case .undetermined: found += guarded(rest && condition, [FormCase(guarded: .constant(true), form: nil)])
            case .transfer(let transfer):
                let (payer, payee) = (member(transfer.payer).id, member(transfer.payee).id)
                let sign = payer == pool ? Fraction.one : payee == pool ? Fraction(-1) : .zero
                let amount = sign.isZero ? [] : cases(transfer.amount.root, transfer.amount)
                found += guarded(
                    rest && condition,
                    sign.isZero
                        ? [FormCase(guarded: .constant(true), form: LinearForm())] : amount.map { scaled($0, by: sign) }
                )
            }
            rest = rest && !condition
        }
        // Where no branch holds the run stops.
        return found + guarded(rest, [FormCase(guarded: .constant(true), form: nil)])
    }
}

extension AgreementSplit {
    fileprivate func parties(in scope: ExpressionScope) -> [String] {
        switch shares {
        case .listed(let listed): listed.map(\.party)
        case .each(let variable, _): scope.sets[variable.set] ?? []
        }
    }
}
