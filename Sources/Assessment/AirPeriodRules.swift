// The switches of the air assessment, each with a name, a default and the mark of its source; all printed with results.

package import Monitoring
package import Standards

/// Which minimum numbers hold before GB 3095-2026.
package enum AirValidityRule: String, Sendable, CaseIterable {
    /// Table 4 of GB 3095-2026 for every day. The table of 2012 was not read again (mark C: the same from memory).
    case table4of2026 = "table-4-of-2026"
    /// Only where the text was read: nothing before the edition of 2026 is assessable.
    case whereRead = "where-read"
}

/// What a percentile needs where table 4 has no row of its own (CO and O3 have no yearly mean).
package enum AirPercentileRule: String, Sendable, CaseIterable {
    /// As many day values as the yearly mean of another item (mark C).
    case asYearlyMean = "as-yearly-mean"
    /// Nothing is named: not assessable.
    case blank
}

/// To how many decimals a statistic is rounded before it is held against its limit.
package enum AirRoundingRule: String, Sendable, CaseIterable {
    /// Integers, CO one decimal: before 2026 (HJ 663-2013), and kept after.
    case integers = "integers-co-1"
    /// As above, PM2.5 one decimal under GB 3095-2026 (S34, mark C: one province's code, unconfirmed).
    case finerParticles = "pm25-1-from-2026"

    /// `nil` for items other than the six of the index: no rule is known for them.
    package func decimals(of parameter: ParameterID, under edition: AirEdition) -> Int? {
        guard AirIndexStandard.items.contains(parameter) else { return nil }
        if parameter.rawValue == "co" { return 1 }
        let isFiner = self == .finerParticles && edition.limits.document == "GB 3095-2026"
        return isFiner && parameter.rawValue == "pm25" ? 1 : 0
    }
}

/// Which edition a period is held against when more than one held in it.
package enum SpanningRule: String, Sendable, CaseIterable {
    /// None: not assessable, unless an agreement names one.
    case refuse
    case atStart = "at-start"
    case atEnd = "at-end"
}

/// What a region's value is the mean of, over its points.
package enum RegionBasis: String, Sendable, CaseIterable {
    /// Day values of the points. The default; the reference names both (mark B).
    case days
    /// Hour values of the points; day values are then the region's own.
    case hours
}

/// How an air assessment is made.
package struct AirPeriodRules: Sendable {
    /// The grade of the area: Ⅰ in nature reserves, Ⅱ elsewhere.
    package var grade = AirStandard.Grade.second
    /// Mark B: “compute with unrounded inputs, round once at the end”.
    package var comparison = LimitComparison.rounded
    package var rounding = AirRoundingRule.integers
    package var validity = AirValidityRule.table4of2026
    package var percentiles = AirPercentileRule.asYearlyMean
    package var excludedDays = ExcludedSlots.stayExpected
    package var spanning = SpanningRule.refuse
    package var regionBasis = RegionBasis.days
    /// A day's index with items missing stands above 100 only (HJ 633-2026).
    package var missingItems = MissingItemRule.clause
    /// Day values a quarter needs: no number is known for the six items, so an agreement names it.
    package var quarterDays: Int?
    package var quality: QualityPolicy

    package init(quality: QualityPolicy) { self.quality = quality }

    /// Every switch by name, as a result prints it.
    package var switches: [(name: String, value: String)] {
        [
            ("grade", grade.rawValue), ("comparison", comparison.rawValue), ("rounding", rounding.rawValue),
            ("validity", validity.rawValue), ("percentiles", percentiles.rawValue),
            ("excluded-days", excludedDays.rawValue), ("spanning", spanning.rawValue),
            ("region-basis", regionBasis.rawValue), ("missing-items", missingItems.rawValue),
            ("quarter-days", quarterDays.map(String.init) ?? "blank"), ("quality", quality.name),
        ]
    }

    /// Sets the switch `name` to `value`, as `switches` prints them.
    ///
    /// - Returns: false when there is no such switch or it has no such value.
    package mutating func set(_ name: String, to value: String) -> Bool {
        func choose<Value: RawRepresentable>(_ path: WritableKeyPath<AirPeriodRules, Value>) -> Bool
        where Value.RawValue == String {
            guard let chosen = Value(rawValue: value) else { return false }
            self[keyPath: path] = chosen
            return true
        }
        switch name {
        case "grade": return choose(\.grade)
        case "comparison": return choose(\.comparison)
        case "rounding": return choose(\.rounding)
        case "validity": return choose(\.validity)
        case "percentiles": return choose(\.percentiles)
        case "excluded-days": return choose(\.excludedDays)
        case "spanning": return choose(\.spanning)
        case "region-basis": return choose(\.regionBasis)
        case "missing-items": return choose(\.missingItems)
        case "quarter-days":
            guard let days = Int(value), (1...92).contains(days) else { return false }
            quarterDays = days
            return true
        case "quality":
            guard let policy = [QualityPolicy.validOnly, .notInvalid].first(where: { $0.name == value }) else {
                return false
            }
            quality = policy
            return true
        default: return false
        }
    }

    /// The minimum numbers in force under `edition`, `nil` where the text was not read and the rule asks for it.
    func validity(under edition: AirEdition) -> AirValidity? {
        validity == .table4of2026 || edition.limits.document == "GB 3095-2026" ? .of2026 : nil
    }
}

/// The edition a period is held against.
///
/// - Source: design: a period that spans editions uses the one its rule names, else it is not assessable.
package func airEdition(
    over period: CivilPeriod, region: RegionID?, registry: Registry, rule: SpanningRule
) -> Result<AirEdition, NotAssessable> {
    let last = period.until.advanced(byDays: -1)
    switch rule {
    case .atStart: return AirEdition.on(period.from, region: region, registry: registry)
    case .atEnd: return AirEdition.on(last, region: region, registry: registry)
    case .refuse: break
    }
    var found: AirEdition?
    for day in period.from.dayNumber...last.dayNumber {
        switch AirEdition.on(CivilDate(dayNumber: day), region: region, registry: registry) {
        case .failure(let reason): return .failure(reason)
        case .success(let edition):
            if let found, found.limits.id != edition.limits.id {
                let detail = "\(found.limits.id) and, from \(CivilDate(dayNumber: day)), \(edition.limits.id)"
                return .failure(NotAssessable(.mixedEditions, detail))
            }
            found = edition
        }
    }
    return found.map { .success($0) } ?? .failure(NotAssessable(.noEdition))
}
