// The part of the check that concerns sets and their members: indices, running variables, ranks, comparisons of members.

internal import Exact

extension ExpressionUnits {
    /// What is known of a member before a value exists.
    enum MemberKind {
        /// Some member of this set.
        case of(String)
        case literal(String)
    }

    /// Checks the indices of `name` against the sets it has values for.
    @discardableResult
    mutating func requireIndices(
        _ indices: [MemberNode], _ sets: [String], _ name: String, _ range: Range<Int>
    ) -> Bool {
        guard indices.count == sets.count else {
            report(
                "expression.index", range,
                "“\(name)” has \(sets.count == 1 ? "one index" : "\(sets.count) indices") (\(sets.joined(separator: ", "))), "
                    + "and \(indices.count == 1 ? "one is" : "\(indices.count) are") written.",
                "Write one index for each set, in that order.")
            return false
        }
        var isSound = true
        for (index, set) in zip(indices, sets) { isSound = require(index, in: set) && isSound }
        return isSound
    }

    /// Checks that a member belongs to `set`.
    @discardableResult
    mutating func require(_ member: MemberNode, in set: String) -> Bool {
        switch kind(of: member) {
        case nil: return false
        case .of(let found):
            if scope.isSubset(found, of: set) { return true }
            report(
                "expression.index", member.range,
                "“\(expression.excerpt(member.range))” is a member of \(found), and \(set) does not hold all of them.",
                "Use a running variable over \(set).")
            return false
        case .literal(let id):
            if scope.sets[set]?.contains(id) == true { return true }
            if set == "indicators" {
                report(
                    "expression.index", member.range, "“\(id)” is neither a running variable nor an indicator.",
                    "Write it inside sum(\(id) in indicators: …) or name an indicator.")
            } else {
                let near = nearest(to: id, among: scope.sets[set] ?? []).map { "Did you mean “\($0)”? " } ?? ""
                report(
                    "expression.index", member.range, "“\(id)” is neither a running variable nor a member of \(set).",
                    near + "Write it inside sum(\(id) in \(set): …) or name a member.")
            }
            return false
        }
    }

    mutating func kind(of member: MemberNode) -> MemberKind? {
        switch member {
        case .name(let name, _): return variables[name].map(MemberKind.of) ?? .literal(name)
        case .mapped(let name, let members, let range):
            guard let map = scope.maps[name] else {
                let near = nearest(to: name, among: scope.maps.keys.sorted()).map { "Did you mean “\($0)”?" }
                report(
                    "expression.index", range, "There is no map “\(name)”.",
                    near ?? "Define under maps which member belongs to which.")
                return nil
            }
            return requireIndices(members, map.from, name, range) ? .of(map.to) : nil
        case .neighbour(_, let inner, _): return ordered(inner).map(MemberKind.of)
        }
    }

    /// The set in whose order a member has neighbours.
    mutating func ordered(_ member: MemberNode) -> String? {
        switch kind(of: member) {
        case .of(let set): return set
        case .literal(let id):
            report(
                "expression.index", member.range, "“\(id)” is no running variable, so it has no place in an order.",
                "Use a running variable, as in sum(\(id) in sections: …).")
            return nil
        case nil: return nil
        }
    }

    /// Whether `operands` are members; then they are checked as such.
    mutating func compareMembers(
        _ operands: [ExpressionNode], _ operators: [ComparisonOperator], _ range: Range<Int>
    ) -> Bool {
        let members = operands.map { $0.asMember }
        let known = members.map { $0.map(isMember) ?? false }
        guard known.contains(true) else { return false }
        guard operands.count == 2, let left = members[0], let right = members[1] else {
            report(
                "expression.type", range, "A member is compared with something that is none.",
                "Compare one member with one other, as in owner[s] = p.")
            return true
        }
        guard let first = kind(of: left), let second = kind(of: right) else { return true }
        switch (first, second) {
        case (.of(let set), .literal(let id)), (.literal(let id), .of(let set)):
            if scope.sets[set]?.contains(id) != true {
                let near = nearest(to: id, among: scope.sets[set] ?? []).map { "Did you mean “\($0)”?" }
                report(
                    "expression.index", range, "“\(id)” is no member of \(set).",
                    near ?? "Use one of \((scope.sets[set] ?? []).prefix(12).joined(separator: ", ")).")
            }
        case (.of(let one), .of(let other)):
            if Set(scope.sets[one] ?? []).isDisjoint(with: scope.sets[other] ?? []) {
                report(
                    "expression.index", range, "No member of \(one) is one of \(other).",
                    "Compare members of one set.")
            }
        case (.literal, .literal): break
        }
        if operators[0] != .equal, operators[0] != .notEqual { _ = ordered(left) }
        return true
    }

