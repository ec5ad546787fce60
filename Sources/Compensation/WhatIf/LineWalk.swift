// A settlement along one figure: every quantity as a straight line just beyond a value, and how far these lines hold, so
// that the place where a branch turns is computed, not searched for.

internal import Accounting
internal import Exact

/// `value + slope × t` for small `t` above zero.
struct Line: Hashable {
    let value: Fraction
    let slope: Fraction

    init(_ value: Fraction, slope: Fraction = .zero) {
        self.value = value
        self.slope = slope
    }

    var isFixed: Bool { slope.isZero }
    func at(_ t: Fraction) -> Fraction { value + slope * t }

    static func + (left: Line, right: Line) -> Line {
        Line(left.value + right.value, slope: left.slope + right.slope)
    }

    static func - (left: Line, right: Line) -> Line {
        Line(left.value - right.value, slope: left.slope - right.slope)
    }

    func scaled(by factor: Fraction) -> Line { Line(value * factor, slope: slope * factor) }

    /// The tangent of a product at `t` = 0.
    func tangent(times other: Line) -> Line {
        Line(value * other.value, slope: value * other.slope + slope * other.value)
    }

    /// The tangent of a quotient at `t` = 0.
    /// - Precondition: the divisor is not zero there.
    func tangent(over other: Line) -> Line {
        Line(
            value / other.value,
            slope: (slope * other.value - value * other.slope) / (other.value * other.value))
    }
}

/// Why a walk ends before the agreement does.
enum LineEnd: Error {
    /// A product or quotient of two quantities that both move.
    case curved
    /// The settlement stops here; what it compared on the way says how far that holds.
    case stopped
}

/// One settlement on the open interval behind a value.
///
/// Up to `horizon` every comparison has the same answer, every tier, rank and rounding the same place: a branch can turn
/// there, and nowhere before.
struct LineWalk {
    let agreement: Agreement
    let days: [String: Int]
    var figures: [String: [[String]: Line]]
    var exempt: [String: Set<[String]>] = [:]
    /// The least `t` at which a comparison may change; `nil` when none ever does.
    private(set) var horizon: Fraction?
    /// What each party receives (positive) or gives before rounding, by party and ledger.
    private(set) var net: [[String]: Line] = [:]
    /// Whether only the slopes at the value are asked for: roundings are passed over, and products and quotients have the
    /// slope of their tangent. `horizon` means nothing then.
    var isTangent = false
    /// Knows the members that running variables stand for.
    var names: ExpressionEvaluation

    /// - Parameter values: constants and inputs in base units, the varied input among them.
    init(_ agreement: Agreement, _ values: EvaluationValues, varied: InputKey, slope: Fraction) {
        self.agreement = agreement
        days = values.days
        figures = values.figures.mapValues { $0.mapValues { Line($0) } }
        if let value = values[varied.name, varied.members] {
            figures[varied.name, default: [:]][varied.members] = Line(value, slope: slope)
        }
        names = ExpressionEvaluation(
            Expression(text: "", root: .undetermined(range: 0..<0)), agreement.scope, values, [:], false)
    }

    /// -1, 0 or 1 as `left` lies below, on or above `right` just behind the value; where they meet is remembered.
    mutating func order(_ left: Line, _ right: Line) -> Int {
        let gap = left - right
        remember(zeroOf: gap)
        let side = gap.value.isZero ? gap.slope : gap.value
        return side.isZero ? 0 : side.isNegative ? -1 : 1
    }

    mutating func remember(zeroOf gap: Line) {
        guard !gap.isFixed else { return }
        remember(-gap.value / gap.slope)
    }

    mutating func remember(_ t: Fraction) {
        guard t > .zero else { return }
        horizon = horizon.map { min($0, t) } ?? t
    }

    // MARK: The agreement, in the order of a settlement

    mutating func run() throws(LineEnd) {
        for exemption in agreement.exemptions {
            try forEach(exemption.each) { (walk, members) throws(LineEnd) in
                if try walk.decide(exemption.condition) { walk.exempt[exemption.name, default: []].insert(members) }
            }
        }
        for formula in agreement.formulas {
            try forEach(formula.each) { (walk, members) throws(LineEnd) in
                walk.figures[formula.name, default: [:]][members] = try walk.number(formula.expression)
            }
        }
        for control in agreement.controls {
            try forEach(control.each) { (walk, _) throws(LineEnd) in
                if try !walk.holds(control.test) { throw .stopped }
            }
        }
        for payment in agreement.payments {
            try forEach(payment.each) { (walk, _) throws(LineEnd) in try walk.pay(payment) }
        }
        for split in agreement.splits {
            try forEach(split.each) { (walk, _) throws(LineEnd) in try walk.divide(split) }
        }
    }

