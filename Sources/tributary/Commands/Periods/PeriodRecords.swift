// Assessments over periods as records: a section, river, basin, city or change a row.

import Assessment
import Exact
import Formats
import Foundation
import Monitoring
import Standards

extension PeriodResult {
    func sectionRecords(_ rule: WaterAssessmentRule) -> [DumpRecord] {
        sections.map { section in
            let now = section.figure
            return [
                ("record", "section"), ("section", section.section), ("period", period.text),
            ]
                + Self.figure(now, rule) + [
                    ("class_as_measured", Self.rank(section.measured)),
                    ("verdict_as_measured", section.measured.assessment.verdict.rawValue),
                    ("values_as_measured", section.exclusions.isEmpty ? "" : Self.values(section.measured, rule)),
                    (
                        "tli_as_measured",
                        section.exclusions.isEmpty ? "" : Self.index(Self.trophic(section.measured, rule), rule)
                    ),
                    ("exclusions", section.exclusions.joined(separator: " ")),
                    ("not_approved", section.notApproved.joined(separator: " ")),
                    ("left_out", now.leftOut.map(\.rawValue).joined(separator: " ")),
                    ("review", now.assessment.reviewState.rawValue),
                ]
        }
    }

    private static func figure(_ figure: SectionFigure, _ rule: WaterAssessmentRule) -> DumpRecord {
        let found = figure.classification
        let pollutants = found.mainPollutants(standard: rule.water.standard, toxic: rule.toxicPriority)
        let trophic = trophic(figure, rule)
        return [
            ("class", rank(figure)),
            ("status", found.waterClass.map { WaterStatus($0).name.english } ?? ""),
            ("target", found.target.map { String($0.rank) } ?? ""),
            ("verdict", figure.assessment.verdict.rawValue),
            ("main_pollutants", pollutants.map { text($0, rule) }.joined(separator: " ")),
            ("exceeding", exceeding(found, rule)),
            ("values", values(figure, rule)),
            ("counts", counts(figure)),
            ("tli", index(trophic, rule)),
            ("trophic_state", trophic?.state.name.english ?? ""),
            ("water_body", found.waterBody?.rawValue ?? ""),
            ("missing", found.missing.map(\.parameter.rawValue).joined(separator: " ")),
            ("reason", reason(figure)),
        ]
    }

    private static func trophic(_ figure: SectionFigure, _ rule: WaterAssessmentRule) -> TrophicIndex? {
        guard let places = rule.trophicPlaces, figure.classification.waterBody == .lake else { return nil }
        let values = Dictionary(figure.statistics.map { ($0.parameter, $0.value) }) { first, _ in first }
        return try? trophicIndex(values, places: places, codmnFactor: rule.codmnFactor).get()
    }

    private static func index(_ trophic: TrophicIndex?, _ rule: WaterAssessmentRule) -> String {
        trophic?.index.decimalText(places: rule.trophicPlaces ?? 0) ?? ""
    }

    /// Every item worse than the target, with its multiple over the target's limit: `tp(0.35) ph`.
    static func exceeding(
        _ found: WaterClassification, _ rule: WaterAssessmentRule, but named: [ParameterID] = []
    ) -> String {
        found.exceeding.filter { !named.contains($0.parameter) }
            .map { text($0.parameter, $0.exceedanceMultiple, rule) }.joined(separator: " ")
    }

    static func reason(_ figure: SectionFigure) -> String {
        if let reason = figure.assessment.reason { return reason.description }
        if case .failure(let reason) = figure.classification.result { return reason.description }
        if figure.assessment.verdict != .disputed { return "" }
        let items = figure.statistics.filter(\.isDisputed).map(\.parameter.rawValue)
        return "two values for one time: \(items.joined(separator: " "))"
    }

    private static func rank(_ figure: SectionFigure) -> String {
        figure.classification.waterClass.map { String($0.rank) } ?? ""
    }

    /// `codmn=2.3`: the values as compared; those the comparison leaves unrounded without an end stand as a ratio.
    private static func values(_ figure: SectionFigure, _ rule: WaterAssessmentRule) -> String {
        let found = figure.classification
        return found.items.compactMap { item in
            item.value.map { "\(item.parameter)=\(shown($0, of: item, found.waterBody, rule))" }
        }.joined(separator: " ")
    }

    /// A mean pH without an end stands with the rule's decimals, unless these would be of another class.
    private static func shown(
        _ value: Fraction, of item: WaterClassification.Item, _ body: WaterBody?, _ rule: WaterAssessmentRule
    ) -> Fraction {
        guard item.parameter == ParameterID("ph") else { return value }
        let rounded = value.rounded(places: rule.phPlaces, .halfEven)
        guard case .item(let row) = rule.water.standard.row(of: item.parameter, in: body) else { return value }
        return row.rank(of: rounded) == item.waterClass ? rounded : value
    }

    /// `codmn=178/180`: values that took part, of those expected.
    private static func counts(_ figure: SectionFigure) -> String {
        let items = figure.classification.profile.items
        return figure.statistics.filter { items.contains($0.parameter) }
            .map { "\($0.parameter)=\($0.used)/\($0.expected)" }.joined(separator: " ")
    }

    /// `tp(0.35)`; items without a multiple stand alone.
    static func text(_ pollutant: MainPollutant, _ rule: WaterAssessmentRule) -> String {
        text(pollutant.parameter, pollutant.multiple, rule)
    }

