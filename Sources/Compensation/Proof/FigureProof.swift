// What can be proved of an agreement's weights, shares and routes without any figure.

internal import Exact

extension Agreement {
    /// Weights add up: figures that say so by `adds-to`, or that call themselves weights.
    func weightFindings() -> [ProofFinding] {
        func finding(_ constant: AgreementConstant, _ name: String, _ sum: Fraction, _ wanted: Fraction) -> ProofFinding
        {
            ProofFinding(
                check: "agreement.weights", line: constant.line, column: constant.column,
                message: "The weights “\(name)” add up to \(sum.shortText), not to \(wanted.shortText).",
                remedy: "Correct them; if they are not meant to add up, do not call them weights.", isFault: true)
        }
        var findings: [ProofFinding] = []
        for constant in constants {
            let isWeight = constant.isWeight && constant.unit.isCommensurable(with: .one)
            guard let last = constant.sets.last,
                let wanted = constant.addsTo ?? (isWeight ? .one / constant.unit.factor : nil)
            else { continue }
            for head in scope.combinations(of: Array(constant.sets.dropLast())) {
                let parts = (scope.sets[last] ?? []).compactMap { constant.values[head + [$0]] }
                guard parts.count == scope.sets[last]?.count else { continue }
                let sum = parts.reduce(.zero, +)
                if sum != wanted {
                    let scale = constant.addsTo == nil ? constant.unit.factor : .one
                    findings.append(
                        finding(constant, indexedName(constant.name, head), sum * scale, wanted * scale))
                }
            }
        }
        // `weight_a`, `weight_b`: one figure each, together the weights.
        let single = constants.filter { constant in
            constant.sets.isEmpty && constant.dated.isEmpty && constant.isWeight && constant.name.contains("_")
                && constant.unit.isCommensurable(with: .one)
        }
        let values = single.compactMap { constant in constant.values[[]].map { $0 * constant.unit.factor } }
        let sum = values.reduce(.zero, +)
        if single.count > 1, values.count == single.count, sum != .one {
            findings.append(finding(single[0], single.map(\.name).joined(separator: ", "), sum, .one))
        }
        return findings
    }

    /// Shares in per cent are parts of the whole, so they add up to it.
    func shareFindings(of split: AgreementSplit) -> [ProofFinding] {
        guard case .listed(let listed) = split.shares else { return [] }
        let (scaled, values) = (listed.map { isPerCent($0.ratio, split.each) }, fixedValues)
        guard scaled.contains(true) else { return [] }
        let parts = listed.compactMap { try? ExpressionEvaluation.evaluate($0.ratio, in: scope, with: values).value }
        guard parts.count == listed.count else { return [] }
        let sum = parts.reduce(.zero, +) * Fraction(100)
        guard sum != Fraction(100) else { return [] }
        let last = listed.last?.party ?? ""
        let others = listed.dropLast().map(\.ratio.text).joined(separator: " − ")
        return [
            ProofFinding(
                check: "agreement.share", line: split.line, column: split.column,
                message: "The shares of split “\(split.name)” add up to \(sum.shortText) %, not to 100 %.",
                remedy: "Correct them, or let one party have what is left: \(last): 1 − \(others). "
                    + "Parts of no whole are written as plain numbers (1:2).", isFault: true)
        ]
    }

    private func isPerCent(_ expression: Expression, _ each: [RunningVariable]) -> Bool {
        guard case .number(let unit)? = ExpressionUnits.check(expression, in: scope, each: each).type else {
            return false
        }
        return unit.isCommensurable(with: .one) && unit.factor != .one
    }

    private var fixedValues: EvaluationValues {
        var values = EvaluationValues()
        for constant in constants + baselines.map(\.constant) where constant.dated.isEmpty {
            for (members, value) in constant.values { values[constant.name, members] = value * constant.unit.factor }
        }
        return values
    }

    /// A member that would pay itself, found before any figure is.
    func routeFindings(of payment: AgreementPayment) -> [ProofFinding] {
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
}

extension AgreementConstant {
    /// Whether its name says that it is a weight, in either language.
    fileprivate var isWeight: Bool { name.lowercased().contains("weight") || name.contains("权重") }
}
