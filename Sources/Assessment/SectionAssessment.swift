// A section over a period: the values of its items, the class and the verdict, as measured and with exclusions.

internal import Exact
package import Monitoring
package import Standards

/// What is known of one section: its names, its water and its series.
package struct SectionValues: Sendable {
    /// As printed.
    package let id: String
    /// Every id and name the section and its stations are known by; exclusions may use any.
    package let names: Set<String>
    package let waterBody: WaterBody?
    package let target: WaterClass?
    package var series: [ParameterID: PeriodColumns]
    package let reviewState: ReviewState

    package init(
        id: String, names: Set<String>, waterBody: WaterBody?, target: WaterClass?,
        series: [ParameterID: PeriodColumns], reviewState: ReviewState
    ) {
        self.id = id
        self.names = names.union([id])
        self.waterBody = waterBody
        self.target = target
        self.series = series
        self.reviewState = reviewState
    }
}

/// One figure of a section: the period's statistics, and the class and verdict they give.
package struct SectionFigure: Sendable {
    package let statistics: [PeriodStatistic]
    package let assessment: PeriodAssessment
    /// Items of the profile that take no part, because a natural background was recognised for the whole period.
    package let leftOut: [ParameterID]

    package var classification: WaterClassification { assessment.classification }
}

/// A section over a period, as measured and with the approved exclusions; both are printed.
package struct SectionAssessment: Sendable {
    package let section: String
    package let period: CivilPeriod
    package let measured: SectionFigure
    package let figure: SectionFigure
    /// Approved records that changed something, and records nobody approved, which changed nothing.
    package let exclusions: [String]
    package let notApproved: [String]
    /// An approved exclusion of all items covers the whole period: the section is not assessed for it, and a river's
    /// count leaves it out.
    package let isTakenOut: Bool
}

/// Assesses a section over a period.
///
/// - Parameter unit: the unit `period` is one of; it chooses the levels of the rule.
/// - Parameter exclusions: all records; those that name this section apply, in this period as in any it is compared
///   with.
package func assessSection(
    _ section: SectionValues, over period: CivilPeriod, unit: CivilUnit, rule: WaterAssessmentRule,
    excluding exclusions: [Exclusion] = []
) -> SectionAssessment {
    let records = exclusions.filter {
        $0.kind != .dust && $0.concerns(place: section.names) && $0.interval.overlaps(period.interval)
    }
    let wanted = rule.parameters
    let both = section.series.keys.sorted().filter(wanted.contains).map { parameter in
        statistic(
            section.series[parameter] ?? PeriodColumns(), of: parameter, over: period,
            rule: rule.periodRule(for: unit, parameter: parameter), excluding: records,
            reviewState: section.reviewState)
    }
    let approved = records.filter(\.isApproved)
    let whole = approved.filter { $0.interval.start <= period.interval.start && period.interval.end <= $0.interval.end }
    let leftOut = rule.water.profile.items.filter { item in
        whole.contains { $0.kind == .naturalBackground && $0.parameters.contains(item) }
    }
    func figure(_ statistics: [PeriodStatistic], leavingOut: [ParameterID]) -> SectionFigure {
        var water = rule.water
        water.profile = water.profile.without(leavingOut)
        let assessment = assessPeriod(
            statistics, over: period, waterBody: section.waterBody, target: section.target, rule: water)
        return SectionFigure(statistics: statistics, assessment: assessment, leftOut: leavingOut)
    }
    return SectionAssessment(
        section: section.id, period: period, measured: figure(both.map(\.without), leavingOut: []),
        figure: figure(both.map(\.with), leavingOut: leftOut), exclusions: approved.map(\.id).sorted(),
        notApproved: records.filter { !$0.isApproved }.map(\.id).sorted(),
        isTakenOut: whole.contains { $0.parameters.isEmpty })
}

/// The change of a section between two assessments, as measured and with exclusions.
package func sectionChange(
    from before: SectionAssessment, to now: SectionAssessment
) -> (measured: Result<WaterChange, NotAssessable>, figure: Result<WaterChange, NotAssessable>) {
    (
        sectionChange(from: before.measured.classification, to: now.measured.classification),
        sectionChange(from: before.figure.classification, to: now.figure.classification)
    )
}
