// The proof that branches cover every value and do not overlap: every threshold cuts the real line into points and open
// intervals, on each of which all conditions are constant; so finitely many cells decide for all values.

internal import Exact

/// What was proved of a list of conditions tried in order.
struct BranchProof {
    /// Cells for which no condition holds, in words.
    var holes: [String] = []
    /// Pairs of conditions that both hold somewhere, with a cell.
    var overlaps: [(first: Int, second: Int, cell: String)] = []
    /// Conditions that never decide: whatever holds there was taken by one above.
    var unreachable: [Int] = []
    /// False when there are more cells than `cellLimit`: nothing is claimed then.
    var isComplete = true

    static let cellLimit = 50_000
    /// Holes named in one message.
    static let shownLimit = 3
}

/// Decides over all real values of the quantities in `conditions`; `nil` stands for a condition that always holds.
func prove(
    _ conditions: [Proposition?], isWhole: (String) -> Bool, shown: @escaping ([String: Fraction], Fraction?) -> String
) -> BranchProof {
    var proof = BranchProof()
    let grid = CellGrid(conditions.compactMap(\.self), isWhole: isWhole)
    guard grid.count <= BranchProof.cellLimit else {
        proof.isComplete = false
        return proof
    }
    var decides = Array(repeating: false, count: conditions.count)
    var overlapping: Set<[Int]> = []
    grid.forEach { cell in
        let holding = conditions.indices.filter { conditions[$0].map(cell.holds) ?? true }
        let explicit = holding.filter { conditions[$0] != nil }
        guard let first = holding.first else {
            if cell.isFeasible { proof.holes.append(cell.described(shown)) }
            return
        }
        if !decides[first], cell.isFeasible { decides[first] = true }
        if explicit.count > 1, overlapping.insert(Array(explicit.prefix(2))).inserted {
            if cell.isFeasible {
                proof.overlaps.append((explicit[0], explicit[1], cell.described(shown)))
            } else {
                overlapping.remove(Array(explicit.prefix(2)))
            }
        }
    }
    proof.unreachable = conditions.indices.filter { !decides[$0] }
    return proof
}

/// One cell: where each form lies, and the answer to each question.
struct ProofCell {
    /// A point, or the open interval between two thresholds; `nil` is infinity.
    enum Place: Hashable {
        case point(Fraction)
        case between(Fraction?, Fraction?)
    }

    var forms: [[String: Fraction]] = []
    var places: [Place] = []
    var answers: [String: Bool] = [:]

    func holds(_ proposition: Proposition) -> Bool {
        switch proposition {
        case .constant(let value): return value
        case .question(let text): return answers[text] ?? false
        case .and(let left, let right): return holds(left) && holds(right)
        case .or(let left, let right): return holds(left) || holds(right)
        case .not(let inner): return !holds(inner)
        case .threshold(let threshold):
            guard let index = forms.firstIndex(of: threshold.form) else { return false }
            switch places[index] {
            case .point(let value): return threshold.sign.holds(value, threshold.value)
            case .between(let low, _):
                // All thresholds are ends of cells, so the whole interval lies on one side of this one.
                let isAbove = low.map { $0 >= threshold.value } ?? false
                switch threshold.sign {
                case .less, .lessOrEqual: return !isAbove
                case .greater, .greaterOrEqual: return isAbove
                case .equal: return false
                case .notEqual: return true
                }
            }
        }
    }

    /// Whether values of the quantities exist that lie in this cell: forms of several quantities may exclude each other.
    var isFeasible: Bool {
        if forms.allSatisfy({ $0.count == 1 }) { return true }
        var system: [LinearConstraint] = []
        for (form, place) in zip(forms, places) {
            switch place {
            case .point(let value):
                system.append(LinearConstraint(form: form, bound: value, isStrict: false))
                system.append(LinearConstraint(form: form.mapValues { -$0 }, bound: -value, isStrict: false))
            case .between(let low, let high):
                if let high { system.append(LinearConstraint(form: form, bound: high, isStrict: true)) }
                if let low {
                    system.append(LinearConstraint(form: form.mapValues { -$0 }, bound: -low, isStrict: true))
                }
            }
        }
        return isSolvable(system)
    }

    func described(_ shown: ([String: Fraction], Fraction?) -> String) -> String {
        var parts: [String] = []
        for (form, place) in zip(forms, places) {
            let name = shown(form, nil)
            switch place {
            case .point(let value): parts.append("\(name) = \(shown(form, value))")
            case .between(nil, nil): break
            case .between(let low?, nil): parts.append("\(name) > \(shown(form, low))")
            case .between(nil, let high?): parts.append("\(name) < \(shown(form, high))")
            case .between(let low?, let high?): parts.append("\(shown(form, low)) < \(name) < \(shown(form, high))")
            }
        }
        for (question, answer) in answers.sorted(by: { $0.key < $1.key }) {
            parts.append(answer ? question : "not (\(question))")
        }
        return parts.isEmpty ? "every value" : parts.joined(separator: " and ")
    }
}

/// Every cell of the thresholds that occur.
private struct CellGrid {
    private var forms: [[String: Fraction]] = []
    private var places: [[ProofCell.Place]] = []
    private var questions: [String] = []

    init(_ conditions: [Proposition], isWhole: (String) -> Bool) {
        var thresholds: [[String: Fraction]: Set<Fraction>] = [:]
        var asked: Set<String> = []
        for condition in conditions {
            condition.visit { part in
                if case .threshold(let threshold) = part {
                    thresholds[threshold.form, default: []].insert(threshold.value)
                }
                if case .question(let text) = part { asked.insert(text) }
            }
        }
        questions = asked.sorted()
        for (form, values) in thresholds.sorted(by: { $0.key.keys.sorted().joined() < $1.key.keys.sorted().joined() }) {
            forms.append(form)
            let whole = form.count == 1 && isWhole(form.keys.first ?? "")
            places.append(Self.cells(values.sorted(), whole: whole))
        }
    }

    /// Points and open intervals; of a quantity that is whole only those that hold a whole number.
    private static func cells(_ values: [Fraction], whole: Bool) -> [ProofCell.Place] {
        var cells: [ProofCell.Place] = [.between(nil, values.first)]
        for (index, value) in values.enumerated() {
            if !whole || value.isInteger { cells.append(.point(value)) }
            let next = index + 1 < values.count ? values[index + 1] : nil
            if whole, let next, value.rounded(to: .one, .down) + .one >= next, !value.isNegative { continue }
            cells.append(.between(value, next))
        }
        return cells
    }

    var count: Int {
        var count = 1
        for list in places {
            count *= list.count
            if count > BranchProof.cellLimit { return count }
        }
        return questions.count > 12 ? BranchProof.cellLimit + 1 : count << questions.count
    }

    func forEach(_ body: (ProofCell) -> Void) {
        var indices = Array(repeating: 0, count: places.count)
        repeat {
            for answer in 0..<(1 << questions.count) {
                var cell = ProofCell()
                cell.forms = forms
                cell.places = zip(places, indices).map { $0[$1] }
                for (place, question) in questions.enumerated() { cell.answers[question] = answer >> place & 1 == 1 }
                body(cell)
            }
        } while advance(&indices)
    }

    private func advance(_ indices: inout [Int]) -> Bool {
        for place in indices.indices.reversed() {
            indices[place] += 1
            if indices[place] < places[place].count { return true }
            indices[place] = 0
        }
        return false
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