    private static func text(_ parameter: ParameterID, _ multiple: Fraction?, _ rule: WaterAssessmentRule) -> String {
        guard let multiple else { return parameter.rawValue }
        let shown = multiple.rounded(places: rule.multiplePlaces, .halfEven).decimalText(places: rule.multiplePlaces)
        return "\(parameter)(\(shown ?? ""))"
    }

    func systemRecords(_ rule: WaterAssessmentRule) -> [DumpRecord] {
        systems.map { entry in
            let (system, figure) = (entry.system, entry.figure)
            let found = try? figure.river.get()
            let measured = try? entry.measured.river.get()
            return [
                ("record", system.kind.rawValue), ("id", system.id), ("period", period.text),
                ("status", (found.flatMap { try? $0.status.get() })?.name.english ?? ""),
                ("method", found?.method.rawValue ?? ""),
                ("share_good", Self.percent(found?.shares?.good)), ("share_worst", Self.percent(found?.shares?.worst)),
                ("class", found?.classification?.waterClass.map { String($0.rank) } ?? ""),
                ("main_pollutants", Self.pollutants(found, rule)),
                ("sections", found.map { "\($0.assessed.count)" } ?? ""),
                ("missing", found?.missing.map(\.section).joined(separator: " ") ?? ""),
                ("taken_out", found?.takenOut.joined(separator: " ") ?? ""),
                ("cwqi", Self.index(figure.index)),
                ("status_as_measured", (measured.flatMap { try? $0.status.get() })?.name.english ?? ""),
                ("share_good_as_measured", Self.percent(measured?.shares?.good)),
                ("share_worst_as_measured", Self.percent(measured?.shares?.worst)),
                ("class_as_measured", measured?.classification?.waterClass.map { String($0.rank) } ?? ""),
                ("cwqi_as_measured", Self.index(entry.measured.index)),
                ("disputed", found?.isDisputed == true ? "yes" : ""),
                ("reason", Self.reason(figure)),
                ("review", found?.reviewState.rawValue ?? ""),
            ]
        }
    }

    static func reason(_ system: SystemResult) -> String {
        if case .failure(let reason) = system.river { return reason.description }
        if case .success(let river) = system.river, case .failure(let reason) = river.status {
            return reason.description
        }
        if case .failure(let reason) = system.index { return reason.description }
        return ""
    }

    static func pollutants(_ river: RiverAssessment?, _ rule: WaterAssessmentRule) -> String {
        guard let river else { return "" }
        if river.method == .means { return river.sectionPollutants.map { text($0, rule) }.joined(separator: " ") }
        return river.riverPollutants.map { "\($0.parameter)(\(percent($0.rate))%)" }.joined(separator: " ")
    }

    /// Two decimals, half to even, for show only: shares are compared unrounded.
    static func percent(_ share: Fraction?) -> String {
        share.flatMap { $0.rounded(places: 2, .halfEven).decimalText(places: 2) } ?? ""
    }

    /// Four decimals, half to even, for show only.
    static func index(_ index: Result<CityWaterIndex, NotAssessable>?) -> String {
        guard let found = try? index?.get() else { return "" }
        return found.index.rounded(places: 4, .halfEven).decimalText(places: 4) ?? ""
    }

    /// The change from `before` to this period, section by section and river by river.
    func changeRecords(from before: PeriodResult) -> [DumpRecord] {
        let sectionLines = sections.compactMap { now -> DumpRecord? in
            let old = before.sections.first { $0.section == now.section }
            guard let old else { return nil }
            let change = sectionChange(from: old, to: now)
            return Self.change(
                "section", now.section, before, self, change.figure, shares: nil, points: nil, measured: change.measured
            )
        }
        let systemLines = systems.map { entry -> DumpRecord in
            let old = before.systems.first { $0.system.id == entry.system.id }
            func change(_ before: SystemResult?, _ now: SystemResult) -> Result<RiverChange, NotAssessable> {
                guard let before else { return .failure(NotAssessable(.noValues)) }
                return before.river.flatMap { old in now.river.map { riverChange(from: old, to: $0) } }
            }
            let found = change(old?.figure, entry.figure)
            let measured = change(old?.measured, entry.measured)
            return Self.change(
                entry.system.kind.rawValue, entry.system.id, before, self, found.flatMap(\.byGrade),
                shares: found.flatMap(\.byShares), points: (try? found.get())?.points,
                measured: measured.flatMap(\.byGrade), measuredShares: measured.flatMap(\.byShares),
                measuredPoints: (try? measured.get())?.points)
        }
        return sectionLines + systemLines
    }

    private static func change(
        _ kind: String, _ id: String, _ before: PeriodResult, _ now: PeriodResult,
        _ grade: Result<WaterChange, NotAssessable>, shares: Result<WaterChange, NotAssessable>?, points: Fraction?,
        measured: Result<WaterChange, NotAssessable>, measuredShares: Result<WaterChange, NotAssessable>? = nil,
        measuredPoints: Fraction? = nil
    ) -> DumpRecord {
        func word(_ change: Result<WaterChange, NotAssessable>?) -> String { (try? change?.get())?.rawValue ?? "" }
        var reason = ""
        if case .failure(let refusal) = grade { reason = refusal.description }
        return [
            ("record", "change"), ("of", kind), ("id", id), ("period", now.period.text),
            ("compared_with", before.period.text), ("by_grade", word(grade)), ("by_shares", word(shares)),
            ("points", percent(points)), ("by_grade_as_measured", word(measured)),
            ("by_shares_as_measured", word(measuredShares)), ("points_as_measured", percent(measuredPoints)),
            ("reason", reason),
        ]
    }
}
