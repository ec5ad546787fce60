// A settlement along one figure: every quantity as a quotient of polynomials just beyond a value, and how far its
// comparisons hold, so that the place where a branch turns is computed, not searched for.

internal import Accounting
internal import Exact

/// `top ÷ bottom` in `t`, in lowest terms, for `t` above zero.
struct Curve: Hashable {
    let top: Polynomial
    /// Its leading coefficient is one.
    let bottom: Polynomial

    init(_ value: Fraction, slope: Fraction = .zero) {
        top = Polynomial([value, slope])
        bottom = .one
    }

    /// - Precondition: `bottom` is not zero.
    private init(_ top: Polynomial, over bottom: Polynomial) {
        let common = bottom.isConstant ? Polynomial.one : Polynomial.commonDivisor(top, bottom)
        let (above, below) =
            common.isConstant
            ? (top, bottom) : (top.divided(by: common).quotient, bottom.divided(by: common).quotient)
        let lead = below[below.degree]
        self.top = above.scaled(by: .one / lead)
        self.bottom = below.scaled(by: .one / lead)
    }

    /// Whether it is one value for every `t`.
    var isFixed: Bool { top.isConstant && bottom.isConstant }
    var isZero: Bool { top.isZero }
    /// Products of more figures than agreements have would only make the walk slow.
    var isTooCurved: Bool { top.degree > Self.degreeLimit || bottom.degree > Self.degreeLimit }
    private static let degreeLimit = 8

    /// The value at the beginning, `nil` where it grows beyond all bounds there.
    var value: Fraction? { bottom[0].isZero ? nil : top[0] / bottom[0] }
    /// How fast it moves at the beginning, `nil` as above.
    var slope: Fraction? {
        guard !bottom[0].isZero else { return nil }
        return (top[1] * bottom[0] - top[0] * bottom[1]) / (bottom[0] * bottom[0])
    }

    /// -1, 0 or 1 just behind the beginning.
    var sign: Int { top.signBehindZero * bottom.signBehindZero }

    static func + (left: Curve, right: Curve) -> Curve {
        if left.bottom == right.bottom { return Curve(left.top + right.top, over: left.bottom) }
        return Curve(left.top * right.bottom + right.top * left.bottom, over: left.bottom * right.bottom)
    }

    static func - (left: Curve, right: Curve) -> Curve { left + right.scaled(by: Fraction(-1)) }
    static func * (left: Curve, right: Curve) -> Curve {
        Curve(left.top * right.top, over: left.bottom * right.bottom)
    }

    /// - Precondition: `right` is not zero.
    static func / (left: Curve, right: Curve) -> Curve {
        Curve(left.top * right.bottom, over: left.bottom * right.top)
    }

    func scaled(by factor: Fraction) -> Curve { Curve(top.scaled(by: factor), over: bottom) }
}

/// Why a walk ends before the agreement does.
enum CurveEnd: Error {
    /// Too many products of the figure with itself, or a step that moves with it.
    case curved
    /// The settlement stops here; what it compared on the way says how far that holds.
    case stopped
}

/// One settlement on the open interval behind a value.
///
/// Up to `horizon` every comparison has the same answer, every tier, rank and rounding the same place: a branch can turn
/// there, and nowhere before.
struct CurveWalk {
    let agreement: Agreement
    let days: [String: Int]
    let windows: [String: Deadline]
    var figures: [String: [[String]: Curve]]
    var exempt: [String: Set<[String]>] = [:]
    /// The least `t` at which a comparison may change; `nil` when none ever does.
    private(set) var horizon: RootPlace?
    /// What each party receives (positive) or gives before rounding, by party and ledger.
    private(set) var net: [[String]: Curve] = [:]
    /// Whether only the slopes at the value are asked for: roundings are passed over, and every quantity is its tangent.
    /// `horizon` means nothing then.
    var isTangent = false
    /// Knows the members that running variables stand for.
    var names: ExpressionEvaluation

    /// - Parameter values: constants and inputs in base units, the varied input among them.
    init(_ agreement: Agreement, _ values: EvaluationValues, varied: InputKey, slope: Fraction) {
        self.agreement = agreement
        days = values.days
        windows = values.windows
        figures = values.figures.mapValues { $0.mapValues { Curve($0) } }
        if let value = values[varied.name, varied.members] {
            figures[varied.name, default: [:]][varied.members] = Curve(value, slope: slope)
        }
        names = ExpressionEvaluation(
            Expression(text: "", root: .undetermined(range: 0..<0)), agreement.scope, values, [:], false)
    }

    /// -1, 0 or 1 as `left` lies below, on or above `right` just behind the value; where they meet, and where the gap
    /// changes its side without meeting, is remembered.
    mutating func order(_ left: Curve, _ right: Curve) -> Int {
        let gap = left - right
        remember(zeroOf: gap)
        return gap.sign
    }

    mutating func remember(zeroOf gap: Curve) {
        guard !isTangent, !gap.isFixed else { return }
        for place in [gap.top.leastPositiveRoot, gap.bottom.leastPositiveRoot].compactMap(\.self) { remember(place) }
    }

    private mutating func remember(_ place: RootPlace) {
        if let known = horizon, known.low <= place.low { return }
        horizon = place
    }

