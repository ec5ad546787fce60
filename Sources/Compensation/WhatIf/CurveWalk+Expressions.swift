// Expressions along one figure: the same fifteen primitives as `ExpressionEvaluation`, on curves.

internal import Exact

extension CurveWalk {
    private var scope: ExpressionScope { agreement.scope }

    mutating func number(_ node: ExpressionNode) throws(CurveEnd) -> Curve {
        switch node {
        case .number(let literal): return Curve(literal.base)
        case .name(let name, let indices, _):
            guard let line = figures[name]?[try members(indices)] else { throw .stopped }
            return line
        case .negated(let inner, _): return try number(inner).scaled(by: Fraction(-1))
        case .arithmetic(let how, let left, let right, _):
            let (first, second) = (try number(left), try number(right))
            let joined = try arithmetic(how, first, second)
            return try bounded(joined)
        case .choice(let branches, let otherwise, _):
            for branch in branches where try decide(branch.condition) { return try number(branch.value) }
            return try number(otherwise)
        case .call(let function, let arguments, _): return try call(function, arguments)
        case .over(let aggregate, let running, let body, _): return try over(aggregate, running, body)
        case .rank(let member, let running, let keys, let ties, _): return try rank(member, running, keys, ties)
        case .tier(let name, _, let value, _): return try tier(name, try number(value))
        case .days(let month, _):
            let name = try month.map { (node) throws(CurveEnd) in try member(node) } ?? ""
            return Curve(Fraction(days[name] ?? 0) * UnitOfMeasure.day.factor)
        case .size(let set, _): return Curve(Fraction(scope.sets[set]?.count ?? 0))
        case .rounded(let value, let step, let rule, _):
            let size = try fixedStep(step)
            if isTangent {
                let line = try number(value)
                guard let start = line.value, let slope = line.slope else { throw .stopped }
                return Curve(start.rounded(to: size, rule), slope: slope)
            }
            // Every rule turns at a whole or a half step.
            return try stepwise(try number(value), every: size / Fraction(2)) { $0.rounded(to: size, rule) }
        case .undetermined: throw .stopped
        case .comparison, .logical, .not, .end, .exempt, .expired, .member:
            preconditionFailure("A condition where a number belongs was refused when the agreement was read.")
        }
    }

    private func member(_ node: MemberNode) throws(CurveEnd) -> String {
        do { return try names.member(node) } catch { throw .stopped }
    }

    private func members(_ nodes: [MemberNode]) throws(CurveEnd) -> [String] {
        var found: [String] = []
        for node in nodes { found.append(try member(node)) }
        return found
    }

    private mutating func arithmetic(
        _ how: ArithmeticOperator, _ left: Curve, _ right: Curve
    ) throws(CurveEnd) -> Curve {
        switch how {
        case .add: return left + right
        case .subtract: return left - right
        case .multiply: return left * right
        case .divide:
            // Where the divisor is nothing the run stops, on that value alone.
            remember(zeroOf: right)
            if right.isZero { throw .stopped }
            return left / right
        }
    }

    private mutating func call(_ function: ExpressionFunction, _ arguments: [ExpressionNode]) throws(CurveEnd) -> Curve
    {
        var given: [Curve] = []
        for argument in arguments { given.append(try number(argument)) }
        switch function {
        case .abs: return order(given[0], Curve(.zero)) < 0 ? given[0].scaled(by: Fraction(-1)) : given[0]
        case .min: return extreme(given, isLargest: false)
        case .max: return extreme(given, isLargest: true)
        case .clamp:
            if order(given[1], given[2]) > 0 { throw .stopped }
            return extreme([given[1], extreme([given[0], given[2]], isLargest: false)], isLargest: true)
        case .startedSteps, .wholeSteps:
            if order(given[1], Curve(.zero)) <= 0 { throw .stopped }
            // Below zero there is no step, however far.
            if order(given[0], Curve(.zero)) <= 0 { return Curve(.zero) }
            let ratio = try bounded(given[0] / given[1])
            return try stepwise(ratio, every: .one) { value in
                value <= .zero ? .zero : value.rounded(to: .one, function == .startedSteps ? .up : .down)
            }
        }
    }

    private mutating func extreme(_ lines: [Curve], isLargest: Bool) -> Curve {
        lines.dropFirst().reduce(lines[0]) { known, line in
            let side = order(line, known)
            return (isLargest ? side > 0 : side < 0) ? line : known
        }
    }

    private mutating func fixedStep(_ node: ExpressionNode) throws(CurveEnd) -> Fraction {
        let step = try number(node)
        guard step.isFixed, let value = step.value else { throw .curved }
        if value <= .zero { throw .stopped }
        return value
    }

