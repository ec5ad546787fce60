// Assessments over periods: sections, rivers, basins and cities, period by period, and what each is compared with.

import Assessment
import Exact
import Formats
import Foundation
import Monitoring
import Standards

/// What a period is compared with.
enum ComparedPeriod: String, CaseIterable {
    /// The one just before (环比).
    case previous
    /// The same one of the year before (同比).
    case yearBefore = "year-before"
}

/// Everything that was found of one period.
struct PeriodResult {
    let period: CivilPeriod
    let sections: [SectionAssessment]
    let systems: [(system: WaterSystem, measured: SystemResult, figure: SystemResult)]
    /// Of sections with discharge, where the rule asks for them.
    let weighted: [FlowWeightedFigure]
}

/// A river, basin or city in one figure.
struct SystemResult {
    let river: Result<RiverAssessment, NotAssessable>
    /// Cities only.
    let index: Result<CityWaterIndex, NotAssessable>?
}

/// Assesses what was gathered, period by period.
struct PeriodAssessor {
    let gathered: PeriodSeries
    let registry: Registry
    let rule: WaterAssessmentRule
    let unit: CivilUnit
    let exclusions: [Exclusion]

    /// The periods the values lie in, in order.
    var periods: [CivilPeriod] {
        guard let first = gathered.first, let last = gathered.last else { return [] }
        var periods: [CivilPeriod] = []
        var date = CivilTime(first, at: rule.offset).date
        while date <= CivilTime(last, at: rule.offset).date {
            let period = CivilPeriod(unit, containing: date, offset: rule.offset)
            periods.append(period)
            date = period.until
        }
        return periods
    }

    func assess(_ period: CivilPeriod) -> PeriodResult {
        let values = gathered.sections(over: period, rule: rule)
        let sections = values.map {
            assessSection($0, over: period, unit: unit, rule: rule, excluding: exclusions)
        }
        let systems = registry.waterSystems.values.sorted { $0.id < $1.id }.map { system in
            (
                system: system,
                measured: result(of: system, sections, period) {
                    RiverMember(section: $0, figure: $1.measured, isTakenOut: false)
                },
                figure: result(of: system, sections, period) {
                    RiverMember(section: $0, figure: $1.figure, isTakenOut: $1.isTakenOut)
                }
            )
        }
        return PeriodResult(
            period: period, sections: sections, systems: systems,
            weighted: values.flatMap { flowWeightedFigures($0, over: period, rule: rule) })
    }

    private func result(
        of system: WaterSystem, _ sections: [SectionAssessment], _ period: CivilPeriod,
        _ member: (String, SectionAssessment) -> RiverMember
    ) -> SystemResult {
        let last = period.until.advanced(byDays: -1)
        guard let list = system.list(on: period.from), list == system.list(on: last) else {
            let reason = NotAssessable(.mixedEditions, "no one list of sections holds over the whole period")
            return SystemResult(river: .failure(reason), index: system.kind == .city ? .failure(reason) : nil)
        }
        // A list may name a section by its id, or by its own name in a feed where only one section bears it.
        let members = list.sections.compactMap { name -> RiverMember? in
            if let own = sections.first(where: { $0.section == name }) { return member(name, own) }
            let namesakes = sections.filter { $0.section.hasSuffix("/" + name) }
            return namesakes.count == 1 ? member(name, namesakes[0]) : nil
        }
        let river = assessRiver(listed: list.sections, members: members, over: period, rule: rule)
        guard system.kind == .city else { return SystemResult(river: .success(river), index: nil) }
        let index = river.status.flatMap { _ in
            sectionMeans(members.filter { !$0.isTakenOut }, rule: rule)
        }.flatMap { means in
            cityWaterIndex(
                means.values, waterBody: means.waterBody, profile: means.profile,
                missingItems: rule.water.missingItems)
        }
        return SystemResult(river: .success(river), index: index)
    }

    /// The period that `period` is compared with.
    func compared(with period: CivilPeriod, _ kind: ComparedPeriod) -> CivilPeriod {
        switch kind {
        case .yearBefore: period.yearBefore
        case .previous: CivilPeriod(unit, containing: period.from.advanced(byDays: -1), offset: rule.offset)
        }
    }
}
