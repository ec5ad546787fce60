// Every change of an agreement that its worked examples must notice: first its figures.

internal import Exact
internal import Monitoring

/// One changed agreement.
struct AgreementChange {
    let clause: String
    let words: String
    let agreement: Agreement
    /// The payment whose expressions were changed.
    var payment: Int?
    /// Whether an edge was moved to the other side, and nothing else.
    var isEdge = false
}

extension Agreement {
    var changes: [AgreementChange] {
        constantChanges + datedChanges + baselineChanges + openingChanges + windowChanges
            + tierChanges + mapChanges + ruleChanges
            + paymentChanges + splitChanges + roundingChanges + dataChanges
    }

    func changed(
        _ clause: String, _ words: String, _ change: (inout Agreement) -> Void
    ) -> AgreementChange {
        var copy = self
        change(&copy)
        return AgreementChange(clause: clause, words: words, agreement: copy)
    }

    private func values(
        of constant: AgreementConstant, _ put: (inout Agreement, [String], Fraction) -> Void
    ) -> [AgreementChange] {
        let ordered = constant.values.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        return ordered.flatMap { members, value in
            value.nearby(in: constant.unit).map { other in
                let words =
                    "\(indexedName(constant.name, members)): \(shown(value, constant)) changed to \(shown(other, constant))"
                return changed(constant.clause, words) { put(&$0, members, other) }
            }
        }
    }

    private func shown(_ value: Fraction, _ constant: AgreementConstant) -> String {
        let unit = constant.unit.symbol
        return unit == UnitOfMeasure.one.symbol ? value.shortText : "\(value.shortText) \(unit)"
    }

    private var constantChanges: [AgreementChange] {
        constants.indices.flatMap { index in
            values(of: constants[index]) { $0.constants[index].values[$1] = $2 }
        }
    }

    private var datedChanges: [AgreementChange] {
        constants.indices.flatMap { index in
            let constant = constants[index]
            return constant.dated.indices.flatMap { place in
                let known = constant.dated[place]
                return known.value.nearby(in: constant.unit).map { other in
                    changed(
                        constant.clause,
                        "\(constant.name) from \(known.from): \(shown(known.value, constant)) changed to "
                            + shown(other, constant)
                    ) { $0.constants[index].dated[place] = AgreementConstant.Dated(from: known.from, value: other) }
                }
            }
        }
    }

    private var baselineChanges: [AgreementChange] {
        baselines.indices.flatMap { index in
            values(of: baselines[index].constant) { $0.baselines[index].constant.values[$1] = $2 }
        }
    }

    /// What the first period begins with.
    private var openingChanges: [AgreementChange] {
        inputs.indices.flatMap { index -> [AgreementChange] in
            let input = inputs[index]
            let opening = input.carried?.opening.sorted { $0.key.lexicographicallyPrecedes($1.key) } ?? []
            return opening.flatMap { members, value in
                value.nearby(in: input.unit).map { other in
                    let name = indexedName(input.name, members)
                    let words =
                        "opening of \(name): \(value.shortText) changed to \(other.shortText) \(input.unit.symbol)"
                    return changed(input.clause, words) { $0.inputs[index].carried?.opening[members] = other }
                }
            }
        }
    }

    /// The windows that an expression asks for.
    private var askedWindows: Set<String> {
        var expressions = formulas.map(\.expression) + exemptions.map(\.condition) + verdicts.map(\.condition)
        for control in controls {
            switch control.test {
            case .holds(let condition): expressions.append(condition)
            case .equal(let left, let right, let within): expressions += [left, right] + (within.map { [$0] } ?? [])
            case .atMost(let left, let right): expressions += [left, right]
            }
        }
        for branch in payments.flatMap(\.branches) {
            expressions += branch.condition.map { [$0] } ?? []
            if case .transfer(let transfer) = branch.outcome { expressions.append(transfer.amount) }
        }
        for split in splits {
            expressions.append(split.total)
            switch split.shares {
            case .listed(let listed): expressions += listed.map(\.ratio)
            case .each(_, let ratio): expressions.append(ratio)
            }
        }
        var found: Set<String> = []
        for expression in expressions {
            expression.root.visit { if case .expired(let name, _) = $0 { found.insert(name) } }
        }
        return found
    }

