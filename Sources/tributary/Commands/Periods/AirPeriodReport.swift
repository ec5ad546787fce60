// Air over days, months, quarters and years as records: stations and regions, with exclusions and without, and the change.

import Assessment
import Exact
import Foundation
import Monitoring
import Standards

/// One station or region with its day values.
private struct ReportedPlace {
    let id: String
    /// `station` or `region`.
    let kind: String
    let names: Set<String>
    let place: AirPlace
}

/// Assesses what was gathered, place by place and period by period.
struct AirPeriodReport {
    let gathered: PeriodSeries
    let registry: Registry
    let unit: CivilUnit
    let exclusions: [Exclusion]
    let rules: AirPeriodRules
    /// Also the change from this period.
    let compared: ComparedPeriod?

    /// Every record, places in order of their ids, regions behind stations.
    func records() -> [DumpRecord] {
        guard let first = gathered.first, let last = gathered.last else { return [] }
        let from = CivilUnit.year.start(of: CivilTime(first, at: .china).date)
        let whole = CivilPeriod(
            from: from, until: CivilUnit.year.end(from: CivilUnit.year.start(of: CivilTime(last, at: .china).date)),
            offset: .china)
        if unit == .hour { return hourRecords(over: whole) }
        let periods = periods(from: CivilTime(first, at: .china).date, through: CivilTime(last, at: .china).date)
        return Self.ranked(places(over: whole).flatMap { place in periods.flatMap { records(place, $0) } })
    }

    /// Writes the ranks of composite indices, lowest first: of stations among stations and of regions among regions, of
    /// one period; figures with exclusions count, and those without have a ranking of their own.
    private static func ranked(_ records: [DumpRecord]) -> [DumpRecord] {
        var records = records
        func field(_ place: Int, _ name: String) -> String { records[place].first { $0.name == name }?.value ?? "" }
        let composites = records.indices.filter { field($0, "statistic") == "composite" }
        for (counted, group) in [true, false].flatMap({ counted in
            Dictionary(grouping: composites) { "\(field($0, "kind")) \(field($0, "period"))" }.values.map {
                (counted, $0)
            }
        }) {
            let members = group.compactMap { place -> (place: Int, index: Fraction)? in
                let figure = field(place, "exclusions")
                let takesPart = figure.isEmpty || figure.hasPrefix("with ") == counted
                return takesPart ? Fraction(field(place, "value")).map { (place, $0) } : nil
            }
            for (member, rank) in zip(members, airRanks(members.map(\.index), decimals: nil)) {
                guard counted || field(member.place, "exclusions") == "without",
                    let column = records[member.place].firstIndex(where: { $0.name == "rank" })
                else { continue }
                records[member.place][column].value = String(rank)
            }
        }
        return records
    }

    private func periods(from: CivilDate, through last: CivilDate) -> [CivilPeriod] {
        var periods: [CivilPeriod] = []
        var date = from
        while date <= last {
            let period = CivilPeriod(unit, containing: date, offset: .china)
            periods.append(period)
            date = period.until
        }
        return periods
    }

    private func places(over whole: CivilPeriod) -> [ReportedPlace] {
        var points: [StationID: [ParameterID: AirHours]] = [:]
        for station in gathered.stations {
            points[station] = gathered.hours(of: station, over: whole, quality: rules.quality)
        }
        let stations = points.keys.sorted().map { station in
            let region = registry.stations[station]?.region
            let days = (points[station] ?? [:]).mapValues {
                airDays($0, region: region, registry: registry, rules: rules)
            }
            return ReportedPlace(
                id: station.rawValue, kind: "station",
                names: Set([station.rawValue] + (registry.stations[station]?.aliases ?? [])),
                place: AirPlace(days: days, region: region, registry: registry))
        }
        let regions = registry.airPoints.keys.sorted().map { region in
            let days = AirIndexStandard.items.map { parameter in
                let days = airRegionDays(
                    points, of: parameter, region: region, over: whole, registry: registry, rules: rules)
                return (parameter, days)
            }
            return ReportedPlace(
                id: region.rawValue, kind: "region", names: [region.rawValue],
                place: AirPlace(days: Dictionary(uniqueKeysWithValues: days), region: region, registry: registry))
        }
        return stations + regions
    }

    private func records(_ reported: ReportedPlace, _ period: CivilPeriod) -> [DumpRecord] {
        let applying = exclusions.filter { record in
            record.isApproved && record.concerns(place: reported.names) && record.interval.overlaps(period.interval)
        }
        var records = figure(reported, period, [], name: applying.isEmpty ? "" : "without")
        if !applying.isEmpty {
            let ids = applying.map(\.id).sorted().joined(separator: " ")
            records += figure(reported, period, exclusions, name: "with \(ids)")
        }
        return records
    }

