// A region's air: the mean over the assessment points in force on each day, control points left out.

internal import Exact
package import Monitoring
internal import Standards

/// The day values of a region from those of its points.
///
/// - Parameter points: what is known of each station: its hours, by item.
/// - Returns: a day without a list, with a blank minimum or with fewer valid points than the list asks for is not
///   assessable.
/// - Source: HJ 663: a city's value is the mean over its points, of hour or day values (mark B), from unrounded inputs,
///   rounded once at the end; control points take no part. The minimum is the list's own.
package func airRegionDays(
    _ points: [StationID: [ParameterID: AirHours]], of parameter: ParameterID, region: RegionID,
    over period: CivilPeriod,
    registry: Registry, rules: AirPeriodRules
) -> AirDays {
    switch rules.regionBasis {
    case .days:
        return meanOfDays(points, of: parameter, region: region, over: period, registry: registry, rules: rules)
    case .hours:
        let hours = airRegionHours(points, of: parameter, region: region, over: period, registry: registry)
        return airDays(hours, region: region, registry: registry, rules: rules)
    }
}

private func meanOfDays(
    _ points: [StationID: [ParameterID: AirHours]], of parameter: ParameterID, region: RegionID,
    over period: CivilPeriod, registry: Registry, rules: AirPeriodRules
) -> AirDays {
    let byStation = points.compactMapValues { items in
        items[parameter].map { airDays($0, region: region, registry: registry, rules: rules) }
    }
    let days = (period.from.dayNumber..<period.until.dayNumber).map { number in
        let date = CivilDate(dayNumber: number)
        switch assessed(region, date, registry) {
        case .failure(let reason): return AirDay(value: .failure(reason), used: 0, isDisputed: false)
        case .success(let (stations, minimum)):
            var (values, hourMaxima): ([Fraction], [Fraction]) = ([], [])
            var isDisputed = false
            for station in stations {
                guard let day = byStation[station]?[date], case .success(let value) = day.value else { continue }
                values.append(value)
                if let hour = day.hourMaximum { hourMaxima.append(hour) }
                isDisputed = isDisputed || day.isDisputed
            }
            return AirDay(
                value: mean(values, of: minimum), used: values.count, isDisputed: isDisputed,
                hourMaximum: try? mean(hourMaxima, of: minimum).get())
        }
    }
    return AirDays(
        parameter: parameter, averaging: parameter.rawValue == "o3" ? .dayMaximum8h : .day, period: period, days: days)
}

/// The hour values of a region: the mean over the points that have one in that hour.
///
/// An hour with fewer points than the list asks for is empty, and so is every hour of a day without a list.
package func airRegionHours(
    _ points: [StationID: [ParameterID: AirHours]], of parameter: ParameterID, region: RegionID,
    over period: CivilPeriod, registry: Registry
) -> AirHours {
    let byStation = points.compactMapValues { items in
        items[parameter].map { (start: $0.period.from.dayNumber * 24, values: $0.values, disputed: $0.disputed) }
    }
    var disputed: Set<Int> = []
    var hours: [Fraction?] = []
    for number in period.from.dayNumber..<period.until.dayNumber {
        let list = assessed(region, CivilDate(dayNumber: number), registry)
        for hour in 0..<24 {
            guard case .success(let (stations, minimum)) = list else {
                hours.append(nil)
                continue
            }
            var values: [Fraction] = []
            for station in stations {
                guard let own = byStation[station] else { continue }
                let place = number * 24 + hour - own.start
                guard own.values.indices.contains(place), let value = own.values[place] else { continue }
                values.append(value)
                if own.disputed.contains(place) { disputed.insert(hours.count) }
            }
            hours.append(try? mean(values, of: minimum).get())
        }
    }
    return AirHours(parameter: parameter, period: period, column: .fractions(hours), disputed: disputed)
}

private func assessed(
    _ region: RegionID, _ date: CivilDate, _ registry: Registry
) -> Result<(stations: [StationID], minimum: Int), NotAssessable> {
    guard let list = registry.airPoints(of: region, on: date) else {
        return .failure(NotAssessable(.ruleIncomplete, "no list of points of \(region) holds on \(date)"))
    }
    guard let minimum = list.minimum else {
        return .failure(NotAssessable(.ruleIncomplete, "the list of points of \(region) names no minimum"))
    }
    return .success((list.assessed, minimum))
}

private func mean(_ values: [Fraction], of minimum: Int) -> Result<Fraction, NotAssessable> {
    if values.isEmpty { return .failure(NotAssessable(.noValues, "no point has a value")) }
    if values.count < minimum {
        return .failure(NotAssessable(.tooFewValues, "\(values.count) points, needed are \(minimum)"))
    }
    return .success(values.reduce(Fraction.zero, +) / Fraction(values.count))
}
