// The figures of an agreement file: constants, baselines, tiers and the inputs that data must supply.

internal import Exact
internal import Monitoring
internal import Standards

extension AgreementReader {
    mutating func readConstants(_ node: PositionedNode) -> [AgreementConstant] {
        entries("constants", of: node, "k0: {value: , unit: \"1\", clause: …, confidence: …}")
            .compactMap { constant($0, also: []) }
    }

    mutating func constant(_ entry: PositionedEntry, also extra: [String]) -> AgreementConstant? {
        let what = "“\(entry.key)”"
        let node = entry.value
        let allowed = ["value", "values", "dated", "each", "unit", "adds-to", "clause", "source", "confidence"] + extra
        guard reading.isMapping(node, what, allowed: allowed) else { return nil }
        let unit = reading.unit("unit", of: node, what)
        let clause = reading.text("clause", of: node, what) ?? ""
        let confidence: Confidence? = reading.choice("confidence", of: node, what)
        let source = reading.optionalText("source", of: node, what) ?? document.source
        let sets = readEachSets(node, what) ?? (node["values"] == nil ? [] : ["indicators"])
        var values: [[String]: Fraction] = [:]
        for (members, place) in figures(of: node, what, sets) {
            let name = indexedName(entry.key, members)
            if place.isBlank {
                blank(name, clause, place)
            } else if let unit, let value = figure(place, in: unit, "“\(name)”") {
                values[members] = value
                if confidence == .unseen {
                    reading.report(
                        "agreement.confidence", at: place, "“\(name)” has a value that no source shows.",
                        "Leave it blank until the signed text is at hand (confidence D).")
                }
            }
        }
        let dated = readDated(node, what, clause)
        if let confidence, confidence != .unseen {
            checkConfidence(confidence, hasValues: !values.isEmpty, what, at: node)
        }
        guard let unit, let confidence else { return nil }
        define(entry.key, unit, sets: sets, line: entry.keyLine, column: entry.keyColumn)
        return AgreementConstant(
            name: entry.key, unit: unit, sets: sets, values: values, dated: dated,
            addsTo: node["adds-to"].flatMap { figure($0, in: unit, "adds-to of \(what)") }, clause: clause,
            source: source,
            confidence: confidence, line: entry.keyLine, column: entry.keyColumn)
    }

    /// A number in `unit`, which may stand behind it when it is of the same kind.
    mutating func figure(_ place: PositionedNode, in unit: UnitOfMeasure, _ what: String) -> Fraction? {
        guard let text = place.text, ExactDecimal(text) == nil, !text.hasSuffix("%"), Quantity(parsing: text) != nil
        else { return reading.number(place, what) }
        return reading.quantity(place, in: unit, what).map { $0.value * $0.unit.factor / unit.factor }
    }

    /// The places of the figures: one under `value`, or one for each member under `values`.
    private mutating func figures(
        of node: PositionedNode, _ what: String, _ sets: [String]
    ) -> [(members: [String], place: PositionedNode)] {
        switch (node["value"], node["values"], node["dated"]) {
        case (let value?, nil, nil):
            if !sets.isEmpty {
                reading.report(
                    "agreement.required", at: value, "\(what) has one value, but says “each”.",
                    "Write values: with one for each member, or remove each.")
            }
            return [([], value)]
        case (nil, let values?, nil): return members(of: values, "“values” of \(what)", sets[...], what)
        case (nil, nil, let dated?):
            if !sets.isEmpty {
                reading.report(
                    "agreement.required", at: dated, "\(what) changes with time, but says “each”.",
                    "Write a constant of its own with dated: for each member.")
            }
            return []
        default:
            reading.report(
                "agreement.required", at: node, "\(what) has neither or both of “value” and “values”.",
                "Write value: for one figure, values: for one for each member, dated: for one that changes with time; "
                    + "blank is allowed in a template.")
            return []
        }
    }

