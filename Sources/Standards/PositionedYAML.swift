// The one reader of registry and agreement files: YAML to nodes with places, all faults reported by place and remedy.

package import Monitoring
internal import Yams

/// Reads YAML into positioned nodes.
///
/// Refused, each by a named check: more than `byteLimit` bytes, nesting beyond `depthLimit`, more than `nodeLimit`
/// nodes, anchors and aliases, keys that are not plain text, duplicate keys, a second document.
package enum PositionedYAML {
    /// A registry of a whole province takes some hundred kilobytes; four megabytes parse in well under a second.
    package static let byteLimit = 4 << 20
    /// Agreements nest about eight levels; the parser underneath would go on to a thousand.
    package static let depthLimit = 32
    package static let nodeLimit = 500_000
    /// Duplicate keys located in one file before reading is given up.
    package static let duplicateLimit = 50

    /// The root node of the single document in `text`, or the problems that prevent it.
    ///
    /// - Parameter file: the name printed in problems.
    package static func read(_ text: String, file: String) -> (node: PositionedNode?, problems: [Problem]) {
        let report = Report(file: file)
        if text.utf8.count > byteLimit {
            let message = "The file has \(text.utf8.count) bytes; at most \(byteLimit) are read."
            return (nil, [report.problem("yaml.bytes", 0, 0, message, "Split the file.")])
        }
        if let place = firstAnchor(in: text) {
            return (nil, [report.anchor(line: place.line, column: place.column)])
        }
        // Most texts have none, and looking for it byte by byte costs little.
        let text = text.utf8.contains(0x0D) ? text.replacing("\r\n", with: "\n") : text
        return compose(text, report: report)
    }

    private static func compose(_ original: String, report: Report) -> (node: PositionedNode?, problems: [Problem]) {
        var text = original
        var duplicates: [Problem] = []
        while true {
            do {
                // The encoding is named because the parser's default asks the environment. Every scalar is text here, so
                // nothing is to be resolved: by default each key is held against the patterns of six types.
                let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
                let root = try parser.singleRoot()
                guard let root else {
                    return (nil, [report.problem("yaml.empty", 0, 0, "The file is empty.", "Fill it in or delete it.")])
                }
                var conversion = Conversion(report: report)
                // Nodes hold their anchors weakly: the parser must outlive the conversion that looks for them.
                let node = withExtendedLifetime(parser) { conversion.convert(root, depth: 1) }
                let problems = duplicates + conversion.problems
                return (problems.isEmpty ? node : nil, problems)
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                // The parser names the keys and one place only: find the repeats, mask them and read on.
                let first = (line: context.mark.line, column: context.mark.column)
                guard duplicates.count < duplicateLimit,
                    let found = DuplicateKey.locate(names: names, near: first, in: text)
                else {
                    let name = names.first ?? ""
                    return (nil, duplicates + [report.duplicate(name, line: first.line, column: first.column)])
                }
                duplicates.append(
                    report.duplicate(found.name, line: found.line, column: found.column, first: found.firstLine))
                text = found.masked
            } catch {
                return (nil, duplicates + [report.failure(error, text: text)])
            }
        }
    }

    /// The place of the first `&name` that could be an anchor. Refused before parsing: the parser compares keys
    /// while it reads, and a key made of nested aliases would take it hours.
    private static func firstAnchor(in text: String) -> (line: Int, column: Int)? {
        var line = 1
        var column = 0
        var previous: Unicode.Scalar = " "
        var scalars = text.unicodeScalars.makeIterator()
        var pending = scalars.next()
        while let scalar = pending {
            pending = scalars.next()
            column += 1
            if scalar == "&", !mayPrecedePlainText(previous), let next = pending, isNameScalar(next) {
                return (line, column)
            }
            if scalar == "\n" {
                line += 1
                column = 0
            }
            previous = scalar
        }
        return nil
    }

    private static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII
            && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_" || scalar == "-")
    }

    /// After a letter or digit `&` continues a plain scalar (`?a=1&b=2`); elsewhere it may start an anchor.
    private static func mayPrecedePlainText(_ scalar: Unicode.Scalar) -> Bool {
        !scalar.isASCII || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
    }
}

/// Builds positioned nodes from the parser's, within the limits.
private struct Conversion {
    let report: Report
    var problems: [Problem] = []
    private var nodeCount = 0
    private var isStopped = false

    init(report: Report) { self.report = report }

    mutating func convert(_ node: Node, depth: Int) -> PositionedNode? {
        let line = node.mark?.line ?? 0
        let column = node.mark?.column ?? 0
        nodeCount += 1
        if isStopped { return nil }
        if nodeCount > PositionedYAML.nodeLimit {
            return stop("yaml.nodes", line, column, "More than \(PositionedYAML.nodeLimit) values.", "Split the file.")
        }
        if depth > PositionedYAML.depthLimit {
            let message = "Nested deeper than \(PositionedYAML.depthLimit) levels."
            return stop("yaml.depth", line, column, message, "Flatten the structure.")
        }
        if let tag = Self.tag(of: node) {
            return stop(
                "yaml.tag", line, column, "A type (\(tag)) is written before a value; every value is text here.",
                "Remove it.")
        }
        switch node {
        case .scalar(let scalar):
            if scalar.anchor != nil { return refuseAnchor(line, column) }
            return PositionedNode(
                content: .scalar(scalar.string), line: line, column: column, isPlain: scalar.style == .plain)
        case .sequence(let sequence):
            if sequence.anchor != nil { return refuseAnchor(line, column) }
            let items = sequence.compactMap { convert($0, depth: depth + 1) }
            return PositionedNode(content: .sequence(items), line: line, column: column, isPlain: false)
        case .mapping(let mapping):
            if mapping.anchor != nil { return refuseAnchor(line, column) }
            let entries = convertEntries(mapping, depth: depth)
            return PositionedNode(content: .mapping(entries), line: line, column: column, isPlain: false)
        case .alias:
            return refuseAnchor(line, column)
        }
    }

