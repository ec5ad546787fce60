// Expressions along one figure: the same fifteen primitives as `ExpressionEvaluation`, on straight lines.

internal import Exact

extension LineWalk {
    private var scope: ExpressionScope { agreement.scope }

    mutating func number(_ node: ExpressionNode) throws(LineEnd) -> Line {
        switch node {
        case .number(let literal): return Line(literal.base)
        case .name(let name, let indices, _):
            guard let line = figures[name]?[try members(indices)] else { throw .stopped }
            return line
        case .negated(let inner, _): return try number(inner).scaled(by: Fraction(-1))
        case .arithmetic(let how, let left, let right, _):
            return try arithmetic(how, try number(left), try number(right))
        case .choice(let branches, let otherwise, _):
            for branch in branches where try decide(branch.condition) { return try number(branch.value) }
            return try number(otherwise)
        case .call(let function, let arguments, _): return try call(function, arguments)
        case .over(let aggregate, let running, let body, _): return try over(aggregate, running, body)
        case .rank(let member, let running, let keys, let ties, _): return try rank(member, running, keys, ties)
        case .tier(let name, _, let value, _): return try tier(name, try number(value))
        case .days(let month, _):
            let name = try month.map { (node) throws(LineEnd) in try member(node) } ?? ""
            return Line(Fraction(days[name] ?? 0) * UnitOfMeasure.day.factor)
        case .size(let set, _): return Line(Fraction(scope.sets[set]?.count ?? 0))
        case .rounded(let value, let step, let rule, _):
            let size = try fixedStep(step)
            if isTangent {
                let line = try number(value)
                return Line(line.value.rounded(to: size, rule), slope: line.slope)
            }
            // Every rule turns at a whole or a half step.
            return stepwise(try number(value), every: size / Fraction(2)) { $0.rounded(to: size, rule) }
        case .undetermined: throw .stopped
        case .comparison, .logical, .not, .end, .exempt, .member:
            preconditionFailure("A condition where a number belongs was refused when the agreement was read.")
        }
    }

    private func member(_ node: MemberNode) throws(LineEnd) -> String {
        do { return try names.member(node) } catch { throw .stopped }
    }

    private func members(_ nodes: [MemberNode]) throws(LineEnd) -> [String] {
        var found: [String] = []
        for node in nodes { found.append(try member(node)) }
        return found
    }

    private func arithmetic(_ how: ArithmeticOperator, _ left: Line, _ right: Line) throws(LineEnd) -> Line {
        switch how {
        case .add: return left + right
        case .subtract: return left - right
        case .multiply:
            if left.isFixed { return right.scaled(by: left.value) }
            if right.isFixed { return left.scaled(by: right.value) }
            if isTangent { return left.tangent(times: right) }
            throw .curved
        case .divide:
            if right.isFixed, right.value.isZero { throw .stopped }
            if right.isFixed { return left.scaled(by: .one / right.value) }
            guard isTangent else { throw .curved }
            if right.value.isZero { throw .stopped }
            return left.tangent(over: right)
        }
    }

    private mutating func call(_ function: ExpressionFunction, _ arguments: [ExpressionNode]) throws(LineEnd) -> Line {
        var given: [Line] = []
        for argument in arguments { given.append(try number(argument)) }
        switch function {
        case .abs: return order(given[0], Line(.zero)) < 0 ? given[0].scaled(by: Fraction(-1)) : given[0]
        case .min: return extreme(given, isLargest: false)
        case .max: return extreme(given, isLargest: true)
        case .clamp:
            if order(given[1], given[2]) > 0 { throw .stopped }
            return extreme([given[1], extreme([given[0], given[2]], isLargest: false)], isLargest: true)
        case .startedSteps, .wholeSteps:
            guard given[1].isFixed else { throw .curved }
            let step = given[1].value
            if step <= .zero { throw .stopped }
            // Below zero there is no step, however far.
            if order(given[0], Line(.zero)) <= 0 { return Line(.zero) }
            return stepwise(given[0], every: step) { value in
                value <= .zero ? .zero : (value / step).rounded(to: .one, function == .startedSteps ? .up : .down)
            }
        }
    }

