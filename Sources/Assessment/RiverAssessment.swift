// A river or basin over a period, from its sections: by means below five sections, by proportions of classes from five.

internal import Exact
internal import Monitoring
package import Standards

/// How a river was assessed.
package enum RiverMethod: String, Sendable, CaseIterable {
    /// The mean of each item over the sections, then the single-factor method.
    case means
    /// The proportions of classes among the sections (断面水质类别比例法).
    case proportions
}

/// One section on its way into a river.
package struct RiverMember: Sendable {
    package let section: String
    package let figure: SectionFigure
    /// Not assessed for this period by an approved exclusion.
    package let isTakenOut: Bool

    package init(section: String, figure: SectionFigure, isTakenOut: Bool) {
        self.section = section
        self.figure = figure
        self.isTakenOut = isTakenOut
    }
}

/// A river, basin or city over a period.
package struct RiverAssessment: Sendable {
    package let method: RiverMethod
    /// Sections that take part.
    package let assessed: [String]
    /// Sections of the list without a class, and why.
    package let missing: [(section: String, reason: String)]
    package let takenOut: [String]
    package let profile: WaterItemProfile
    /// The classes of the sections; with fewer than five for information only.
    package let shares: ClassShares?
    /// Means: the class of the mean values.
    package let classification: WaterClassification?
    package let status: Result<WaterStatus, NotAssessable>
    package let isDisputed: Bool
    package let sectionPollutants: [MainPollutant]
    package let riverPollutants: [RiverPollutant]
    package let reviewState: ReviewState
}

/// Assesses a river by the sections of its list.
///
/// - Parameter listed: the sections of the list in force; a section without values is missing, never passed over.
/// - Returns: not assessable when the rule needs every section and one has no class; *disputed* where one is.
/// - Source: 环办〔2011〕22号: fewer than five sections by means, from five on by proportions. The text says "more than
///   five" for the second and leaves five open (`proportion-from`, default 5).
package func assessRiver(
    listed: [String], members: [RiverMember], over period: CivilPeriod, rule: WaterAssessmentRule
) -> RiverAssessment {
    let known = Dictionary(members.map { ($0.section, $0) }) { first, _ in first }
    let taken = listed.filter { known[$0]?.isTakenOut == true }
    var present: [RiverMember] = []
    var missing: [(section: String, reason: String)] = []
    for section in listed where !taken.contains(section) {
        guard let member = known[section] else {
            missing.append((section, "\(NotAssessable.Reason.noValues.rawValue): no values of this section"))
            continue
        }
        switch member.figure.classification.result {
        case .success: present.append(member)
        case .failure(let reason): missing.append((section, reason.description))
        }
    }
    let method: RiverMethod = listed.count - taken.count >= rule.proportionFrom ? .proportions : .means
    let shares = ClassShares(present.compactMap(\.figure.classification.waterClass))
    let mean = method == .means ? meanClassification(present, over: period, rule: rule) : nil
    return RiverAssessment(
        method: method, assessed: present.map(\.section), missing: missing, takenOut: taken,
        profile: rule.water.profile, shares: method == .proportions ? shares : nil,
        classification: try? mean?.get(), status: riverStatus(mean, shares, missing, rule),
        isDisputed: present.contains { $0.figure.assessment.verdict == .disputed },
        sectionPollutants: (try? mean?.get())?.mainPollutants(
            standard: rule.water.standard, toxic: rule.toxicPriority) ?? [],
        riverPollutants: method == .proportions ? riverPollutants(present.map(\.figure.classification)) : [],
        reviewState: present.map(\.figure.assessment.reviewState).min { $0.order < $1.order } ?? .raw)
}

private func riverStatus(
    _ mean: Result<WaterClassification, NotAssessable>?, _ shares: ClassShares,
    _ missing: [(section: String, reason: String)], _ rule: WaterAssessmentRule
) -> Result<WaterStatus, NotAssessable> {
    if rule.missingSections == .clause, !missing.isEmpty {
        let names = missing.map(\.section).joined(separator: " ")
        return .failure(NotAssessable(.missingItem, "sections without a class: \(names)"))
    }
    if let mean { return mean.flatMap { $0.result.map { WaterStatus($0) } } }
    return shares.status.map { .success($0) } ?? .failure(NotAssessable(.noValues, "no section has a class"))
}

/// The class of the items' means over the sections.
private func meanClassification(
    _ members: [RiverMember], over period: CivilPeriod, rule: WaterAssessmentRule
) -> Result<WaterClassification, NotAssessable> {
    sectionMeans(members, rule: rule).map { means in
        var water = rule.water
        water.profile = means.profile
        return classify(
            computed: means.values, on: period.from, waterBody: means.waterBody, target: nil, rule: water)
    }
}

extension ReviewState {
    /// From raw to final.
    fileprivate var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
