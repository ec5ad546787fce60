// What an agreement file takes over from the period before (结转): the formula, and what the first period begins with.

internal import Exact
internal import Standards

extension AgreementReader {
    /// `result: balance`, with `opening: 0 万元` where the text says what the first period begins with.
    mutating func readCarried(
        _ entry: PositionedEntry, _ unit: UnitOfMeasure, _ sets: [String], _ clause: String
    ) -> CarriedResult? {
        let (node, what) = (entry.value, "input “\(entry.key)”")
        guard let result = reading.text("result", of: node, what) else { return nil }
        return CarriedResult(
            result: result, opening: readOpening(node, entry.key, unit, sets, clause), line: entry.keyLine,
            column: entry.keyColumn)
    }

    /// One value for all members, or one for each as an example gives them.
    private mutating func readOpening(
        _ node: PositionedNode, _ name: String, _ unit: UnitOfMeasure, _ sets: [String], _ clause: String
    ) -> [[String]: Fraction] {
        guard let found = node["opening"] else { return [:] }
        if found.isBlank {
            blank("\(name), opening", clause, found)
            return [:]
        }
        let what = "the opening of “\(name)”"
        func value(_ place: PositionedNode) -> Fraction? {
            reading.quantity(place, in: unit, what).map { $0.value * $0.unit.factor / unit.factor }
        }
        guard found.entries != nil else {
            guard let all = value(found) else { return [:] }
            return Dictionary(uniqueKeysWithValues: scope.combinations(of: sets).map { ($0, all) })
        }
        var values: [[String]: Fraction] = [:]
        for (members, place) in given(found, what, sets[...]) { values[members] = value(place) }
        if reading.problems.isEmpty, let lacking = scope.combinations(of: sets).first(where: { values[$0] == nil }) {
            reading.report(
                "agreement.carried", at: found, "\(what) has no value for \(lacking.joined(separator: ", ")).",
                "Give one value for all members, or one for each.")
        }
        return values
    }

    /// What is taken over must be a result of the agreement: a formula with the same members and kind of unit.
    mutating func checkCarried(_ formulas: [AgreementFormula]) {
        for input in inputs {
            guard let carried = input.carried else { continue }
            func fault(_ message: String, _ remedy: String) {
                reading.report("agreement.carried", line: carried.line, column: carried.column, message, remedy)
            }
            if periodKind == .span {
                fault(
                    "“\(input.name)” takes over a result, but a span has no period before it.",
                    "Settle by the year, half-year, quarter or month, or give the figure with measure: given.")
            }
            guard let formula = formulas.first(where: { $0.name == carried.result }) else {
                // A formula with a fault of its own has been told of.
                if stepNames.contains(carried.result) { continue }
                let near = nearest(to: carried.result, among: formulas.map(\.name)).map { "Did you mean “\($0)”?" }
                fault(
                    "“\(input.name)” takes over “\(carried.result)”, and there is no formula of that name.",
                    near ?? "Name the formula whose value the next period begins with.")
                continue
            }
            if formula.each.map(\.set) != input.sets {
                let sets = formula.each.map(\.set).joined(separator: ", ")
                fault(
                    "“\(input.name)” and “\(formula.name)” are not written for the same members.",
                    sets.isEmpty ? "Leave out each:." : "Write each: [\(sets)].")
            }
            if !formula.unit.isCommensurable(with: input.unit) {
                fault(
                    "“\(input.name)” is in \(input.unit.shown), “\(formula.name)” in \(formula.unit.shown).",
                    "Write unit: \(formula.unit.symbol).")
            }
        }
    }
}
