// The rule a section or river is assessed by over a period: validity, chain of means, comparison and every switch.

internal import Exact
package import Monitoring
internal import Standards

/// Everything an assessment of surface water over a period depends on, as data; printed with each result.
package struct WaterAssessmentRule: Sendable {
    package let id: String
    /// The document that sets it, or the word `example`.
    package let source: String
    package let offset: UTCOffset
    package let step: ValueStep
    /// The units whose means are formed on the way, from short to long; those below the period take part.
    package let chain: [CivilUnit]
    /// What the mean over a unit needs of its parts; a unit that is not listed is blank and not assessable.
    package let needs: [CivilUnit: Sufficiency]
    package let quality: QualityPolicy
    package let belowDetection: BelowDetectionRule
    package let excludedSlots: ExcludedSlots
    /// Decimals a mean pH is printed with; comparisons and indices take it before that rounding.
    package let phPlaces: Int
    package var water: WaterRule
    /// The class every section must reach where the registry sets no target of its own; `nil` for none.
    package let target: WaterClass?
    /// The kind of water of sections of which nobody says it; `nil`: only what river and lake agree on is decided,
    /// and a verdict that depends on it is not assessable.
    package let waterBody: WaterBody?
    /// Whether every section of a river's list needs a class (`clause`), or those that have one count.
    package let missingSections: MissingItemRule
    /// From how many sections on a river is assessed by proportions.
    package let proportionFrom: Int
    package let toxicPriority: ToxicPriority
    /// Decimals of a printed multiple.
    package let multiplePlaces: Int
    /// Decimals of a printed trophic index; `nil` where it is not asked for.
    package let trophicPlaces: Int?
    package let codmnFactor: TrophicCODMnFactor
    /// How flow-weighted means are formed beside the others; `nil` where they are not asked for.
    package var flowWeighting: FlowWeighting?

    package init(
        id: String, source: String, offset: UTCOffset, step: ValueStep, chain: [CivilUnit],
        needs: [CivilUnit: Sufficiency], quality: QualityPolicy, belowDetection: BelowDetectionRule,
        excludedSlots: ExcludedSlots, phPlaces: Int, water: WaterRule, target: WaterClass?,
        waterBody: WaterBody?, missingSections: MissingItemRule, proportionFrom: Int, toxicPriority: ToxicPriority,
        multiplePlaces: Int,
        trophicPlaces: Int?, codmnFactor: TrophicCODMnFactor
    ) {
        self.id = id
        self.source = source
        self.offset = offset
        self.step = step
        self.chain = chain
        self.needs = needs
        self.quality = quality
        self.belowDetection = belowDetection
        self.excludedSlots = excludedSlots
        self.phPlaces = phPlaces
        self.water = water
        self.target = target
        self.waterBody = waterBody
        self.missingSections = missingSections
        self.proportionFrom = proportionFrom
        self.toxicPriority = toxicPriority
        self.multiplePlaces = multiplePlaces
        self.trophicPlaces = trophicPlaces
        self.codmnFactor = codmnFactor
    }

    /// The parameters any figure of a section may need: the items, the temperature behind oxygen's saturation, and those of
    /// the trophic index where it is asked for.
    var parameters: Set<ParameterID> {
        let trophic = trophicPlaces == nil ? [] : trophicParameters(codmnFactor)
        return Set(water.profile.items + trophic + [ParameterID("temp")])
    }

    /// The rule of one item's mean over a period that is one `unit`.
    package func periodRule(for unit: CivilUnit, parameter: ParameterID) -> PeriodRule {
        let levels = chain.filter { $0 < unit }.map { PeriodRule.Level($0, needs: needs[$0] ?? Sufficiency()) }
        return PeriodRule(
            step: step, levels: levels, periodNeeds: needs[unit] ?? Sufficiency(),
            averaging: parameter.rawValue == "ph" ? .hydrogenIons(places: phPlaces) : .arithmetic, quality: quality,
            belowDetection: belowDetection, excludedSlots: excludedSlots)
    }

    /// Every switch by name with the value in force, as printed with a result.
    package func switches(for unit: CivilUnit) -> [(name: String, value: String)] {
        let levels = chain.filter { $0 < unit } + [unit]
        return [
            ("rule", id), ("source", source), ("standard", water.standard.id),
            ("chain", (["values"] + levels.map(\.rawValue)).joined(separator: "→")),
            ("needs", levels.map { "\($0.rawValue): \(needs[$0] ?? Sufficiency())" }.joined(separator: "; ")),
            ("quality", quality.name), ("below-detection", belowDetection.rawValue),
            ("excluded-slots", excludedSlots.rawValue), ("items", water.profile.id),
            ("water-body", waterBody?.rawValue ?? "as registered"),
            ("comparison", water.comparison.rawValue),
            ("rounding", water.comparison.rounding), ("ph-places", "\(phPlaces), printed and in formulas"),
            ("missing-items", water.missingItems.rawValue), ("missing-sections", missingSections.rawValue),
            ("oxygen-class-1", water.oxygenClassOne.rawValue), ("proportion-from", String(proportionFrom)),
            ("toxic-priority", toxicPriority.rawValue), ("codmn-factor", codmnFactor.rawValue),
        ]
            + (flowWeighting.map { weighting in
                [
                    (
                        "flow-weighting",
                        "windows: \(weighting.flowNeeds) of their discharges; period: \(weighting.pairNeeds) of its pairs"
                    )
                ]
            } ?? [])
    }
}