    private mutating func extreme(_ lines: [Line], isLargest: Bool) -> Line {
        lines.dropFirst().reduce(lines[0]) { known, line in
            let side = order(line, known)
            return (isLargest ? side > 0 : side < 0) ? line : known
        }
    }

    private mutating func fixedStep(_ node: ExpressionNode) throws(LineEnd) -> Fraction {
        let step = try number(node)
        guard step.isFixed else { throw .curved }
        if step.value <= .zero { throw .stopped }
        return step.value
    }

    /// What is constant between multiples of `step`.
    private mutating func stepwise(_ line: Line, every step: Fraction, _ value: (Fraction) -> Fraction) -> Line {
        guard !line.isFixed else { return Line(value(line.value)) }
        let place = line.value / step
        let next =
            line.slope.isNegative
            ? place.rounded(to: .one, .up) - .one : place.rounded(to: .one, .down) + .one
        // Towards zero and away from it differ below zero; the next multiple is found by moving there.
        let edge = place.isNegative ? neighbour(place, isUp: !line.slope.isNegative) : next
        let t = (edge * step - line.value) / line.slope
        remember(t)
        return Line(value(line.at(t / Fraction(2))))
    }

    /// The next whole number strictly above or below one that is negative.
    private func neighbour(_ place: Fraction, isUp: Bool) -> Fraction {
        // Rounding down goes towards zero: above a negative place that is not whole.
        if isUp { return place.isInteger ? place + .one : place.rounded(to: .one, .down) }
        return place.isInteger ? place - .one : place.rounded(to: .one, .up)
    }

    private mutating func tier(_ name: String, _ line: Line) throws(LineEnd) -> Line {
        guard let table = scope.tiers[name] else { preconditionFailure("An unknown table was refused on reading.") }
        guard !line.isFixed else {
            guard let found = table.value(of: line.value) else { throw .stopped }
            return Line(found.value)
        }
        let edges = table.rows.flatMap { [$0.from, $0.to, $0.at] }.compactMap(\.self)
        let ahead = edges.map { ($0 * table.measures.factor - line.value) / line.slope }.filter { $0 > .zero }
        let end = ahead.min()
        if let end { remember(end) }
        // Within one tier the value is a straight line: two of its points make it.
        let (first, second) = end.map { ($0 / Fraction(3), $0 / Fraction(2)) } ?? (.one, Fraction(2))
        guard let low = table.value(of: line.at(first))?.value, let high = table.value(of: line.at(second))?.value
        else {
            throw .stopped
        }
        let slope = (high - low) / (second - first)
        return Line(low - slope * first, slope: slope)
    }

    // MARK: Sets

    private mutating func bindings(of running: Running) throws(LineEnd) -> [[String]] {
        let all = scope.combinations(of: running.variables.map(\.set))
        guard let condition = running.condition else { return all }
        var kept: [[String]] = []
        for members in all {
            bind(running, members)
            if try decide(condition) { kept.append(members) }
        }
        return kept
    }

    private mutating func bind(_ running: Running, _ members: [String]) {
        for (variable, member) in zip(running.variables, members) {
            names.variables[variable.name] = BoundMember(id: member, set: variable.set)
        }
    }

