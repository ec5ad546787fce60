// Sets, maps between them, tables by row, tiers and ledgers of an agreement file.

internal import Accounting
internal import Exact
internal import Monitoring
internal import Standards

extension AgreementReader {
    /// The months of a period, as formulas name them: `m01` … of a year, `m1` … of less.
    static func months(of kind: PeriodKind?) -> [String] {
        switch kind {
        case .year: (1...12).map { $0 < 10 ? "m0\($0)" : "m\($0)" }
        case .halfYear, .quarter, .month: (1...(kind?.monthCount ?? 1)).map { "m\($0)" }
        case .span: []
        case nil: ["m1"]
        }
    }

    mutating func readSets(_ node: PositionedNode) {
        scope.sets["months"] = Self.months(of: periodKind)
        for entry in entries("sets", of: node, "write districts: [a, b], or districts: {a: {zh, en}}") {
            guard isFreeName(entry) else { continue }
            if scope.sets[entry.key] != nil {
                reading.report(
                    "agreement.name", line: entry.keyLine, column: entry.keyColumn,
                    "“\(entry.key)” is a set of every agreement.", "Give the set another name.")
                continue
            }
            var members: [String] = []
            if let items = entry.value.items {
                for item in items {
                    guard let text = item.text, isMemberName(text, at: item) else { continue }
                    if members.contains(text) {
                        reading.report(
                            "agreement.set", at: item, "“\(text)” stands twice in “\(entry.key)”.",
                            "Name each member once.")
                        continue
                    }
                    members.append(text)
                }
            } else {
                for member in entry.value.entries ?? [] where isMemberName(member.key, at: member.value) {
                    guard reading.name(member.key, of: entry.value, "set “\(entry.key)”") != nil else { continue }
                    members.append(member.key)
                }
            }
            if members.isEmpty {
                reading.report(
                    "agreement.set", at: entry.value, "The set “\(entry.key)” has no members.",
                    "List them: \(entry.key): [a, b].")
            }
            scope.sets[entry.key] = members
        }
    }

    private mutating func isMemberName(_ text: String, at node: PositionedNode) -> Bool {
        let tokens = (try? ExpressionLexer.tokens(of: text)) ?? []
        if tokens.count == 2, case .name = tokens[0].kind { return true }
        reading.report(
            "agreement.name", at: node, "“\(text)” cannot be a member's name in a formula.",
            "Use letters, digits and _, beginning with a letter.")
        return false
    }

    /// Whether a set, map, table or exemption may have this name.
    mutating func isFreeName(_ entry: PositionedEntry) -> Bool {
        isFreeName(entry.key, line: entry.keyLine, column: entry.keyColumn)
    }

    mutating func isFreeName(_ name: String, line: Int, column: Int) -> Bool {
        let tokens = (try? ExpressionLexer.tokens(of: name)) ?? []
        let isName = if tokens.count == 2, case .name = tokens[0].kind { true } else { false }
        guard isName, !Self.reservedNames.contains(name) else {
            reading.report(
                "agreement.name", line: line, column: column, "“\(name)” cannot be a name in a formula.",
                "Use letters, digits and _, beginning with a letter; not a word of the language.")
            return false
        }
        // The sets every agreement has are asked for by “in” alone, so a figure may be called months.
        let isDeclaredSet = scope.sets[name] != nil && !["parties", "sections", "months"].contains(name)
        let isTaken =
            scope.symbols[name] != nil || isDeclaredSet || scope.maps[name] != nil
            || scope.tiers[name] != nil || scope.exemptions[name] != nil
        if isTaken {
            reading.report(
                "agreement.name", line: line, column: column, "“\(name)” is defined twice.",
                "Give each set, table, constant, baseline, input and formula a name of its own.")
        }
        return !isTaken
    }

    /// The `name: {…}` lines under `key`.
    mutating func entries(_ key: String, of node: PositionedNode, _ how: String) -> [PositionedEntry] {
        guard let found = node[key], !found.isBlank else { return [] }
        if let entries = found.entries { return entries }
        reading.report(
            "agreement.shape", at: found, "“\(key)” is written as name: … lines.", "For example \(how).")
        return []
    }

    /// The sets under `each`: a name or a list of names.
    mutating func readEachSets(_ node: PositionedNode, _ what: String) -> [String]? {
        guard let found = node["each"], !found.isBlank else { return nil }
        return readEach(node, what).map { variables in
            for variable in variables where !variable.name.isEmpty {
                reading.report(
                    "agreement.each", at: found, "\(what) has a value for each member; it needs no running variable.",
                    "Write each: \(variable.set).")
            }
            return variables.map(\.set)
        }
    }

