// One tree from each amount down to the figures it rests on; text, HTML and JSON are written from it.

internal import Accounting
internal import Exact
package import Monitoring

/// A value of a derivation with everything it was computed from; a run keeps its tree as it was issued.
package struct DerivationNode: Hashable, Codable, Sendable {
    /// `zhejiang → anhui`, `P`, `c[codmn]`.
    package let name: String
    package let value: String
    package let clause: String
    /// The formula as written; empty for a figure.
    package let formula: String
    /// Comparisons with their answers, roundings, where a figure comes from.
    package let notes: [String]
    /// True when the same step stands in full above: its own children are not repeated.
    package let isRepeated: Bool
    package let children: [DerivationNode]
    /// Where the bytes of a batch lie; `nil` for any other node.
    package let bytes: BatchBytes?

    package init(
        name: String, value: String, clause: String = "", formula: String = "", notes: [String] = [],
        isRepeated: Bool = false, children: [DerivationNode] = [], bytes: BatchBytes? = nil
    ) {
        self.name = name
        self.value = value
        self.clause = clause
        self.formula = formula
        self.notes = notes
        self.isRepeated = isRepeated
        self.children = children
        self.bytes = bytes
    }
}

/// Where a batch lies in the archive.
package struct BatchBytes: Hashable, Codable, Sendable {
    /// SHA-256 in lower-case hexadecimal.
    package let digest: String
    package let segment: String
    package let offset: Int64
    package let byteCount: Int64

    package init(digest: String, segment: String, offset: Int64, byteCount: Int64) {
        self.digest = digest
        self.segment = segment
        self.offset = offset
        self.byteCount = byteCount
    }

    var text: String { "\(segment) @ \(offset) + \(byteCount), sha256:\(digest)" }

    var json: CanonicalJSON {
        .object([
            "bytes": .number(String(byteCount)), "digest": .string(digest), "offset": .number(String(offset)),
            "segment": .string(segment),
        ])
    }
}

extension [DerivationNode] {
    /// The tree with what each measured figure rests on hung below it, once; later mentions point back.
    ///
    /// - Parameter evidence: series and batches by the name of the input.
    package func resting(on evidence: [String: [DerivationNode]]) -> [DerivationNode] {
        var shown: Set<String> = []
        func hung(_ node: DerivationNode) -> DerivationNode {
            var (children, isRepeated) = (node.children.map(hung), node.isRepeated)
            if node.formula.isEmpty, children.isEmpty, let found = evidence[node.name], !found.isEmpty {
                if shown.insert(node.name).inserted { children = found } else { isRepeated = true }
            }
            return DerivationNode(
                name: node.name, value: node.value, clause: node.clause, formula: node.formula, notes: node.notes,
                isRepeated: isRepeated, children: children, bytes: node.bytes)
        }
        return map(hung)
    }
}

extension SettlementRun {
    /// The tree of every line, of every payment that owes nothing, and of the conditions that stand by themselves; of the
    /// last step when the run has no amounts.
    package var derivationTree: [DerivationNode] {
        var builder = DerivationBuilder(run: self)
        guard case .settled(let settled) = outcome else {
            return steps.suffix(1).map { builder.node(of: $0) }
        }
        let lines = settled.lines.map { line in
            let step = steps.last { $0.name == line.name }
            return DerivationNode(
                name: "\(partyName(line.payer)) → \(partyName(line.payee))",
                value: "\(line.money.plainText) \(line.money.currency)", clause: line.clause, formula: "",
                notes: line.rounding.isEmpty ? [] : ["修约 rounded \(line.rounding): \(line.exact.shortText)"],
                isRepeated: false, children: step.map { [builder.node(of: $0)] } ?? [])
        }
        let nothing = steps.filter { $0.formula == DerivationStep.nothingOwed }.map { builder.node(of: $0) }
        // What the next period takes over feeds no amount of this one, and is a result all the same.
        let carried = Set(inputs.compactMap { $0.request.carries?.description })
        let results = steps.filter { carried.contains($0.name) }.map { builder.node(of: $0) }
        return lines + nothing + results + conditions.filter { $0.kind != .exemption }.map { builder.node(of: $0) }
    }
}

