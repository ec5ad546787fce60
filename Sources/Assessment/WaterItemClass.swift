// The class of one item of a water sample: against its row of the standard, by the rule's comparison.

internal import Exact
internal import Monitoring
internal import Standards

/// - Parameter enough: a value from which on the first class is reached whatever the row says.
func classifyItem(
    _ parameter: ParameterID, _ value: Result<Fraction, NotAssessable>, censored: ItemValue?, in body: WaterBody,
    target: WaterClass?, rule: WaterRule, enough: Fraction?
) -> WaterClassification.Item {
    func absent(_ reason: NotAssessable) -> WaterClassification.Item {
        WaterClassification.Item(
            parameter: parameter, value: nil, waterClass: nil, missing: reason, exceedanceMultiple: nil, exceeds: false)
    }
    guard let row = rule.standard.item(parameter, in: body) else {
        return absent(
            NotAssessable(.noLimit, "\(rule.standard.id) has no class limits for \(parameter) in a \(body.rawValue)"))
    }
    let number: Fraction
    switch value {
    case .success(let found): number = found
    case .failure(let reason):
        // A value beyond the measuring range is certain only where even the range limit is worse than class Ⅴ.
        guard let censored, censored.qualifier == .above, row.direction == .maximum,
            row.rank(of: censored.value).rank == 6
        else { return absent(reason) }
        number = Fraction(censored.value)
    }
    if number.isNegative { return absent(NotAssessable(.impossibleValue, "\(parameter) is negative")) }
    guard let compared = comparable(number, row: row, rule: rule) else {
        return absent(NotAssessable(.ruleIncomplete, "no assessment decimals are known for \(parameter)"))
    }
    let isEnough = enough.map { compared >= $0 } ?? false
    let rank = isEnough ? WaterClass(rank: 1) : rule.standard.rank(of: compared, parameter: parameter, in: body)
    let exceeds = target.flatMap { target in rank.map { $0 > target } } ?? false
    return WaterClassification.Item(
        parameter: parameter, value: compared, waterClass: rank, missing: nil,
        exceedanceMultiple: exceeds ? multiple(compared, row: row, target: target, in: body, rule: rule) : nil,
        exceeds: exceeds)
}

private func comparable(_ value: Fraction, row: SurfaceWaterStandard.Item, rule: WaterRule) -> Fraction? {
    switch rule.comparison {
    case .unrounded: value
    case .rounded: row.assessmentDecimals.map { value.roundedForAssessment(decimals: $0) }
    }
}

/// (C − S) / S against the limit of the target class.
///
/// Source: 环办〔2011〕22号; not for temperature, pH and dissolved oxygen.
private func multiple(
    _ value: Fraction, row: SurfaceWaterStandard.Item, target: WaterClass?, in body: WaterBody, rule: WaterRule
) -> Fraction? {
    guard row.hasMultiple, let target,
        let limit = rule.standard.limit(of: row.parameter, for: target, in: body).map({ Fraction($0) }), limit > .zero
    else { return nil }
    return (value - limit) / limit
}
