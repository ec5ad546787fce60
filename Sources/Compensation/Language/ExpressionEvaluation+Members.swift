// Evaluation over sets: members and neighbours, sums and counts, ranks with their tie rule.

internal import Exact

extension ExpressionEvaluation {
    func member(_ node: MemberNode) throws(ExpressionProblem) -> String { try bound(node).id }

    /// The member a node names, with the set in whose order it stands.
    func bound(_ node: MemberNode) throws(ExpressionProblem) -> BoundMember {
        switch node {
        case .name(let name, _): return variables[name] ?? BoundMember(id: name, set: "")
        case .mapped(let name, let nodes, let range):
            var members: [String] = []
            for node in nodes { members.append(try member(node)) }
            guard let map = scope.maps[name], let value = map.values[members] else {
                throw ExpressionProblem(
                    check: "expression.value", range: range,
                    message: "The map “\(name)” says nothing of \(members.joined(separator: ", ")).",
                    remedy: "\(scope.maps[name]?.clause ?? "The agreement") must say where it belongs.")
            }
            return BoundMember(id: value, set: map.to)
        case .neighbour(let isNext, let inner, let range):
            let here = try bound(inner)
            let members = scope.sets[here.set] ?? []
            guard let place = members.firstIndex(of: here.id),
                members.indices.contains(place + (isNext ? 1 : -1))
            else {
                throw ExpressionProblem(
                    check: "expression.neighbour", range: range,
                    message: "“\(here.id)” has no \(isNext ? "next" : "previous") member in \(here.set).",
                    remedy: "Say in the formula what holds at the end: when \(isNext ? "last" : "first")(…) then ….")
            }
            return BoundMember(id: members[place + (isNext ? 1 : -1)], set: here.set)
        }
    }

    /// The two members a comparison is between, `nil` when it compares numbers.
    func comparedMembers(
        _ operands: [ExpressionNode]
    ) throws(ExpressionProblem) -> (left: BoundMember, right: BoundMember)? {
        guard operands.count == 2, let left = operands[0].asMember, let right = operands[1].asMember,
            isMember(left) || isMember(right)
        else { return nil }
        return (try bound(left), try bound(right))
    }

    private func isMember(_ node: MemberNode) -> Bool {
        switch node {
        case .name(let name, _): variables[name] != nil
        case .mapped(let name, _, _): scope.maps[name] != nil
        case .neighbour: true
        }
    }

    /// Equality by id; order by the places in the set of the left one.
    func compare(_ left: BoundMember, _ right: BoundMember, _ sign: ComparisonOperator) -> Bool {
        if sign == .equal { return left.id == right.id }
        if sign == .notEqual { return left.id != right.id }
        let members = scope.sets[left.set] ?? []
        guard let first = members.firstIndex(of: left.id), let second = members.firstIndex(of: right.id) else {
            return false
        }
        return sign.holds(first, second)
    }

    /// Every binding of the running variables for which their condition holds.
    private mutating func bindings(of running: Running) throws(ExpressionProblem) -> [[String]] {
        let all = scope.combinations(of: running.variables.map(\.set))
        guard let condition = running.condition else { return all }
        var kept: [[String]] = []
        for members in all {
            bind(running, members)
            if try decide(condition).holds { kept.append(members) }
        }
        release(running)
        return kept
    }

    private mutating func bind(_ running: Running, _ members: [String]) {
        for (variable, member) in zip(running.variables, members) {
            variables[variable.name] = BoundMember(id: member, set: variable.set)
        }
    }

    private mutating func release(_ running: Running) {
        for variable in running.variables { variables[variable.name] = nil }
    }

    mutating func over(
        _ aggregate: Aggregate, _ running: Running, _ body: ExpressionNode, _ range: Range<Int>
    ) throws(ExpressionProblem) -> Fraction {
        if aggregate == .count { return Fraction(try counted(running, body).count) }
        let bindings = try bindings(of: running)
        defer { release(running) }
        var result: Fraction?
        for members in bindings {
            bind(running, members)
            let value = try number(body)
            guard let known = result else {
                result = value
                continue
            }
            switch aggregate {
            case .min: result = min(known, value)
            case .max: result = max(known, value)
            default: result = known + value
            }
        }
        if let result { return aggregate == .mean ? result / Fraction(bindings.count) : result }
        if aggregate == .sum { return .zero }
        throw ExpressionProblem(
            check: "expression.empty", range: range,
            message: "Nothing takes part in this \(aggregate.rawValue), so it has no value.",
            remedy: "The agreement must say what holds when no member meets the condition.")
    }

    /// For how many bindings a condition holds, and how many there are.
    mutating func counted(
        _ running: Running, _ body: ExpressionNode
    ) throws(ExpressionProblem) -> (count: Int, all: Int) {
        let bindings = try bindings(of: running)
        defer { release(running) }
        var count = 0
        for members in bindings {
            bind(running, members)
            if try decide(body).holds { count += 1 }
        }
        return (count, bindings.count)
    }

    mutating func rank(
        _ node: MemberNode, _ running: Running, _ keys: [RankKey], _ ties: TieRule?, _ range: Range<Int>
    ) throws(ExpressionProblem) -> Fraction {
        let place = try member(node)
        let outer = beginDecision()
        let found = try rank(of: place, running, keys, ties, range)
        let own = endDecision(outer)
        if keepsNotes {
            noteDecision(range, place, outcome: "第 \(found.shortText) 名 rank \(found.shortText)", reads: own)
        }
        return found
    }

    private mutating func rank(
        of place: String, _ running: Running, _ keys: [RankKey], _ ties: TieRule?, _ range: Range<Int>
    ) throws(ExpressionProblem) -> Fraction {
        let taking = try bindings(of: running).map { $0[0] }
        defer { release(running) }
        var ordered: [(member: String, keys: [Fraction])] = []
        for member in taking {
            bind(running, [member])
            var values: [Fraction] = []
            for key in keys {
                let value = try number(key.value)
                values.append(key.isAscending ? value : -value)
            }
            ordered.append((member, values))
        }
        guard let own = ordered.first(where: { $0.member == place })?.keys else {
            throw ExpressionProblem(
                check: "expression.rank", range: range, message: "“\(place)” takes no part in this ranking.",
                remedy: "Ask for the rank of members that meet its condition.")
        }
        let better = ordered.filter { $0.keys.lexicographicallyPrecedes(own) }
        let equal = ordered.filter { $0.keys == own }
        guard equal.count > 1 else { return Fraction(distinct(better, ties) + 1) }
        switch ties {
        case nil:
            throw ExpressionProblem(
                check: "expression.tie", range: range,
                message: "\(equal.map(\.member).joined(separator: ", ")) are equal in every key of this ranking.",
                remedy: "The agreement must name a further key, or a tie rule (ties best, worst, mean, dense, order).")
        case .best: return Fraction(better.count + 1)
        case .worst: return Fraction(better.count + equal.count)
        case .mean: return Fraction(better.count) + Fraction(equal.count + 1, 2)
        case .dense: return Fraction(distinct(better, ties) + 1)
        case .order:
            let before = equal.firstIndex { $0.member == place } ?? 0
            return Fraction(better.count + before + 1)
        }
    }

    /// Members before a place; those equal to each other count once where the rule is `dense`.
    private func distinct(_ better: [(member: String, keys: [Fraction])], _ ties: TieRule?) -> Int {
        ties == .dense ? Set(better.map(\.keys)).count : better.count
    }
}