    /// The places under nested mappings, one level for each set; every member must stand there.
    mutating func members(
        of node: PositionedNode, _ label: String, _ sets: ArraySlice<String>, _ what: String
    ) -> [(members: [String], place: PositionedNode)] {
        guard let set = sets.first else { return [([], node)] }
        let members = scope.sets[set] ?? []
        guard reading.isMapping(node, label, allowed: members) else { return [] }
        for member in members where node[member] == nil {
            reading.report(
                "agreement.required", at: node, "\(what) has no value for \(member).",
                "Write \(member): and its value; leave it blank when no source shows it.")
        }
        return members.flatMap { member in
            node[member].map { place in
                self.members(of: place, "\(member) of \(label)", sets.dropFirst(), what).map {
                    ([member] + $0.members, $0.place)
                }
            } ?? []
        }
    }

    private mutating func readDated(
        _ node: PositionedNode, _ what: String, _ clause: String
    ) -> [AgreementConstant.Dated] {
        var dated: [AgreementConstant.Dated] = []
        for item in reading.items("dated", of: node, what, required: false) {
            guard reading.isMapping(item, "A dated value of \(what)", allowed: ["from", "value"]),
                let from = reading.date("from", of: item, what), let place = item["value"]
            else { continue }
            if let last = dated.last, from <= last.from {
                reading.report(
                    "agreement.dates", at: item, "\(from) does not come after \(last.from).",
                    "List the values by date, each day once.")
            }
            if place.isBlank {
                blank("\(what.dropFirst().dropLast()) from \(from)", clause, place)
            } else if let value = reading.number(place, what) {
                dated.append(AgreementConstant.Dated(from: from, value: value))
            }
        }
        return dated
    }

    // Tiers.

    mutating func readTiers(_ node: PositionedNode) {
        for entry in entries("tiers", of: node, "award: {measures: \"%\", gives: 万元, how: step, rows: […]}") {
            let what = "table “\(entry.key)”"
            let allowed = ["measures", "gives", "how", "edge", "rows", "clause", "source", "confidence"]
            guard reading.isMapping(entry.value, what, allowed: allowed), isFreeName(entry) else { continue }
            let measures = reading.unit("measures", of: entry.value, what)
            let gives = reading.unit("gives", of: entry.value, what)
            let how: TierTable.How? = reading.choice("how", of: entry.value, what)
            let edge: TierTable.Edge? =
                how == .exact ? .upper : reading.choice("edge", of: entry.value, what)
            let clause = reading.text("clause", of: entry.value, what) ?? ""
            let confidence: Confidence? = reading.choice("confidence", of: entry.value, what)
            guard let measures, let gives, let how, let edge, let confidence else { continue }
            var rows: [TierTable.Row] = []
            for item in reading.items("rows", of: entry.value, what, required: true) {
                readRow(item, measures, gives, entry.key, clause).map { rows.append($0) }
            }
            checkRows(rows, how, at: entry.value["rows"] ?? entry.value, what)
            checkConfidence(confidence, hasValues: rows.contains { $0.value != nil }, what, at: entry.value)
            scope.tiers[entry.key] = TierTable(
                name: entry.key, measures: measures, gives: gives, how: how, edge: edge, rows: rows, clause: clause,
                source: reading.optionalText("source", of: entry.value, what) ?? document.source,
                confidence: confidence, line: entry.keyLine, column: entry.keyColumn)
        }
    }

    private mutating func readRow(
        _ node: PositionedNode, _ measures: UnitOfMeasure, _ gives: UnitOfMeasure, _ table: String, _ clause: String
    ) -> TierTable.Row? {
        let what = "a row of “\(table)”"
        guard reading.isMapping(node, "A row", allowed: ["from", "to", "at", "otherwise", "value"]) else { return nil }
        func bound(_ key: String) -> Fraction? {
            node[key].flatMap { $0.isBlank ? nil : figure($0, in: measures, "“\(key)” of \(what)") }
        }
        let (from, to, at) = (bound("from"), bound("to"), bound("at"))
        // `otherwise: value` is short for a row without bounds.
        guard let place = node["value"] ?? node["otherwise"] else {
            _ = reading.required("value", of: node, what)
            return nil
        }
        var value: Fraction?
        if place.isBlank {
            let where_ = to.map { "to \($0.shortText)" } ?? from.map { "from \($0.shortText)" }
            blank("\(table), tier \(where_ ?? at.map { "at \($0.shortText)" } ?? "otherwise")", clause, place)
        } else {
            value = figure(place, in: gives, "the value of \(what)")
            if value == nil { return nil }
        }
        return TierTable.Row(from: from, to: to, at: at, isOtherwise: node["otherwise"] != nil, value: value)
    }

