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
        case .quarter: ["m1", "m2", "m3"]
        case .month, nil: ["m1"]
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

    private mutating func isSet(_ name: String, at node: PositionedNode?) -> Bool {
        if scope.sets[name] != nil { return true }
        if let node {
            reading.report(
                "agreement.value", at: node, "There is no set “\(name)”.",
                "Write one of \(scope.sets.keys.sorted().joined(separator: ", ")).")
        }
        return false
    }

    private mutating func memberText(_ place: PositionedNode, of set: String) -> String? {
        let text = place.text ?? ""
        if scope.sets[set]?.contains(text) == true { return text }
        let near = nearest(to: text, among: scope.sets[set] ?? []).map { "Did you mean “\($0)”?" }
        reading.report(
            "agreement.member", at: place, "“\(text)” is no member of \(set).",
            near ?? "Use one of \((scope.sets[set] ?? []).prefix(12).joined(separator: ", ")).")
        return nil
    }

    /// Tables by row: each column is a constant, or a map when it names members of a set.
    mutating func readTables(_ node: PositionedNode) {
        for entry in entries("tables", of: node, "sites: {each: sections, columns: {…}, rows: {…}, clause: …}") {
            let what = "table “\(entry.key)”"
            let allowed = ["each", "columns", "rows", "clause", "source", "confidence"]
            guard reading.isMapping(entry.value, what, allowed: allowed) else { continue }
            let clause = reading.text("clause", of: entry.value, what) ?? ""
            let confidence: Confidence? = reading.choice("confidence", of: entry.value, what)
            guard let confidence, let set = readEachSets(entry.value, what)?.first,
                let columns = reading.required("columns", of: entry.value, what)?.entries,
                let rows = reading.required("rows", of: entry.value, what),
                reading.isMapping(rows, "rows of \(what)", allowed: scope.sets[set] ?? [])
            else { continue }
            for member in scope.sets[set] ?? [] where rows[member] == nil {
                reading.report(
                    "agreement.required", at: rows, "\(what) has no row for \(member).", "Write \(member): {…}.")
            }
            for row in rows.entries ?? [] {
                _ = reading.isMapping(row.value, "row \(row.key) of \(what)", allowed: columns.map(\.key))
            }
            for column in columns {
                readColumn(
                    column, of: rows, set: set, what, clause, confidence,
                    source: reading.optionalText("source", of: entry.value, what) ?? document.source)
            }
        }
    }

    private mutating func readColumn(
        _ column: PositionedEntry, of rows: PositionedNode, set: String, _ table: String, _ clause: String,
        _ confidence: Confidence, source: String
    ) {
        let what = "column “\(column.key)” of \(table)"
        guard reading.isMapping(column.value, what, allowed: ["to", "unit"]) else { return }
        let places = (rows.entries ?? []).map {
            ($0.key, $0.value[column.key] ?? $0.value, $0.value[column.key] != nil)
        }
        for (member, place, isThere) in places where !isThere {
            reading.report(
                "agreement.required", at: place, "Row \(member) of \(table) lacks “\(column.key)”.",
                "Write \(column.key): and its value.")
        }
        if let to = reading.optionalText("to", of: column.value, what) {
            guard isFreeName(column), isSet(to, at: column.value["to"]) else { return }
            var values: [[String]: String] = [:]
            for (member, place, isThere) in places where isThere { values[[member]] = memberText(place, of: to) }
            scope.maps[column.key] = MemberMap(name: column.key, from: [set], to: to, values: values, clause: clause)
            return
        }
        guard let unit = reading.unit("unit", of: column.value, what) else { return }
        var values: [[String]: Fraction] = [:]
        for (member, place, isThere) in places where isThere {
            let name = indexedName(column.key, [member])
            if place.isBlank {
                blank(name, clause, place)
            } else if let value = reading.number(place, "“\(name)”") {
                values[[member]] = value
            }
        }
        checkConfidence(confidence, hasValues: !values.isEmpty, "“\(column.key)”", at: column.value)
        define(column.key, unit, sets: [set], line: column.keyLine, column: column.keyColumn)
        tableConstants.append(
            AgreementConstant(
                name: column.key, unit: unit, sets: [set], values: values, dated: [], clause: clause, source: source,
                confidence: confidence, line: column.keyLine, column: column.keyColumn))
    }

    /// A figure marked invented outside an example, or one that no source shows.
    mutating func checkConfidence(
        _ confidence: Confidence, hasValues: Bool, _ what: String, at node: PositionedNode
    ) {
        if confidence == .example, !isExample {
            reading.report(
                "agreement.confidence", at: node["confidence"] ?? node,
                "\(what) is invented, but the agreement is not marked as an example.",
                "Mark the file example: true, or leave the value blank until the signed text is at hand (confidence D)."
            )
        }
        if confidence == .unseen, hasValues {
            reading.report(
                "agreement.confidence", at: node, "\(what) has a value that no source shows.",
                "Leave it blank until the signed text is at hand (confidence D).")
        }
    }

    // Ledgers.

    mutating func readLedgers(_ node: PositionedNode) {
        for entry in entries("ledgers", of: node, "quota: {name: {zh, en}, unit: t, smallest: 0.001 t}") {
            let what = "ledger “\(entry.key)”"
            guard reading.isMapping(entry.value, what, allowed: ["name", "unit", "smallest"]) else { continue }
            let name = reading.name("name", of: entry.value, what)
            guard let unit = reading.unit("unit", of: entry.value, what), let name,
                let place = reading.required("smallest", of: entry.value, what),
                let (value, written) = reading.quantity(place, in: unit, "the smallest amount of \(what)")
            else { continue }
            let smallest = value * written.factor / unit.factor
            guard
                let digits = (0...6).first(where: {
                    smallest * Fraction([1, 10, 100, 1_000, 10_000, 100_000, 1_000_000][$0]) == .one
                })
            else {
                reading.report(
                    "agreement.ledger", at: place, "“\(place.text ?? "")” is not the smallest amount of a ledger.",
                    "Write 1, 0.1, 0.01 … down to 0.000001 \(unit.symbol).")
                continue
            }
            ledgers.append(
                Ledger(
                    id: entry.key, name: name, unit: unit,
                    currency: Currency(ledger: "\(unit.symbol) \(entry.key)", minorUnitDigits: digits)))
        }
    }

    mutating func readLedger(_ node: PositionedNode, _ what: String) -> Ledger {
        guard let id = reading.optionalText("ledger", of: node, what) else { return .money(currency) }
        if let known = ledgers.first(where: { $0.id == id }) { return known }
        reading.report(
            "agreement.ledger", at: node["ledger"] ?? node, "There is no ledger “\(id)”.",
            "Define it under ledgers, or leave it out for money.")
        return .money(currency)
    }
}