    /// Calls `body` for each combination of members, the running variables bound to them.
    private mutating func forEach(
        _ each: [RunningVariable], _ body: (inout LineWalk, [String]) throws(LineEnd) -> Void
    ) throws(LineEnd) {
        let outer = names.variables
        for members in agreement.scope.combinations(of: each.map(\.set)) {
            for (variable, member) in zip(each, members) {
                names.variables[variable.name] = BoundMember(id: member, set: variable.set)
            }
            try body(&self, members)
        }
        names.variables = outer
    }

    private mutating func holds(_ test: AgreementControl.Test) throws(LineEnd) -> Bool {
        switch test {
        case .holds(let condition): return try decide(condition)
        case .atMost(let left, let right): return order(try number(left), try number(right)) <= 0
        case .equal(let left, let right, let within):
            let gap = try number(left) - number(right)
            var allowed = Line(.zero)
            if let within { allowed = try number(within) }
            let (high, low) = (order(gap, allowed), order(gap, allowed.scaled(by: Fraction(-1))))
            return high <= 0 && low >= 0
        }
    }

    private mutating func pay(_ payment: AgreementPayment) throws(LineEnd) {
        for branch in payment.branches {
            if let condition = branch.condition, try !decide(condition) { continue }
            switch branch.outcome {
            case .nothing: return
            case .undetermined: throw .stopped
            case .transfer(let transfer):
                let amount = try number(transfer.amount)
                let isNegative = order(amount, Line(.zero)) < 0
                if isNegative, !payment.isSigned { throw .stopped }
                // A negative amount the other way round is the same in the net.
                try add(amount, from: transfer.payer, to: transfer.payee, payment.ledger)
                return
            }
        }
        throw .stopped
    }

    private mutating func add(
        _ amount: Line, from payer: MemberNode, to payee: MemberNode, _ ledger: Ledger
    ) throws(LineEnd) {
        do {
            add(amount, from: try names.member(payer), to: try names.member(payee), ledger)
        } catch { throw .stopped }
    }

    private mutating func add(_ amount: Line, from payer: String, to payee: String, _ ledger: Ledger) {
        let money = amount.scaled(by: .one / ledger.unit.factor)
        let code = ledger.currency.code
        net[[payer, code], default: Line(.zero)] = net[[payer, code], default: Line(.zero)] - money
        net[[payee, code], default: Line(.zero)] = net[[payee, code], default: Line(.zero)] + money
    }

    private mutating func divide(_ split: AgreementSplit) throws(LineEnd) {
        let total = try number(split.total)
        if order(total, Line(.zero)) < 0 { throw .stopped }
        var shares: [(party: String, line: Line)] = []
        func add(_ party: String, _ ratio: Expression, _ walk: inout LineWalk) throws(LineEnd) {
            let share = try walk.number(ratio)
            if walk.order(share, Line(.zero)) < 0 { throw .stopped }
            shares.append((party, share))
        }
        switch split.shares {
        case .listed(let listed): for (party, ratio) in listed { try add(party, ratio, &self) }
        case .each(let variable, let ratio):
            try forEach([variable]) { (walk, members) throws(LineEnd) in try add(members[0], ratio, &walk) }
        }
        let sum = shares.reduce(Line(.zero)) { $0 + $1.line }
        if order(sum, Line(.zero)) <= 0 { throw .stopped }
        guard isTangent else { return }
        let pool: String
        do { pool = try names.member(split.pool) } catch { throw .stopped }
        for share in shares where !sum.value.isZero {
            let part = total.tangent(times: share.line).tangent(over: sum)
            let contributes = split.direction == .contribute
            self.add(part, from: contributes ? share.party : pool, to: contributes ? pool : share.party, split.ledger)
        }
    }

    mutating func number(_ expression: Expression) throws(LineEnd) -> Line { try number(expression.root) }
    mutating func decide(_ expression: Expression) throws(LineEnd) -> Bool { try decide(expression.root) }
}