    /// One figure: every item, the verdict, the composite index and the days, under one set of records.
    private func figure(
        _ reported: ReportedPlace, _ period: CivilPeriod, _ records: [Exclusion], name: String
    ) -> [DumpRecord] {
        let leftOut = leftOutDays(records, of: reported.names, over: period)
        let result = assessAirPeriod(reported.place, unit: unit, period: period, leftOut: leftOut, rules: rules)
        let earlier = compared.map { compared -> AirPeriodAssessment in
            let other = earlierPeriod(period, compared)
            // The same records are applied to both periods alike.
            return assessAirPeriod(
                reported.place, unit: unit, period: other,
                leftOut: leftOutDays(records, of: reported.names, over: other), rules: rules)
        }
        let head: DumpRecord = [
            ("place", reported.id), ("kind", reported.kind),
            ("period", unit == .day ? period.from.description : period.text), ("exclusions", name),
        ]
        let days = airDayIndexes(reported.place, period: period, leftOut: leftOut, rules: rules)
        var lines = result.items.enumerated().map { place, item in
            Self.row(item, change: earlier.map { airChange(from: $0.items[place].statistic, to: item.statistic) })
        }
        lines.append(unit == .day ? Self.row(days[0]) : Self.row(counts(days, reported, period)))
        if unit != .day { lines.append(Self.row(result.composite)) }
        lines.append(Self.row(result))
        return lines.map { line in
            var line = line
            return head + Self.columns.map { ($0, line.removeValue(forKey: $0) ?? "") }
        }
    }

    private func counts(_ days: [AirDayIndex], _ reported: ReportedPlace, _ period: CivilPeriod) -> AirDayCounts {
        airDayCounts(days, of: reported.place, unit: unit, period: period, rules: rules)
    }

    private func earlierPeriod(_ period: CivilPeriod, _ compared: ComparedPeriod) -> CivilPeriod {
        let start =
            compared == .yearBefore ? period.yearBefore.from : unit.start(of: period.from.advanced(byDays: -1))
        return CivilPeriod(unit, containing: start, offset: period.offset)
    }
}

// MARK: Rows

extension AirPeriodReport {
    /// Behind place, kind, period and exclusions.
    static let columns = [
        "item", "statistic", "value", "rounded", "days", "expected", "needed", "left_out", "limit", "multiple",
        "edition",
        "verdict", "main", "rank", "change", "change_share", "review", "reason", "rules",
    ]

    private static func row(_ item: AirItemAssessment, change: Result<AirChange, NotAssessable>?) -> [String: String] {
        let statistic = item.statistic
        var row = [
            "item": statistic.item.parameter.rawValue,
            "statistic": statistic.item.of == .dayMaximum8h && statistic.unit == .day ? "max8h" : statistic.item.name,
            "days": String(statistic.used), "expected": String(statistic.expected),
            "needed": statistic.needed.map(String.init) ?? "", "left_out": String(statistic.leftOut),
            "verdict": item.verdict.rawValue, "review": statistic.reviewState.rawValue,
            "reason": item.reason?.description ?? "",
        ]
        if case .success(let value) = statistic.value { row["value"] = value.description }
        if let exceedance = item.exceedance {
            row["rounded"] = exceedance.compared.description
            row["limit"] = exceedance.limit.description
            row["edition"] = exceedance.edition
            row["multiple"] = exceedance.multiple.map { shown($0, places: 2) } ?? ""
        }
        switch change {
        case .success(let change):
            row["change"] = change.difference.description
            row["change_share"] = change.relative.map { shown($0, places: 4) } ?? ""
        case .failure(let reason): row["change"] = reason.description
        case nil: break
        }
        return row
    }

    private static func row(_ day: AirDayIndex) -> [String: String] {
        var row = ["statistic": "aqi", "review": ReviewState.raw.rawValue]
        switch day.index {
        case .failure(let reason): row["reason"] = reason.description
        case .success(let index):
            row["edition"] = index.document
            row["main"] = index.primary.map(\.rawValue).joined(separator: " ")
            switch index.result {
            case .success(let value):
                row["value"] = String(value)
                row["rounded"] = AirIndexLevel(index: value).name.chinese
            case .failure(let reason): row["reason"] = reason.description
            }
        }
        return row
    }

    private static func row(_ counts: AirDayCounts) -> [String: String] {
        var row = [
            "statistic": "good-days", "days": String(counts.valid), "expected": String(counts.expected),
            "left_out": String(counts.leftOut), "review": ReviewState.raw.rawValue,
            "main": counts.primary.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                .map { "\($0.key) \($0.value)" }.joined(separator: ", "),
        ]
        switch counts.goodShare {
        case .success(let share):
            row["value"] = share.description
            row["rounded"] = shown(share * Fraction(100), places: 1) + " %"
        case .failure(let reason): row["reason"] = reason.description
        }
        return row
    }

    private static func row(_ composite: Result<AirComposite, NotAssessable>) -> [String: String] {
        var row = ["statistic": "composite", "review": ReviewState.raw.rawValue]
        switch composite {
        case .success(let composite):
            row["value"] = composite.index.description
            row["rounded"] = shown(composite.index, places: 3)
            row["edition"] = composite.edition
            row["main"] = composite.mainPollutants.map(\.rawValue).joined(separator: " ")
        case .failure(let reason): row["reason"] = reason.description
        }
        return row
    }

    private static func row(_ result: AirPeriodAssessment) -> [String: String] {
        var row = [
            "statistic": "verdict", "verdict": result.verdict.rawValue, "review": result.reviewState.rawValue,
            "reason": result.reason?.description ?? "",
            "rules": result.rules.switches.map { "\($0.name)=\($0.value)" }.joined(separator: " "),
        ]
        if case .success(let edition) = result.edition { row["edition"] = edition.limits.id }
        return row
    }

    /// A decimal for the eye; nothing is compared with it.
    private static func shown(_ value: Fraction, places: Int) -> String {
        value.rounded(places: places, .halfEven).decimalText(places: places) ?? value.description
    }
}
