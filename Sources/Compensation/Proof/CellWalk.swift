// The search of a proof: one form or question after the other is placed until every condition is decided.

internal import Exact

/// Walks the cells of all thresholds that occur, no deeper than the conditions need.
struct CellWalk {
    private let conditions: [Proposition]
    private let terms: ProofTerms
    private var forms: [[String: Fraction]] = []
    private var places: [[ProofCell.Place]] = []
    private var questions: [String] = []
    private var count = 0

    init(_ conditions: [Proposition], _ terms: ProofTerms) {
        self.conditions = conditions
        self.terms = terms
        var thresholds: [[String: Fraction]: Set<Fraction>] = [:]
        var asked: Set<String> = []
        for condition in conditions + terms.stops {
            condition.visit { part in
                if case .threshold(let threshold) = part {
                    thresholds[threshold.form, default: []].insert(threshold.value)
                }
                if case .question(let text) = part { asked.insert(text) }
            }
        }
        questions = asked.sorted()
        func order(_ form: [String: Fraction]) -> (Int, String) {
            // What is not linear comes last, so that a hole that does not need it is found without it.
            (terms.isFree(form) ? 0 : 1, form.keys.sorted().joined())
        }
        for (form, values) in thresholds.sorted(by: { order($0.key) < order($1.key) }) {
            forms.append(form)
            // A sum of whole numbers, each taken whole times, is whole.
            let whole = form.allSatisfy { $0.value.isInteger && terms.quantities[$0.key]?.isWhole ?? false }
            places.append(Self.cells(values.sorted(), whole: whole))
        }
    }

    /// Points and open intervals; of a quantity that is whole only those that hold a whole number.
    private static func cells(_ values: [Fraction], whole: Bool) -> [ProofCell.Place] {
        var cells: [ProofCell.Place] = [.between(nil, values.first)]
        for (index, value) in values.enumerated() {
            if !whole || value.isInteger { cells.append(.point(value)) }
            let next = index + 1 < values.count ? values[index + 1] : nil
            if whole, let next, wholeAbove(value) >= next { continue }
            cells.append(.between(value, next))
        }
        return cells
    }

    /// The least whole number above a value.
    private static func wholeAbove(_ value: Fraction) -> Fraction {
        let cut = value.rounded(to: .one, .down)
        return value.isNegative && cut != value ? cut : cut + .one
    }

    /// Calls `body` for every cell in which all conditions are decided; false when there are too many.
    mutating func forEach(_ body: (ProofCell, [Bool]) -> Void) -> Bool {
        var cell = ProofCell()
        cell.forms = forms
        return step(&cell, 0, body)
    }

    private mutating func step(_ cell: inout ProofCell, _ depth: Int, _ body: (ProofCell, [Bool]) -> Void) -> Bool {
        count += 1
        guard count <= BranchProof.cellLimit else { return false }
        let truths = conditions.map(cell.truth)
        if !truths.contains(nil) {
            let decided = truths.compactMap(\.self)
            let stops = decided.contains(true) ? [] : terms.stops.map(cell.truth)
            if !stops.contains(nil) || stops.contains(true) {
                cell.isStopped = stops.contains(true)
                body(cell, decided)
                cell.isStopped = false
                return true
            }
        }
        if depth < forms.count {
            let form = forms[depth]
            for place in places[depth] {
                cell.places[form] = place
                if form.count == 1 || cell.isFeasible(terms) {
                    guard step(&cell, depth + 1, body) else { return false }
                }
            }
            cell.places[form] = nil
            return true
        }
        guard depth - forms.count < questions.count else { return true }
        let question = questions[depth - forms.count]
        for answer in [true, false] {
            cell.answers[question] = answer
            guard step(&cell, depth + 1, body) else { return false }
        }
        cell.answers[question] = nil
        return true
    }
}

/// `Σ coefficient × quantity ≤ bound`, or `<`.
struct LinearConstraint {
    let form: [String: Fraction]
    let bound: Fraction
    let isStrict: Bool
}

/// Whether real numbers satisfy all constraints: quantities are eliminated one by one (Fourier and Motzkin).
///
/// - Complexity: doubly exponential in the quantities in the worst case; the conditions of an agreement have a few.
func isSolvable(_ constraints: [LinearConstraint]) -> Bool {
    var system = constraints
    while let name = system.lazy.compactMap({ $0.form.keys.sorted().first }).first {
        let above = system.filter { ($0.form[name] ?? .zero) > .zero }
        let below = system.filter { ($0.form[name] ?? .zero) < .zero }
        var rest = system.filter { $0.form[name] == nil }
        guard above.count * below.count < 10_000 else { return true }
        for upper in above {
            for lower in below {
                guard let up = upper.form[name], let down = lower.form[name] else { continue }
                var form: [String: Fraction] = [:]
                for key in Set(upper.form.keys).union(lower.form.keys) where key != name {
                    let value = (upper.form[key] ?? .zero) / up - (lower.form[key] ?? .zero) / down
                    if !value.isZero { form[key] = value }
                }
                rest.append(
                    LinearConstraint(
                        form: form, bound: upper.bound / up - lower.bound / down,
                        isStrict: upper.isStrict || lower.isStrict))
            }
        }
        system = rest
    }
    return system.allSatisfy { $0.isStrict ? .zero < $0.bound : .zero <= $0.bound }
}