private struct DerivationBuilder {
    let run: SettlementRun
    private let steps: [String: DerivationStep]
    private let inputs: [String: SettlementInput]
    private let exemptions: [String: DecidedCondition]
    private var seen: Set<String> = []

    init(run: SettlementRun) {
        self.run = run
        steps = Dictionary(run.steps.map { ($0.name, $0) }) { first, _ in first }
        inputs = Dictionary(run.inputs.map { ($0.request.key.description, $0) }) { first, _ in first }
        exemptions = Dictionary(run.conditions.filter { $0.kind == .exemption }.map { ($0.name, $0) }) { first, _ in
            first
        }
    }

    mutating func node(of step: DerivationStep) -> DerivationNode {
        let notes = step.roundings.map { note in
            "修约 rounded \(note.rule.agreementText) to \(note.step.shortText) \(note.unit): "
                + "\(note.exact.shortText) → \(note.rounded.shortText)"
        }
        let isRepeated = !seen.insert(step.name).inserted
        var children: [DerivationNode] = []
        if !isRepeated {
            for decision in step.decisions { children.append(node(of: decision, step.operands)) }
            for operand in step.operands where operand.counts { children.append(node(of: operand)) }
        }
        return DerivationNode(
            name: step.name, value: step.exact.exactText(in: step.unit), clause: step.clause, formula: step.formula,
            notes: notes, isRepeated: isRepeated, children: children)
    }

    /// A comparison with what it compares below it.
    private mutating func node(of decision: BranchDecision, _ operands: [StepOperand]) -> DerivationNode {
        var children: [DerivationNode] = []
        for key in decision.reads {
            let name = key.description
            if let operand = operands.first(where: { $0.name == name }) { children.append(node(of: operand)) }
        }
        return DerivationNode(
            name: "判断 decided", value: "\(decision.condition): \(decision.comparison) → \(decision.answer)",
            children: children)
    }

    mutating func node(of condition: DecidedCondition) -> DerivationNode {
        let isRepeated = !seen.insert("\(condition.kind) \(condition.name)").inserted
        return DerivationNode(
            name: "\(condition.kind.title) \(condition.name)", value: condition.decision.answer,
            clause: condition.clause,
            isRepeated: isRepeated, children: isRepeated ? [] : [node(of: condition.decision, condition.operands)])
    }

    private mutating func node(of operand: StepOperand) -> DerivationNode {
        if case .exemption = operand.origin, let condition = exemptions[operand.name] { return node(of: condition) }
        if case .step = operand.origin, let step = steps[operand.name] { return node(of: step) }
        var clause = ""
        var notes: [String] = []
        switch operand.origin {
        case .constant(let text): clause = text
        case .baseline(let text, let period, let version, let digest):
            clause = text
            notes = ["基准值 baseline \(period)\(version.isEmpty ? "" : ", version \(version)"), sha256:\(digest)"]
        case .exemption(let text): clause = text
        case .input, .step:
            guard let input = inputs[operand.name], let evidence = input.value?.evidence else { break }
            clause = input.request.clause
            notes = evidence.series
            notes += (input.value?.substitutions ?? []).map { "替代 substitution \($0.method): \($0.reason)" }
            if let count = evidence.count {
                notes.append("个数 count \(count)" + (evidence.expectedCount.map { " / \($0)" } ?? ""))
            }
            if input.request.measure.isMeasurement, let stated = input.value?.statement { notes.append(stated.text) }
            notes += evidence.uses.map { "采用 used \($0.text)" }
            if !evidence.digest.isEmpty { notes.append("摘要 digest \(evidence.digest)") }
        }
        return DerivationNode(
            name: operand.name, value: operand.value.exactText(in: operand.unit), clause: clause, formula: "",
            notes: notes, isRepeated: false, children: [])
    }
}

