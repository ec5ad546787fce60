// The class of a section by the single-factor method: the worst of its items (GB 3838-2002, 环办〔2011〕22号).

package import Exact
package import Monitoring
package import Standards

/// The class of one set of values, with what decided it.
package struct WaterClassification: Sendable {
    /// One item of the profile.
    package struct Item: Sendable {
        package let parameter: ParameterID
        /// The value as compared, `nil` when there is none.
        package let value: Fraction?
        package let waterClass: WaterClass?
        /// Why the item has no class.
        package let missing: NotAssessable?
        /// How far a value exceeds the target, (C − S) / S; `nil` when it does not, or for pH and dissolved oxygen.
        package let exceedanceMultiple: Fraction?
        /// Worse than the target; false without a target.
        package let exceeds: Bool
    }

    package let standard: String
    package let profile: WaterItemProfile
    package let comparison: LimitComparison
    /// `nil` when nobody says what kind of water it is: only what river and lake agree on is decided.
    package let waterBody: WaterBody?
    package let target: WaterClass?
    /// How class Ⅰ of dissolved oxygen was read.
    package let oxygenClassOne: SurfaceWaterStandard.OxygenClassOne
    /// Oxygen below 7.5 mg/L was to be held against saturation, but the temperature is not known: 7.5 mg/L was taken.
    package let isSaturationUnknown: Bool
    /// Items in the profile's order.
    package let items: [Item]
    /// The class, or why there is none.
    package let result: Result<WaterClass, NotAssessable>

    package var waterClass: WaterClass? { try? result.get() }

    /// The items whose class is the section's.
    package var deciding: [ParameterID] {
        guard let waterClass else { return [] }
        return items.filter { $0.waterClass == waterClass }.map(\.parameter)
    }

    package var missing: [Item] { items.filter { $0.waterClass == nil } }

    /// Why items have no class, `nil` where all have one: a rule that was left blank first, since no value mends it; a reason
    /// all of them share; else that they are missing. The detail names each with its own.
    package var whyMissing: NotAssessable? { reasonMissing(items) }
    package var exceeding: [Item] { items.filter(\.exceeds) }
}

/// How a set of values is classed.
package struct WaterRule: Sendable {
    package var standard: SurfaceWaterStandard
    package var profile: WaterItemProfile
    package var comparison: LimitComparison
    package var missingItems: MissingItemRule
    package var belowDetection: BelowDetectionRule
    package var oxygenClassOne: SurfaceWaterStandard.OxygenClassOne

    package init(
        standard: SurfaceWaterStandard = .gb3838of2002, profile: WaterItemProfile, comparison: LimitComparison,
        missingItems: MissingItemRule, belowDetection: BelowDetectionRule,
        oxygenClassOne: SurfaceWaterStandard.OxygenClassOne = .concentration
    ) {
        self.standard = standard
        self.profile = profile
        self.comparison = comparison
        self.missingItems = missingItems
        self.belowDetection = belowDetection
        self.oxygenClassOne = oxygenClassOne
    }

    /// What the national feed does with a single reading: five items, unrounded, the class of the items present. A
    /// censored value gets no number, since no rule for single readings is known.
    package static let realTime = WaterRule(
        profile: .fivePlus([]), comparison: .unrounded, missingItems: .feedPractice, belowDetection: .refuse)
}

/// The class of `values` on `date`, a civil day where the section lies.
///
/// - Parameter waterBody: `nil` when nobody knows; only what river and lake agree on is then decided, as in detection.
/// - Parameter target: the class the section must reach, for exceedances.
/// - Source: GB 3838-2002 table 1; single-factor method of 环办〔2011〕22号. Temperature and total nitrogen are in no profile.
package func classify(
    _ values: [ParameterID: ItemValue], on date: CivilDate, waterBody: WaterBody?, target: WaterClass?,
    rule: WaterRule
) -> WaterClassification {
    let results = values.mapValues { item in item.number(rule.belowDetection) }
    return classify(
        results, censored: values, on: date, waterBody: waterBody, target: target, rule: rule)
}

/// As above for computed values; an item that failed carries its reason.
package func classify(
    computed values: [ParameterID: Result<Fraction, NotAssessable>], on date: CivilDate, waterBody: WaterBody?,
    target: WaterClass?, rule: WaterRule
) -> WaterClassification {
    classify(values, censored: [:], on: date, waterBody: waterBody, target: target, rule: rule)
}

