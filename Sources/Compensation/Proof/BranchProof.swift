// The proof that branches cover every value and do not overlap: every threshold cuts the real line into points and open
// intervals, on each of which all conditions are constant; so finitely many cells decide for all values.

internal import Exact

/// What was proved of a list of conditions tried in order.
struct BranchProof {
    /// Cells for which no condition holds, in words.
    var holes: [String] = []
    /// The same where a quantity that is not linear decides, so that nobody knows whether such values occur.
    var openHoles: [String] = []
    /// Pairs of conditions that both hold somewhere, with a cell.
    var overlaps: [(first: Int, second: Int, cell: String)] = []
    /// Conditions that decide somewhere.
    var deciding: Set<Int> = []
    /// False when more than `cellLimit` cells would have to be looked at: nothing is claimed then.
    var isComplete = true

    /// Cells looked at in one proof: about a second.
    static let cellLimit = 20_000
    /// Holes named in one message.
    static let shownLimit = 3
}

/// What a proof knows of the quantities in its forms.
struct ProofTerms {
    var quantities: [String: CaseReader.Quantity] = [:]
    /// Where the run stops by itself, so that nothing need be said.
    var stops: [Proposition] = []

    func isFree(_ form: [String: Fraction]) -> Bool { form.keys.allSatisfy { quantities[$0]?.isFree ?? true } }
}

/// Decides over all real values of the quantities in `conditions`; `nil` stands for a condition that always holds.
func prove(_ conditions: [Proposition?], _ terms: ProofTerms) -> BranchProof {
    var proof = BranchProof()
    var walk = CellWalk(conditions.map { $0 ?? .constant(true) }, terms)
    var overlapping: Set<[Int]> = []
    proof.isComplete = walk.forEach { cell, truths in
        let holding = truths.indices.filter { truths[$0] }
        let explicit = holding.filter { conditions[$0] != nil }
        guard let first = holding.first else {
            if cell.isFeasible(terms), !cell.isStopped {
                if cell.isFree(terms) {
                    proof.holes.append(cell.described(terms))
                } else {
                    proof.openHoles.append(cell.described(terms))
                }
            }
            return
        }
        if !proof.deciding.contains(first), cell.isFeasible(terms) { proof.deciding.insert(first) }
        let pair = Array(explicit.prefix(2))
        if pair.count == 2, !overlapping.contains(pair), cell.isFeasible(terms) {
            overlapping.insert(pair)
            proof.overlaps.append((pair[0], pair[1], cell.described(terms)))
        }
    }
    return proof
}

/// Whether two lists of conditions decide alike for all values.
func decideAlike(_ old: [Proposition?], _ new: [Proposition?], _ terms: ProofTerms) -> Bool {
    let conditions = (old + new).map { $0 ?? .constant(true) }
    var walk = CellWalk(conditions, terms)
    var isAlike = true
    let isComplete = walk.forEach { cell, truths in
        let first = truths[..<old.count].firstIndex(of: true)
        let second = truths[old.count...].firstIndex(of: true).map { $0 - old.count }
        if first != second, cell.isFeasible(terms) { isAlike = false }
    }
    return isComplete && isAlike
}

/// One cell: where some forms lie, and the answers to some questions; what it leaves open decides nothing.
struct ProofCell {
    /// A point, or the open interval between two thresholds; `nil` is infinity.
    enum Place: Hashable {
        case point(Fraction)
        case between(Fraction?, Fraction?)
    }

    var forms: [[String: Fraction]] = []
    var places: [[String: Fraction]: Place] = [:]
    var answers: [String: Bool] = [:]
    /// Whether the run stops here by itself.
    var isStopped = false

    /// Whether a proposition holds everywhere or nowhere in the cell; `nil` when it depends on what is open.
    func truth(_ proposition: Proposition) -> Bool? {
        switch proposition {
        case .constant(let value): return value
        case .question(let text): return answers[text]
        case .not(let inner): return truth(inner).map { !$0 }
        case .and(let left, let right):
            guard let first = truth(left) else { return truth(right) == false ? false : nil }
            return first ? truth(right) : false
        case .or(let left, let right):
            guard let first = truth(left) else { return truth(right) == true ? true : nil }
            return first ? true : truth(right)
        case .threshold(let threshold):
            guard let place = places[threshold.form] else { return nil }
            switch place {
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

    /// Whether values of the quantities exist that lie in this cell and in their ranges.
    func isFeasible(_ terms: ProofTerms) -> Bool {
        var system: [LinearConstraint] = []
        func add(_ form: [String: Fraction], atMost bound: Fraction, isStrict: Bool) {
            system.append(LinearConstraint(form: form, bound: bound, isStrict: isStrict))
        }
        var names: Set<String> = []
        for form in forms {
            guard let place = places[form] else { continue }
            names.formUnion(form.keys)
            let turned = form.mapValues { -$0 }
            switch place {
            case .point(let value):
                add(form, atMost: value, isStrict: false)
                add(turned, atMost: -value, isStrict: false)
            case .between(let low, let high):
                if let high { add(form, atMost: high, isStrict: true) }
                if let low { add(turned, atMost: -low, isStrict: true) }
            }
        }
        for name in names {
            guard let quantity = terms.quantities[name] else { continue }
            if let high = quantity.high { add([name: .one], atMost: high, isStrict: false) }
            if let low = quantity.low { add([name: Fraction(-1)], atMost: -low, isStrict: false) }
        }
        return isSolvable(system)
    }

    /// Whether only quantities that may take any value decide here.
    func isFree(_ terms: ProofTerms) -> Bool { places.keys.allSatisfy(terms.isFree) }

    func described(_ terms: ProofTerms) -> String {
        var parts: [String] = []
        for form in forms {
            guard let place = places[form] else { continue }
            let name = terms.words(form)
            func shown(_ value: Fraction) -> String { terms.words(value, of: form) }
            switch place {
            case .point(let value): parts.append("\(name) = \(shown(value))")
            case .between(nil, nil): break
            case .between(let low?, nil): parts.append("\(name) > \(shown(low))")
            case .between(nil, let high?): parts.append("\(name) < \(shown(high))")
            case .between(let low?, let high?): parts.append("\(shown(low)) < \(name) < \(shown(high))")
            }
        }
        for (question, answer) in answers.sorted(by: { $0.key < $1.key }) {
            parts.append(answer ? question : "not (\(question))")
        }
        return parts.isEmpty ? "every value" : parts.joined(separator: " and ")
    }
}

extension ProofTerms {
    /// `2×x − y`.
    func words(_ form: [String: Fraction]) -> String {
        form.sorted { $0.key < $1.key }.enumerated().map { index, term in
            let words = quantities[term.key]?.words ?? term.key
            let sign = term.value.isNegative ? "−" : index == 0 ? "" : "+"
            let size = term.value.magnitude
            let part = size == .one ? words : "\(size.shortText)×\(words)"
            return index == 0 ? sign + part : " \(sign) \(part)"
        }.joined()
    }

    /// A value of a form in the unit of its first quantity.
    func words(_ value: Fraction, of form: [String: Fraction]) -> String {
        let unit = quantities[form.keys.sorted()[0]]?.unit ?? .one
        let text = (value / unit.factor).shortText
        return unit.symbol == UnitOfMeasure.one.symbol ? text : "\(text) \(unit.symbol)"
    }
}
