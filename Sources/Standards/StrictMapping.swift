// Reads one mapping of a registry file key by key: types, required keys and unknown keys, each fault with its place.

package import Monitoring

/// A mapping whose keys are taken one after another; `finish()` reports those nobody took.
package struct StrictMapping {
    package let node: PositionedNode
    package let file: String
    /// What the mapping describes, for messages: `section EX-UP`.
    package var subject: String
    package private(set) var problems: [Problem] = []
    private var taken: Set<String> = []

    /// The mapping at `node`, or the problem that it is none.
    package init(_ node: PositionedNode, file: String, subject: String) {
        self.node = node
        self.file = file
        self.subject = subject
        if node.entries == nil {
            report(
                "registry.value.type", at: node, "\(subject) is not a list of `key: value`.",
                "Write `key: value` lines.")
        }
    }

    package mutating func report(_ check: String, at node: PositionedNode, _ message: String, _ remedy: String) {
        problems.append(
            Problem(
                check: check, file: file, line: node.line, column: node.column, message: message, remedy: remedy))
    }

    /// Takes over a problem of an inner mapping.
    package mutating func adopt(_ problem: Problem) { problems.append(problem) }

    /// The value of `key`, `nil` when it is absent or left blank.
    package mutating func optional(_ key: String) -> PositionedNode? {
        taken.insert(key)
        guard let value = node[key], !value.isBlank else { return nil }
        return value
    }

    /// The value of `key`; its absence is a problem.
    package mutating func required(_ key: String) -> PositionedNode? {
        if let value = optional(key) { return value }
        if node.entries != nil {
            let place = node[key] ?? node
            report("registry.value.missing", at: place, "\(subject) has no `\(key)`.", "Add `\(key): …`.")
        }
        return nil
    }

    package mutating func text(_ key: String) -> String? { required(key).flatMap { text(of: $0, key) } }

    package mutating func optionalText(_ key: String) -> String? { optional(key).flatMap { text(of: $0, key) } }

    /// A value of a closed set, written as its raw value.
    package mutating func choice<Value: RawRepresentable & CaseIterable>(
        _ key: String, _ type: Value.Type
    ) -> Value? where Value.RawValue == String {
        required(key).flatMap { choice(of: $0, key, type) }
    }

    package mutating func optionalChoice<Value: RawRepresentable & CaseIterable>(
        _ key: String, _ type: Value.Type
    ) -> Value? where Value.RawValue == String {
        optional(key).flatMap { choice(of: $0, key, type) }
    }

    /// `true` or `false`; absent is `false`.
    package mutating func flag(_ key: String) -> Bool {
        guard let value = optional(key) else { return false }
        if value.text == "true" || value.text == "false" { return value.text == "true" }
        report("registry.value.type", at: value, "`\(key)` of \(subject) is not true or false.", "Write true or false.")
        return false
    }

    /// A whole number.
    package mutating func optionalInteger(_ key: String) -> Int? {
        parsed(optional(key), key, "a whole number", "Write digits only.") { Int($0) }
    }

    /// `YYYY-MM-DD`.
    package mutating func date(_ key: String) -> CivilDate? {
        parsed(required(key), key, "a date", "Write it as 2026-03-01.") { CivilDate($0) }
    }

    package mutating func optionalDate(_ key: String) -> CivilDate? {
        parsed(optional(key), key, "a date", "Write it as 2026-03-01.") { CivilDate($0) }
    }

    /// `0`, `30min`, `4h`, `1d`.
    package mutating func duration(_ key: String) -> Duration64? {
        parsed(required(key), key, "a length of time", "Write it as 0, 30min, 4h or 1d.") {
            Duration64(registryText: $0)
        }
    }

    package mutating func optionalDuration(_ key: String) -> Duration64? {
        parsed(optional(key), key, "a length of time", "Write it as 0, 30min, 4h or 1d.") {
            Duration64(registryText: $0)
        }
    }

    package mutating func offset(_ key: String) -> UTCOffset? {
        parsed(required(key), key, "a distance from UTC", "Write it as +08:00.") { UTCOffset($0) }
    }

    /// `{zh: …, en: …}`, both filled.
    package mutating func name(_ key: String) -> BilingualName? { required(key).flatMap { name(of: $0, key) } }

    package mutating func optionalName(_ key: String) -> BilingualName? { optional(key).flatMap { name(of: $0, key) } }

    /// A list of texts with their places; absent is empty.
    package mutating func texts(_ key: String) -> [PositionedNode] {
        guard let value = optional(key) else { return [] }
        guard let items = value.items, items.allSatisfy({ $0.text != nil && !$0.isBlank }) else {
            report(
                "registry.value.type", at: value, "`\(key)` of \(subject) is not a list of texts.", "Write `[a, b]`.")
            return []
        }
        return items
    }

    /// A list of anything; absent is empty.
    package mutating func items(_ key: String) -> [PositionedNode] {
        guard let value = optional(key) else { return [] }
        if let items = value.items { return items }
        report("registry.value.type", at: value, "`\(key)` of \(subject) is not a list.", "Begin each entry with `- `.")
        return []
    }

    /// Reports the keys that were not asked for, and hands over all problems.
    package mutating func finish() -> [Problem] {
        for entry in node.entries ?? [] where !taken.contains(entry.key) {
            problems.append(
                Problem(
                    check: "registry.key.unknown", file: file, line: entry.keyLine, column: entry.keyColumn,
                    message: "\(subject) has an unknown key `\(entry.key)`.",
                    remedy: "Use one of: \(taken.sorted().joined(separator: ", "))."))
        }
        return problems
    }
}

extension StrictMapping {
    private mutating func text(of value: PositionedNode, _ key: String) -> String? {
        if let text = value.text { return text }
        report("registry.value.type", at: value, "`\(key)` of \(subject) is not a text.", "Write one text.")
        return nil
    }

    private mutating func choice<Value: RawRepresentable & CaseIterable>(
        of value: PositionedNode, _ key: String, _ type: Value.Type
    ) -> Value? where Value.RawValue == String {
        if let choice = value.text.flatMap({ Value(rawValue: $0) }) { return choice }
        let choices = Value.allCases.map(\.rawValue).joined(separator: ", ")
        report(
            "registry.value.type", at: value, "`\(key)` of \(subject) is none of the words it may be.",
            "Use one of: \(choices).")
        return nil
    }

    private mutating func parsed<Value>(
        _ value: PositionedNode?, _ key: String, _ what: String, _ remedy: String, _ parse: (String) -> Value?
    ) -> Value? {
        guard let value else { return nil }
        if let result = value.text.flatMap(parse) { return result }
        report("registry.value.type", at: value, "`\(key)` of \(subject) is not \(what).", remedy)
        return nil
    }

    private mutating func name(of value: PositionedNode, _ key: String) -> BilingualName? {
        var inner = StrictMapping(value, file: file, subject: "`\(key)` of \(subject)")
        let chinese = inner.text("zh")
        let english = inner.text("en")
        problems += inner.finish()
        guard let chinese, let english else { return nil }
        return BilingualName(chinese: chinese, english: english)
    }
}

extension Duration64 {
    /// `0`, or a whole number of `s`, `min`, `h` or `d`.
    package init?(registryText text: String) {
        let units: [String: Int64] = ["s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000]
        if text == "0" {
            self.init(milliseconds: 0)
            return
        }
        let digits = text.prefix { $0.isASCIIDigit }
        guard let count = Int64(digits), count <= 100_000, let unit = units[String(text.dropFirst(digits.count))] else {
            return nil
        }
        self.init(milliseconds: count * unit)
    }
}