    /// The running variables under `each`: `indicators`, `s in sections`, `[s in sections, i in indicators]`.
    mutating func readEach(_ node: PositionedNode, _ what: String) -> [RunningVariable]? {
        guard let found = node["each"], !found.isBlank else { return [] }
        var variables: [RunningVariable] = []
        for place in found.items ?? [found] {
            guard let text = place.text else {
                reading.report("agreement.shape", at: place, "“each” names sets.", "Write each: s in sections.")
                return nil
            }
            do {
                var parser = ExpressionParser(tokens: try ExpressionLexer.tokens(of: text))
                for variable in try parser.eachVariables() {
                    guard scope.sets[variable.set] != nil else {
                        let near = nearest(to: variable.set, among: scope.sets.keys.sorted()).map {
                            "Did you mean “\($0)”? "
                        }
                        reading.report(
                            "agreement.value", at: place, "There is no set “\(variable.set)”.",
                            (near ?? "") + "Write one of \(scope.sets.keys.sorted().joined(separator: ", ")).")
                        return nil
                    }
                    variables.append(variable)
                }
            } catch {
                reading.report(error, in: place)
                return nil
            }
        }
        return variables
    }

    /// As `readEach`, each with a variable of its own; a bare `indicators` runs over `i`.
    mutating func readRunning(_ node: PositionedNode, _ what: String) -> [RunningVariable] {
        guard let variables = readEach(node, what), let place = node["each"] else { return [] }
        var seen: Set<String> = []
        return variables.map { variable in
            let isBare = variable.name.isEmpty
            let name = isBare && variable.set == "indicators" ? "i" : variable.name
            if name.isEmpty {
                reading.report(
                    "agreement.each", at: place, "\(what) does not say by which letter it runs over “\(variable.set)”.",
                    "Write each: \(variable.set.prefix(1)) in \(variable.set).")
            } else if scope.symbols[name] != nil || !seen.insert(name).inserted {
                reading.report(
                    "agreement.each", at: place, "“\(name)” already has a meaning here.",
                    "Choose another running variable.")
            }
            return RunningVariable(name: name, set: variable.set, range: variable.range)
        }
    }

    // Maps and tables.

    mutating func readMaps(_ node: PositionedNode) {
        for entry in entries("maps", of: node, "owner: {from: sections, to: parties, values: {s1: jinan}, clause: …}") {
            let what = "map “\(entry.key)”"
            guard reading.isMapping(entry.value, what, allowed: ["from", "to", "values", "clause"]),
                isFreeName(entry)
            else { continue }
            let clause = reading.text("clause", of: entry.value, what) ?? ""
            let from = reading.text("from", of: entry.value, what)
            let to = reading.text("to", of: entry.value, what)
            guard let from, let to, isSet(from, at: entry.value["from"]), isSet(to, at: entry.value["to"]),
                let places = reading.required("values", of: entry.value, what),
                reading.isMapping(places, "values of \(what)", allowed: scope.sets[from] ?? [])
            else { continue }
            var values: [[String]: String] = [:]
            for member in scope.sets[from] ?? [] {
                guard let place = places[member] else {
                    reading.report(
                        "agreement.required", at: places, "\(what) says nothing of \(member).",
                        "Write \(member): and a member of \(to).")
                    continue
                }
                if let target = memberText(place, of: to) { values[[member]] = target }
            }
            scope.maps[entry.key] = MemberMap(name: entry.key, from: [from], to: to, values: values, clause: clause)
        }
    }

    mutating func isSet(_ name: String, at node: PositionedNode?) -> Bool {
        if scope.sets[name] != nil { return true }
        if let node {
            reading.report(
                "agreement.value", at: node, "There is no set “\(name)”.",
                "Write one of \(scope.sets.keys.sorted().joined(separator: ", ")).")
        }
        return false
    }

    mutating func memberText(_ place: PositionedNode, of set: String) -> String? {
        let text = place.text ?? ""
        if scope.sets[set]?.contains(text) == true { return text }
        let near = nearest(to: text, among: scope.sets[set] ?? []).map { "Did you mean “\($0)”?" }
        reading.report(
            "agreement.member", at: place, "“\(text)” is no member of \(set).",
            near ?? "Use one of \((scope.sets[set] ?? []).prefix(12).joined(separator: ", ")).")
        return nil
    }
}