    /// Rows must join: no hole, no overlap, edges in rising order.
    private mutating func checkRows(
        _ rows: [TierTable.Row], _ how: TierTable.How, at node: PositionedNode, _ what: String
    ) {
        func fault(_ message: String, _ remedy: String) {
            reading.report("agreement.tier", at: node, message, remedy)
        }
        if how == .exact {
            let places = rows.compactMap(\.at)
            if places.count + rows.count(where: \.isOtherwise) != rows.count || Set(places).count != places.count {
                fault(
                    "\(what) lists exact places, and a row has none or one stands twice.",
                    "Write {at: 1, value: …} for each, and at most one {otherwise: …}.")
            }
            return
        }
        for (row, next) in zip(rows, rows.dropFirst()) {
            guard let to = row.to, let from = next.from else {
                fault("\(what) has an open end between two tiers.", "Write from: and to: where tiers join.")
                continue
            }
            if to < from {
                fault(
                    "\(what) says nothing between \(to.shortText) and \(from.shortText).",
                    "Let each tier begin where the one before it ends.")
            } else if to > from {
                fault(
                    "Two tiers of \(what) overlap between \(from.shortText) and \(to.shortText).",
                    "Let each tier begin where the one before it ends.")
            }
        }
        for row in rows {
            if row.at != nil || row.isOtherwise {
                fault("\(what) mixes tiers with exact places.", "Use from: and to:, or how: exact.")
            }
            if let from = row.from, let to = row.to, from >= to {
                fault("A tier of \(what) ends (\(to.shortText)) before it begins.", "Write from: below to:.")
            }
        }
        if how == .marginal, let first = rows.first, first.from == nil {
            fault(
                "The first tier of \(what) has no beginning, so a part of it cannot be measured.",
                "Write from: 0, or where the first part begins.")
        }
    }

    // Inputs.

    mutating func readInputs(_ node: PositionedNode) {
        for entry in entries("inputs", of: node, "c: {measure: given, unit: mg/L, clause: …}") {
            let what = "input “\(entry.key)”"
            let allowed = ["measure", "section", "party", "parameter", "unit", "each", "range", "error", "clause"]
            // Asked for first: what is taken over has keys of its own.
            let isCarried = entry.value["measure"]?.text == InputMeasure.previousResult.rawValue
            let isClass = entry.value["measure"]?.text == InputMeasure.sectionClass.rawValue
            let own = isCarried ? ["result", "opening"] : isClass ? ["standard"] : []
            guard reading.isMapping(entry.value, what, allowed: allowed + own) else { continue }
            if isClass { checkClassTable(entry.value, what) }
            let measure: InputMeasure? = reading.choice("measure", of: entry.value, what)
            let unit = reading.unit("unit", of: entry.value, what)
            let section = reading.optionalText("section", of: entry.value, what)
            let party = reading.optionalText("party", of: entry.value, what)
            let parameter = reading.optionalText("parameter", of: entry.value, what).map(ParameterID.init)
            let clause = reading.text("clause", of: entry.value, what) ?? ""
            let sets = readEachSets(entry.value, what) ?? []
            checkReferences(
                section: section, party: party, parameter: parameter, sets, measure, in: entry.value, what)
            guard let measure, let unit else { continue }
            define(entry.key, unit, sets: sets, line: entry.keyLine, column: entry.keyColumn)
            inputs.append(
                AgreementInput(
                    name: entry.key, measure: measure, section: section, party: party, parameter: parameter,
                    unit: unit, sets: sets, range: readRange(entry.value, what, unit, measure),
                    error: readError(entry.value, what),
                    carried: isCarried ? readCarried(entry, unit, sets, clause) : nil, clause: clause))
        }
    }

    /// The table a class is taken from must be one that is held here and in force while the agreement is.
    private mutating func checkClassTable(_ node: PositionedNode, _ what: String) {
        let table = SurfaceWaterStandard.gb3838of2002
        let from = table.span.from?.description ?? "…"
        if let named = reading.optionalText("standard", of: node, what), named != table.id {
            reading.report(
                "agreement.edition", at: node["standard"] ?? node,
                "\(what) takes its class from “\(named)”, a table that is not held here.",
                "Write standard: \(table.id) (in force from \(from)), or give the class with measure: given and its document."
            )
        }
        if let start = validityFrom, let first = table.span.from, start < first {
            reading.report(
                "agreement.edition", at: node,
                "\(what) is asked for from \(start) on, and \(table.id) is in force from \(from).",
                "Let the agreement begin then, or give the class with measure: given and its document.")
        }
    }

