// Reads check sets (`stations/checks/*.yaml`) and says all that is wrong with them: file, line, column and remedy.

internal import Exact
package import Monitoring
internal import Standards

/// Builds check sets from files; what is faulty is left out and reported.
///
/// Numbers are read as the text they are; they become binary numbers here, where statistics begin. A value is compared
/// in the same form, so that 0.20 against 0.2 has one answer; digits beyond the fifteenth are not told apart.
package struct CheckSetReader {
    let registry: Registry
    let parameters: ParameterCatalogue
    var problems: [Problem] = []
    private var sets: [(set: CheckSet, scope: CheckSets.Scope)] = []
    private var ids: Set<String> = []
    private var scopes: [String: String] = [:]

    /// The check sets of `files` and every problem found, sorted by file and line.
    ///
    /// - Parameter registry: stations, profiles and boundaries that the files may name; `nil` where none is at hand,
    ///   and names are then not looked up.
    package static func read(
        _ files: [(path: String, text: String)], registry: Registry?, parameters: ParameterCatalogue = .standard
    ) -> (sets: CheckSets, problems: [Problem]) {
        var reader = CheckSetReader(
            registry: registry ?? Registry(), looksUpNames: registry != nil, parameters: parameters)
        for file in files.sorted(by: { $0.path < $1.path }) { reader.readFile(file.text, path: file.path) }
        let sorted = reader.problems.sorted {
            ($0.file, $0.line, $0.column, $0.check, $0.message) < ($1.file, $1.line, $1.column, $1.check, $1.message)
        }
        return (CheckSets(reader.sets), sorted)
    }

    /// Whether a path below the registry folder is a check set's.
    package static func isCheckSet(_ path: String) -> Bool { RegistryReader.isCheckSet(path) }

    let looksUpNames: Bool

    private init(registry: Registry, looksUpNames: Bool, parameters: ParameterCatalogue) {
        self.registry = registry
        self.looksUpNames = looksUpNames
        self.parameters = parameters
    }

    private mutating func readFile(_ text: String, path: String) {
        let document = PositionedYAML.read(text, file: path)
        problems += document.problems
        guard let root = document.node else { return }
        var file = StrictMapping(root, file: path, subject: "The file")
        if let node = file.required("checks") { readSet(node, path) }
        problems += file.finish()
    }

    private mutating func readSet(_ node: PositionedNode, _ file: String) {
        var fields = StrictMapping(node, file: file, subject: "The check set")
        let id = fields.text("id")
        fields.subject = "Check set \(id ?? "without id")"
        let version = fields.text("version")
        let isExample = fields.flag("example")
        if let id, isExample, !id.hasPrefix("example-") {
            fields.report(
                "checks.example.name", at: node, "The example check set \(id) does not say so in its name.",
                "Begin the id with `example-`.")
        }
        let required = readRequired(&fields)
        let scope = readScope(&fields)
        var set = CheckSet(id: "\(id ?? "")/\(version ?? "")", required: required)
        if let offset = fields.optional("offset") {
            if let zone = offset.text.flatMap({ UTCOffset($0) }) {
                set.offset = zone
            } else {
                fields.report(
                    "registry.value.type", at: offset, "`offset` of \(fields.subject) is not a distance from UTC.",
                    "Write it as \"+08:00\".")
            }
        }
        let entries = fields.items("parameters").compactMap { readEntry($0, file) }
        checkSeasons(entries, file)
        set.entries = entries.map(\.entry)
        set.rules = fields.items("rules").compactMap { readRule($0, file) }
        set.neighbours = fields.items("neighbours").compactMap { readNeighbours($0, file) }
        set.instruments = fields.items("instruments").compactMap { readInstrument($0, file) }
        problems += fields.finish()
        guard let id, version != nil else { return }
        if !ids.insert(id).inserted {
            problems.append(
                Problem(
                    check: "checks.id.duplicate", file: file, line: node.line, column: node.column,
                    message: "There is another check set with the id `\(id)`.", remedy: "Give one of them another id."))
            return
        }
        sets.append((set, scope))
    }

    /// An empty list, or one that names the gap check alone, would let values be called valid that nothing looked at.
    private mutating func readRequired(_ fields: inout StrictMapping) -> Set<CheckName> {
        var required: Set<CheckName> = []
        guard let list = fields.required("required") else { return required }
        var isFaulty = false
        for node in fields.texts("required") {
            guard let check = node.text.flatMap({ CheckName(rawValue: $0) }) else {
                fields.report(
                    "checks.check.unknown", at: node, "There is no check `\(node.text ?? "")`.",
                    "Use one of: \(CheckName.allCases.map(\.rawValue).joined(separator: ", ")).")
                isFaulty = true
                continue
            }
            required.insert(check)
        }
        if !isFaulty, !required.contains(where: \.looksAtValue) {
            fields.report(
                "checks.required.nothing", at: list, "\(fields.subject) requires no check that looks at a value.",
                "Name one at least, such as gross-range: without it nothing is called valid.")
        }
        return required
    }

    private mutating func readScope(_ fields: inout StrictMapping) -> CheckSets.Scope {
        var scope = CheckSets.Scope()
        for node in fields.texts("stations") {
            guard let name = node.text else { continue }
            let id = StationID(name)
            claim("station \(name)", at: node, &fields)
            if looksUpNames, registry.stations[id] == nil { reportMissing("station", name, at: node, &fields) }
            scope.stations.insert(id)
        }
        for node in fields.texts("profiles") {
            guard let name = node.text else { continue }
            claim("profile \(name)", at: node, &fields)
            if looksUpNames, registry.profiles[name] == nil { reportMissing("profile", name, at: node, &fields) }
            scope.profiles.insert(name)
        }
        for node in fields.texts("boundaries") {
            guard let name = node.text else { continue }
            claim("boundary \(name)", at: node, &fields)
            if looksUpNames, registry.boundaries[name] == nil { reportMissing("boundary", name, at: node, &fields) }
            scope.boundaries.insert(name)
        }
        if scope == CheckSets.Scope() {
            fields.report(
                "checks.scope.missing", at: fields.node, "\(fields.subject) is for no station.",
                "Name `stations`, `profiles` or `boundaries`.")
        }
        return scope
    }

    /// Two sets for one station would leave open which of them holds.
    private mutating func claim(_ what: String, at node: PositionedNode, _ fields: inout StrictMapping) {
        if let other = scopes[what] {
            fields.report(
                "checks.scope.twice", at: node, "\(fields.subject) and \(other) are both for the \(what).",
                "Name it in one of the two.")
        }
        scopes[what] = fields.subject
    }

    private func reportMissing(
        _ kind: String, _ name: String, at node: PositionedNode, _ fields: inout StrictMapping
    ) {
        fields.report(
            "checks.\(kind).missing", at: node, "\(fields.subject) names the \(kind) \(name), which is not there.",
            "Register the \(kind) or correct the name.")
    }

    /// The parameter a text stands for; an unknown one is reported.
    func parameter(_ key: String, _ fields: inout StrictMapping) -> ParameterID? {
        guard let node = fields.required(key), let text = node.text else { return nil }
        if let id = parameters.id(for: text) { return id }
        fields.report(
            "registry.parameter.unknown", at: node, "The parameter `\(text)` is not in the code table.",
            "Use an id of the table, such as codmn, nh3n, tp, pm25.")
        return nil
    }

    /// The station a text stands for; an unknown one is reported.
    func station(_ node: PositionedNode, _ fields: inout StrictMapping) -> StationID? {
        guard let text = node.text else { return nil }
        if looksUpNames, registry.stations[StationID(text)] == nil {
            reportMissing("station", text, at: node, &fields)
            return nil
        }
        return StationID(text)
    }
}
