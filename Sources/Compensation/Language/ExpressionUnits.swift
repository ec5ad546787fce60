// Checks names and units of a formula when the agreement is read, long before a value exists.

package import Exact

/// What an expression yields.
package enum ExpressionType: Sendable {
    case number(UnitOfMeasure)
    case condition
}

/// Walks an expression once and collects every fault of names, indices and units.
package struct ExpressionUnits {
    let expression: Expression
    let scope: ExpressionScope
    /// The set each running variable runs over.
    var variables: [String: String] = [:]
    private(set) var problems: [ExpressionProblem] = []

    /// The type of `expression` in `scope`, `nil` when a problem was found.
    ///
    /// `each` are the running variables of a formula that is written once for each member of a set.
    package static func check(
        _ expression: Expression, in scope: ExpressionScope, each: [RunningVariable] = []
    ) -> (type: ExpressionType?, problems: [ExpressionProblem]) {
        var walk = ExpressionUnits(expression: expression, scope: scope)
        for variable in each { walk.variables[variable.name] = variable.set }
        let type = walk.type(of: expression.root)
        return (walk.problems.isEmpty ? type : nil, walk.problems)
    }

    /// The type of one node of a checked expression, for printing its value.
    static func type(
        of node: ExpressionNode, of expression: Expression, in scope: ExpressionScope, variables: [String: String]
    ) -> ExpressionType? {
        var walk = ExpressionUnits(expression: expression, scope: scope)
        walk.variables = variables
        return walk.type(of: node)
    }

    init(expression: Expression, scope: ExpressionScope) {
        self.expression = expression
        self.scope = scope
    }

    private mutating func type(of node: ExpressionNode) -> ExpressionType? {
        switch node {
        case .number(let number): return literal(number)
        case .name(let name, let indices, let range): return named(name, indices, range)
        case .member(let member):
            report(
                "expression.type", member.range, "“\(expression.excerpt(member.range))” is a member, not a number.",
                "Compare it with another member, or write it as an index.")
            return nil
        case .negated(let inner, _): return unit(of: inner).map(ExpressionType.number)
        case .arithmetic(let how, let left, let right, let place): return arithmetic(how, left, right, place)
        case .comparison(let operands, let operators, let range):
            if !compareMembers(operands, operators, range) { compare(operands, operators) }
            return .condition
        case .logical(_, let left, let right, _):
            requireCondition(left)
            requireCondition(right)
            return .condition
        case .not(let inner, _):
            requireCondition(inner)
            return .condition
        case .choice(let branches, let otherwise, let range): return choice(branches, otherwise, range)
        case .call(let function, let arguments, _): return call(function, arguments)
        case .over(let aggregate, let running, let body, let range): return over(aggregate, running, body, range)
        case .rank(let member, let running, let keys, _, let range): return rank(member, running, keys, range)
        case .tier(let name, let place, let value, _): return tier(name, place, value)
        case .days(let member, _):
            if let member { require(member, in: "months") }
            return .number(.day)
        case .size(let set, let range): return isSet(set, range) ? .number(.one) : nil
        case .end(_, let member, _):
            _ = ordered(member)
            return .condition
        case .exempt(let name, let members, let range):
            guard let sets = scope.exemptions[name] else {
                let near = nearest(to: name, among: scope.exemptions.keys.sorted()).map { "Did you mean “\($0)”? " }
                report(
                    "expression.name", range, "There is no exemption “\(name)” above this line.",
                    near ?? "Define it under exemptions.")
                return .condition
            }
            requireIndices(members, sets, name, range)
            return .condition
        case .expired(let name, let range):
            if !scope.windows.contains(name) {
                let near = nearest(to: name, among: scope.windows).map { "Did you mean “\($0)”?" }
                report(
                    "expression.name", range, "There is no window “\(name)”.",
                    near ?? "Define it under windows, with a name of letters, digits and _.")
            }
            return .condition
        case .rounded(let value, let unit, _, _):
            return common([value, unit], joining: "a rounding").map(ExpressionType.number)
        case .undetermined: return nil
        }
    }

    private mutating func literal(_ number: NumberLiteral) -> ExpressionType? {
        let text = number.unitText
        if text.isEmpty { return .number(.one) }
        do {
            return .number(try UnitOfMeasure(parsing: text))
        } catch {
            let near = error.suggestions.isEmpty ? "" : "Did you mean \(error.suggestions.joined(separator: " or "))? "
            let remedy =
                scope.symbols[text] != nil
                ? "To multiply by “\(text)”, write × between the number and the name."
                : near + "Write a unit such as 万元, mg/L, class, point, %; to divide by a name put spaces around the /."
            report(
                "expression.unit.unknown", (number.unitStart ?? number.range.lowerBound)..<number.range.upperBound,
                "“\(text)” after a number is not a unit.", remedy)
            return nil
        }
    }

    private mutating func named(_ name: String, _ indices: [MemberNode], _ range: Range<Int>) -> ExpressionType? {
        guard let symbol = scope.symbols[name] else {
            if variables[name] != nil || scope.maps[name] != nil {
                report(
                    "expression.type", range, "“\(expression.excerpt(range))” is a member, not a number.",
                    "Compare it with another member, or write it as an index.")
                return nil
            }
            if scope.laterNames.contains(name) {
                report(
                    "expression.name", range, "“\(name)” is not defined above this line, but at or below it.",
                    "A formula reads only what stands above it, so that nothing is defined by itself: move one of the two."
                )
                return nil
            }
            let near = scope.nearestName(to: name)
            report(
                "expression.name", range, "“\(name)” is not defined above this line.",
                near.map { "Did you mean “\($0)”? " }
                    ?? "Define it as a constant, a baseline, an input or an earlier formula.")
            return nil
        }
        if indices.isEmpty, symbol.isIndexed {
            let set = symbol.sets[0]
            let member = scope.sets[set]?.first ?? "codmn"
            report(
                "expression.index", range, "“\(name)” has one value for each \(of(symbol.sets)).",
                symbol.sets.count == 1
                    ? "Say which: \(name)[i] inside sum(i in \(set): …), or \(name)[\(member)]."
                    : "Say which: \(name)[\(symbol.sets.map { String($0.prefix(1)) }.joined(separator: ", "))].")
            return nil
        }
        if !indices.isEmpty, !symbol.isIndexed {
            report(
                "expression.index", range, "“\(name)” has one value, not one for each indicator.",
                "Remove [\(indices.map { expression.excerpt($0.range) }.joined(separator: ", "))].")
            return nil
        }
        return requireIndices(indices, symbol.sets, name, range) ? .number(symbol.unit) : nil
    }

    private func of(_ sets: [String]) -> String {
        sets.map { $0 == "indicators" ? "indicator" : "member of \($0)" }.joined(separator: " and ")
    }

    private mutating func arithmetic(
        _ how: ArithmeticOperator, _ left: ExpressionNode, _ right: ExpressionNode, _ place: Range<Int>
    ) -> ExpressionType? {
        switch how {
        case .add, .subtract:
            return common([left, right], joining: "“\(how.rawValue)”", at: place).map(ExpressionType.number)
        case .multiply, .divide:
            let (first, second) = (unit(of: left), unit(of: right))
            guard let first, let second else { return nil }
            if how == .divide, isZero(right) {
                report(
                    "expression.division", right.range,
                    "“÷” divides by “\(expression.excerpt(right.range))”, which is zero.",
                    "Correct the figure; where it is not known leave it blank, so that it is asked for.")
            }
            return .number((how == .multiply ? first * second : first / second).simplified)
        }
    }

    /// Whether a divisor is known to be zero before any figure arrives.
    private func isZero(_ node: ExpressionNode) -> Bool {
        switch node {
        case .number(let literal): return literal.base.isZero
        case .negated(let inner, _): return isZero(inner)
        case .name(let name, let indices, _):
            guard let zeros = scope.zeros[name], let symbol = scope.symbols[name] else { return false }
            let members = indices.compactMap { index -> String? in
                if case .name(let id, _) = index, variables[id] == nil { id } else { nil }
            }
            if members.count == symbol.sets.count { return zeros.contains(members) }
            return zeros.count == scope.combinations(of: symbol.sets).count
        default: return false
        }
    }

    private mutating func compare(_ operands: [ExpressionNode], _ operators: [ComparisonOperator]) {
        for (position, sign) in operators.enumerated() {
            _ = common([operands[position], operands[position + 1]], joining: "“\(sign.rawValue)”")
        }
    }

    private mutating func call(_ function: ExpressionFunction, _ arguments: [ExpressionNode]) -> ExpressionType? {
        switch function {
        case .abs: return unit(of: arguments[0]).map(ExpressionType.number)
        case .min, .max, .clamp:
            return common(arguments, joining: "“\(function.rawValue)”").map(ExpressionType.number)
        case .startedSteps, .wholeSteps:
            guard common(arguments, joining: "“\(function.rawValue)”") != nil else { return nil }
            return .number(.one)
        }
    }

    private mutating func choice(
        _ branches: [ChoiceBranch], _ otherwise: ExpressionNode, _ range: Range<Int>
    ) -> ExpressionType? {
        for branch in branches { requireCondition(branch.condition) }
        let values = (branches.map(\.value) + [otherwise]).filter {
            if case .undetermined = $0 { return false }
            return true
        }
        if values.isEmpty {
            report(
                "expression.type", range, "No branch of this choice has a value.", "Give at least one branch a value.")
            return nil
        }
        return common(values, joining: "the branches of this choice").map(ExpressionType.number)
    }

    private mutating func tier(_ name: String, _ place: Range<Int>, _ value: ExpressionNode) -> ExpressionType? {
        let found = unit(of: value)
        guard let table = scope.tiers[name] else {
            let near = nearest(to: name, among: scope.tiers.keys.sorted()).map { "Did you mean “\($0)”?" }
            report(
                "expression.name", place, "There is no table “\(name)” under tiers.", near ?? "Define it under tiers.")
            return nil
        }
        guard let found else { return nil }
        guard found.isCommensurable(with: table.measures) else {
            report(
                "expression.unit", value.range,
                "“\(name)” measures \(table.measures.shown), and \(described((found, value))) is not of that kind.",
                "Look up a quantity in \(table.measures.shown), or correct “measures” of the table.")
            return nil
        }
        return .number(table.yields)
    }

    /// The unit all of `nodes` share (shown in that of the first), or `nil` with a problem for each that does not.
    private mutating func common(
        _ nodes: [ExpressionNode], joining what: String, at place: Range<Int>? = nil
    ) -> UnitOfMeasure? {
        var first: (unit: UnitOfMeasure, node: ExpressionNode)?
        var isSound = true
        for node in nodes {
            guard let unit = unit(of: node) else {
                isSound = false
                continue
            }
            guard let known = first else {
                first = (unit, node)
                continue
            }
            if !known.unit.isCommensurable(with: unit) {
                isSound = false
                mismatch(known, (unit, node), what, at: place)
            } else if let (number, other) = scaleInDoubt(known, (unit, node)) {
                isSound = false
                doubt(number, other)
            }
        }
        return isSound ? first?.unit : nil
    }

    /// A number beside a quantity in %, ‰ or ppm that does not say which it is meant in.
    private func scaleInDoubt(
        _ left: (unit: UnitOfMeasure, node: ExpressionNode), _ right: (unit: UnitOfMeasure, node: ExpressionNode)
    ) -> (number: NumberLiteral, other: UnitOfMeasure)? {
        guard left.unit.isCommensurable(with: .one), left.unit.factor != right.unit.factor else { return nil }
        func literal(_ node: ExpressionNode) -> NumberLiteral? {
            switch node {
            case .number(let literal): literal
            case .negated(.number(let literal), _): literal
            default: nil
            }
        }
        let (first, second) = (literal(left.node), literal(right.node))
        guard (first == nil) != (second == nil), let number = first ?? second else { return nil }
        let other = first == nil ? left.unit : right.unit
        // Nothing and the whole are the same in every scale people use; a share of a plain number is said by %.
        if other.factor == .one { return nil }
        if number.unitText.isEmpty, number.base.isZero || number.base == .one { return nil }
        return (number, other)
    }

    private mutating func doubt(_ number: NumberLiteral, _ other: UnitOfMeasure) {
        let text = expression.excerpt(number.range)
        let same = (number.base / other.factor).shortText
        if number.unitText.isEmpty {
            report(
                "expression.unit", number.range,
                "“\(text)”, a plain number, stands beside a quantity in \(other.symbol): it would be \(same) \(other.symbol).",
                "Write \(text) \(other.symbol) if that is meant, or \(same) \(other.symbol).")
        } else {
            report(
                "expression.unit", number.range,
                "“\(text)” stands beside a quantity in \(other.symbol): it would be \(same) \(other.symbol).",
                "Write the number in \(other.symbol).")
        }
    }

    private mutating func mismatch(
        _ left: (unit: UnitOfMeasure, node: ExpressionNode), _ right: (unit: UnitOfMeasure, node: ExpressionNode),
        _ what: String, at place: Range<Int>?
    ) {
        var message = "\(what) joins \(described(left)) with \(described(right))"
        if message.last == "," { message.removeLast() }
        message += "."
        let remedy: String
        if case .number(let number) = left.node, number.unitText.isEmpty {
            remedy = "Write the number with its unit: \(expression.excerpt(left.node.range)) \(right.unit.symbol)."
        } else if case .number(let number) = right.node, number.unitText.isEmpty {
            remedy = "Write the number with its unit: \(expression.excerpt(right.node.range)) \(left.unit.symbol)."
        } else {
            let factor = (left.unit / right.unit).simplified
            remedy =
                "Both sides must measure the same thing: multiply “\(expression.excerpt(right.node.range))” "
                + "by a quantity in \(factor.symbol), or check which name is meant."
        }
        report("expression.unit", place ?? right.node.range, message, remedy)
    }

    /// `“c[i]” in mg/L`, or `“3”, a plain number,`.
    private func described(_ side: (unit: UnitOfMeasure, node: ExpressionNode)) -> String {
        let excerpt = "“\(expression.excerpt(side.node.range))”"
        return side.unit.symbol == UnitOfMeasure.one.symbol
            ? "\(excerpt), a plain number," : "\(excerpt) in \(side.unit.symbol)"
    }

    mutating func unit(of node: ExpressionNode) -> UnitOfMeasure? {
        switch type(of: node) {
        case .number(let unit): return unit
        case .condition:
            report(
                "expression.type", node.range, "“\(expression.excerpt(node.range))” is a condition, not a number.",
                "Use it after “when”.")
            return nil
        case nil: return nil
        }
    }

    mutating func requireCondition(_ node: ExpressionNode) {
        guard case .number = type(of: node) else { return }
        report(
            "expression.type", node.range, "“\(expression.excerpt(node.range))” is a number, not a condition.",
            "Compare it with something, as in \(expression.excerpt(node.range)) ≤ 1.")
    }

    mutating func report(_ check: String, _ range: Range<Int>, _ message: String, _ remedy: String) {
        problems.append(ExpressionProblem(check: check, range: range, message: message, remedy: remedy))
    }
}
