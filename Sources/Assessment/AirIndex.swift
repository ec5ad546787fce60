// The air quality index of one hour or day: sub-indices of the items, the largest, and who caused it (HJ 633).

package import Exact
package import Monitoring
package import Standards

/// The index of one set of concentrations.
package struct AirIndex: Sendable {
    /// One of the six items.
    package struct Item: Sendable {
        package let parameter: ParameterID
        package let averaging: AirAveraging
        /// The sub-index, `nil` when the item has no value.
        package let subIndex: AirIndexStandard.SubIndex?

        package var value: Int? { subIndex?.value }
    }

    package enum Basis: String, Sendable, CaseIterable { case hour, day }

    package let basis: Basis
    /// The edition, for instance `HJ 633-2026`.
    package let document: String
    /// The document of an early adoption, where the edition holds by one.
    package let adoptedBy: String?
    package let missingItems: MissingItemRule
    /// In the order of `AirIndexStandard.items`; a day under HJ 633-2012 has its largest hour of ozone behind them.
    package let items: [Item]
    /// Items of the plan without a usable value.
    package let missing: [ParameterID]
    /// Items outside the station's plan (`/` in the feed); they block nothing.
    package let outsidePlan: [ParameterID]
    /// The index, or why there is none.
    package let result: Result<Int, NotAssessable>

    package var index: Int? { try? result.get() }

    /// The items with the largest sub-index, above an index of 50 only.
    ///
    /// Source: HJ 633-2012 and HJ 633-2026, primary pollutant; ties are all listed.
    package var primary: [ParameterID] {
        guard let index, index > 50 else { return [] }
        return AirIndexStandard.items.filter { parameter in
            items.contains { $0.parameter == parameter && $0.value == index }
        }
    }

    /// The primary items as the national feed prints them: `细颗粒物(PM2.5),臭氧1小时(O3_1h)`.
    package var primaryAsPrinted: String {
        primary.compactMap { Self.feedNames[$0.rawValue] }.joined(separator: ",")
    }

    private static let feedNames = [
        "so2": "二氧化硫(SO2)", "no2": "二氧化氮(NO2)", "pm10": "颗粒物(PM10)", "co": "一氧化碳(CO)",
        "pm25": "细颗粒物(PM2.5)", "o3": "臭氧1小时(O3_1h)",
    ]
}

/// The level of an index (级别). Source: HJ 633-2012 and HJ 633-2026, table of levels.
package enum AirIndexLevel: Int, Sendable, CaseIterable {
    case excellent = 1, good, light, moderate, heavy, severe

    package init(index: Int) {
        switch index {
        case ...50: self = .excellent
        case ...100: self = .good
        case ...150: self = .light
        case ...200: self = .moderate
        case ...300: self = .heavy
        default: self = .severe
        }
    }

    package var name: BilingualName {
        switch self {
        case .excellent: BilingualName(chinese: "优", english: "excellent")
        case .good: BilingualName(chinese: "良", english: "good")
        case .light: BilingualName(chinese: "轻度污染", english: "light pollution")
        case .moderate: BilingualName(chinese: "中度污染", english: "moderate pollution")
        case .heavy: BilingualName(chinese: "重度污染", english: "heavy pollution")
        case .severe: BilingualName(chinese: "严重污染", english: "severe pollution")
        }
    }
}

/// The real-time index of hour means; particles are held against the daily columns.
///
/// - Units: µg/m³, CO mg/m³.
/// - Parameter values: concentrations by parameter; an item that is absent or censored counts as missing.
package func airIndex(
    hour values: [ParameterID: ItemValue], outsidePlan: [ParameterID], edition: AirEdition,
    missingItems: MissingItemRule
) -> AirIndex {
    airIndex(values, basis: .hour, outsidePlan: outsidePlan, edition: edition, missingItems: missingItems)
}

/// The daily index of day means and, for ozone, the largest sliding 8 h mean of the day.
package func airIndex(
    day values: [ParameterID: ItemValue], outsidePlan: [ParameterID], edition: AirEdition,
    missingItems: MissingItemRule
) -> AirIndex {
    airIndex(values, basis: .day, outsidePlan: outsidePlan, edition: edition, missingItems: missingItems)
}

/// The daily index of exact means, each rounded once, from the unrounded mean.
///
/// - Parameter ozoneHour: the day's largest hour mean of ozone. Under HJ 633-2012 it is the seventh item of the daily
///   report, and what stands for ozone when its 8 h mean is above the table; under HJ 633-2026 it takes no part. It can
///   only raise an index: a day without a valid 8 h mean lacks ozone all the same.
package func airIndex(
    dayMeans: [ParameterID: Fraction], ozoneHour: Fraction?, outsidePlan: [ParameterID], edition: AirEdition,
    missingItems: MissingItemRule
) -> AirIndex {
    let ozone = ParameterID("o3")
    var more: [AirIndex.Item] = []
    if edition.index.document == "HJ 633-2012", let ozoneHour {
        let subIndex = edition.index.subIndex(ofMean: ozoneHour, parameter: ozone, over: .hour)
        more.append(AirIndex.Item(parameter: ozone, averaging: .hour, subIndex: subIndex))
    }
    return airIndex(
        basis: .day, outsidePlan: outsidePlan, edition: edition, missingItems: missingItems, more: more
    ) { parameter in
        dayMeans[parameter].map {
            edition.index.subIndex(
                ofMean: $0, parameter: parameter, over: AirIndex.Basis.day.averaging(of: parameter))
        }
    }
}

private func airIndex(
    _ values: [ParameterID: ItemValue], basis: AirIndex.Basis, outsidePlan: [ParameterID], edition: AirEdition,
    missingItems: MissingItemRule
) -> AirIndex {
    airIndex(basis: basis, outsidePlan: outsidePlan, edition: edition, missingItems: missingItems) { parameter in
        guard let value = values[parameter], value.qualifier == .none else { return nil }
        return edition.index.subIndex(of: value.value, parameter: parameter, over: basis.averaging(of: parameter))
    }
}

private func airIndex(
    basis: AirIndex.Basis, outsidePlan: [ParameterID], edition: AirEdition, missingItems: MissingItemRule,
    more: [AirIndex.Item] = [], subIndex: (ParameterID) -> AirIndexStandard.SubIndex?
) -> AirIndex {
    var missing: [ParameterID] = []
    let items = AirIndexStandard.items.map { parameter in
        let subIndex = subIndex(parameter)
        switch subIndex {
        case .none: if !outsidePlan.contains(parameter) { missing.append(parameter) }
        case .notAssessable(let reason): if reason.reason != .noLimit { missing.append(parameter) }
        case .value, .aboveTable: break
        }
        return AirIndex.Item(
            parameter: parameter, averaging: basis.averaging(of: parameter), subIndex: subIndex)
    }
    let all = items + more
    return AirIndex(
        basis: basis, document: edition.index.document, adoptedBy: edition.adoptedBy, missingItems: missingItems,
        items: all, missing: missing, outsidePlan: outsidePlan,
        result: largest(of: all, missing: missing, rule: missingItems))
}

private func largest(
    of items: [AirIndex.Item], missing: [ParameterID], rule: MissingItemRule
) -> Result<Int, NotAssessable> {
    guard let index = items.compactMap(\.value).max() else {
        return .failure(NotAssessable(.noValues, "no item has a sub-index"))
    }
    // HJ 633-2026: with items missing, an index above 100 stands all the same, a lower one does not.
    if rule == .clause, !missing.isEmpty, index <= 100 {
        return .failure(NotAssessable(.missingItem, missing.map(\.rawValue).joined(separator: " ")))
    }
    return .success(index)
}
