// What an expression says as one text, the same for every way of writing it: `x × y` is `y × x`.

internal import Exact

extension CaseReader {
    func canonicalText(_ node: ExpressionNode) -> String {
        func joined(_ nodes: [ExpressionNode]) -> String { nodes.map { canonicalText($0) }.joined(separator: ",") }
        func running(_ over: Running) -> String {
            over.variables.map { "\($0.name) in \($0.set)" }.joined(separator: ",")
                + (over.condition.map { " where \(canonicalText($0))" } ?? "")
        }
        switch node {
        case .number(let literal): return literal.base.description
        case .name(let name, let indices, _): return indexedName(name, indices.map(memberText))
        case .member(let member): return memberText(member)
        case .negated(let inner, _): return "−(\(canonicalText(inner)))"
        case .arithmetic(let how, let left, let right, _):
            let sides = [canonicalText(left), canonicalText(right)]
            let isSwappable = how == .add || how == .multiply
            return "(" + (isSwappable ? sides.sorted() : sides).joined(separator: how.rawValue) + ")"
        case .comparison(let operands, let operators, _):
            return "(\(joined(operands)):\(operators.map(\.rawValue).joined()))"
        case .logical(let how, let left, let right, _):
            return "(\(canonicalText(left)) \(how.rawValue) \(canonicalText(right)))"
        case .not(let inner, _): return "not(\(canonicalText(inner)))"
        case .choice(let branches, let otherwise, _):
            return
                "choice(\(branches.map { joined([$0.condition, $0.value]) }.joined(separator: ";"));\(canonicalText(otherwise)))"
        case .call(let function, let arguments, _): return "\(function.rawValue)(\(joined(arguments)))"
        case .over(let aggregate, let over, let body, _):
            return "\(aggregate.rawValue)(\(running(over)):\(canonicalText(body)))"
        case .rank(let member, let over, let keys, let ties, _):
            let order = keys.map { "\(canonicalText($0.value))\($0.isAscending ? "+" : "-")" }.joined(separator: ",")
            return "rank(\(memberText(member)),\(running(over)):\(order) \(ties?.rawValue ?? ""))"
        case .tier(let name, _, let value, _): return "tier(\(name),\(canonicalText(value)))"
        case .days(let member, _): return "days(\(member.map(memberText) ?? "period"))"
        case .size(let set, _): return "size(\(set))"
        case .end(let isFirst, let member, _): return "\(isFirst ? "first" : "last")(\(memberText(member)))"
        case .exempt(let name, let members, _):
            return "exempt(\(name),\(members.map(memberText).joined(separator: ",")))"
        case .expired(let name, _): return "expired(\(name))"
        case .rounded(let value, let step, let rule, _):
            return "round(\(joined([value, step])),\(rule.agreementText))"
        case .undetermined: return "undetermined"
        }
    }

    private func memberText(_ node: MemberNode) -> String {
        var copy = self
        return copy.member(node).id
    }
}