    private func isMember(_ node: MemberNode) -> Bool {
        switch node {
        case .name(let name, _): variables[name] != nil
        case .mapped(let name, _, _): scope.maps[name] != nil
        case .neighbour: true
        }
    }

    mutating func isSet(_ name: String, _ range: Range<Int>) -> Bool {
        if scope.sets[name] != nil { return true }
        report(
            "expression.set", range, "There is no set “\(name)” to run over.",
            "Use one of \(scope.sets.keys.sorted().joined(separator: ", ")).")
        return false
    }

    /// Makes the variables of `running` known; those that could be are taken back by `leave`.
    private mutating func enter(_ running: Running, _ what: String, mayBeEmpty: Bool) -> [String]? {
        var entered: [String] = []
        for variable in running.variables {
            guard isSet(variable.set, variable.range) else { break }
            if scope.sets[variable.set]?.isEmpty == true, !mayBeEmpty {
                report(
                    "expression.set", variable.range,
                    "The set “\(variable.set)” is empty, so this \(what) has no value.",
                    "List the members of \(variable.set) in the agreement.")
                break
            }
            guard variables[variable.name] == nil, scope.symbols[variable.name] == nil else {
                report(
                    "expression.index", variable.range, "“\(variable.name)” already has a meaning here.",
                    "Choose another running variable.")
                break
            }
            variables[variable.name] = variable.set
            entered.append(variable.name)
        }
        if entered.count == running.variables.count {
            if let condition = running.condition { requireCondition(condition) }
            return entered
        }
        leave(entered)
        return nil
    }

    private mutating func leave(_ entered: [String]) {
        for name in entered { variables[name] = nil }
    }

    mutating func over(
        _ aggregate: Aggregate, _ running: Running, _ body: ExpressionNode, _ range: Range<Int>
    ) -> ExpressionType? {
        guard let entered = enter(running, aggregate.rawValue, mayBeEmpty: aggregate.asksCondition) else { return nil }
        defer { leave(entered) }
        if aggregate.asksCondition {
            requireCondition(body)
            return aggregate.isCondition ? .condition : .number(.one)
        }
        return unit(of: body).map(ExpressionType.number)
    }

    mutating func rank(
        _ member: MemberNode, _ running: Running, _ keys: [RankKey], _ range: Range<Int>
    ) -> ExpressionType? {
        guard running.variables.count == 1, !keys.isEmpty else {
            report(
                "expression.rank", range, "A rank orders the members of one set by at least one key.",
                "Write rank(d, x in districts: index[x] ascending).")
            return nil
        }
        require(member, in: running.variables[0].set)
        guard let entered = enter(running, "rank", mayBeEmpty: false) else { return nil }
        defer { leave(entered) }
        for key in keys { _ = unit(of: key.value) }
        return .number(.rank)
    }
}

extension ExpressionNode {
    /// The same read as a member: a bare name, a map's value, a neighbour.
    var asMember: MemberNode? {
        switch self {
        case .name(let name, let indices, let range):
            indices.isEmpty ? .name(name, range: range) : .mapped(name, indices, range: range)
        case .member(let member): member
        default: nil
        }
    }
}

extension UnitOfMeasure {
    static let day = known("d")
    static let rank = known("rank")
    static let classStep = known("class")

    static func known(_ symbol: String) -> UnitOfMeasure {
        guard let unit = try? UnitOfMeasure(parsing: symbol) else { preconditionFailure("“\(symbol)” is a unit.") }
        return unit
    }
}

extension ExpressionUnits {
    /// The problems of a member written on its own, as a payer is.
    static func checkMember(
        _ member: MemberNode, of text: Expression, in scope: ExpressionScope, each: [RunningVariable], set: String
    ) -> [ExpressionProblem] {
        var walk = ExpressionUnits(expression: text, scope: scope)
        for variable in each { walk.variables[variable.name] = variable.set }
        walk.require(member, in: set)
        return walk.problems
    }
}
