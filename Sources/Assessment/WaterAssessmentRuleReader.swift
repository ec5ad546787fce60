// Reads a rule of surface-water assessment from its file: what is blank stays blank, what is wrong is told with its place.

internal import Exact
package import Monitoring
internal import Standards

/// The rule in `text`, and every problem found.
///
/// - Parameter file: the name printed in problems.
/// - Returns: `nil` for the rule when something it cannot do without is missing or wrong.
package func readWaterAssessmentRule(
    _ text: String, file: String
) -> (rule: WaterAssessmentRule?, problems: [Problem]) {
    let document = PositionedYAML.read(text, file: file)
    guard let root = document.node else { return (nil, document.problems) }
    var outer = StrictMapping(root, file: file, subject: "The file")
    guard let node = outer.required("water-rule") else { return (nil, document.problems + outer.finish()) }
    var reader = WaterRuleFields(node, file: file)
    let rule = reader.rule()
    return (rule, document.problems + outer.finish() + reader.fields.finish())
}

private struct WaterRuleFields {
    var fields: StrictMapping
    private let file: String

    init(_ node: PositionedNode, file: String) {
        fields = StrictMapping(node, file: file, subject: "The water rule")
        self.file = file
    }

    mutating func rule() -> WaterAssessmentRule? {
        let id = fields.text("id")
        fields.subject = "Water rule \(id ?? "without id")"
        let source = fields.text("source")
        let offset = fields.offset("offset")
        let step = step()
        let chain = chain()
        let needs = needs()
        let quality = quality()
        let belowDetection = fields.choice("below-detection", BelowDetectionRule.self)
        let comparison = fields.choice("comparison", LimitComparison.self)
        let phPlaces = places("ph-places", isRequired: true)
        let profile = profile()
        let missingItems = fields.choice("missing-items", MissingItemRule.self)
        let missingSections = fields.choice("missing-sections", MissingItemRule.self)
        let excludedSlots = fields.optionalChoice("excluded-slots", ExcludedSlots.self) ?? .stayExpected
        let oxygen =
            fields.optionalChoice("oxygen-class-1", SurfaceWaterStandard.OxygenClassOne.self) ?? .concentration
        let proportionFrom = proportionFrom()
        let toxic = fields.optionalChoice("toxic-priority", ToxicPriority.self) ?? .tableMarks
        let multiplePlaces = places("multiple-places", isRequired: false) ?? 2
        let trophicPlaces = places("trophic-places", isRequired: false)
        let factor = fields.optionalChoice("codmn-factor", TrophicCODMnFactor.self) ?? .printed2661
        let weighting = flowWeighting(step, quality, belowDetection)
        let target = target()
        let waterBody = fields.optionalChoice("water-body", WaterBody.self)
        guard let id, let source, let offset, let step, let chain, let quality, let belowDetection, let comparison,
            let phPlaces, let profile, let missingItems, let missingSections
        else { return nil }
        let water = WaterRule(
            profile: profile, comparison: comparison, missingItems: missingItems, belowDetection: belowDetection,
            oxygenClassOne: oxygen)
        var rule = WaterAssessmentRule(
            id: id, source: source, offset: offset, step: step, chain: chain, needs: needs, quality: quality,
            belowDetection: belowDetection, excludedSlots: excludedSlots, phPlaces: phPlaces, water: water,
            target: target, waterBody: waterBody, missingSections: missingSections, proportionFrom: proportionFrom,
            toxicPriority: toxic,
            multiplePlaces: multiplePlaces, trophicPlaces: trophicPlaces, codmnFactor: factor)
        rule.flowWeighting = weighting
        return rule
    }

    /// `{flow-cadence: 1h, flow-needs: {share: …}, pair-needs: {share: …}}`; a concentration stands for one step.
    private mutating func flowWeighting(
        _ step: ValueStep?, _ quality: QualityPolicy?, _ belowDetection: BelowDetectionRule?
    ) -> FlowWeighting? {
        guard let node = fields.optional("flow-weighting") else { return nil }
        var inner = StrictMapping(node, file: file, subject: "The flow weighting of \(fields.subject)")
        let cadence = inner.duration("flow-cadence")
        func need(_ key: String) -> Sufficiency {
            guard let node = inner.optional(key) else { return Sufficiency() }
            var need = StrictMapping(node, file: file, subject: "`\(key)` of \(inner.subject)")
            defer { for problem in need.finish() { inner.adopt(problem) } }
            return Sufficiency(share: share(&need), count: count(&need))
        }
        let (flowNeeds, pairNeeds) = (need("flow-needs"), need("pair-needs"))
        guard case .every(let window)? = step, let cadence, cadence > .zero else {
            inner.report(
                "registry.value.type", at: node, "Discharges are weighted over windows of one length.",
                "Write a step such as 4h, and `flow-cadence` above 0.")
            for problem in inner.finish() { fields.adopt(problem) }
            return nil
        }
        for problem in inner.finish() { fields.adopt(problem) }
        guard let quality, let belowDetection else { return nil }
        return FlowWeighting(
            window: window, flowNeeds: flowNeeds, flowCadence: cadence, pairNeeds: pairNeeds, quality: quality,
            belowDetection: belowDetection)
    }

