// Checks names and units of a formula when the agreement is read, long before a value exists.

package import Exact

/// What a name in an agreement stands for, as far as units and indices go.
package struct ScopeSymbol: Sendable {
    package let unit: UnitOfMeasure
    /// True when the name has one value for each indicator and needs an index.
    package let isIndexed: Bool

    package init(unit: UnitOfMeasure, isIndexed: Bool) {
        self.unit = unit
        self.isIndexed = isIndexed
    }
}

/// The names an expression may use.
package struct ExpressionScope: Sendable {
    package var symbols: [String: ScopeSymbol] = [:]
    /// The sets a sum may run over, with their members: `indicators`.
    package var sets: [String: [String]] = [:]

    package init() {}
}

/// What an expression yields.
package enum ExpressionType: Sendable {
    case number(UnitOfMeasure)
    case condition
}

/// Walks an expression once and collects every fault of names, indices and units.
package struct ExpressionUnits {
    private let expression: Expression
    private let scope: ExpressionScope
    private var variables: [String: String] = [:]
    private var problems: [ExpressionProblem] = []

    /// The type of `expression` in `scope`, `nil` when a problem was found.
    ///
    /// `index` is the running variable of a formula that is written once for each member of a set.
    package static func check(
        _ expression: Expression, in scope: ExpressionScope, index: (variable: String, set: String)? = nil
    ) -> (type: ExpressionType?, problems: [ExpressionProblem]) {
        var walk = ExpressionUnits(expression: expression, scope: scope)
        if let index { walk.variables[index.variable] = index.set }
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

    private init(expression: Expression, scope: ExpressionScope) {
        self.expression = expression
        self.scope = scope
    }

    private mutating func type(of node: ExpressionNode) -> ExpressionType? {
        switch node {
        case .number(_, let unit, let unitStart, let range): return literal(unit, unitStart, range)
        case .name(let name, let index, let range): return named(name, index, range)
        case .negated(let inner, _): return unit(of: inner).map(ExpressionType.number)
        case .arithmetic(let how, let left, let right, let place): return arithmetic(how, left, right, place)
        case .comparison(let operands, let operators, _):
            compare(operands, operators)
            return .condition
        case .logical(_, let left, let right, _):
            requireCondition(left)
            requireCondition(right)
            return .condition
        case .not(let inner, _):
            requireCondition(inner)
            return .condition
        case .choice(let branches, let otherwise, _):
            for branch in branches { requireCondition(branch.condition) }
            return common(branches.map(\.value) + [otherwise], joining: "the branches of this choice")
                .map(ExpressionType.number)
        case .call(let function, let arguments, _): return call(function, arguments)
        case .over(let aggregate, let variable, let set, let body, let range):
            return over(aggregate, variable, set, body, range)
        case .rounded(let value, let unit, _, _):
            return common([value, unit], joining: "a rounding").map(ExpressionType.number)
        }
    }

    private mutating func literal(_ text: String, _ start: Int?, _ range: Range<Int>) -> ExpressionType? {
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
                "expression.unit.unknown", (start ?? range.lowerBound)..<range.upperBound,
                "“\(text)” after a number is not a unit.", remedy)
            return nil
        }
    }

    private mutating func named(_ name: String, _ index: IndexReference?, _ range: Range<Int>) -> ExpressionType? {
        guard let symbol = scope.symbols[name] else {
            let near = nearest(to: name, among: scope.symbols.keys.sorted())
            report(
                "expression.name", range, "“\(name)” is not defined above this line.",
                near.map { "Did you mean “\($0)”? " }
                    ?? "Define it as a constant, a baseline, an input or an earlier formula.")
            return nil
        }
        if let index {
            guard symbol.isIndexed else {
                report(
                    "expression.index", range, "“\(name)” has one value, not one for each indicator.",
                    "Remove [\(index.name)].")
                return nil
            }
            let isMember = scope.sets.values.contains { $0.contains(index.name) }
            guard variables[index.name] != nil || isMember else {
                report(
                    "expression.index", index.range, "“\(index.name)” is neither a running variable nor an indicator.",
                    "Write it inside sum(\(index.name) in indicators: …) or name an indicator.")
                return nil
            }
        } else if symbol.isIndexed {
            report(
                "expression.index", range, "“\(name)” has one value for each indicator.",
                "Say which: \(name)[i] inside sum(i in indicators: …), or \(name)[codmn].")
            return nil
        }
        return .number(symbol.unit)
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
            return .number((how == .multiply ? first * second : first / second).simplified)
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

    private mutating func over(
        _ aggregate: Aggregate, _ variable: String, _ set: String, _ body: ExpressionNode, _ range: Range<Int>
    ) -> ExpressionType? {
        guard let members = scope.sets[set] else {
            report(
                "expression.set", range, "There is no set “\(set)” to run over.",
                "Use one of \(scope.sets.keys.sorted().joined(separator: ", ")).")
            return nil
        }
        guard !members.isEmpty else {
            report(
                "expression.set", range, "The set “\(set)” is empty, so this \(aggregate.rawValue) has no value.",
                "List the members of \(set) in the agreement.")
            return nil
        }
        guard variables[variable] == nil, scope.symbols[variable] == nil else {
            report(
                "expression.index", range, "“\(variable)” already has a meaning here.",
                "Choose another running variable.")
            return nil
        }
        variables[variable] = set
        defer { variables[variable] = nil }
        return unit(of: body).map(ExpressionType.number)
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
            }
        }
        return isSound ? first?.unit : nil
    }

    private mutating func mismatch(
        _ left: (unit: UnitOfMeasure, node: ExpressionNode), _ right: (unit: UnitOfMeasure, node: ExpressionNode),
        _ what: String, at place: Range<Int>?
    ) {
        var message = "\(what) joins \(described(left)) with \(described(right))"
        if message.last == "," { message.removeLast() }
        message += "."
        let remedy: String
        if case .number(_, let written, _, _) = left.node, written.isEmpty {
            remedy = "Write the number with its unit: \(expression.excerpt(left.node.range)) \(right.unit.symbol)."
        } else if case .number(_, let written, _, _) = right.node, written.isEmpty {
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

    private mutating func unit(of node: ExpressionNode) -> UnitOfMeasure? {
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

    private mutating func requireCondition(_ node: ExpressionNode) {
        guard case .number = type(of: node) else { return }
        report(
            "expression.type", node.range, "“\(expression.excerpt(node.range))” is a number, not a condition.",
            "Compare it with something, as in \(expression.excerpt(node.range)) ≤ 1.")
    }

    private mutating func report(_ check: String, _ range: Range<Int>, _ message: String, _ remedy: String) {
        problems.append(ExpressionProblem(check: check, range: range, message: message, remedy: remedy))
    }
}
