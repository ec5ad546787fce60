// Comparisons of one rule that share an edge (`x ≤ 10`, `x > 10`): moving one alone would only open a hole, so they move
// together, as a text would that says otherwise.

internal import Exact

/// A place in an agreement that holds an expression, and how another is put there.
struct ExpressionSlot {
    let expression: Expression
    let put: (inout Agreement, Expression) -> Void
}

/// A change of several expressions of one rule at once.
struct RuleChange {
    let words: String
    let expressions: [(slot: Int, changed: Expression)]
    /// Whether an edge was moved to the other side, and nothing else.
    var isEdge = false
}

/// All comparisons of one rule with the same linear form and value.
private struct SharedEdge {
    struct Site {
        let slot: Int
        /// As `visit` counts nodes.
        let node: Int
        let position: Int
        let sign: ComparisonOperator
        let text: String
    }

    var sites: [Site] = []
    /// Numbers beside these comparisons.
    var literals: [(slot: Int, node: Int, literal: NumberLiteral)] = []

    /// `=` beside `<` and `>` says three things, each of which is changed alone.
    var asksEquality: Bool { sites.contains { $0.sign == .equal || $0.sign == .notEqual } }
}

/// Every change of the expressions of one rule: shared edges moved and turned, other numbers and rules one by one.
func ruleChanges(of slots: [ExpressionSlot], _ reader: EdgeReader) -> [RuleChange] {
    let (edges, grouped) = sharedEdges(of: slots, reader)
    var found: [RuleChange] = []
    for edge in edges {
        if edge.asksEquality {
            for site in edge.sites { found.append(edgeMoved([site], slots)) }
        } else {
            found.append(edgeMoved(edge.sites, slots))
        }
        found += valuesMoved(edge, slots)
    }
    for (index, slot) in slots.enumerated() {
        found += slot.expression.changes(without: grouped[index]).map {
            RuleChange(words: $0.words, expressions: [(index, $0.changed)])
        }
    }
    return found
}

private func sharedEdges(
    of slots: [ExpressionSlot], _ reader: EdgeReader
) -> (edges: [SharedEdge], grouped: [Set<Int>]) {
    var edges: [SharedEdge] = []
    var places: [Threshold: Int] = [:]
    var grouped = Array(repeating: Set<Int>(), count: slots.count)
    for (index, slot) in slots.enumerated() {
        var node = 0
        slot.expression.root.visit { found in
            defer { node += 1 }
            guard case .comparison(let operands, let operators, let range) = found,
                !operands.contains(where: reader.isMember)
            else { return }
            // Where each operand's first node stands: they follow their comparison one behind the other.
            var starts: [Int] = []
            var next = node + 1
            for operand in operands {
                starts.append(next)
                operand.visit { _ in next += 1 }
            }
            for (position, sign) in operators.enumerated() {
                let key = reader.edge(operands[position], operands[position + 1], slot.expression)
                let place = places[key] ?? edges.count
                if place == edges.count {
                    places[key] = place
                    edges.append(SharedEdge())
                }
                edges[place].sites.append(
                    SharedEdge.Site(
                        slot: index, node: node, position: position, sign: sign, text: slot.expression.excerpt(range)))
                for operand in [position, position + 1] {
                    var inner = starts[operand]
                    operands[operand].visit { part in
                        if case .number(let literal) = part, grouped[index].insert(inner).inserted {
                            edges[place].literals.append((index, inner, literal))
                        }
                        inner += 1
                    }
                }
            }
        }
    }
    return (edges, grouped)
}

private func edgeMoved(_ sites: [SharedEdge.Site], _ slots: [ExpressionSlot]) -> RuleChange {
    let first = sites[0]
    let more = sites.count > 1 ? ", and in \(sites.count - 1) more with this edge" : ""
    var expressions: [Int: Expression] = [:]
    for site in sites {
        let known = expressions[site.slot] ?? slots[site.slot].expression
        expressions[site.slot] = known.replacing([site.node]) {
            $0.withOperator(site.sign.edgeMoved, at: site.position)
        }
    }
    return RuleChange(
        words: "“\(first.sign.rawValue)” changed to “\(first.sign.edgeMoved.rawValue)” in “\(first.text)”\(more)",
        expressions: expressions.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, isEdge: true)
}

/// Numbers of one value beside a shared edge are one number of the text.
private func valuesMoved(_ edge: SharedEdge, _ slots: [ExpressionSlot]) -> [RuleChange] {
    var values: [Fraction] = []
    for literal in edge.literals where !values.contains(literal.literal.base) { values.append(literal.literal.base) }
    return values.flatMap { value -> [RuleChange] in
        let same = edge.literals.filter { $0.literal.base == value }
        return same[0].literal.nearby.map { moved in
            var sites: [Int: Set<Int>] = [:]
            for literal in same { sites[literal.slot, default: []].insert(literal.node) }
            let more = same.count > 1 ? ", and in \(same.count - 1) more places with this edge" : ""
            return RuleChange(
                words: slots[same[0].slot].expression.changeWords(same[0].literal, moved) + more,
                expressions: sites.sorted { $0.key < $1.key }.map { slot, nodes in
                    (slot, slots[slot].expression.replacing(nodes) { $0.withNumber(moved) })
                })
        }
    }
}
