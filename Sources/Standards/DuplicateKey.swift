// Finds the second place of a key that stands twice in a mapping; the YAML parser tells only one of the two.

/// The later occurrence of a duplicate key, and the text with that key renamed so that reading can go on.
struct DuplicateKey {
    let name: String
    let firstLine: Int
    let line: Int
    let column: Int
    let masked: String

    /// The next repeat of one of `names` in the block mapping that has a key at `place`.
    ///
    /// The keys of a block mapping share a column; a line indented less ends the mapping. Keys of a flow mapping
    /// (`{a: 1, a: 2}`) are not found: `nil`.
    static func locate(names: [String], near place: (line: Int, column: Int), in text: String) -> DuplicateKey? {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let indent = place.column - 1
        guard lines.indices.contains(place.line - 1), names.first(where: { !$0.isEmpty }) != nil else { return nil }
        var firstLines: [String: Int] = [:]
        for index in (place.line - 1)..<lines.count {
            let line = lines[index]
            let isFirst = index == place.line - 1
            let leading = line.prefix { $0 == " " }.count
            let rest = line.dropFirst(leading)
            if rest.isEmpty || rest.first == "#" { continue }
            if !isFirst, leading < indent { return nil }
            // The first key of a list's item stands behind its dash.
            guard isFirst || leading == indent else { continue }
            let entry = String(line.unicodeScalars.dropFirst(indent))
            guard let (name, rest) = split(entry, atKeyOf: names) else { continue }
            if let firstLine = firstLines[name] {
                lines[index] = String(line.unicodeScalars.prefix(indent)) + "masked-\(index)" + rest
                return DuplicateKey(
                    name: name, firstLine: firstLine, line: index + 1, column: place.column,
                    masked: lines.joined(separator: "\n"))
            }
            firstLines[name] = index + 1
        }
        return nil
    }

    /// The key of `names` that `entry` begins with, and the text from its colon on.
    private static func split(_ entry: String, atKeyOf names: [String]) -> (name: String, rest: Substring)? {
        for name in names {
            for spelling in [name, "\"\(name)\"", "'\(name)'"] where entry.hasPrefix(spelling) {
                let rest = entry.dropFirst(spelling.count).drop { $0 == " " }
                if rest.first == ":" { return (name, rest) }
            }
        }
        return nil
    }
}
