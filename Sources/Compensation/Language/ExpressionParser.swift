// Words to tree: the grammar of docs/agreement-language.md, one function a rule.

internal import Exact

struct ExpressionParser {
    private let tokens: [ExpressionToken]
    private var index = 0
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

    private var current: ExpressionToken { tokens[index] }

    private mutating func expression() throws(ExpressionProblem) -> ExpressionNode {
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
        let otherwise = try expression()
        return .choice(branches, otherwise: otherwise, range: start..<otherwise.range.upperBound)
    }

    /// The value of a branch; a choice inside a choice needs parentheses, so that `else` has one reading.
    private mutating func expressionWithoutChoice() throws(ExpressionProblem) -> ExpressionNode {
        if current.kind == .keyword(.when) { throw unexpected("a value; put an inner “when” in parentheses") }
        return try disjunction()
    }

    private mutating func disjunction() throws(ExpressionProblem) -> ExpressionNode {
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
            return .number(value, unit: unit, unitStart: token.unitStart, range: token.range)
        case .name(let name):
            index += 1
            if current.kind == .symbol(.open) { return try call(name, at: token.range) }
            return try named(name, at: token.range)
        case .symbol(.open):
            index += 1
            let inner = try expression()
            try expect(.close)
            return inner
        default:
            throw unexpected("a number, a name or “(”")
        }
    }

    private mutating func named(_ name: String, at range: Range<Int>) throws(ExpressionProblem) -> ExpressionNode {
        guard current.kind == .symbol(.openIndex) else { return .name(name, index: nil, range: range) }
        index += 1
        let place = current.range
        guard case .name(let member) = current.kind else { throw unexpected("the index, such as i") }
        index += 1
        let end = current.range.upperBound
        try expect(.closeIndex)
        return .name(name, index: IndexReference(name: member, range: place), range: range.lowerBound..<end)
    }

    private mutating func call(_ name: String, at place: Range<Int>) throws(ExpressionProblem) -> ExpressionNode {
        index += 1
        if let aggregate = Aggregate(rawValue: name), isRunningVariable {
            return try over(aggregate, from: place.lowerBound)
        }
        if name == "round" { return try round(from: place.lowerBound) }
        guard let function = ExpressionFunction(rawValue: name) else {
            let known = (ExpressionFunction.allCases.map(\.rawValue) + ["round", "sum"]).sorted()
            throw ExpressionProblem(
                check: "expression.function", range: place, message: "There is no function “\(name)”.",
                remedy: "Use one of \(known.joined(separator: ", ")); to multiply, write × before the parenthesis.")
        }
        var arguments = [try expression()]
        while current.kind == .symbol(.comma) {
            index += 1
            arguments.append(try expression())
        }
        let end = current.range.upperBound
        try expect(.close)
        guard function.argumentCount.contains(arguments.count) else {
            let count = function.argumentCount
            let wanted = count.count == 1 ? "\(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
            throw ExpressionProblem(
                check: "expression.arguments", range: place.lowerBound..<end,
                message: "“\(name)” takes \(wanted) values and has \(arguments.count).",
                remedy: "Separate values by commas; the decimal mark is a point.")
        }
        return .call(function, arguments, range: place.lowerBound..<end)
    }

    private var isRunningVariable: Bool {
        guard case .name = current.kind, index + 1 < tokens.count else { return false }
        return tokens[index + 1].kind == .keyword(.in)
    }

    private mutating func over(
        _ aggregate: Aggregate, from start: Int
    ) throws(ExpressionProblem) -> ExpressionNode {
        guard case .name(let variable) = current.kind else { throw unexpected("the running variable, such as i") }
        index += 2
        guard case .name(let set) = current.kind else { throw unexpected("the set, such as indicators") }
        index += 1
        try expect(.colon)
        let body = try expression()
        let end = current.range.upperBound
        try expect(.close)
        return .over(aggregate, variable: variable, set: set, body: body, range: start..<end)
    }

    private mutating func round(from start: Int) throws(ExpressionProblem) -> ExpressionNode {
        let value = try expression()
        try expect(.comma)
        let unit = try expression()
        try expect(.comma)
        let ruleStart = current.range.lowerBound
        var words: [String] = []
        while case .name(let word) = current.kind {
            words.append(word)
            index += 1
            guard current.kind == .symbol(.minus) else { break }
            index += 1
        }
        guard let rule = RoundingRule(agreementText: words.joined(separator: "-")) else {
            throw ExpressionProblem(
                check: "expression.rounding", range: ruleStart..<max(current.range.lowerBound, ruleStart + 1),
                message: "A rounding names its rule as its third value.",
                remedy: "Write one of \(RoundingRule.agreementTexts), as in round(x, 0.01, half-up).")
        }
        let end = current.range.upperBound
        try expect(.close)
        return .rounded(value, to: unit, rule, range: start..<end)
    }

    // Small print.

    private mutating func advance() -> ExpressionToken {
        defer { index += 1 }
        return current
    }

    private mutating func take(_ keyword: ExpressionToken.Keyword) -> Bool {
        guard current.kind == .keyword(keyword) else { return false }
        index += 1
        return true
    }

    private mutating func expect(_ symbol: ExpressionToken.Symbol) throws(ExpressionProblem) {
        guard current.kind == .symbol(symbol) else { throw unexpected("“\(symbol.rawValue)”") }
        index += 1
    }

    private func unexpected(_ wanted: String) -> ExpressionProblem {
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

extension RoundingRule {
    /// The rule named as agreements write it: `half-up`, `half-even`, `up`, `down`.
    package init?(agreementText: String) {
        guard let rule = Self.allCases.first(where: { $0.agreementText == agreementText }) else { return nil }
        self = rule
    }

    /// The name an agreement writes.
    package var agreementText: String {
        switch self {
        case .halfEven: "half-even"
        case .halfUp: "half-up"
        case .up: "up"
        case .down: "down"
        }
    }

    static var agreementTexts: String { allCases.map(\.agreementText).joined(separator: ", ") }
}