extension DerivationNode {
    /// Indented lines, one a value.
    package func text(depth: Int = 0) -> String {
        let indent = String(repeating: "  ", count: depth)
        var text = "\(indent)\(name) = \(value)" + (clause.isEmpty ? "" : "  [\(clause)]") + "\n"
        if !formula.isEmpty { text += "\(indent)  = \(formula)\n" }
        for note in notes { text += "\(indent)  · \(note)\n" }
        if let bytes { text += "\(indent)  · \(bytes.text)\n" }
        if isRepeated { text += "\(indent)  (见上 see above)\n" }
        for child in children { text += child.text(depth: depth + 1) }
        return text
    }

    package var json: CanonicalJSON {
        var fields: [String: CanonicalJSON] = [
            "clause": .string(clause), "formula": .string(formula), "name": .string(name),
            "notes": .array(notes.map { .string($0) }), "repeated": .bool(isRepeated), "value": .string(value),
            "children": .array(children.map(\.json)),
        ]
        if let bytes { fields["batch"] = bytes.json }
        return .object(fields)
    }

    /// Nested `<details>`: closed below the first level, no script.
    package func html(isOpen: Bool = true) -> String {
        let head =
            "<b>\(escaped(name))</b> = \(escaped(value))"
            + (clause.isEmpty ? "" : " <small>[\(escaped(clause))]</small>")
        var body = formula.isEmpty ? "" : "<p><code>\(escaped(formula))</code></p>\n"
        for note in notes { body += "<p>\(escaped(note))</p>\n" }
        if let bytes { body += "<p><code>\(escaped(bytes.text))</code></p>\n" }
        if isRepeated { body += "<p>见上 see above</p>\n" }
        for child in children { body += child.html(isOpen: false) }
        if body.isEmpty { return "<p>\(head)</p>\n" }
        return "<details\(isOpen ? " open" : "")><summary>\(head)</summary>\n\(body)</details>\n"
    }
}

private func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        .replacing("\"", with: "&quot;")
}

extension SettlementRun {
    private var derivation: Derivation {
        Derivation(
            run: id, title: title, period: "\(period)", isExample: isExample, lines: derivationTree)
    }

    /// The derivation as one HTML page that needs nothing else.
    package var derivationHTML: String { derivation.html }

    /// The same tree as canonical JSON with a line end.
    package var derivationJSON: String { derivation.json }

    /// The same tree as indented text.
    package var derivationTreeText: String { derivation.text }
}

/// A tree with the run it belongs to, in each of its forms.
package struct Derivation {
    let run: String
    let title: BilingualName
    let period: String
    let isExample: Bool
    let lines: [DerivationNode]

    package init(run: String, title: BilingualName, period: String, isExample: Bool, lines: [DerivationNode]) {
        self.run = run
        self.title = title
        self.period = period
        self.isExample = isExample
        self.lines = lines
    }

    /// One page that needs nothing else.
    package var html: String {
        var page = "<!doctype html>\n<html lang=\"zh\"><meta charset=\"utf-8\"><title>\(escaped(run))</title>\n"
        page +=
            "<style>body{font-family:sans-serif;max-width:60em;margin:1em auto}details{margin-left:1.2em}p{margin:.2em 1.2em}"
        page +=
            "</style>\n<h1>推导 Derivation</h1>\n<p>\(escaped(title.chinese)) · \(escaped(title.english)) · \(escaped(period))</p>\n"
        if isExample { page += "<p><b>示例 EXAMPLE — 数字为虚构。Invented numbers.</b></p>\n" }
        return page + lines.map { $0.html() }.joined() + "</html>\n"
    }

    /// Canonical JSON with a line end.
    package var json: String {
        CanonicalJSON.object(["run": .string(run), "lines": .array(lines.map(\.json))]).text() + "\n"
    }

    /// Indented lines.
    package var text: String { lines.map { $0.text() }.joined() }
}
