// Words to tree: the grammar of docs/agreement-language.md, one function a rule.

internal import Exact

struct ExpressionParser {
    let tokens: [ExpressionToken]
    var index = 0
    private var depth = 0

    init(tokens: [ExpressionToken]) { self.tokens = tokens }

    mutating func whole() throws(ExpressionProblem) -> ExpressionNode {
        if current.kind == .end {
            throw ExpressionProblem(
                check: "expression.syntax", range: 0..<1, message: "The expression is empty.",
                remedy: "Write a formula such as k0 × index.")
        }
        let node = try expression()
        guard current.kind == .end else { throw unexpected("the end of the expression") }
        return node
    }

    var current: ExpressionToken { tokens[index] }

    mutating func expression() throws(ExpressionProblem) -> ExpressionNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= ExpressionLimits.depth else {
            throw ExpressionProblem(
                check: "expression.depth", range: current.range,
                message: "More than \(ExpressionLimits.depth) parentheses, branches or calls stand inside each other.",
                remedy: "Divide the expression into named formulas.")
        }
        return current.kind == .keyword(.when) ? try choice() : try disjunction()
    }

    private mutating func choice() throws(ExpressionProblem) -> ExpressionNode {
        let start = current.range.lowerBound
        var branches: [ChoiceBranch] = []
        while take(.when) {
            let condition = try disjunction()
            guard take(.then) else { throw unexpected("“then”") }
            branches.append(ChoiceBranch(condition: condition, value: try expressionWithoutChoice()))
        }
        guard take(.else) else {
            throw unexpected("“else” (a choice without it leaves values for which nothing is said)")
        }
        let otherwise: ExpressionNode
        if let open = undetermined() { otherwise = open } else { otherwise = try expression() }
        return .choice(branches, otherwise: otherwise, range: start..<otherwise.range.upperBound)
    }

    /// The value of a branch; a choice inside a choice needs parentheses, so that `else` has one reading.
    private mutating func expressionWithoutChoice() throws(ExpressionProblem) -> ExpressionNode {
        if current.kind == .keyword(.when) { throw unexpected("a value; put an inner “when” in parentheses") }
        if let open = undetermined() { return open }
        return try disjunction()
    }

    private mutating func undetermined() -> ExpressionNode? {
        guard current.kind == .keyword(.undetermined) else { return nil }
        return .undetermined(range: advance().range)
    }

    mutating func disjunction() throws(ExpressionProblem) -> ExpressionNode {
        var left = try conjunction()
        while current.kind == .keyword(.or) {
            let place = advance().range
            left = .logical(.or, left, try conjunction(), at: place)
        }
        return left
    }

    private mutating func conjunction() throws(ExpressionProblem) -> ExpressionNode {
        var left = try negation()
        while current.kind == .keyword(.and) {
            let place = advance().range
            left = .logical(.and, left, try negation(), at: place)
        }
        return left
    }

    private mutating func negation() throws(ExpressionProblem) -> ExpressionNode {
        guard current.kind == .keyword(.not) else { return try comparison() }
        let start = advance().range.lowerBound
        let inner = try comparison()
        return .not(inner, range: start..<inner.range.upperBound)
    }

    private mutating func comparison() throws(ExpressionProblem) -> ExpressionNode {
        var operands = [try additive()]
        var operators: [ComparisonOperator] = []
        while case .symbol(let symbol) = current.kind, let found = ComparisonOperator(rawValue: symbol.rawValue) {
            index += 1
            operators.append(found)
            operands.append(try additive())
        }
        if operators.isEmpty { return operands[0] }
        let range = operands[0].range.lowerBound..<operands[operands.count - 1].range.upperBound
        return .comparison(operands, operators, range: range)
    }

    private mutating func additive() throws(ExpressionProblem) -> ExpressionNode {
        var left = try multiplicative()
        while case .symbol(let symbol) = current.kind, symbol == .plus || symbol == .minus {
            let place = advance().range
            left = .arithmetic(symbol == .plus ? .add : .subtract, left, try multiplicative(), at: place)
        }
        return left
    }

    private mutating func multiplicative() throws(ExpressionProblem) -> ExpressionNode {
        var left = try signed()
        while case .symbol(let symbol) = current.kind, symbol == .times || symbol == .divide {
            let place = advance().range
            left = .arithmetic(symbol == .times ? .multiply : .divide, left, try signed(), at: place)
        }
        return left
    }

    private mutating func signed() throws(ExpressionProblem) -> ExpressionNode {
        guard current.kind == .symbol(.minus) else { return try primary() }
        let start = advance().range.lowerBound
        let inner = try primary()
        return .negated(inner, range: start..<inner.range.upperBound)
    }

    private mutating func primary() throws(ExpressionProblem) -> ExpressionNode {
        let token = current
        switch token.kind {
        case .number(let value, let unit):
            index += 1
            return .number(NumberLiteral(value, unit: unit, unitStart: token.unitStart, range: token.range))
        case .name(let name):
            index += 1
            if current.kind == .symbol(.open) { return try call(name, at: token.range) }
            let (members, end) = try indices(after: token.range)
            return .name(name, indices: members, range: token.range.lowerBound..<end)
        case .symbol(.open):
            index += 1
            let inner = try expression()
            try expect(.close)
            return inner
        default:
            throw unexpected("a number, a name or “(”")
        }
    }

    /// `[s, i]` or `[s][i]` behind a name, and where it ends.
    private mutating func indices(
        after range: Range<Int>
    ) throws(ExpressionProblem) -> (members: [MemberNode], end: Int) {
        var members: [MemberNode] = []
        var end = range.upperBound
        while current.kind == .symbol(.openIndex) {
            repeat {
                index += 1
                members.append(try member("the index, such as i"))
            } while current.kind == .symbol(.comma)
            end = current.range.upperBound
            try expect(.closeIndex)
        }
        return (members, end)
    }

    /// A member of a set: a variable, an id, a map's value or a neighbour.
    mutating func member(_ wanted: String) throws(ExpressionProblem) -> MemberNode {
        depth += 1
        defer { depth -= 1 }
        guard case .name(let name) = current.kind, depth <= ExpressionLimits.depth else { throw unexpected(wanted) }
        let place = advance().range
        if current.kind == .symbol(.open), name == "next" || name == "prev" {
            index += 1
            let inner = try member("a member, such as p")
            let end = current.range.upperBound
            try expect(.close)
            return .neighbour(isNext: name == "next", inner, range: place.lowerBound..<end)
        }
        let (members, end) = try indices(after: place)
        return members.isEmpty ? .name(name, range: place) : .mapped(name, members, range: place.lowerBound..<end)
    }

    /// The current word; the end stays where it is.
    mutating func advance() -> ExpressionToken {
        defer { if index + 1 < tokens.count { index += 1 } }
        return current
    }

    mutating func take(_ keyword: ExpressionToken.Keyword) -> Bool {
        guard current.kind == .keyword(keyword) else { return false }
        index += 1
        return true
    }

    mutating func expect(_ symbol: ExpressionToken.Symbol) throws(ExpressionProblem) {
        guard current.kind == .symbol(symbol) else { throw unexpected("“\(symbol.rawValue)”") }
        index += 1
    }

    func unexpected(_ wanted: String) -> ExpressionProblem {
        if current.kind == .symbol(.comma) {
            return ExpressionProblem(
                check: "expression.syntax", range: current.range,
                message: "A comma stands where \(wanted) is expected.",
                remedy: "The decimal mark is a point (1.5), and numbers have no thousands separators.")
        }
        let range =
            current.kind == .end ? max(0, current.range.lowerBound - 1)..<current.range.lowerBound : current.range
        return ExpressionProblem(
            check: "expression.syntax", range: range,
            message: "Here \(wanted) is expected\(current.kind == .end ? ", but the expression ends" : "").",
            remedy: "See the grammar in docs/agreement-language.md.")
    }
}
