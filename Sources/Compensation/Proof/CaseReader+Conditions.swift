// Conditions as propositions: members put in where they are known, numbers compared case by case.

internal import Exact

extension CaseReader {
    mutating func proposition(_ expression: Expression) -> Proposition { proposition(expression.root, expression) }

    mutating func proposition(_ node: ExpressionNode, _ expression: Expression) -> Proposition {
        switch node {
        case .comparison(let operands, let operators, _):
            if let answer = membersCompared(operands, operators) { return answer }
            var result = Proposition.constant(true)
            for (position, sign) in operators.enumerated() {
                result =
                    result
                    && compared(
                        cases(operands[position], expression), sign, cases(operands[position + 1], expression))
            }
            return result
        case .logical(let how, let left, let right, _):
            let (first, second) = (proposition(left, expression), proposition(right, expression))
            return how == .and ? first && second : first || second
        case .not(let inner, _): return !proposition(inner, expression)
        case .over(let aggregate, let running, let body, _):
            guard let bindings = bindings(of: running) else { return question(node, expression) }
            var result = Proposition.constant(aggregate == .all)
            for binding in bindings {
                let (taking, holds) = within(binding) { reader in
                    (
                        reader.taking(running, expression), reader.proposition(body, expression)
                    )
                }
                result = aggregate == .all ? result && (!taking || holds) : result || (taking && holds)
            }
            return result
        case .end(let isFirst, let member, _):
            let found = self.member(member)
            guard found.isKnown, let members = agreement.scope.sets[found.set] else {
                return question(node, expression)
            }
            return .constant(found.id == (isFirst ? members.first : members.last))
        case .exempt(let name, let nodes, _):
            guard let exemption = agreement.exemptions.first(where: { $0.name == name }) else {
                return question(node, expression)
            }
            let members = nodes.map { member($0) }
            return within(Array(zip(exemption.each.map(\.name), members)), only: true) {
                $0.proposition(exemption.condition)
            }
        // Its days run by themselves: yes or no, whatever the figures are.
        case .expired(let name, _): return .question("expired(\(name))")
        default: return question(node, expression)
        }
    }

    private mutating func question(_ node: ExpressionNode, _ expression: Expression) -> Proposition {
        asksMembers = true
        return .question(expression.excerpt(node.range))
    }

    /// The answer when members are compared; `nil` when numbers are.
    private mutating func membersCompared(
        _ operands: [ExpressionNode], _ operators: [ComparisonOperator]
    ) -> Proposition? {
        guard operands.count == 2, let left = operands[0].asMember, let right = operands[1].asMember,
            isMember(left) || isMember(right)
        else { return nil }
        let (first, second) = (member(left), member(right))
        guard first.isKnown, second.isKnown else {
            asksMembers = true
            return .question("\(first.id) \(operators[0].rawValue) \(second.id)")
        }
        if operators[0] == .equal { return .constant(first.id == second.id) }
        if operators[0] == .notEqual { return .constant(first.id != second.id) }
        let members = agreement.scope.sets[first.set] ?? []
        guard let one = members.firstIndex(of: first.id), let other = members.firstIndex(of: second.id) else {
            return .constant(false)
        }
        return .constant(operators[0].holds(one, other))
    }

    private func isMember(_ node: MemberNode) -> Bool {
        switch node {
        case .name(let name, _): agreement.scope.symbols[name] == nil
        case .mapped(let name, _, _): agreement.scope.maps[name] != nil
        case .neighbour: true
        }
    }

    mutating func member(_ node: MemberNode) -> Member {
        switch node {
        case .name(let name, _): return variables[name] ?? Member(id: name, set: "", isKnown: true)
        case .mapped(let name, let nodes, _):
            let inner = nodes.map { member($0) }
            guard let map = agreement.scope.maps[name] else { return Member(id: name, set: "", isKnown: false) }
            if inner.allSatisfy(\.isKnown), let target = map.values[inner.map(\.id)] {
                return Member(id: target, set: map.to, isKnown: true)
            }
            asksMembers = true
            return Member(id: indexedName(name, inner.map(\.id)), set: map.to, isKnown: false)
        case .neighbour(let isNext, let inner, _):
            let here = member(inner)
            let members = agreement.scope.sets[here.set] ?? []
            if here.isKnown, let place = members.firstIndex(of: here.id),
                members.indices.contains(place + (isNext ? 1 : -1))
            {
                return Member(id: members[place + (isNext ? 1 : -1)], set: here.set, isKnown: true)
            }
            asksMembers = true
            return Member(id: "\(isNext ? "next" : "prev")(\(here.id))", set: here.set, isKnown: false)
        }
    }

    mutating func compared(_ left: [FormCase], _ sign: ComparisonOperator, _ right: [FormCase]) -> Proposition {
        var result = Proposition.constant(false)
        for one in left {
            for other in right {
                let here = one.guarded && other.guarded
                guard let first = one.form, let second = other.form else {
                    stops.append(here)
                    continue
                }
                result = result || (here && (first - second).compared(sign))
            }
        }
        return result
    }

    // Sets.

    /// Each way to bind the variables, `nil` when there are too many.
    func bindings(of running: Running) -> [[(String, Member)]]? {
        let all = agreement.scope.combinations(of: running.variables.map(\.set))
        guard all.count <= Self.memberLimit else { return nil }
        return all.map { members in
            zip(running.variables, members).map { ($0.name, Member(id: $1, set: $0.set, isKnown: true)) }
        }
    }

    mutating func taking(_ running: Running, _ expression: Expression) -> Proposition {
        running.condition.map { proposition($0, expression) } ?? .constant(true)
    }

    mutating func within<Result>(
        _ binding: [(String, Member)], only: Bool = false, _ body: (inout CaseReader) -> Result
    ) -> Result {
        let outside = variables
        if only { variables = [:] }
        for (name, member) in binding { variables[name] = member }
        defer { variables = outside }
        return body(&self)
    }
}
