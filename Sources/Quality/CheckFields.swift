// One check's mapping in a check-set file: numbers with their signs, ranges, counts, lengths of time, and the source.

internal import Exact
internal import Monitoring
internal import Standards

/// Reads the keys of one check, and reports each fault at its place.
struct CheckFields {
    /// A year of minutes: a check that looks at more readings in a row is a mistake.
    static let readingsLimit = 600_000

    var fields: StrictMapping
    /// What the mapping around says for all of its checks.
    private let outerSource: String?

    init(_ fields: StrictMapping, source: String?) {
        self.fields = fields
        outerSource = source
    }

    /// Reads the mapping under `key` of `outer`, when there is one.
    static func read(
        _ key: String, in outer: inout StrictMapping, _ source: String?, _ body: (inout CheckFields) -> Void
    ) {
        guard let node = outer.optional(key) else { return }
        var inner = CheckFields(
            StrictMapping(node, file: outer.file, subject: "`\(key)` in \(outer.subject)"), source: source)
        body(&inner)
        // What was not read to its end for a fault has said so; the source is known in any case.
        _ = inner.fields.optional("source")
        for problem in inner.fields.finish() { outer.adopt(problem) }
    }

    /// Where the numbers come from: the check's own word, else the one above it; none is a problem.
    mutating func source() -> String? {
        if let own = fields.optionalText("source") { return own }
        if let outerSource { return outerSource }
        fields.report(
            "checks.source.missing", at: fields.node, "\(fields.subject) does not say where its numbers come from.",
            "Add `source: …`: the instrument's papers, a study, or the word example.")
        return nil
    }

    /// A number of any sign.
    mutating func number(_ key: String) -> Double? {
        fields.required(key).flatMap { number(of: $0, key) }
    }

    /// A number that is not negative.
    mutating func size(_ key: String) -> Double? {
        guard let node = fields.required(key), let value = number(of: node, key) else { return nil }
        if value >= 0 { return value }
        fields.report(
            "checks.number.negative", at: node, "`\(key)` of \(fields.subject) is negative.", "Write a size, 0 or more.")
        return nil
    }

    /// A decimal as it is written.
    mutating func decimal(_ key: String) -> ExactDecimal? {
        guard let node = fields.optional(key) else { return nil }
        if let value = node.text.flatMap({ ExactDecimal($0) }) { return value }
        fields.report(
            "registry.value.type", at: node, "`\(key)` of \(fields.subject) is not a number.", "Write it as 0.25.")
        return nil
    }

    /// `[low, high]`.
    mutating func range(_ key: String) -> ClosedRange<Double>? {
        guard let node = fields.required(key) else { return nil }
        guard let items = node.items, items.count == 2, let low = items[0].text.flatMap({ ExactDecimal($0) }),
            let high = items[1].text.flatMap({ ExactDecimal($0) })
        else {
            fields.report(
                "registry.value.type", at: node, "`\(key)` of \(fields.subject) is not two numbers.",
                "Write it as [0, 14].")
            return nil
        }
        guard low <= high else {
            fields.report(
                "checks.range.order", at: node, "`\(key)` of \(fields.subject): the lower bound \(low) is above \(high).",
                "Write the lower bound first.")
            return nil
        }
        return low.approximate...high.approximate
    }

    /// A whole number within `range`.
    mutating func count(_ key: String, _ range: ClosedRange<Int>) -> Int? {
        guard let node = fields.required(key) else { return nil }
        if let value = node.text.flatMap({ Int($0) }), range.contains(value) { return value }
        fields.report(
            "checks.count", at: node, "`\(key)` of \(fields.subject) is not a whole number of "
                + "\(range.lowerBound)…\(range.upperBound).", "Write digits only.")
        return nil
    }

    /// `30min`, `4h`, `1d`: longer than nothing.
    mutating func length(_ key: String) -> Duration64? {
        guard let node = fields.required(key) else { return nil }
        if let value = node.text.flatMap({ Duration64(registryText: $0) }), value > .zero { return value }
        fields.report(
            "registry.value.type", at: node, "`\(key)` of \(fields.subject) is not a length of time.",
            "Write it as 30min, 4h or 1d.")
        return nil
    }

    mutating func reportOrder(_ message: String, _ remedy: String) {
        fields.report("checks.range.order", at: fields.node, "\(fields.subject): \(message)", remedy)
    }

    private mutating func number(of node: PositionedNode, _ key: String) -> Double? {
        if let value = node.text.flatMap({ ExactDecimal($0) }) { return value.approximate }
        fields.report(
            "registry.value.type", at: node, "`\(key)` of \(fields.subject) is not a number.", "Write it as 0.25.")
        return nil
    }
}
