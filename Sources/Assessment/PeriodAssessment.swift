// Whether a section reached its target over a period: met, not met, not assessable or disputed, with the class behind it.

internal import Exact
package import Monitoring
package import Standards

/// The verdict on one section and period.
package struct PeriodAssessment: Sendable {
    package let period: CivilPeriod
    package let classification: WaterClassification
    /// *Met* only when every item of the profile has a value, a target is set and nothing is disputed.
    package let verdict: AssessmentVerdict
    /// Why the verdict is *not assessable*.
    package let reason: NotAssessable?
    package let reviewState: ReviewState
}

/// Assesses a section by the means of its items over a period.
///
/// - Parameter target: the class the section must reach; `nil` where none is set.
/// - Returns: *not met* also with items missing when an item that is there exceeds the target, since no other item can
///   make the class better; *met* never with items missing.
/// - Source: single-factor method of 环办〔2011〕22号; the comparison is the rule's, values are rounded once at most.
package func assessPeriod(
    _ statistics: [PeriodStatistic], over period: CivilPeriod, waterBody: WaterBody?, target: WaterClass?,
    rule: WaterRule
) -> PeriodAssessment {
    let statistics = statistics.filter { $0.period == period }
    var values: [ParameterID: Result<Fraction, NotAssessable>] = [:]
    for statistic in statistics { values[statistic.parameter] = statistic.unrounded }
    let classification = classify(
        computed: values, on: period.from, waterBody: waterBody, target: target, rule: rule)
    let isDisputed = statistics.contains { $0.isDisputed && rule.profile.items.contains($0.parameter) }
    var (verdict, reason) = targetVerdict(on: classification, isDisputed: isDisputed)
    if waterBody == nil, !isDisputed {
        // Nobody says what water it is: a verdict that both kinds share stands, though the class itself may not.
        let verdicts = [WaterBody.river, .lake].map { kind in
            targetVerdict(
                on: classify(computed: values, on: period.from, waterBody: kind, target: target, rule: rule),
                isDisputed: false)
        }
        (verdict, reason) = verdicts[0]
        if verdicts[0].0 != verdicts[1].0 {
            (verdict, reason) = (
                .notAssessable,
                NotAssessable(.unknownWater, "nobody says whether this is a river or a lake, whose limits differ")
            )
        }
    }
    let states = statistics.map(\.reviewState)
    let lowest = ReviewState.allCases.first { states.contains($0) } ?? .raw
    return PeriodAssessment(
        period: period, classification: classification, verdict: verdict, reason: reason, reviewState: lowest)
}

private func targetVerdict(
    on classification: WaterClassification, isDisputed: Bool
) -> (AssessmentVerdict, NotAssessable?) {
    if isDisputed { return (.disputed, nil) }
    guard let target = classification.target else { return (.notAssessable, NotAssessable(.noTarget)) }
    if case .failure(let reason) = classification.result, reason.reason == .noEdition {
        return (.notAssessable, reason)
    }
    if !classification.exceeding.isEmpty { return (.notMet, nil) }
    if let reason = classification.whyMissing { return (.notAssessable, reason) }
    guard case .success(let reached) = classification.result else {
        return (.notAssessable, NotAssessable(.noValues))
    }
    return (reached <= target ? .met : .notMet, nil)
}