    /// `any`, `[low, high]` or `[low, high, whole]` in the input's unit; without it what its kind can be.
    private mutating func readRange(
        _ node: PositionedNode, _ what: String, _ unit: UnitOfMeasure, _ measure: InputMeasure
    ) -> InputRange {
        let natural = InputRange.natural(of: unit, measure)
        guard let found = node["range"] else { return natural }
        if found.text == "any" { return .any }
        let items = found.items ?? []
        func end(_ item: PositionedNode) -> Fraction? {
            item.text == "any" ? nil : reading.number(item, "an end of the range of \(what)")
        }
        let problems = reading.problems.count
        let ends = items.prefix(2).map(end)
        guard items.count == 2 || items.count == 3 && items[2].text == "whole", reading.problems.count == problems,
            ends.allSatisfy({ $0 != nil }) ? (ends[0] ?? .zero) <= (ends[1] ?? .zero) : true
        else {
            reading.report(
                "agreement.range", at: found, "The range of \(what) is any or two values, the lower first.",
                "Write range: [0, 6, whole], range: [0, any], or range: any.")
            return natural
        }
        return InputRange(low: ends[0], high: ends[1], isWhole: items.count == 3)
    }

    /// `error: none` for what is no measurement, or a relative standard error of the input's own.
    private mutating func readError(_ node: PositionedNode, _ what: String) -> InputError? {
        guard let text = reading.optionalText("error", of: node, what), let place = node["error"] else { return nil }
        if text == "none" { return .fixed }
        guard let error = reading.number(place, "the error of \(what)") else { return nil }
        if error > .zero, error < .one { return .relative(error) }
        reading.report(
            "agreement.value", at: place, "“\(text)” is not a relative standard error.",
            "Write error: none for a flag or a count, or a fraction above 0 and below 1: 0.05 for 5 %.")
        return nil
    }

    private mutating func checkReferences(
        section: String?, party: String?, parameter: ParameterID?, _ sets: [String], _ measure: InputMeasure?,
        in node: PositionedNode, _ what: String
    ) {
        if let section, !sections.contains(where: { $0.id == section }) {
            reading.report(
                "agreement.section", at: node["section"] ?? node, "There is no section “\(section)”.",
                "Use one of \(sections.map(\.id).joined(separator: ", ")).")
        }
        let overSections = sets.contains { scope.isSubset($0, of: "sections") }
        if section == nil, !overSections, let measure, measure.isMeasurement {
            _ = reading.required("section", of: node, what)
        }
        if let party { checkParty(party, at: node["party"] ?? node) }
        let hasParameter = parameter != nil || sets.contains { scope.isSubset($0, of: "indicators") }
        if !hasParameter, measure == .periodMean || measure == .previousPeriodMean {
            reading.report(
                "agreement.required", at: node, "\(what) does not say which indicators it is a mean of.",
                "Write each: indicators, or parameter: and one of them.")
        }
    }

    mutating func checkParty(_ id: String, at node: PositionedNode) {
        if parties.contains(where: { $0.id == id }) { return }
        let hint = nearest(to: id, among: parties.map(\.id)).map { "Did you mean “\($0)”?" }
        reading.report(
            "agreement.party", at: node, "There is no party “\(id)”.",
            hint ?? "Use one of \(parties.map(\.id).joined(separator: ", ")).")
    }

    /// Makes `name` known to the expressions that follow.
    mutating func define(_ name: String, _ unit: UnitOfMeasure, sets: [String], line: Int, column: Int) {
        guard isFreeName(name, line: line, column: column) else { return }
        scope.symbols[name] = ScopeSymbol(unit: unit, sets: sets)
    }

    /// Words that read as something else wherever they stand; the names of other functions do so only before “(”.
    static let reservedNames: Set<String> = Set(
        ExpressionFunction.allCases.map(\.rawValue) + ["sum", "round", "indicators", "i"])
}
