// Functions, sums and tiers taken apart into cases.

internal import Exact

extension CaseReader {
    mutating func call(
        _ function: ExpressionFunction, _ arguments: [ExpressionNode], _ node: ExpressionNode, _ expression: Expression
    ) -> [FormCase] {
        var given: [[FormCase]] = []
        for argument in arguments { given.append(cases(argument, expression)) }
        switch function {
        case .min, .max: return extreme(given, isLeast: function == .min, node, expression)
        case .abs:
            let turned = given[0].map { scaled($0, by: Fraction(-1)) }
            return extreme([given[0], turned], isLeast: false, node, expression)
        case .clamp:
            let capped = extreme([given[0], given[2]], isLeast: true, node, expression)
            return extreme([capped, given[1]], isLeast: false, node, expression)
        case .startedSteps, .wholeSteps:
            if let value = constant(given[0]), let step = constant(given[1]), step > .zero {
                let count = (value / step).rounded(to: .one, function == .startedSteps ? .up : .down)
                return one(LinearForm(constant: max(.zero, count)))
            }
            return unlinear(node, expression, isWhole: true, low: .zero)
        }
    }

    /// The least or greatest of several values: each is it where no other is beyond it.
    private mutating func extreme(
        _ values: [[FormCase]], isLeast: Bool, _ node: ExpressionNode, _ expression: Expression
    ) -> [FormCase] {
        guard var best = values.first else { return unlinear(node, expression) }
        for other in values.dropFirst() {
            guard best.count * other.count * 2 <= Self.caseLimit else { return unlinear(node, expression) }
            var found: [FormCase] = []
            for one in best {
                for two in other {
                    let here = one.guarded && two.guarded
                    guard let first = one.form, let second = two.form else {
                        found.append(FormCase(guarded: here, form: nil))
                        continue
                    }
                    let keeps = (first - second).compared(isLeast ? .lessOrEqual : .greaterOrEqual)
                    found += guarded(here && keeps, self.one(first)) + guarded(here && !keeps, self.one(second))
                }
            }
            best = found
        }
        return best
    }

    mutating func over(
        _ aggregate: Aggregate, _ running: Running, _ body: ExpressionNode, _ node: ExpressionNode,
        _ expression: Expression
    ) -> [FormCase] {
        let opaque = { (reader: inout CaseReader) in
            reader.unlinear(
                node, expression, isWhole: aggregate == .count, low: aggregate == .count ? .zero : nil)
        }
        guard let bindings = bindings(of: running), !bindings.isEmpty, !aggregate.isCondition else {
            return opaque(&self)
        }
        if running.condition != nil, aggregate != .sum, aggregate != .count { return opaque(&self) }
        var parts: [[FormCase]] = []
        for binding in bindings {
            let part = within(binding) { reader -> [FormCase] in
                let taking = reader.taking(running, expression)
                if aggregate == .count {
                    let holds = taking && reader.proposition(body, expression)
                    return reader.guarded(holds, reader.one(LinearForm(constant: .one)))
                        + reader.guarded(!holds, reader.one(LinearForm()))
                }
                return reader.guarded(taking, reader.cases(body, expression))
                    + reader.guarded(!taking, reader.one(LinearForm()))
            }
            parts.append(part)
        }
        if aggregate == .min || aggregate == .max {
            return extreme(parts, isLeast: aggregate == .min, node, expression)
        }
        var sum = one(LinearForm())
        for part in parts {
            guard sum.count * part.count <= Self.caseLimit else { return opaque(&self) }
            sum = arithmetic(.add, sum, part, node, expression)
        }
        return aggregate == .mean ? sum.map { scaled($0, by: .one / Fraction(bindings.count)) } : sum
    }

    mutating func tier(
        _ name: String, _ values: [FormCase], _ node: ExpressionNode, _ expression: Expression
    ) -> [FormCase] {
        guard let table = agreement.scope.tiers[name], values.count * (table.rows.count + 1) <= Self.caseLimit,
            table.rows.allSatisfy({ $0.value != nil })
        else { return unlinear(node, expression) }
        var found: [FormCase] = []
        for value in values {
            guard let form = value.form else {
                found.append(value)
                continue
            }
            var rest = value.guarded
            for index in table.rows.indices {
                let inside = table.holds(index, form)
                found += guarded(rest && inside, one(table.form(index, form)))
                rest = rest && !inside
            }
            found += guarded(rest, [FormCase(guarded: .constant(true), form: nil)])
        }
        return found
    }
}

extension TierTable {
    /// Whether a quantity in base units falls into a row.
    fileprivate func holds(_ index: Int, _ form: LinearForm) -> Proposition {
        let row = rows[index]
        func against(_ bound: Fraction, _ sign: ComparisonOperator) -> Proposition {
            (form - LinearForm(constant: bound * measures.factor)).compared(sign)
        }
        if let at = row.at { return against(at, .equal) }
        if row.isOtherwise { return .constant(true) }
        var inside = Proposition.constant(true)
        if let from = row.from {
            inside = inside && against(from, edge == .lower || from == rows.first?.from ? .greaterOrEqual : .greater)
        }
        if let to = row.to {
            inside = inside && against(to, edge == .upper || to == rows.last?.to ? .lessOrEqual : .less)
        }
        return inside
    }

    /// What `tier(…)` yields in a row, in base units.
    fileprivate func form(_ index: Int, _ quantity: LinearForm) -> LinearForm {
        let value = rows[index].value ?? .zero
        switch how {
        case .step, .exact: return LinearForm(constant: value * gives.factor)
        case .whole: return quantity.scaled(by: value * gives.factor)
        case .marginal:
            var below = Fraction.zero
            for row in rows[..<index] {
                below = below + (row.value ?? .zero) * ((row.to ?? .zero) - (row.from ?? .zero))
            }
            let from = (rows[index].from ?? .zero) * measures.factor
            return (quantity - LinearForm(constant: from)).scaled(by: value * gives.factor)
                + LinearForm(constant: below * gives.factor * measures.factor)
        }
    }
}
