// The keys of a source profile that say how its text is written: zones, units, decimal mark, encoding, shape, separator.

internal import Monitoring

extension RegistryReader {
    /// Reads `zones`, `units`, `decimal-mark`, `encoding`, `shape` and `separator`; each may be absent.
    func readWriting(_ fields: inout StrictMapping) -> SourceWriting {
        let zones = readZones(&fields)
        let units = readUnits(&fields)
        return SourceWriting(
            zones: zones, units: units, decimalMark: fields.optionalChoice("decimal-mark", DecimalMark.self) ?? .point,
            encoding: fields.optionalChoice("encoding", SourceEncoding.self) ?? .utf8,
            shape: fields.optionalChoice("shape", RowShape.self),
            separator: fields.optionalChoice("separator", FieldSeparator.self))
    }

    private func readZones(_ fields: inout StrictMapping) -> [String: UTCOffset] {
        var zones: [String: UTCOffset] = [:]
        for entry in entries("zones", example: "CST: \"+08:00\"", &fields) {
            guard let offset = entry.value.text.flatMap({ UTCOffset($0) }) else {
                fields.report(
                    "registry.value.type", at: entry.value,
                    "The zone `\(entry.key)` of \(fields.subject) is not a distance from UTC.",
                    "Write it as +08:00; a zone with summer time has two names, each with its own distance.")
                continue
            }
            zones[entry.key] = offset
        }
        return zones
    }

    /// The unit of each parameter, held against the catalogue's: what cannot be converted exactly is told here, once,
    /// and not row by row.
    private func readUnits(_ fields: inout StrictMapping) -> [ParameterID: String] {
        var units: [ParameterID: String] = [:]
        for entry in entries("units", example: "chla: mg/L", &fields) {
            guard let id = parameters.id(for: entry.key), let parameter = parameters[id] else {
                fields.report(
                    "registry.parameter.unknown",
                    at: PositionedNode(
                        content: .scalar(entry.key), line: entry.keyLine, column: entry.keyColumn, isPlain: true),
                    "The parameter `\(entry.key)` is not in the code table.",
                    "Use an id of the table, such as codmn, nh3n, tp, pm25.")
                continue
            }
            guard let text = entry.value.text else {
                fields.report(
                    "registry.value.type", at: entry.value,
                    "The unit of `\(entry.key)` of \(fields.subject) is no text.",
                    "Write it as mg/L.")
                continue
            }
            if case .refused(let why) = parameter.conversion(from: text) {
                fields.report(
                    "registry.profile.unit", at: entry.value,
                    "\(fields.subject) sends \(id) in `\(text)`, which is not taken.", why)
                continue
            }
            units[id] = text
        }
        return units
    }

    private func entries(_ key: String, example: String, _ fields: inout StrictMapping) -> [PositionedEntry] {
        guard let node = fields.optional(key) else { return [] }
        if let entries = node.entries { return entries }
        fields.report(
            "registry.value.type", at: node, "`\(key)` of \(fields.subject) is not a list of `name: value`.",
            "Write `\(example)` lines.")
        return []
    }
}
