// Whether a place met the air standard over a period: a verdict an item, and the worst of them.

internal import Exact
package import Monitoring
package import Standards

/// One statistic with its limit.
package struct AirItemAssessment: Sendable {
    package let statistic: AirStatistic
    /// The comparison, `nil` where there was none.
    package let exceedance: AirExceedance?
    package let verdict: AssessmentVerdict
    /// Why the verdict is *not assessable*.
    package let reason: NotAssessable?
}

/// The assessment of one place over one calendar unit.
package struct AirPeriodAssessment: Sendable {
    package let period: CivilPeriod
    package let unit: CivilUnit
    /// The edition the period is held against, or why there is none.
    package let edition: Result<AirEdition, NotAssessable>
    package let items: [AirItemAssessment]
    package let composite: Result<AirComposite, NotAssessable>
    package let verdict: AssessmentVerdict
    package let reason: NotAssessable?
    package let rules: AirPeriodRules

    package var reviewState: ReviewState { .raw }
}

/// What is known of a place: its day values by item, and where it lies.
package struct AirPlace: Sendable {
    package let days: [ParameterID: AirDays]
    package let region: RegionID?
    package let registry: Registry

    package init(days: [ParameterID: AirDays], region: RegionID?, registry: Registry) {
        self.days = days
        self.region = region
        self.registry = registry
    }
}

/// Assesses a place over the calendar unit that `period` is.
///
/// - Parameter leftOut: days taken out, by item.
/// - Returns: *met* only when every item has a valid value under its limit; *not met* also with items missing, when one
///   that is there exceeds; a month or quarter has no limits for the six items and is never *met* or *not met*.
/// - Source: GB 3095 table 1; HJ 663-2013: a place meets the standard when all its items do.
package func assessAirPeriod(
    _ place: AirPlace, unit: CivilUnit, period: CivilPeriod, leftOut: [ParameterID: Set<CivilDate>],
    rules: AirPeriodRules
) -> AirPeriodAssessment {
    let edition = airEdition(over: period, region: place.region, registry: place.registry, rule: rules.spanning)
    let validity = airValidity(over: period, of: place, rules: rules)
    let items = AirAssessmentItem.items(over: unit).map { item in
        let statistic = airStatistic(
            place.days[item.parameter], item: item, unit: unit, period: period,
            leftOut: leftOut[item.parameter] ?? [], validity: validity, rules: rules)
        return assess(statistic, edition: edition, rules: rules)
    }
    let (verdict, reason) = worst(of: items)
    return AirPeriodAssessment(
        period: period, unit: unit, edition: edition, items: items,
        composite: edition.flatMap { airComposite(items.map(\.statistic), edition: $0, rules: rules) },
        verdict: verdict, reason: reason, rules: rules)
}

/// The minimum numbers of a period; where editions change in it, those of its first day.
func airValidity(over period: CivilPeriod, of place: AirPlace, rules: AirPeriodRules) -> AirValidity? {
    for rule in [rules.spanning, .atStart] {
        let edition = airEdition(over: period, region: place.region, registry: place.registry, rule: rule)
        if case .success(let edition) = edition { return rules.validity(under: edition) }
    }
    return nil
}

private func assess(
    _ statistic: AirStatistic, edition: Result<AirEdition, NotAssessable>, rules: AirPeriodRules
) -> AirItemAssessment {
    func none(_ verdict: AssessmentVerdict, _ reason: NotAssessable?) -> AirItemAssessment {
        AirItemAssessment(statistic: statistic, exceedance: nil, verdict: verdict, reason: reason)
    }
    if statistic.isDisputed { return none(.disputed, nil) }
    let value: Fraction
    switch statistic.value {
    case .failure(let reason): return none(.notAssessable, reason)
    case .success(let found): value = found
    }
    if statistic.unit != .year, statistic.unit != .day {
        let detail = "no limit is set for \(statistic.item.parameter) over a \(statistic.unit.rawValue)"
        return none(.notAssessable, NotAssessable(.noLimit, detail))
    }
    let compared = edition.flatMap { edition in
        airExceedance(
            of: value, parameter: statistic.item.parameter, over: statistic.item.limit, edition: edition, rules: rules)
    }
    switch compared {
    case .failure(let reason): return none(.notAssessable, reason)
    case .success(let exceedance):
        return AirItemAssessment(
            statistic: statistic, exceedance: exceedance, verdict: exceedance.exceeds ? .notMet : .met, reason: nil)
    }
}

private func worst(of items: [AirItemAssessment]) -> (AssessmentVerdict, NotAssessable?) {
    if items.contains(where: { $0.verdict == .disputed }) { return (.disputed, nil) }
    if items.contains(where: { $0.verdict == .notMet }) { return (.notMet, nil) }
    let open = items.filter { $0.verdict == .notAssessable }
    if let first = open.first?.reason {
        if open.allSatisfy({ $0.reason == first }) { return (.notAssessable, first) }
        let names = open.map { "\($0.statistic.item.parameter) \($0.statistic.item.name)" }.joined(separator: ", ")
        let isOneKind = open.allSatisfy { $0.reason?.reason == first.reason }
        return (.notAssessable, NotAssessable(isOneKind ? first.reason : .missingItem, names))
    }
    return items.allSatisfy { $0.verdict == .met } && !items.isEmpty
        ? (.met, nil) : (.notAssessable, NotAssessable(.noValues))
}
