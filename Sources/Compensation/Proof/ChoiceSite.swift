// Every `when … then … else` of an agreement, wherever it stands, with what must hold for it to be asked.

internal import Exact

/// One choice inside an expression.
struct ChoiceSite {
    /// A condition that decides whether the choice is asked at all.
    struct Condition {
        let node: ExpressionNode
        let expression: Expression
        let holds: Bool
    }

    let branches: [ChoiceBranch]
    let otherwise: ExpressionNode
    let range: Range<Int>
    let expression: Expression
    let variables: [RunningVariable]
    let context: [Condition]
    /// `formula “x”`, `an amount of payment “y”`.
    let owner: String
    /// The name steps carry.
    let name: String
    let clause: String
    let line: Int
    let column: Int
}

extension Agreement {
    /// In formulas, exemptions, verdicts, checks, payments and splits, from the outside in.
    var choiceSites: [ChoiceSite] {
        var search = ChoiceSearch()
        for formula in formulas {
            search.owner = "formula “\(formula.name)”"
            (search.name, search.clause) = (formula.name, formula.clause)
            (search.line, search.column) = (formula.line, formula.column)
            search.walk(formula.expression, formula.each)
        }
        for exemption in exemptions {
            search.owner = "exemption “\(exemption.name)”"
            (search.name, search.clause) = (exemption.name, exemption.clause)
            (search.line, search.column) = (exemption.line, exemption.column)
            search.walk(exemption.condition, exemption.each)
        }
        for verdict in verdicts {
            search.owner = "verdict “\(verdict.name)”"
            (search.name, search.clause, search.line, search.column) = (verdict.name, verdict.clause, 0, 0)
            search.walk(verdict.condition, [])
        }
        for control in controls {
            search.owner = "check “\(control.name)”"
            (search.name, search.clause) = (control.name, control.clause)
            (search.line, search.column) = (control.line, control.column)
            switch control.test {
            case .holds(let condition): search.walk(condition, control.each)
            case .atMost(let left, let right): [left, right].forEach { search.walk($0, control.each) }
            case .equal(let left, let right, let within):
                ([left, right] + (within.map { [$0] } ?? [])).forEach { search.walk($0, control.each) }
            }
        }
        for payment in payments { search.walk(payment) }
        for split in splits {
            search.owner = "split “\(split.name)”"
            (search.name, search.clause) = (split.name, split.clause)
            (search.line, search.column) = (split.line, split.column)
            search.walk(split.total, split.each)
            switch split.shares {
            case .listed(let listed): listed.forEach { search.walk($0.ratio, split.each) }
            case .each(let variable, let expression): search.walk(expression, split.each + [variable])
            }
        }
        return search.sites
    }
}

private struct ChoiceSearch {
    var sites: [ChoiceSite] = []
    var owner = ""
    var name = ""
    var clause = ""
    var line = 0
    var column = 0

    mutating func walk(_ expression: Expression, _ variables: [RunningVariable]) {
        walk(expression.root, expression, variables, [])
    }

    /// An amount is asked for where its branch decides.
    mutating func walk(_ payment: AgreementPayment) {
        (name, clause) = (payment.name, payment.clause)
        var context: [ChoiceSite.Condition] = []
        for branch in payment.branches {
            (line, column) = (branch.line, branch.column)
            owner = "payment “\(payment.name)”"
            var inside = context
            if let condition = branch.condition {
                walk(condition.root, condition, payment.each, context)
                inside.append(.init(node: condition.root, expression: condition, holds: true))
                context.append(.init(node: condition.root, expression: condition, holds: false))
            }
            if case .transfer(let transfer) = branch.outcome {
                walk(transfer.amount.root, transfer.amount, payment.each, inside)
            }
        }
    }

    private mutating func walk(
        _ node: ExpressionNode, _ expression: Expression, _ variables: [RunningVariable],
        _ context: [ChoiceSite.Condition]
    ) {
        switch node {
        case .choice(let branches, let otherwise, let range):
            sites.append(
                ChoiceSite(
                    branches: branches, otherwise: otherwise, range: range, expression: expression,
                    variables: variables, context: context, owner: owner, name: name, clause: clause, line: line,
                    column: column))
            var rest = context
            for branch in branches {
                walk(branch.condition, expression, variables, rest)
                let here = ChoiceSite.Condition(node: branch.condition, expression: expression, holds: true)
                walk(branch.value, expression, variables, rest + [here])
                rest.append(.init(node: branch.condition, expression: expression, holds: false))
            }
            walk(otherwise, expression, variables, rest)
        case .over(_, let running, let body, _):
            walk(running, [body], expression, variables, context)
        case .rank(_, let running, let keys, _, _):
            walk(running, keys.map(\.value), expression, variables, context)
        default:
            for child in node.children { walk(child, expression, variables, context) }
        }
    }

    private mutating func walk(
        _ running: Running, _ bodies: [ExpressionNode], _ expression: Expression, _ variables: [RunningVariable],
        _ context: [ChoiceSite.Condition]
    ) {
        let inside = variables + running.variables
        var known = context
        if let condition = running.condition {
            walk(condition, expression, inside, context)
            known.append(.init(node: condition, expression: expression, holds: true))
        }
        for body in bodies { walk(body, expression, inside, known) }
    }
}