    /// What is constant between multiples of `step`: its value just behind the beginning, until the next multiple.
    private mutating func stepwise(
        _ curve: Curve, every step: Fraction, _ value: (Fraction) -> Fraction
    ) throws(CurveEnd) -> Curve {
        guard let start = curve.value else { throw .curved }
        guard !curve.isFixed else { return Curve(value(start)) }
        let place = start / step
        // Rounding down goes towards zero.
        let cut = place.rounded(to: .one, .down)
        let isUp = (curve - Curve(start)).sign > 0
        var low = place.isNegative && cut != place ? cut - .one : cut
        if place.isInteger, !isUp { low = low - .one }
        for edge in [low, low + .one] { remember(zeroOf: curve - Curve(edge * step)) }
        return Curve(value((low + Fraction(1, 2)) * step))
    }

    private mutating func tier(_ name: String, _ curve: Curve) throws(CurveEnd) -> Curve {
        guard let table = scope.tiers[name] else { preconditionFailure("An unknown table was refused on reading.") }
        if curve.isFixed, let value = curve.value {
            guard let found = table.value(of: value) else { throw .stopped }
            return Curve(found.value)
        }
        let edges = Set(table.rows.flatMap { [$0.from, $0.to, $0.at] }.compactMap(\.self))
            .map { $0 * table.measures.factor }.sorted()
        // Just behind the beginning it lies between two edges, or beyond them all.
        var (low, high): (Fraction?, Fraction?) = (nil, nil)
        for edge in edges {
            if order(curve, Curve(edge)) > 0 { low = edge } else { high = high ?? edge }
        }
        let (first, second): (Fraction, Fraction) =
            switch (low, high) {
            case (let low?, let high?): ((low * Fraction(2) + high) / Fraction(3), (low + high) / Fraction(2))
            case (let low?, nil): (low + .one, low + Fraction(2))
            case (nil, let high?): (high - Fraction(2), high - .one)
            case (nil, nil): (.zero, .one)
            }
        // Within one tier the value is a straight line in what is looked up: two of its points make it.
        guard let one = table.value(of: first)?.value, let other = table.value(of: second)?.value else {
            throw .stopped
        }
        let slope = (other - one) / (second - first)
        return curve.scaled(by: slope) + Curve(one - slope * first)
    }

    // MARK: Sets

    private mutating func bindings(of running: Running) throws(CurveEnd) -> [[String]] {
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
    ) throws(CurveEnd) -> Curve {
        if aggregate == .count { return Curve(Fraction(try counted(running, body).count)) }
        let outer = names.variables
        defer { names.variables = outer }
        var lines: [Curve] = []
        for members in try bindings(of: running) {
            bind(running, members)
            lines.append(try number(body))
        }
        if lines.isEmpty {
            if aggregate == .sum { return Curve(.zero) }
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
    ) throws(CurveEnd) -> (count: Int, all: Int) {
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
    ) throws(CurveEnd) -> Curve {
        let outer = names.variables
        defer { names.variables = outer }
        let own = try member(node)
        let taking = try bindings(of: running).map { $0[0] }
        var lines: [[Curve]] = []
        for member in taking {
            bind(running, [member])
            var values: [Curve] = []
            for key in keys { values.append(try number(key.value).scaled(by: Fraction(key.isAscending ? 1 : -1))) }
            lines.append(values)
        }
        guard let place = taking.firstIndex(of: own) else { throw .stopped }
        var better: Set<[Curve]> = []
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
            return Curve(Fraction(betterCount + 1))
        case .best: return Curve(Fraction(betterCount + 1))
        case .worst: return Curve(Fraction(betterCount + equal))
        case .mean: return Curve(Fraction(betterCount) + Fraction(equal + 1, 2))
        case .dense: return Curve(Fraction(better.count + 1))
        case .order: return Curve(Fraction(betterCount + before + 1))
        }
    }

    // MARK: Conditions

    mutating func decide(_ node: ExpressionNode) throws(CurveEnd) -> Bool {
        switch node {
        case .comparison(let operands, let operators, _):
            if let (left, right) = try compared(operands) { return names.compare(left, right, operators[0]) }
            var lines: [Curve] = []
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
        case .expired(let name, _):
            guard let holds = windows[name]?.hasExpired else { throw .stopped }
            return holds
        default:
            preconditionFailure("A number where a condition belongs was refused when the agreement was read.")
        }
    }

    private func compared(
        _ operands: [ExpressionNode]
    ) throws(CurveEnd) -> (left: BoundMember, right: BoundMember)? {
        do { return try names.comparedMembers(operands) } catch { throw .stopped }
    }
}