private func classify(
    _ values: [ParameterID: Result<Fraction, NotAssessable>], censored: [ParameterID: ItemValue], on date: CivilDate,
    waterBody: WaterBody?, target: WaterClass?, rule: WaterRule
) -> WaterClassification {
    guard let waterBody else {
        let (river, lake) = (WaterBody.river, WaterBody.lake)
        return agreement(
            classify(values, censored: censored, on: date, waterBody: river, target: target, rule: rule),
            classify(values, censored: censored, on: date, waterBody: lake, target: target, rule: rule))
    }
    let saturation = oxygenLimit(values, rule)
    let items = rule.profile.items.map { parameter in
        let value = values[parameter] ?? .failure(NotAssessable(.missingItem, "\(parameter) has no value"))
        return classifyItem(
            parameter, value, censored: censored[parameter], in: waterBody, target: target, rule: rule,
            enough: parameter == oxygen ? saturation : nil)
    }
    let isUnknown =
        rule.oxygenClassOne == .saturation && saturation == nil
        && items.contains { $0.parameter == oxygen && ($0.waterClass?.rank ?? 1) > 1 }
    return WaterClassification(
        standard: rule.standard.id, profile: rule.profile, comparison: rule.comparison, waterBody: waterBody,
        target: target, oxygenClassOne: rule.oxygenClassOne, isSaturationUnknown: isUnknown, items: items,
        result: worst(of: items, on: date, rule: rule))
}

/// What holds whether it is a river or a lake.
private func agreement(_ river: WaterClassification, _ lake: WaterClassification) -> WaterClassification {
    let items = zip(river.items, lake.items).map { river, lake in
        guard let inRiver = river.waterClass, let inLake = lake.waterClass, inRiver != inLake else {
            // Where the two limits differ the multiple is nobody's.
            let isShared = river.exceedanceMultiple == lake.exceedanceMultiple
            return isShared ? river : river.withoutMultiple(exceeds: river.exceeds && lake.exceeds)
        }
        let reason = NotAssessable(
            .unknownWater, "class \(inRiver) in a river, \(inLake) in a lake; state `water-body: river` or `lake`")
        return WaterClassification.Item(
            parameter: river.parameter, value: river.value, waterClass: nil, missing: reason, exceedanceMultiple: nil,
            exceeds: river.exceeds && lake.exceeds)
    }
    let result: Result<WaterClass, NotAssessable>
    switch (river.result, lake.result) {
    case (.success(let inRiver), .success(let inLake)) where inRiver != inLake:
        let unlike = items.filter { $0.missing?.reason == .unknownWater }.map {
            "\($0.parameter): \($0.missing?.detail ?? "")"
        }
        result = .failure(NotAssessable(.unknownWater, unlike.joined(separator: ", ")))
    case (.success, .failure(let reason)): result = .failure(reason)
    default: result = river.result
    }
    return WaterClassification(
        standard: river.standard, profile: river.profile, comparison: river.comparison, waterBody: nil,
        target: river.target, oxygenClassOne: river.oxygenClassOne, isSaturationUnknown: river.isSaturationUnknown,
        items: items, result: result)
}

extension WaterClassification.Item {
    fileprivate func withoutMultiple(exceeds: Bool) -> Self {
        Self(
            parameter: parameter, value: value, waterClass: waterClass, missing: missing, exceedanceMultiple: nil,
            exceeds: exceeds)
    }
}

private let oxygen = ParameterID("do")

/// 90 % of saturation at the temperature beside the values, where the rule asks for it and the temperature is known.
private func oxygenLimit(
    _ values: [ParameterID: Result<Fraction, NotAssessable>], _ rule: WaterRule
) -> Fraction? {
    guard rule.oxygenClassOne == .saturation, case .success(let temperature) = values[ParameterID("temp")] else {
        return nil
    }
    return SurfaceWaterStandard.oxygenAt90Percent(temperature: temperature)
}

private func reasonMissing(_ items: [WaterClassification.Item]) -> NotAssessable? {
    let missing = items.compactMap { item in item.missing.map { (item: item.parameter, reason: $0) } }
    if missing.isEmpty { return nil }
    let words = missing.map { item, reason in
        reason.reason == .missingItem || reason.detail.isEmpty ? item.rawValue : "\(item) (\(reason.detail))"
    }
    let detail = words.joined(separator: words.contains { $0.hasSuffix(")") } ? ", " : " ")
    // An item without a value is missing, whether its series is or its values are.
    let reasons = Set(missing.map { $0.reason.reason == .noValues ? .missingItem : $0.reason.reason })
    if reasons.contains(.ruleIncomplete) { return NotAssessable(.ruleIncomplete, detail) }
    if reasons == [.missingItem], missing.count == items.count { return NotAssessable(.noValues, detail) }
    return NotAssessable(reasons.count == 1 ? reasons.first ?? .missingItem : .missingItem, detail)
}

private func worst(
    of items: [WaterClassification.Item], on date: CivilDate, rule: WaterRule
) -> Result<WaterClass, NotAssessable> {
    guard rule.standard.span.contains(date) else {
        return .failure(NotAssessable(.noEdition, "\(rule.standard.id) does not hold on \(date)"))
    }
    let missing = reasonMissing(items)
    guard let worst = items.compactMap(\.waterClass).max() else {
        if let missing, missing.reason != .noValues { return .failure(missing) }
        return .failure(NotAssessable(.noValues, "no item of \(rule.profile.id) has a value"))
    }
    if rule.missingItems == .clause, let missing { return .failure(missing) }
    return .success(worst)
}
