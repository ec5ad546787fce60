// Evaluation of conditions: comparisons with the words and values a derivation prints.

internal import Exact

extension ExpressionEvaluation {
    mutating func decide(_ node: ExpressionNode) throws(ExpressionProblem) -> BranchDecision {
        let condition = keepsNotes ? expression.excerpt(node.range) : ""
        func decided(_ holds: Bool, _ comparison: @autoclosure () -> String) -> BranchDecision {
            BranchDecision(condition: condition, comparison: keepsNotes ? comparison() : "", holds: holds)
        }
        switch node {
        case .comparison(let operands, let operators, _):
            if let (left, right) = try comparedMembers(operands) {
                return decided(
                    compare(left, right, operators[0]), "\(left.id) \(operators[0].rawValue) \(right.id)")
            }
            return try compare(operands, operators, condition)
        case .logical(let how, let left, let right, _):
            let (first, second) = (try decide(left), try decide(right))
            return decided(
                how == .and ? first.holds && second.holds : first.holds || second.holds,
                "(\(first.comparison)) \(how.rawValue) (\(second.comparison))")
        case .not(let inner, _):
            let inside = try decide(inner)
            return decided(!inside.holds, "not (\(inside.comparison))")
        case .over(let aggregate, let running, let body, _):
            let (count, all) = try counted(running, body)
            return decided(aggregate == .any ? count > 0 : count == all, "it holds for \(count) of \(all)")
        case .end(let isFirst, let member, _):
            let found = try bound(member)
            let members = scope.sets[found.set] ?? []
            let holds = found.id == (isFirst ? members.first : members.last)
            return decided(holds, "\(found.id) \(holds ? "is" : "is not") \(isFirst ? "first" : "last")")
        case .exempt(let name, let nodes, _):
            var members: [String] = []
            for node in nodes { members.append(try member(node)) }
            let holds = values.exempt[name]?.contains(members) ?? false
            note(InputKey(name: name, members: members))
            return decided(holds, "\(indexedName(name, members)): \(holds ? "exempt" : "not exempt")")
        case .expired(let name, let range):
            guard let deadline = values.windows[name], let holds = deadline.hasExpired else {
                throw ExpressionProblem(
                    check: Self.openWindow, range: range,
                    message: "Nobody can say whether “\(name)” is over: "
                        + "\(values.windows[name]?.text ?? "未定 undetermined").",
                    remedy: "Give --events with what happened and --as-of with the day to judge by "
                        + "(\(values.windows[name]?.window.clause ?? name)).")
            }
            return decided(holds, "\(name): \(values.windows[name]?.text ?? "")")
        default:
            preconditionFailure("A number where a condition belongs was refused when the agreement was read.")
        }
    }

    private mutating func compare(
        _ operands: [ExpressionNode], _ operators: [ComparisonOperator], _ condition: String
    ) throws(ExpressionProblem) -> BranchDecision {
        var numbers: [Fraction] = []
        for operand in operands { numbers.append(try number(operand)) }
        var holds = true
        for (position, sign) in operators.enumerated() {
            holds = holds && sign.holds(numbers[position], numbers[position + 1])
        }
        guard keepsNotes else { return BranchDecision(condition: "", comparison: "", holds: holds) }
        let unit = displayUnit(of: operands[0])
        var text = shown(numbers[0], unit)
        for (position, sign) in operators.enumerated() {
            text += " \(sign.rawValue) \(shown(numbers[position + 1], unit))"
        }
        return BranchDecision(condition: condition, comparison: text, holds: holds)
    }

    func shown(_ value: Fraction, _ unit: UnitOfMeasure) -> String {
        let number = (value / unit.factor).shortText
        return unit.symbol == UnitOfMeasure.one.symbol ? number : "\(number) \(unit.symbol)"
    }

    /// The unit values of `node` are printed in: that of its first name or number.
    func displayUnit(of node: ExpressionNode) -> UnitOfMeasure {
        let sets = variables.mapValues(\.set)
        guard case .number(let unit) = ExpressionUnits.type(of: node, of: expression, in: scope, variables: sets)
        else { return .one }
        return unit
    }
}

extension Fraction {
    /// Exact when the decimal ends within 12 places, otherwise cut there and marked `…`.
    package var shortText: String {
        let places = 12
        if let text = decimalText(places: places) {
            guard text.contains(".") else { return text }
            var end = text.endIndex
            while text[text.index(before: end)] == "0" { end = text.index(before: end) }
            if text[text.index(before: end)] == "." { end = text.index(before: end) }
            return String(text[..<end])
        }
        return (rounded(places: places, .down).decimalText(places: places) ?? description) + "…"
    }
}