    /// The type written before a value, `!!int`; the parser gives what has none an empty name, or that of its shape.
    private static func tag(of node: Node) -> String? {
        let name =
            switch node {
            case .scalar(let scalar): scalar.tag.description
            case .sequence(let sequence): sequence.tag.description
            case .mapping(let mapping): mapping.tag.description
            case .alias: ""
            }
        let untold = ["", "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"]
        return untold.contains(name) ? nil : name.replacing("tag:yaml.org,2002:", with: "!!")
    }

    private mutating func convertEntries(_ mapping: Node.Mapping, depth: Int) -> [PositionedEntry] {
        var entries: [PositionedEntry] = []
        var places: [String: Int] = [:]
        for (key, value) in mapping {
            guard let name = key.scalar, let mark = name.mark, name.anchor == nil else {
                _ = stop(
                    "yaml.key", key.mark?.line ?? 0, key.mark?.column ?? 0, "A key is not a plain text.",
                    "Write `name: value`.")
                break
            }
            // The parser tells `1` from `"1"`; here both are the key 1.
            if let first = places[name.string] {
                problems.append(report.duplicate(name.string, line: mark.line, column: mark.column, first: first))
                continue
            }
            places[name.string] = mark.line
            guard let converted = convert(value, depth: depth + 1) else { continue }
            entries.append(
                PositionedEntry(key: name.string, keyLine: mark.line, keyColumn: mark.column, value: converted))
        }
        return entries
    }

    private mutating func refuseAnchor(_ line: Int, _ column: Int) -> PositionedNode? {
        isStopped = true
        problems.append(report.anchor(line: line, column: column))
        return nil
    }

    private mutating func stop(
        _ check: String, _ line: Int, _ column: Int, _ message: String, _ remedy: String
    ) -> PositionedNode? {
        isStopped = true
        problems.append(report.problem(check, line, column, message, remedy))
        return nil
    }
}

/// Words the faults of one file.
private struct Report {
    let file: String

    func problem(_ check: String, _ line: Int, _ column: Int, _ message: String, _ remedy: String) -> Problem {
        Problem(check: check, file: file, line: line, column: column, message: message, remedy: remedy)
    }

    func anchor(line: Int, column: Int) -> Problem {
        problem(
            "yaml.anchor", line, column, "An anchor (`&name`) or alias (`*name`) is not allowed.",
            "Write the value out where it is used; in a text put a space after `&`.")
    }

    func duplicate(_ name: String, line: Int, column: Int, first: Int? = nil) -> Problem {
        let before = first.map { "; it stands in line \($0) already" } ?? ""
        return problem(
            "yaml.duplicate-key", line, column, "The key `\(name)` is written twice\(before).",
            "Keep one of the two entries.")
    }

    func failure(_ error: any Error, text: String) -> Problem {
        guard let error = error as? YamlError else {
            return problem("yaml.syntax", 0, 0, "The file could not be read: \(error).", "Check the file's YAML.")
        }
        switch error {
        case .scanner(_, let detail, let mark, _), .parser(_, let detail, let mark, _):
            if detail.contains("nesting level") {
                return problem(
                    "yaml.depth", mark.line, mark.column,
                    "Nested deeper than \(PositionedYAML.depthLimit) levels.", "Flatten the structure.")
            }
            if hasTabIndentation(line: mark.line, in: text) {
                return problem(
                    "yaml.tab", mark.line, 1, "The line is indented with a tab.", "Indent with spaces.")
            }
            return problem(
                "yaml.syntax", mark.line, mark.column, "Not YAML: \(detail).", "Check indentation, colons and quotes.")
        case .composer(_, let detail, let mark, _):
            if detail.contains("alias") { return anchor(line: mark.line, column: mark.column) }
            return problem(
                "yaml.documents", mark.line, mark.column, "The file holds more than one document.",
                "Keep one document a file; remove the `---` line.")
        case .reader(let detail, let offset, _, _):
            let before = offset.map { text.prefix($0) }
            let line = before.map { 1 + $0.count { $0 == "\n" } } ?? 0
            return problem(
                "yaml.character", line, 0, "A character YAML does not allow: \(detail).", "Remove control characters.")
        default:
            return problem("yaml.syntax", 0, 0, "The file could not be read: \(error).", "Check the file's YAML.")
        }
    }

    private func hasTabIndentation(line: Int, in text: String) -> Bool {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.indices.contains(line - 1) else { return false }
        return lines[line - 1].prefix { $0 == " " || $0 == "\t" }.contains("\t")
    }
}
