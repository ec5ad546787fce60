// The mean of a concentration weighted by the river's discharge: what a load divided by its water would show.

package import Exact
package import Monitoring
package import Standards

/// How concentrations and discharges are paired and what the mean needs.
package struct FlowWeighting: Sendable {
    /// The stretch of time one concentration stands for, from its start on: 4 h where stations sample every 4 h.
    package let window: Duration64
    /// What the discharge of one window needs of the values due in it at `flowCadence`.
    package let flowNeeds: Sufficiency
    package let flowCadence: Duration64
    /// What the period needs of the pairs due.
    package let pairNeeds: Sufficiency
    package let quality: QualityPolicy
    package let belowDetection: BelowDetectionRule

    package init(
        window: Duration64, flowNeeds: Sufficiency, flowCadence: Duration64, pairNeeds: Sufficiency,
        quality: QualityPolicy, belowDetection: BelowDetectionRule
    ) {
        precondition(window > .zero && flowCadence > .zero, "Windows and steps are positive.")
        self.window = window
        self.flowNeeds = flowNeeds
        self.flowCadence = flowCadence
        self.pairNeeds = pairNeeds
        self.quality = quality
        self.belowDetection = belowDetection
    }
}

/// A flow-weighted mean with the pairs behind it.
package struct FlowWeightedMean: Sendable {
    package let value: Result<Fraction, NotAssessable>
    /// Concentrations with the discharge of their window, and how many the window leads to expect.
    package let pairs: Int
    package let expected: Int
    /// Concentrations without enough discharge in their window.
    package let withoutFlow: Int
    package let isDisputed: Bool
}

/// Σ(C·Q) / ΣQ over the period, exactly; Q is the mean discharge of the concentration's own window.
///
/// - Returns: not assessable for pH and dissolved oxygen, which take no load; for discharge below zero (the river ran
///   backwards, for which no rule is known); for no water at all.
/// - Source: sum(C*Q)/sum(Q), HJ 212-2017 appendix D for effluents, the same form (mark B); a 4 h concentration needs
///   the discharge of the same window.
package func flowWeightedMean(
    _ concentrations: PeriodColumns, of parameter: ParameterID, flows: PeriodColumns, over period: CivilPeriod,
    rule: FlowWeighting
) -> FlowWeightedMean {
    let interval = period.interval
    let values = AdmittedValues(
        concentrations, of: parameter, within: interval, quality: rule.quality, belowDetection: rule.belowDetection)
    // The last window may reach beyond the period, and its water with it.
    let reach = Interval(start: interval.start, end: interval.end.advanced(by: rule.window))
    let water = AdmittedValues(
        flows, of: ParameterID("discharge"), within: reach, quality: rule.quality, belowDetection: .refuse)
    let expectedFlows = Int(max(rule.window, rule.flowCadence).milliseconds / rule.flowCadence.milliseconds)
    var (concentration, discharge): ([Fraction], [Fraction]) = ([], [])
    var (first, end) = (0, 0)
    for row in 0..<values.count {
        first = water.firstRow(from: first, notBefore: values.start[row])
        end = water.firstRow(from: max(first, end), notBefore: values.start[row] + rule.window.milliseconds)
        guard rule.flowNeeds.isReached(by: end - first, of: expectedFlows) else { continue }
        concentration.append(values.number(at: row))
        discharge.append(water.sum(first..<end) / Fraction(end - first))
    }
    let expected = Int(interval.duration.milliseconds / rule.window.milliseconds)
    return FlowWeightedMean(
        value: weighted(concentration, discharge, parameter, water, rule, expected: expected),
        pairs: concentration.count, expected: expected, withoutFlow: values.count - concentration.count,
        isDisputed: values.isDisputed || water.isDisputed)
}

private func weighted(
    _ concentration: [Fraction], _ discharge: [Fraction], _ parameter: ParameterID, _ water: AdmittedValues,
    _ rule: FlowWeighting, expected: Int
) -> Result<Fraction, NotAssessable> {
    if ["ph", "do", "temp"].contains(parameter.rawValue) {
        return .failure(NotAssessable(.impossibleValue, "\(parameter) takes no load"))
    }
    if rule.flowNeeds.isBlank || rule.pairNeeds.isBlank {
        return .failure(NotAssessable(.ruleIncomplete, "a minimum share or count is left blank"))
    }
    let backwards = (water.refused[.impossible] ?? 0) + discharge.count(where: \.isNegative)
    if backwards > 0 {
        return .failure(NotAssessable(.impossibleValue, "\(backwards) discharges are below zero"))
    }
    guard rule.pairNeeds.isReached(by: concentration.count, of: expected) else {
        return .failure(
            NotAssessable(.tooFewValues, "\(concentration.count) of \(expected) pairs, needed is \(rule.pairNeeds)"))
    }
    let total = discharge.reduce(Fraction.zero, +)
    if total.isZero { return .failure(NotAssessable(.impossibleValue, "no water flowed")) }
    return .success(zip(concentration, discharge).reduce(Fraction.zero) { $0 + $1.0 * $1.1 } / total)
}
