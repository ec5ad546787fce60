// One constant or comparison of a formula changed: what the worked examples must notice.

internal import Exact

/// A place in an expression that can be changed, and how.
struct ExpressionChange {
    /// In words: `“0.5” changed to 0.55`.
    let words: String
    let changed: Expression
}

extension Expression {
    /// Every number outside `grouped` a tenth larger and smaller, every rounding by each other rule, every ranking with
    /// each other tie rule and each key in the other direction.
    ///
    /// Comparisons and the numbers in them move together with those that share their edge: see `SharedEdge`.
    func changes(without grouped: Set<Int>) -> [ExpressionChange] {
        var found: [ExpressionChange] = []
        var site = 0
        root.visit { node in
            defer { site += 1 }
            let place = site
            func add(_ words: String, _ change: @escaping (ExpressionNode) -> ExpressionNode) {
                found.append(ExpressionChange(words: words, changed: replacing([place], change)))
            }
            switch node {
            case .number(let literal) where !grouped.contains(place):
                for value in literal.nearby { add(changeWords(literal, value)) { $0.withNumber(value) } }
            case .rounded(let value, let step, let rule, let range):
                for other in rule.others {
                    add("\(rule.agreementText) changed to \(other.agreementText) in “\(excerpt(range))”") { _ in
                        .rounded(value, to: step, other, range: range)
                    }
                }
            case .rank(let member, let running, let keys, let ties, let range):
                for index in keys.indices {
                    var turned = keys
                    turned[index] = RankKey(value: keys[index].value, isAscending: !keys[index].isAscending)
                    add("key \(index + 1) turned round in “\(excerpt(range))”") { _ in
                        .rank(member, running, keys: turned, ties: ties, range: range)
                    }
                }
                let from = ties.map { "ties \($0.rawValue)" } ?? "no tie rule"
                for other in TieRule.allCases where other != ties && (ties != nil || other == .best) {
                    add("\(from) changed to ties \(other.rawValue) in “\(excerpt(range))”") { _ in
                        .rank(member, running, keys: keys, ties: other, range: range)
                    }
                }
            default: break
            }
        }
        return found
    }

    /// `“0.5” changed to 0.55`.
    func changeWords(_ literal: NumberLiteral, _ value: Fraction) -> String {
        let shown = (value / (literal.unit?.factor ?? .one)).shortText
        return
            "“\(excerpt(literal.range))” changed to \(shown)\(literal.unitText.isEmpty ? "" : " ")\(literal.unitText)"
    }

    /// This expression with the nodes at `sites` replaced.
    func replacing(_ sites: Set<Int>, _ change: (ExpressionNode) -> ExpressionNode) -> Expression {
        Expression(text: text, root: root.rewritten(at: sites, change))
    }
}

extension Fraction {
    /// A tenth more and a tenth less; a hundredth more and less of nothing; one more and less of a class or rank.
    func nearby(in unit: UnitOfMeasure) -> [Fraction] {
        if unit.isCommensurable(with: .classStep) || unit.isCommensurable(with: .rank) {
            return [self + .one, self - .one]
        }
        let step = isZero ? Fraction(1, 100) : self / Fraction(10)
        return [self + step, self - step]
    }
}

extension NumberLiteral {
    var unit: UnitOfMeasure? { unitText.isEmpty ? nil : try? UnitOfMeasure(parsing: unitText) }

    /// The values in base units this number is changed to.
    var nearby: [Fraction] {
        let unit = unit ?? .one
        return (base / unit.factor).nearby(in: unit).map { $0 * unit.factor }
    }
}

extension ComparisonOperator {
    /// The same comparison with its edge on the other side.
    var edgeMoved: ComparisonOperator {
        switch self {
        case .less: .lessOrEqual
        case .lessOrEqual: .less
        case .greater: .greaterOrEqual
        case .greaterOrEqual: .greater
        case .equal: .notEqual
        case .notEqual: .equal
        }
    }
}

extension ExpressionNode {
    func withNumber(_ base: Fraction) -> ExpressionNode {
        guard case .number(let literal) = self else { return self }
        return .number(NumberLiteral(literal, base: base))
    }

    func withOperator(_ sign: ComparisonOperator, at index: Int) -> ExpressionNode {
        guard case .comparison(let operands, var operators, let range) = self else { return self }
        operators[index] = sign
        return .comparison(operands, operators, range: range)
    }

    /// This tree with the node at `site` (counted as `visit` does) replaced.
    func rewritten(at site: Int, _ change: (ExpressionNode) -> ExpressionNode) -> ExpressionNode {
        rewritten(at: [site], change)
    }

    /// This tree with the nodes at `sites` replaced.
    func rewritten(at sites: Set<Int>, _ change: (ExpressionNode) -> ExpressionNode) -> ExpressionNode {
        var rewriting = Rewriting(sites: sites)
        return rewriting.walk(self, change)
    }
}

private struct Rewriting {
    let sites: Set<Int>
    var count = 0

    init(sites: Set<Int>) { self.sites = sites }

    mutating func walk(_ node: ExpressionNode, _ change: (ExpressionNode) -> ExpressionNode) -> ExpressionNode {
        let here = count
        count += 1
        let inside = children(of: node, change)
        return sites.contains(here) ? change(inside) : inside
    }

    private mutating func running(
        _ running: Running, _ change: (ExpressionNode) -> ExpressionNode
    ) -> Running {
        guard let condition = running.condition else { return running }
        return Running(variables: running.variables, condition: walk(condition, change))
    }

    private mutating func children(
        of node: ExpressionNode, _ change: (ExpressionNode) -> ExpressionNode
    ) -> ExpressionNode {
        switch node {
        case .number, .name, .member, .days, .size, .end, .exempt, .expired, .undetermined: return node
        case .negated(let inner, let range): return .negated(walk(inner, change), range: range)
        case .not(let inner, let range): return .not(walk(inner, change), range: range)
        case .tier(let name, let place, let inner, let range):
            return .tier(name, nameRange: place, walk(inner, change), range: range)
        case .arithmetic(let how, let left, let right, let place):
            let first = walk(left, change)
            return .arithmetic(how, first, walk(right, change), at: place)
        case .logical(let how, let left, let right, let place):
            let first = walk(left, change)
            return .logical(how, first, walk(right, change), at: place)
        case .comparison(let operands, let operators, let range):
            var changed: [ExpressionNode] = []
            for operand in operands { changed.append(walk(operand, change)) }
            return .comparison(changed, operators, range: range)
        case .call(let function, let arguments, let range):
            var changed: [ExpressionNode] = []
            for argument in arguments { changed.append(walk(argument, change)) }
            return .call(function, changed, range: range)
        case .choice(let branches, let otherwise, let range):
            var changed: [ChoiceBranch] = []
            for branch in branches {
                let condition = walk(branch.condition, change)
                changed.append(ChoiceBranch(condition: condition, value: walk(branch.value, change)))
            }
            return .choice(changed, otherwise: walk(otherwise, change), range: range)
        case .over(let aggregate, let over, let body, let range):
            let inside = running(over, change)
            return .over(aggregate, inside, body: walk(body, change), range: range)
        case .rank(let member, let over, let keys, let ties, let range):
            let inside = running(over, change)
            var changed: [RankKey] = []
            for key in keys { changed.append(RankKey(value: walk(key.value, change), isAscending: key.isAscending)) }
            return .rank(member, inside, keys: changed, ties: ties, range: range)
        case .rounded(let value, let step, let rule, let range):
            let first = walk(value, change)
            return .rounded(first, to: walk(step, change), rule, range: range)
        }
    }
}
