// The figures of an agreement file: constants, baselines and the inputs that data must supply.

internal import Exact
internal import Monitoring
internal import Standards

extension AgreementReader {
    mutating func readConstants(_ node: PositionedNode) -> [AgreementConstant] {
        guard let found = node["constants"], !found.isBlank else { return [] }
        guard let entries = found.entries else {
            reading.report(
                "agreement.shape", at: found, "“constants” is written as name: {…} lines.",
                "Write k0: {value: , unit: \"1\", clause: …, confidence: …}.")
            return []
        }
        return entries.compactMap { constant($0, also: []) }
    }

    mutating func readBaselines(_ node: PositionedNode) -> [AgreementBaseline] {
        guard let found = node["baselines"], !found.isBlank else { return [] }
        guard let entries = found.entries else {
            reading.report(
                "agreement.shape", at: found, "“baselines” is written as name: {…} lines.",
                "Write base: {values: {codmn: 2.0}, unit: mg/L, period: 2021/2024, clause: …, confidence: …}.")
            return []
        }
        return entries.compactMap { entry in
            let period = reading.text("period", of: entry.value, "baseline “\(entry.key)”") ?? ""
            return constant(entry, also: ["period"]).map { AgreementBaseline(constant: $0, period: period) }
        }
    }

    private mutating func constant(_ entry: PositionedEntry, also extra: [String]) -> AgreementConstant? {
        let what = "“\(entry.key)”"
        let node = entry.value
        let allowed = ["value", "values", "unit", "clause", "source", "confidence"] + extra
        guard reading.isMapping(node, what, allowed: allowed) else { return nil }
        let unit = reading.unit("unit", of: node, what)
        let clause = reading.text("clause", of: node, what) ?? ""
        let confidence: Confidence? = reading.choice("confidence", of: node, what)
        if confidence == .example, !isExample, let place = node["confidence"] {
            reading.report(
                "agreement.confidence", at: place,
                "\(what) is invented, but the agreement is not marked as an example.",
                "Mark the file example: true, or leave the value blank until the signed text is at hand (confidence D)."
            )
        }
        let source = reading.optionalText("source", of: node, what) ?? document.source
        var texts: [String: String] = [:]
        var values: [String: Fraction] = [:]
        for (key, place) in figures(of: node, what) {
            let name = key.isEmpty ? entry.key : "\(entry.key)[\(key)]"
            if place.isBlank {
                blank(name, clause, place)
            } else if let value = reading.number(place, "“\(name)”") {
                if confidence == .unseen {
                    reading.report(
                        "agreement.confidence", at: place, "“\(name)” has a value that no source shows.",
                        "Leave it blank until the signed text is at hand (confidence D).")
                }
                texts[key] = place.text ?? ""
                values[key] = value
            }
        }
        guard let unit, let confidence else { return nil }
        let isIndexed = node["values"] != nil
        define(entry.key, unit, isIndexed: isIndexed, line: entry.keyLine, column: entry.keyColumn)
        return AgreementConstant(
            name: entry.key, unit: unit, texts: texts, values: values, isIndexed: isIndexed, clause: clause,
            source: source, confidence: confidence)
    }

    /// The places of the figures: one under `value`, or one for each indicator under `values`.
    private mutating func figures(of node: PositionedNode, _ what: String) -> [(key: String, place: PositionedNode)] {
        switch (node["value"], node["values"]) {
        case (let value?, nil): return [("", value)]
        case (nil, let values?):
            let members = scope.sets["indicators"] ?? []
            guard reading.isMapping(values, "“values” of \(what)", allowed: members) else { return [] }
            for member in members where values[member] == nil {
                reading.report(
                    "agreement.required", at: values, "\(what) has no value for \(member).",
                    "Write \(member): and its value; leave it blank when no source shows it.")
            }
            return members.compactMap { member in values[member].map { (member, $0) } }
        default:
            reading.report(
                "agreement.required", at: node, "\(what) has neither or both of “value” and “values”.",
                "Write value: for one figure, values: for one for each indicator; blank is allowed in a template.")
            return []
        }
    }

    mutating func readInputs(_ node: PositionedNode) {
        guard let found = reading.required("inputs", of: node, "the agreement"), let entries = found.entries else {
            return
        }
        for entry in entries {
            let what = "input “\(entry.key)”"
            let allowed = ["measure", "section", "party", "unit", "each", "clause"]
            guard reading.isMapping(entry.value, what, allowed: allowed) else { continue }
            let measure: InputMeasure? = reading.choice("measure", of: entry.value, what)
            let unit = reading.unit("unit", of: entry.value, what)
            let section = reading.optionalText("section", of: entry.value, what)
            let party = reading.optionalText("party", of: entry.value, what)
            let clause = reading.text("clause", of: entry.value, what) ?? ""
            let each = reading.optionalText("each", of: entry.value, what)
            checkReferences(section: section, party: party, each: each, measure, in: entry.value, what)
            guard let measure, let unit else { continue }
            define(entry.key, unit, isIndexed: each != nil, line: entry.keyLine, column: entry.keyColumn)
            inputs.append(
                AgreementInput(
                    name: entry.key, measure: measure, section: section, party: party, unit: unit,
                    isIndexed: each != nil, clause: clause))
        }
    }

    private mutating func checkReferences(
        section: String?, party: String?, each: String?, _ measure: InputMeasure?, in node: PositionedNode,
        _ what: String
    ) {
        if let section, !sections.contains(where: { $0.id == section }) {
            reading.report(
                "agreement.section", at: node["section"] ?? node, "There is no section “\(section)”.",
                "Use one of \(sections.map(\.id).joined(separator: ", ")).")
        }
        if section == nil, let measure, measure != .given {
            _ = reading.required("section", of: node, what)
        }
        if let party { checkParty(party, at: node["party"] ?? node) }
        if let each, each != "indicators" {
            reading.report(
                "agreement.value", at: node["each"] ?? node, "There is no set “\(each)”.",
                "Write each: indicators.")
        }
        if each == nil, measure == .periodMean || measure == .previousPeriodMean {
            reading.report(
                "agreement.required", at: node, "\(what) does not say which indicators it is a mean of.",
                "Write each: indicators.")
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
    mutating func define(_ name: String, _ unit: UnitOfMeasure, isIndexed: Bool, line: Int, column: Int) {
        let tokens = (try? ExpressionLexer.tokens(of: name)) ?? []
        guard tokens.count == 2, case .name = tokens[0].kind, !Self.reservedNames.contains(name) else {
            reading.report(
                "agreement.name", line: line, column: column, "“\(name)” cannot be a name in a formula.",
                "Use letters, digits and _, beginning with a letter; not a word of the language.")
            return
        }
        guard scope.symbols[name] == nil else {
            reading.report(
                "agreement.name", line: line, column: column, "“\(name)” is defined twice.",
                "Give each constant, baseline, input and formula a name of its own.")
            return
        }
        scope.symbols[name] = ScopeSymbol(unit: unit, isIndexed: isIndexed)
    }

    private static let reservedNames: Set<String> = Set(
        ExpressionFunction.allCases.map(\.rawValue) + ["sum", "round", "indicators", "i"])
}
