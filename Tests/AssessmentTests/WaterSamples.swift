// Sections, rules and exclusions for the tests of water over periods.

import Assessment
import Exact
import Monitoring
import Standards

let juneOf2025 = CivilPeriod(from: day("2025-06-01"), until: day("2025-07-01"), offset: .china)

/// Values that make a river section of a class, one a month.
let valuesOfClass: [[String: String]] = [
    ["ph": "7.2", "do": "8.1", "codmn": "1.9", "nh3n": "0.10", "tp": "0.015"],
    ["ph": "7.2", "do": "8.1", "codmn": "3.0", "nh3n": "0.10", "tp": "0.015"],
    ["ph": "7.2", "do": "8.1", "codmn": "5.0", "nh3n": "0.10", "tp": "0.015"],
    ["ph": "7.2", "do": "8.1", "codmn": "9.0", "nh3n": "0.10", "tp": "0.015"],
    ["ph": "7.2", "do": "8.1", "codmn": "12", "nh3n": "0.10", "tp": "0.015"],
    ["ph": "7.2", "do": "8.1", "codmn": "18", "nh3n": "0.10", "tp": "0.015"],
]

func waterRule(
    profile: WaterItemProfile = .fivePlus([]), missingItems: MissingItemRule = .clause,
    missingSections: MissingItemRule = .clause, needs: [CivilUnit: Sufficiency] = [.month: Sufficiency(count: 1)],
    proportionFrom: Int = 5, target: WaterClass? = nil, comparison: LimitComparison = .rounded, phPlaces: Int = 0
) -> WaterAssessmentRule {
    WaterAssessmentRule(
        id: "example-month", source: "example", offset: .china, step: .oncePer(.month), chain: [], needs: needs,
        quality: .validOnly, belowDetection: .halfLimit, excludedSlots: .stayExpected, phPlaces: phPlaces,
        water: WaterRule(
            profile: profile, comparison: comparison, missingItems: missingItems, belowDetection: .halfLimit),
        target: target, waterBody: nil, missingSections: missingSections, proportionFrom: proportionFrom,
        toxicPriority: .tableMarks,
        multiplePlaces: 2, trophicPlaces: 2, codmnFactor: .printed2661)
}

func waterSection(
    _ id: String, _ values: [String: String], body: WaterBody? = .river, target: Int? = 3
) -> SectionValues {
    let series = Dictionary(
        uniqueKeysWithValues: values.map { name, text in
            (
                ParameterID(name),
                PeriodColumns([
                    PeriodValue(start: juneOf2025.interval.start, value: decimal(text), quality: .valid)
                ])
            )
        })
    return SectionValues(
        id: id, names: [], waterBody: body, target: target.map(waterClass), series: series, reviewState: .autoChecked)
}

func assessedSection(
    _ section: SectionValues, _ rule: WaterAssessmentRule = waterRule(), excluding: [Exclusion] = []
) -> SectionAssessment {
    assessSection(section, over: juneOf2025, unit: .month, rule: rule, excluding: excluding)
}

func waterExclusion(
    _ kind: ExclusionKind, _ places: [String], of parameters: [String] = [], approved: Bool = true
) -> Exclusion {
    Exclusion(
        id: "example-1", kind: kind, places: places, parameters: parameters.map { id($0) },
        interval: juneOf2025.interval,
        applicant: "example", evidence: "example",
        approval: approved ? .init(approver: "example", document: "example-7") : nil)
}