    /// A day more and less of each window whose end a formula or a condition asks for.
    private var windowChanges: [AgreementChange] {
        let asked = askedWindows
        return windows.indices.filter { asked.contains(windows[$0].name) }.flatMap { index in
            let window = windows[index]
            return [1, -1].compactMap { step -> AgreementChange? in
                if case .date(let month, let day) = window.from {
                    // A leap year has every day a year can have.
                    guard let moved = CivilDate(year: 2024, month: month, day: day)?.advanced(byDays: step) else {
                        return nil
                    }
                    return changed(window.clause, "\(window.name): the day moved to \(moved.month)-\(moved.day)") {
                        $0.windows[index].from = .date(month: moved.month, day: moved.day)
                    }
                }
                return changed(
                    window.clause, "\(window.name): \(window.days) days changed to \(window.days + step)"
                ) { $0.windows[index].days = window.days + step }
            }
        }
    }

    private var tierChanges: [AgreementChange] {
        scope.tiers.values.sorted { $0.name < $1.name }.flatMap { table in
            var found: [AgreementChange] = []
            func add(_ words: String, _ rows: [TierTable.Row], _ edge: TierTable.Edge) {
                found.append(
                    changed(table.clause, "\(table.name): \(words)") {
                        $0.scope.tiers[table.name] = table.with(rows, edge: edge)
                    })
            }
            for (index, row) in table.rows.enumerated() {
                for other in row.value?.nearby(in: table.gives) ?? [] {
                    var rows = table.rows
                    rows[index] = TierTable.Row(
                        from: row.from, to: row.to, at: row.at, isOtherwise: row.isOtherwise, value: other)
                    add("\(table.described(index)) gives \(other.shortText) \(table.gives.symbol)", rows, table.edge)
                }
                guard let to = row.to, index + 1 < table.rows.count else { continue }
                // The edge moves a hundredth of its tier, so that the tiers keep their order.
                let width = (row.from.map { to - $0 } ?? to.magnitude) * Fraction(1, 100)
                for other in [to + width, to - width] where !width.isZero {
                    var rows = table.rows
                    let next = rows[index + 1]
                    rows[index] = TierTable.Row(
                        from: row.from, to: other, at: row.at, isOtherwise: row.isOtherwise, value: row.value)
                    rows[index + 1] = TierTable.Row(
                        from: other, to: next.to, at: next.at, isOtherwise: next.isOtherwise, value: next.value)
                    add("edge \(to.shortText) moved to \(other.shortText)", rows, table.edge)
                }
            }
            if table.how != .exact, table.rows.count > 1 {
                add("edge: \(table.edge.rawValue) turned round", table.rows, table.edge == .upper ? .lower : .upper)
            }
            return found
        }
    }

    /// Each member given to the next one of the set it belongs to.
    private var mapChanges: [AgreementChange] {
        scope.maps.values.sorted { $0.name < $1.name }.flatMap { map -> [AgreementChange] in
            let targets = scope.sets[map.to] ?? []
            return map.values.sorted { $0.key.lexicographicallyPrecedes($1.key) }.compactMap { members, target in
                guard targets.count > 1, let place = targets.firstIndex(of: target) else { return nil }
                let other = targets[(place + 1) % targets.count]
                return changed(
                    map.clause, "\(indexedName(map.name, members)): \(target) changed to \(other)"
                ) {
                    var values = map.values
                    values[members] = other
                    $0.scope.maps[map.name] = MemberMap(
                        name: map.name, from: map.from, to: map.to, values: values, clause: map.clause)
                }
            }
        }
    }

    /// The least share of the data, always and for one kind of run, where anything is measured.
    private var dataChanges: [AgreementChange] {
        guard isMeasured else { return [] }
        var found: [AgreementChange] = []
        for share in missingData.minimumShare.map({ $0.nearby(in: .one) }) ?? [] {
            let words = "minimum-share: \(missingData.minimumShare?.shortText ?? "") changed to \(share.shortText)"
            found.append(
                changed(missingData.clause, words) {
                    $0.missingData = MissingDataRule(minimumShare: share, clause: missingData.clause)
                })
        }
        for (index, gate) in gates.enumerated() {
            for share in gate.minimumShare.map({ $0.nearby(in: .one) }) ?? [] {
                let words = "gate of \(gate.run): \(gate.minimumShare?.shortText ?? "") changed to \(share.shortText)"
                found.append(
                    changed(gate.clause, words) {
                        $0.gates[index] = CompletenessGate(
                            run: gate.run, minimumShare: share, review: gate.review, clause: gate.clause)
                    })
            }
        }
        return found
    }
}

extension RoundingRule {
    var others: [RoundingRule] { Self.allCases.filter { $0 != self } }
}
