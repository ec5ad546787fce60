// Strict reading of an agreement file's mappings: unknown and missing keys are problems with their place.

internal import Accounting
internal import Exact
internal import Monitoring
internal import Standards

/// What is being read, and all problems found so far.
struct AgreementReading {
    let file: String
    var problems: [Problem] = []
    var blanks: [BlankParameter] = []
    private let lines: [[Unicode.Scalar]]

    init(text: String, file: String) {
        self.file = file
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0.unicodeScalars) }
    }

    mutating func report(_ check: String, at node: PositionedNode, _ message: String, _ remedy: String) {
        report(check, line: node.line, column: node.column, message, remedy)
    }

    mutating func report(_ check: String, line: Int, column: Int, _ message: String, _ remedy: String) {
        problems.append(
            Problem(check: check, file: file, line: line, column: column, message: message, remedy: remedy))
    }

    /// Reports a fault inside an expression at its own line and column of the file.
    mutating func report(_ problem: ExpressionProblem, in node: PositionedNode) {
        let place = place(of: problem.range.lowerBound, in: node)
        report(problem.check, line: place.line, column: place.column, problem.message, problem.remedy)
    }

    /// The place of a scalar of `node`'s text: the file is followed from the node's mark, blanks and quotes skipped.
    func place(of offset: Int, in node: PositionedNode) -> (line: Int, column: Int) {
        var line = node.line - 1
        var column = node.column - 1
        guard let text = node.text, lines.indices.contains(line) else { return (node.line, node.column) }
        if column < lines[line].count, "|>".unicodeScalars.contains(lines[line][column]) {
            line += 1
            column = 0
        }
        var place = (line: node.line, column: node.column)
        for (position, scalar) in text.unicodeScalars.enumerated() {
            if scalar.properties.isWhitespace {
                if position == offset { return place }
                continue
            }
            while lines.indices.contains(line), column >= lines[line].count || lines[line][column] != scalar {
                column += 1
                if column >= lines[line].count {
                    line += 1
                    column = 0
                }
            }
            guard lines.indices.contains(line) else { return place }
            place = (line + 1, column + 1)
            if position == offset { return place }
            column += 1
        }
        return place
    }

    // Fields of a mapping.

    /// Checks that `node` is a mapping with only `allowed` keys, and reports each one that is not.
    mutating func isMapping(_ node: PositionedNode, _ what: String, allowed: [String]) -> Bool {
        guard let entries = node.entries else {
            report(
                "agreement.shape", at: node, "\(what) is written as key: value lines.",
                "Write the keys \(allowed.joined(separator: ", ")).")
            return false
        }
        for (place, entry) in entries.enumerated() where !allowed.contains(entry.key) {
            if place > 0, entry.value.isBlank, entry.key.allSatisfy(\.isNumber), let cut = entries[place - 1].value.text
            {
                report(
                    "agreement.number", line: entry.keyLine, column: entry.keyColumn,
                    "“\(cut),\(entry.key)” is cut in two by its comma.",
                    "Write \(cut).\(entry.key) or \(cut)\(entry.key): the decimal mark is a point and there are no thousands separators."
                )
                continue
            }
            let hint = nearest(to: entry.key, among: allowed).map { "Did you mean “\($0)”?" }
            report(
                "agreement.key", line: entry.keyLine, column: entry.keyColumn,
                "\(what) has no key “\(entry.key)”.", hint ?? "Use \(allowed.joined(separator: ", ")).")
        }
        return true
    }

    mutating func required(_ key: String, of node: PositionedNode, _ what: String) -> PositionedNode? {
        if let found = node[key], !found.isBlank { return found }
        let place = node[key] ?? node
        report("agreement.required", at: place, "\(what) lacks “\(key)”.", "Write \(key): and its value.")
        return nil
    }

    mutating func text(_ key: String, of node: PositionedNode, _ what: String) -> String? {
        guard let found = required(key, of: node, what) else { return nil }
        guard let text = found.text else {
            report("agreement.shape", at: found, "“\(key)” of \(what) is one text.", "Write it on one line.")
            return nil
        }
        return text
    }

    mutating func optionalText(_ key: String, of node: PositionedNode, _ what: String) -> String? {
        guard let found = node[key], !found.isBlank else { return nil }
        return text(key, of: node, what)
    }

    mutating func items(_ key: String, of node: PositionedNode, _ what: String, required: Bool) -> [PositionedNode] {
        guard let found = node[key], !found.isBlank else {
            if required { _ = self.required(key, of: node, what) }
            return []
        }
        guard let items = found.items else {
            report("agreement.shape", at: found, "“\(key)” is a list.", "Begin each entry with a dash.")
            return []
        }
        if required, items.isEmpty {
            report("agreement.required", at: found, "“\(key)” is empty.", "List at least one entry.")
        }
        return items
    }

    mutating func choice<Value: RawRepresentable & CaseIterable>(
        _ key: String, of node: PositionedNode, _ what: String
    ) -> Value? where Value.RawValue == String {
        guard let text = text(key, of: node, what), let place = node[key] else { return nil }
        return choice(text, at: place, "“\(key)” of \(what)")
    }

    mutating func choice<Value: RawRepresentable & CaseIterable>(
        _ text: String, at node: PositionedNode, _ what: String
    ) -> Value? where Value.RawValue == String {
        if let value = Value(rawValue: text) { return value }
        report(
            "agreement.value", at: node, "“\(text)” is not a value of \(what).",
            "Use \(Value.allCases.map(\.rawValue).joined(separator: ", ")).")
        return nil
    }

    mutating func truth(_ key: String, of node: PositionedNode, _ what: String) -> Bool? {
        guard let text = text(key, of: node, what), let place = node[key] else { return nil }
        if text == "true" || text == "false" { return text == "true" }
        report("agreement.value", at: place, "“\(key)” is true or false, not “\(text)”.", "Write true or false.")
        return nil
    }

    mutating func name(_ key: String, of node: PositionedNode, _ what: String) -> BilingualName? {
        guard let found = required(key, of: node, what), isMapping(found, "“\(key)”", allowed: ["zh", "en"]) else {
            return nil
        }
        let chinese = text("zh", of: found, "“\(key)”")
        let english = text("en", of: found, "“\(key)”")
        guard let chinese, let english else { return nil }
        return BilingualName(chinese: chinese, english: english)
    }

    mutating func date(_ key: String, of node: PositionedNode, _ what: String) -> CivilDate? {
        guard let text = text(key, of: node, what), let place = node[key] else { return nil }
        if let date = CivilDate(text) { return date }
        report("agreement.date", at: place, "“\(text)” is not a date.", "Write a day such as 2025-01-01.")
        return nil
    }

    mutating func unit(_ key: String, of node: PositionedNode, _ what: String) -> UnitOfMeasure? {
        guard let text = text(key, of: node, what), let place = node[key] else { return nil }
        do {
            return try UnitOfMeasure(parsing: text)
        } catch {
            report(
                "agreement.unit", at: place, "\(error)",
                "Use a unit such as mg/L, 万元, 万元/class, point, class, %; a plain number has the unit \"1\".")
            return nil
        }
    }

    /// A number written as text, or `nil` with a problem that says how to write it.
    mutating func number(_ node: PositionedNode, _ what: String) -> Fraction? {
        guard let text = node.text else {
            report("agreement.shape", at: node, "\(what) is one number.", "Write it on one line.")
            return nil
        }
        let digits = text.drop { $0 == "-" || $0 == "+" }
        if digits.count > 1, digits.first == "0", digits.dropFirst().first?.isNumber == true {
            report(
                "agreement.number", at: node, "“\(text)” begins with a zero: some programs read it as octal.",
                "Write it without the leading zero, or in quotes as a name where it is a code.")
            return nil
        }
        if let decimal = ExactDecimal(text) { return Fraction(decimal) }
        let remedy =
            text.contains(",")
            ? "The decimal mark is a point and there are no thousands separators."
            : text.hasSuffix("%")
                ? "Write the fraction (0.35 for 35%), or the number with unit: \"%\"."
                : "Write a number such as 0.85; its unit has a key of its own."
        report("agreement.number", at: node, "“\(text)” is not a number.", remedy)
        return nil
    }

    /// A number with its unit in one text (`6300 万元`), the unit `unit` when none is written.
    mutating func quantity(
        _ node: PositionedNode, in unit: UnitOfMeasure, _ what: String
    ) -> (value: Fraction, unit: UnitOfMeasure)? {
        guard let text = node.text, let parsed = Quantity(parsing: text) else {
            _ = number(node, what)
            return nil
        }
        guard let written = parsed.unit else { return (parsed.value, unit) }
        guard written.isCommensurable(with: unit) else {
            report(
                "agreement.unit", at: node, "\(what) is in \(written.shown), but \(unit.shown) is expected.",
                "Write the value in \(unit.symbol).")
            return nil
        }
        return (parsed.value, written)
    }
}

/// A number with an optional unit as one text: `-3 point`, `6300 万元`, `0.673`.
struct Quantity {
    let value: Fraction
    let unit: UnitOfMeasure?

    init?(parsing text: String) {
        guard var tokens = try? ExpressionLexer.tokens(of: text)[...] else { return nil }
        var isNegative = false
        if tokens.first?.kind == .symbol(.minus) {
            isNegative = true
            tokens = tokens.dropFirst()
        } else if tokens.first?.kind == .symbol(.plus) {
            tokens = tokens.dropFirst()
        }
        guard tokens.count == 2, case .number(let decimal, let unitText)? = tokens.first?.kind else { return nil }
        let magnitude = Fraction(decimal)
        value = isNegative ? -magnitude : magnitude
        if unitText.isEmpty {
            unit = nil
            return
        }
        guard let known = try? UnitOfMeasure(parsing: unitText) else { return nil }
        unit = known
    }
}
