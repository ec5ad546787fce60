// A node of a registry or agreement file with its place: what `PositionedYAML` reads and checks point at.

/// A value of a YAML document with the line and column where it stands (1-based, columns in Unicode scalars).
package struct PositionedNode: Sendable {
    package enum Content: Sendable {
        case scalar(String)
        case sequence([PositionedNode])
        case mapping([PositionedEntry])
    }

    package let content: Content
    package let line: Int
    package let column: Int
    /// True for a scalar without quotes and not in a block.
    package let isPlain: Bool

    package init(content: Content, line: Int, column: Int, isPlain: Bool) {
        self.content = content
        self.line = line
        self.column = column
        self.isPlain = isPlain
    }

    /// The scalar's text as written (`0.20`, `NO` and `010` stay text), `nil` for a sequence or mapping.
    package var text: String? {
        if case .scalar(let text) = content { return text }
        return nil
    }

    /// An empty plain scalar, `~` or `null`: a parameter that somebody still has to fill in.
    package var isBlank: Bool {
        guard isPlain, let text else { return false }
        return text.isEmpty || text == "~" || text == "null"
    }

    package var items: [PositionedNode]? {
        if case .sequence(let items) = content { return items }
        return nil
    }

    /// The entries of a mapping in file order.
    package var entries: [PositionedEntry]? {
        if case .mapping(let entries) = content { return entries }
        return nil
    }

    /// The value under `key`, `nil` when there is none or this is not a mapping.
    package subscript(key: String) -> PositionedNode? {
        entries?.first { $0.key == key }?.value
    }
}

/// One `key: value` of a mapping.
package struct PositionedEntry: Sendable {
    package let key: String
    package let keyLine: Int
    package let keyColumn: Int
    package let value: PositionedNode

    package init(key: String, keyLine: Int, keyColumn: Int, value: PositionedNode) {
        self.key = key
        self.keyLine = keyLine
        self.keyColumn = keyColumn
        self.value = value
    }
}
