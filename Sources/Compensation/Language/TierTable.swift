// A named table of tiers (阶梯、分档): which value belongs to a quantity, every edge said.

package import Exact

/// Steps, tiers or a ladder as the agreement lists them.
package struct TierTable: Sendable {
    package enum How: String, Sendable, CaseIterable {
        /// The value of the tier.
        case step
        /// The value of the tier times all of the quantity (全额).
        case whole
        /// In each tier its value times the part of the quantity that lies in it (超额累进).
        case marginal
        /// The value listed for exactly that quantity: a ladder of ranks.
        case exact
    }

    /// The tier an edge belongs to.
    package enum Edge: String, Sendable, CaseIterable {
        /// To the tier it is the upper end of: “up to and including”.
        case upper
        /// To the tier it is the lower end of: “from … on”.
        case lower
    }

    /// One tier; bounds in `measures`, the value in `gives`.
    package struct Row: Sendable {
        package let from: Fraction?
        package let to: Fraction?
        package let at: Fraction?
        package let isOtherwise: Bool
        /// `nil` while it stands blank.
        package let value: Fraction?
    }

    package let name: String
    package let measures: UnitOfMeasure
    package let gives: UnitOfMeasure
    package let how: How
    package let edge: Edge
    package let rows: [Row]
    package let clause: String
    package let source: String
    package let confidence: Confidence
    package let line: Int
    package let column: Int

    /// The unit of what `tier(…)` yields.
    package var yields: UnitOfMeasure {
        how == .whole || how == .marginal ? (gives * measures).simplified : gives
    }

    func with(_ rows: [Row], edge: Edge) -> TierTable {
        TierTable(
            name: name, measures: measures, gives: gives, how: how, edge: edge, rows: rows, clause: clause,
            source: source, confidence: confidence, line: line, column: column)
    }

    /// The row a quantity (in `measures`) falls into, `nil` when the table does not cover it.
    func row(of quantity: Fraction) -> Int? {
        rows.firstIndex { row in
            if let at = row.at { return at == quantity }
            if row.isOtherwise { return true }
            return isAbove(row.from, quantity) && isBelow(row.to, quantity)
        }
    }

    private func isAbove(_ from: Fraction?, _ quantity: Fraction) -> Bool {
        // The lower end of the first tier belongs to it in either way of counting.
        guard let from else { return true }
        return edge == .lower || from == rows.first?.from ? from <= quantity : from < quantity
    }

    private func isBelow(_ to: Fraction?, _ quantity: Fraction) -> Bool {
        guard let to else { return true }
        return edge == .upper || to == rows.last?.to ? quantity <= to : quantity < to
    }

    /// The value for a quantity in base units, also in base units.
    func value(of base: Fraction) -> (value: Fraction, row: Int)? {
        let quantity = base / measures.factor
        guard let index = row(of: quantity), let value = rows[index].value else { return nil }
        switch how {
        case .step, .exact: return (value * gives.factor, index)
        case .whole: return (value * gives.factor * base, index)
        case .marginal:
            var sum = Fraction.zero
            for row in rows[...index] {
                guard let part = row.value else { return nil }
                let top = row.to.map { min($0, quantity) } ?? quantity
                sum = sum + part * (top - (row.from ?? .zero))
            }
            return (sum * gives.factor * measures.factor, index)
        }
    }

    /// `0.1 < x ≤ 0.5`, as a derivation prints the tier taken.
    func described(_ index: Int) -> String {
        let row = rows[index]
        let unit = measures.symbol == UnitOfMeasure.one.symbol ? "" : " \(measures.symbol)"
        if let at = row.at { return "x = \(at.shortText)\(unit)" }
        if row.isOtherwise { return "otherwise" }
        let low = row.from.map { from in
            "\(from.shortText)\(unit) \(edge == .lower || from == rows.first?.from ? "≤" : "<") "
        }
        let high = row.to.map { to in
            " \(edge == .upper || to == rows.last?.to ? "≤" : "<") \(to.shortText)\(unit)"
        }
        return (low ?? "") + "x" + (high ?? "")
    }
}
