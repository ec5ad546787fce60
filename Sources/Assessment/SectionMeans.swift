// The mean of each item over several sections: what a small river, or a city's ranking, is assessed by.

package import Exact
package import Monitoring
package import Standards

/// The items' means over sections of one kind of water and one list of items.
package struct SectionMeans: Sendable {
    package let profile: WaterItemProfile
    /// `nil` when nobody says.
    package let waterBody: WaterBody?
    package let values: [ParameterID: Result<Fraction, NotAssessable>]
}

/// The mean of each item over `members`, unrounded; pH over the hydrogen ions of all (`comparableMean`).
///
/// - Returns: not assessable without sections, for rivers and lakes together, and for sections with unlike items. Under
///   `clause` an item that one section lacks has no mean; under `feed-practice` its mean is that of those that have it.
package func sectionMeans(
    _ members: [RiverMember], rule: WaterAssessmentRule
) -> Result<SectionMeans, NotAssessable> {
    guard let first = members.first?.figure.classification else {
        return .failure(NotAssessable(.noValues, "no section has a class"))
    }
    let kinds = members.map(\.figure.classification.waterBody)
    guard Set(kinds.compactMap(\.self)).count <= 1 else {
        return .failure(NotAssessable(.notComparable, "rivers and lakes have unlike limits and no common mean"))
    }
    guard members.allSatisfy({ $0.figure.classification.profile.items == first.profile.items }) else {
        return .failure(NotAssessable(.notComparable, "the sections have unlike items"))
    }
    var values: [ParameterID: Result<Fraction, NotAssessable>] = [:]
    for item in first.profile.items + [ParameterID("temp")] {
        let statistics = members.map { member in
            (section: member.section, found: member.figure.statistics.first { $0.parameter == item })
        }
        values[item] = mean(of: item, statistics, rule)
    }
    return .success(
        SectionMeans(profile: first.profile, waterBody: kinds.contains(nil) ? nil : first.waterBody, values: values))
}

private func mean(
    of item: ParameterID, _ statistics: [(section: String, found: PeriodStatistic?)], _ rule: WaterAssessmentRule
) -> Result<Fraction, NotAssessable> {
    var present: [(statistic: PeriodStatistic, value: Fraction)] = []
    for (section, found) in statistics {
        if let found, case .success(let value) = found.unrounded {
            present.append((found, value))
        } else if rule.water.missingItems == .clause {
            return .failure(NotAssessable(.missingItem, "\(section) has no value of \(item)"))
        }
    }
    if present.isEmpty { return .failure(NotAssessable(.missingItem, "\(item) has no value")) }
    let share = Fraction(1, present.count)
    guard item.rawValue == "ph" else {
        return .success(present.reduce(Fraction.zero) { $0 + $1.value } * share)
    }
    var ions = HydrogenIonWeights()
    for (statistic, _) in present { ions.add(statistic.ions.scaled(by: share)) }
    do {
        return .success(try ions.comparableMean())
    } catch {
        return .failure(NotAssessable(.undecided, "\(error)"))
    }
}
