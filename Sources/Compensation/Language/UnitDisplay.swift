// How the agreement language shows units, and the nearest known spelling for a word it does not know.

internal import Exact

extension UnitOfMeasure {
    /// The plain unit when this one measures nothing and scales nothing, otherwise itself.
    var simplified: UnitOfMeasure { isCommensurable(with: .one) && factor == .one ? .one : self }

    /// The unit as an error names it: `mg/L`, or `a plain number` for 1.
    var shown: String { symbol == UnitOfMeasure.one.symbol ? "a plain number" : symbol }
}

/// The spelling among `candidates` that differs from `word` by at most two edits, the first of the closest.
func nearest(to word: String, among candidates: [String]) -> String? {
    let limit = word.count <= 3 ? 1 : 2
    return candidates.map { ($0, editDistance(Array(word), Array($0))) }
        .filter { $0.1 <= limit && $0.1 < word.count }
        .min { $0.1 < $1.1 }?.0
}

private func editDistance(_ left: [Character], _ right: [Character]) -> Int {
    if abs(left.count - right.count) > 2 { return 3 }
    var row = Array(0...right.count)
    for (i, a) in left.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, b) in right.enumerated() {
            let above = row[j + 1]
            row[j + 1] = min(above + 1, row[j] + 1, diagonal + (a == b ? 0 : 1))
            diagonal = above
        }
    }
    return row[right.count]
}