    /// Only the tangent where slopes alone are asked for; nothing too long to go on with.
    func bounded(_ curve: Curve) throws(CurveEnd) -> Curve {
        if isTangent {
            guard let value = curve.value, let slope = curve.slope else { throw .stopped }
            return Curve(value, slope: slope)
        }
        if curve.isTooCurved { throw .curved }
        return curve
    }

    // MARK: The agreement, in the order of a settlement

    mutating func run() throws(CurveEnd) {
        for exemption in agreement.exemptions {
            try forEach(exemption.each) { (walk, members) throws(CurveEnd) in
                if try walk.decide(exemption.condition) { walk.exempt[exemption.name, default: []].insert(members) }
            }
        }
        for formula in agreement.formulas {
            try forEach(formula.each) { (walk, members) throws(CurveEnd) in
                walk.figures[formula.name, default: [:]][members] = try walk.number(formula.expression)
            }
        }
        for control in agreement.controls {
            try forEach(control.each) { (walk, _) throws(CurveEnd) in
                if try !walk.holds(control.test) { throw .stopped }
            }
        }
        for payment in agreement.payments {
            try forEach(payment.each) { (walk, _) throws(CurveEnd) in try walk.pay(payment) }
        }
        for split in agreement.splits {
            try forEach(split.each) { (walk, _) throws(CurveEnd) in try walk.divide(split) }
        }
    }

    /// Calls `body` for each combination of members, the running variables bound to them.
    private mutating func forEach(
        _ each: [RunningVariable], _ body: (inout CurveWalk, [String]) throws(CurveEnd) -> Void
    ) throws(CurveEnd) {
        let outer = names.variables
        for members in agreement.scope.combinations(of: each.map(\.set)) {
            for (variable, member) in zip(each, members) {
                names.variables[variable.name] = BoundMember(id: member, set: variable.set)
            }
            try body(&self, members)
        }
        names.variables = outer
    }

    private mutating func holds(_ test: AgreementControl.Test) throws(CurveEnd) -> Bool {
        switch test {
        case .holds(let condition): return try decide(condition)
        case .atMost(let left, let right): return order(try number(left), try number(right)) <= 0
        case .equal(let left, let right, let within):
            let gap = try number(left) - number(right)
            var allowed = Curve(.zero)
            if let within { allowed = try number(within) }
            let (high, low) = (order(gap, allowed), order(gap, allowed.scaled(by: Fraction(-1))))
            return high <= 0 && low >= 0
        }
    }

    private mutating func pay(_ payment: AgreementPayment) throws(CurveEnd) {
        for branch in payment.branches {
            if let condition = branch.condition, try !decide(condition) { continue }
            switch branch.outcome {
            case .nothing: return
            case .undetermined: throw .stopped
            case .transfer(let transfer):
                let amount = try number(transfer.amount)
                let isNegative = order(amount, Curve(.zero)) < 0
                if isNegative, !payment.isSigned { throw .stopped }
                // A negative amount the other way round is the same in the net.
                try add(amount, from: transfer.payer, to: transfer.payee, payment.ledger)
                return
            }
        }
        throw .stopped
    }

    private mutating func add(
        _ amount: Curve, from payer: MemberNode, to payee: MemberNode, _ ledger: Ledger
    ) throws(CurveEnd) {
        do {
            add(amount, from: try names.member(payer), to: try names.member(payee), ledger)
        } catch { throw .stopped }
    }

    private mutating func add(_ amount: Curve, from payer: String, to payee: String, _ ledger: Ledger) {
        let money = amount.scaled(by: .one / ledger.unit.factor)
        let code = ledger.currency.code
        net[[payer, code], default: Curve(.zero)] = net[[payer, code], default: Curve(.zero)] - money
        net[[payee, code], default: Curve(.zero)] = net[[payee, code], default: Curve(.zero)] + money
    }

    private mutating func divide(_ split: AgreementSplit) throws(CurveEnd) {
        let total = try number(split.total)
        if order(total, Curve(.zero)) < 0 { throw .stopped }
        var shares: [(party: String, line: Curve)] = []
        func add(_ party: String, _ ratio: Expression, _ walk: inout CurveWalk) throws(CurveEnd) {
            let share = try walk.number(ratio)
            if walk.order(share, Curve(.zero)) < 0 { throw .stopped }
            shares.append((party, share))
        }
        switch split.shares {
        case .listed(let listed): for (party, ratio) in listed { try add(party, ratio, &self) }
        case .each(let variable, let ratio):
            try forEach([variable]) { (walk, members) throws(CurveEnd) in try add(members[0], ratio, &walk) }
        }
        let sum = shares.reduce(Curve(.zero)) { $0 + $1.line }
        if order(sum, Curve(.zero)) <= 0 { throw .stopped }
        guard isTangent else { return }
        let pool: String
        do { pool = try names.member(split.pool) } catch { throw .stopped }
        for share in shares {
            let part = try bounded(total * share.line / sum)
            let contributes = split.direction == .contribute
            self.add(part, from: contributes ? share.party : pool, to: contributes ? pool : share.party, split.ledger)
        }
    }

    mutating func number(_ expression: Expression) throws(CurveEnd) -> Curve { try number(expression.root) }
    mutating func decide(_ expression: Expression) throws(CurveEnd) -> Bool { try decide(expression.root) }
}
