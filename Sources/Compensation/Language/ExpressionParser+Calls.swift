// Calls of the language: sums over sets, ranks, tiers, roundings, and the variables they run over.

internal import Exact

extension ExpressionParser {
    mutating func call(_ name: String, at place: Range<Int>) throws(ExpressionProblem) -> ExpressionNode {
        index += 1
        let start = place.lowerBound
        if let aggregate = Aggregate(rawValue: name), isRunningVariable { return try over(aggregate, from: start) }
        if let special = try specialCall(name, from: start) { return special }
        guard let function = ExpressionFunction(rawValue: name) else {
            let known =
                (ExpressionFunction.allCases.map(\.rawValue) + Aggregate.allCases.map(\.rawValue)
                    + Self.specialNames)
            throw ExpressionProblem(
                check: "expression.function", range: place, message: "There is no function “\(name)”.",
                remedy: "Use one of \(Set(known).sorted().joined(separator: ", ")); "
                    + "to multiply, write × before the parenthesis.")
        }
        var arguments = [try expression()]
        while current.kind == .symbol(.comma) {
            index += 1
            arguments.append(try expression())
        }
        let end = try close()
        guard function.argumentCount.contains(arguments.count) else {
            let count = function.argumentCount
            let wanted = count.count == 1 ? "\(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
            throw ExpressionProblem(
                check: "expression.arguments", range: start..<end,
                message: "“\(name)” takes \(wanted) values and has \(arguments.count).",
                remedy: "Separate values by commas; the decimal mark is a point.")
        }
        return .call(function, arguments, range: start..<end)
    }

    static let specialNames = [
        "round", "rank", "tier", "days", "size", "first", "last", "next", "prev", "exempt", "expired",
    ]

    /// The calls whose values are not all expressions; `nil` for another name.
    private mutating func specialCall(
        _ name: String, from start: Int
    ) throws(ExpressionProblem) -> ExpressionNode? {
        switch name {
        case "round": return try round(from: start)
        case "rank": return try rank(from: start)
        case "tier":
            let place = current.range
            guard case .name(let table) = advance().kind else { throw unexpected("the name of a table under tiers") }
            try expect(.comma)
            let value = try expression()
            return .tier(table, nameRange: place, value, range: start..<(try close()))
        case "days":
            let member = try member("“period” or a month")
            if case .name("period", _) = member { return .days(nil, range: start..<(try close())) }
            return .days(member, range: start..<(try close()))
        case "size":
            guard case .name(let set) = advance().kind else { throw unexpected("the set, such as indicators") }
            return .size(set, range: start..<(try close()))
        case "first", "last":
            let member = try member("a member, such as p")
            return .end(isFirst: name == "first", member, range: start..<(try close()))
        case "next", "prev":
            let member = try member("a member, such as p")
            return .member(.neighbour(isNext: name == "next", member, range: start..<(try close())))
        case "exempt":
            guard case .name(let exemption) = advance().kind else { throw unexpected("the name of an exemption") }
            var members: [MemberNode] = []
            while current.kind == .symbol(.comma) {
                index += 1
                members.append(try member("a member, such as s"))
            }
            return .exempt(exemption, members, range: start..<(try close()))
        case "expired":
            guard case .name(let window) = advance().kind else { throw unexpected("the name of a window") }
            return .expired(window, range: start..<(try close()))
        default: return nil
        }
    }

    private var isRunningVariable: Bool {
        guard case .name = current.kind, index + 1 < tokens.count else { return false }
        return tokens[index + 1].kind == .keyword(.in)
    }

    private mutating func over(
        _ aggregate: Aggregate, from start: Int
    ) throws(ExpressionProblem) -> ExpressionNode {
        let running = try running()
        let body = try expression()
        return .over(aggregate, running, body: body, range: start..<(try close()))
    }

    /// `s in sections, i in indicators where …:`
    private mutating func running() throws(ExpressionProblem) -> Running {
        var variables: [RunningVariable] = []
        repeat {
            if !variables.isEmpty { index += 1 }
            guard case .name(let variable) = current.kind else { throw unexpected("the running variable, such as i") }
            let place = advance().range
            guard take(.in) else { throw unexpected("“in”") }
            guard case .name(let set) = current.kind else { throw unexpected("the set, such as indicators") }
            variables.append(
                RunningVariable(name: variable, set: set, range: place.lowerBound..<current.range.upperBound))
            index += 1
        } while current.kind == .symbol(.comma)
        let condition = take(.where) ? try disjunction() : nil
        try expect(.colon)
        return Running(variables: variables, condition: condition)
    }

    /// Variables of an `each:` entry: `s in sections, i in indicators`.
    mutating func eachVariables() throws(ExpressionProblem) -> [RunningVariable] {
        var variables: [RunningVariable] = []
        repeat {
            if !variables.isEmpty { index += 1 }
            guard case .name(let variable) = current.kind else { throw unexpected("a running variable, such as s") }
            let place = advance().range
            var set = variable
            if take(.in) {
                guard case .name(let name) = current.kind else { throw unexpected("the set, such as sections") }
                set = name
                index += 1
            }
            variables.append(RunningVariable(name: set == variable ? "" : variable, set: set, range: place))
        } while current.kind == .symbol(.comma)
        guard current.kind == .end else { throw unexpected("the end of the list") }
        return variables
    }

    /// A payer or payee: a party, a running variable, a map's value.
    mutating func wholeMember() throws(ExpressionProblem) -> MemberNode {
        let found = try member("a party")
        guard current.kind == .end else { throw unexpected("the end of the name") }
        return found
    }

    private mutating func rank(from start: Int) throws(ExpressionProblem) -> ExpressionNode {
        let place = try member("the member that is placed, such as d")
        try expect(.comma)
        let running = try running()
        var keys: [RankKey] = []
        var ties: TieRule?
        repeat {
            if !keys.isEmpty { index += 1 }
            if case .name("ties") = current.kind, index + 1 < tokens.count,
                case .name(let word) = tokens[index + 1].kind
            {
                index += 1
                guard let rule = TieRule(rawValue: word) else {
                    throw unexpected("one of \(TieRule.allCases.map(\.rawValue).joined(separator: ", "))")
                }
                ties = rule
                index += 1
                break
            }
            let value = try expression()
            guard case .name(let order) = current.kind, order == "ascending" || order == "descending" else {
                throw unexpected("“ascending” (the least is first) or “descending”")
            }
            index += 1
            keys.append(RankKey(value: value, isAscending: order == "ascending"))
        } while current.kind == .symbol(.comma)
        return .rank(place, running, keys: keys, ties: ties, range: start..<(try close()))
    }

    /// The closing parenthesis; where it ends.
    private mutating func close() throws(ExpressionProblem) -> Int {
        let end = current.range.upperBound
        try expect(.close)
        return end
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
        return .rounded(value, to: unit, rule, range: start..<(try close()))
    }

    // Small print.
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