    /// A length (`4h`) or a unit of the calendar (`month`: one value a month).
    private mutating func step() -> ValueStep? {
        guard let node = fields.required("step") else { return nil }
        if let unit = node.text.flatMap({ CivilUnit(rawValue: $0) }), !unit.isOfClock { return .oncePer(unit) }
        if let length = node.text.flatMap({ Duration64(registryText: $0) }), length > .zero { return .every(length) }
        fields.report(
            "registry.value.type", at: node, "The step of \(fields.subject) is not known.",
            "Write the time between two values, as 4h, or `month` for one value a month.")
        return nil
    }

    private mutating func chain() -> [CivilUnit]? {
        var units: [CivilUnit] = []
        for node in fields.texts("chain") {
            guard let unit = node.text.flatMap({ CivilUnit(rawValue: $0) }) else {
                fields.report(
                    "registry.value.type", at: node,
                    "`\(node.text ?? "")` in the chain of \(fields.subject) is no unit.",
                    "Use hour, 4-hour, day, month, quarter, year.")
                return nil
            }
            if let last = units.last, last >= unit {
                fields.report(
                    "registry.value.type", at: node, "The chain of \(fields.subject) does not go from short to long.",
                    "Write [day, month], or [] for one mean of all values.")
                return nil
            }
            units.append(unit)
        }
        return units
    }

    private mutating func needs() -> [CivilUnit: Sufficiency] {
        var needs: [CivilUnit: Sufficiency] = [:]
        guard let node = fields.required("needs") else { return needs }
        for entry in node.entries ?? [] {
            guard let unit = CivilUnit(rawValue: entry.key) else {
                fields.report(
                    "registry.value.type", at: entry.value,
                    "`\(entry.key)` in the needs of \(fields.subject) is no unit.",
                    "Use hour, 4-hour, day, month, quarter, year.")
                continue
            }
            if entry.value.isBlank { continue }
            var inner = StrictMapping(entry.value, file: file, subject: "The need of a \(entry.key)")
            needs[unit] = Sufficiency(share: share(&inner), count: count(&inner))
            for problem in inner.finish() { fields.adopt(problem) }
        }
        return needs
    }

    private func share(_ inner: inout StrictMapping) -> Fraction? {
        guard let node = inner.optional("share") else { return nil }
        if let share = node.text.flatMap({ Fraction($0) }), share > .zero, share <= .one { return share }
        inner.report(
            "registry.value.type", at: node, "The share is not above 0 and at most 1.", "Write 3/5 or 0.6.")
        return nil
    }

    private func count(_ inner: inout StrictMapping) -> Int? {
        guard let count = inner.optionalInteger("count") else { return nil }
        if count > 0 { return count }
        inner.report(
            "registry.value.type", at: inner.node["count"] ?? inner.node, "A count is at least 1.", "Write 1 or more.")
        return nil
    }

    private mutating func quality() -> QualityPolicy? {
        guard let node = fields.required("quality") else { return nil }
        let known: [QualityPolicy] = [.validOnly, .notInvalid]
        if let policy = known.first(where: { $0.name == node.text }) { return policy }
        fields.report(
            "registry.value.type", at: node, "The quality policy of \(fields.subject) is not known.",
            "Use \(known.map(\.name).joined(separator: ", ")).")
        return nil
    }

    private mutating func places(_ key: String, isRequired: Bool) -> Int? {
        if isRequired, fields.required(key) == nil { return nil }
        guard let places = fields.optionalInteger(key) else { return nil }
        if (0...6).contains(places) { return places }
        fields.report(
            "registry.value.type", at: fields.node[key] ?? fields.node, "`\(key)` is no number of decimals.",
            "Write 0 to 6.")
        return nil
    }

    private mutating func proportionFrom() -> Int {
        guard let count = fields.optionalInteger("proportion-from") else { return 5 }
        if count == 5 || count == 6 { return count }
        fields.report(
            "registry.value.type", at: fields.node["proportion-from"] ?? fields.node,
            "The method leaves only five sections open.", "Write 5 or 6.")
        return 5
    }

    private mutating func profile() -> WaterItemProfile? {
        guard let node = fields.required("items") else { return nil }
        let extra = fields.texts("extra").compactMap { node -> ParameterID? in
            if let id = node.text.flatMap({ ParameterCatalogue.standard.id(for: $0) }) { return id }
            fields.report(
                "registry.parameter.unknown", at: node, "The parameter `\(node.text ?? "")` is not in the code table.",
                "Use an id of the table, such as codmn, nh3n, tp.")
            return nil
        }
        let standard = BoundaryStandard(family: "GB 3838-2002", itemProfile: node.text ?? "", items: extra)
        if let profile = WaterItemProfile(standard), !profile.items.isEmpty { return profile }
        fields.report(
            "registry.standard.unknown", at: node, "The item list of \(fields.subject) is not known or empty.",
            "Use 5+X, 21, or listed with the items under `extra`.")
        return nil
    }

    private mutating func target() -> WaterClass? {
        guard let node = fields.optional("target") else { return nil }
        if let waterClass = node.text.flatMap({ WaterClass(registryText: $0) }) { return waterClass }
        fields.report(
            "registry.value.type", at: node, "The target of \(fields.subject) is no class.",
            "Write I, II, III, IV or V.")
        return nil
    }
}