    private mutating func over(
        _ aggregate: Aggregate, _ running: Running, _ body: ExpressionNode
    ) throws(LineEnd) -> Line {
        if aggregate == .count { return Line(Fraction(try counted(running, body).count)) }
        let outer = names.variables
        defer { names.variables = outer }
        var lines: [Line] = []
        for members in try bindings(of: running) {
            bind(running, members)
            lines.append(try number(body))
        }
        if lines.isEmpty {
            if aggregate == .sum { return Line(.zero) }
            throw .stopped
        }
        switch aggregate {
        case .min: return extreme(lines, isLargest: false)
        case .max: return extreme(lines, isLargest: true)
        default:
            let sum = lines.dropFirst().reduce(lines[0], +)
            return aggregate == .mean ? sum.scaled(by: Fraction(1, lines.count)) : sum
        }
    }

    private mutating func counted(
        _ running: Running, _ body: ExpressionNode
    ) throws(LineEnd) -> (count: Int, all: Int) {
        let outer = names.variables
        defer { names.variables = outer }
        let bindings = try bindings(of: running)
        var count = 0
        for members in bindings {
            bind(running, members)
            if try decide(body) { count += 1 }
        }
        return (count, bindings.count)
    }

    private mutating func rank(
        _ node: MemberNode, _ running: Running, _ keys: [RankKey], _ ties: TieRule?
    ) throws(LineEnd) -> Line {
        let outer = names.variables
        defer { names.variables = outer }
        let own = try member(node)
        let taking = try bindings(of: running).map { $0[0] }
        var lines: [[Line]] = []
        for member in taking {
            bind(running, [member])
            var values: [Line] = []
            for key in keys { values.append(try number(key.value).scaled(by: Fraction(key.isAscending ? 1 : -1))) }
            lines.append(values)
        }
        guard let place = taking.firstIndex(of: own) else { throw .stopped }
        var better: Set<[Line]> = []
        var (betterCount, equal, before) = (0, 0, 0)
        for (index, values) in lines.enumerated() {
            var side = 0
            for (left, right) in zip(values, lines[place]) where side == 0 { side = order(left, right) }
            if side < 0 {
                betterCount += 1
                better.insert(values)
            } else if side == 0 {
                equal += 1
                if index < place { before += 1 }
            }
        }
        switch ties {
        case nil:
            if equal > 1 { throw .stopped }
            return Line(Fraction(betterCount + 1))
        case .best: return Line(Fraction(betterCount + 1))
        case .worst: return Line(Fraction(betterCount + equal))
        case .mean: return Line(Fraction(betterCount) + Fraction(equal + 1, 2))
        case .dense: return Line(Fraction(better.count + 1))
        case .order: return Line(Fraction(betterCount + before + 1))
        }
    }

    // MARK: Conditions

    mutating func decide(_ node: ExpressionNode) throws(LineEnd) -> Bool {
        switch node {
        case .comparison(let operands, let operators, _):
            if let (left, right) = try compared(operands) { return names.compare(left, right, operators[0]) }
            var lines: [Line] = []
            for operand in operands { lines.append(try number(operand)) }
            var holds = true
            for (position, sign) in operators.enumerated() {
                holds = sign.holds(order(lines[position], lines[position + 1]), 0) && holds
            }
            return holds
        case .logical(let how, let left, let right, _):
            let (first, second) = (try decide(left), try decide(right))
            return how == .and ? first && second : first || second
        case .not(let inner, _): return try !decide(inner)
        case .over(let aggregate, let running, let body, _):
            let (count, all) = try counted(running, body)
            return aggregate == .any ? count > 0 : count == all
        case .end(let isFirst, let node, _):
            do {
                let found = try names.bound(node)
                let members = scope.sets[found.set] ?? []
                return found.id == (isFirst ? members.first : members.last)
            } catch { throw .stopped }
        case .exempt(let name, let nodes, _): return exempt[name]?.contains(try members(nodes)) ?? false
        default:
            preconditionFailure("A number where a condition belongs was refused when the agreement was read.")
        }
    }

    private func compared(
        _ operands: [ExpressionNode]
    ) throws(LineEnd) -> (left: BoundMember, right: BoundMember)? {
        do { return try names.comparedMembers(operands) } catch { throw .stopped }
    }
}
