// The days of a period by their index: good days, levels, primary pollutants, and the share of good days (优良天数比例).

package import Exact
package import Monitoring
package import Standards

/// The index of one civil day, or why there is none.
package struct AirDayIndex: Sendable {
    package let date: CivilDate
    package let index: Result<AirIndex, NotAssessable>
    /// An exclusion took out one of its items.
    package let isLeftOut: Bool
    package let isDisputed: Bool

    package var value: Int? { (try? index.get())?.index }
    package var level: AirIndexLevel? { value.map { AirIndexLevel(index: $0) } }
}

/// The daily index of every day of a period, from exact day values.
///
/// - Source: HJ 633-2012 and HJ 633-2026, daily report, by the edition of the day.
package func airDayIndexes(
    _ place: AirPlace, period: CivilPeriod, leftOut: [ParameterID: Set<CivilDate>], rules: AirPeriodRules
) -> [AirDayIndex] {
    (period.from.dayNumber..<period.until.dayNumber).map { number in
        let date = CivilDate(dayNumber: number)
        var means: [ParameterID: Fraction] = [:]
        var isDisputed = false
        for parameter in AirIndexStandard.items {
            guard let day = place.days[parameter]?[date], case .success(let value) = day.value else { continue }
            means[parameter] = value
            isDisputed = isDisputed || day.isDisputed
        }
        let index = AirEdition.on(date, region: place.region, registry: place.registry).map { edition in
            airIndex(
                dayMeans: means, ozoneHour: place.days[ParameterID("o3")]?[date]?.hourMaximum, outsidePlan: [],
                edition: edition, missingItems: rules.missingItems)
        }
        return AirDayIndex(
            date: date, index: index, isLeftOut: leftOut.values.contains { $0.contains(date) }, isDisputed: isDisputed)
    }
}

/// Counts over the days of a period.
package struct AirDayCounts: Sendable {
    package let expected: Int
    /// Days with an index that count.
    package let valid: Int
    package let levels: [AirIndexLevel: Int]
    /// On how many days with an index above 50 each item was primary.
    package let primary: [ParameterID: Int]
    /// Days that exclusions took out; they are neither good nor bad.
    package let leftOut: Int
    package let disputed: Int
    /// Good days (index up to 100) by valid days, or why there is no rate.
    package let goodShare: Result<Fraction, NotAssessable>

    package var good: Int { (levels[.excellent] ?? 0) + (levels[.good] ?? 0) }
}

/// Counts the days of a month, quarter or year.
///
/// - Returns: the share needs as many valid days as a mean of PM2.5 over the same unit (mark C: no number of its own is
///   known); with fewer, or with a disputed day, there is none, but the counts stand.
package func airDayCounts(
    _ days: [AirDayIndex], of place: AirPlace, unit: CivilUnit, period: CivilPeriod, rules: AirPeriodRules
) -> AirDayCounts {
    var levels: [AirIndexLevel: Int] = [:]
    var primary: [ParameterID: Int] = [:]
    var marks: [AirDay] = []
    for day in days {
        let isCounted = !day.isLeftOut && day.level != nil
        if isCounted, let level = day.level, case .success(let index) = day.index {
            levels[level, default: 0] += 1
            for parameter in index.primary { primary[parameter, default: 0] += 1 }
        }
        let isGood = (day.value ?? .max) <= 100
        let mark: Result<Fraction, NotAssessable> =
            day.level == nil
            ? .failure(NotAssessable(.noValues, "no day has an index")) : .success(isGood ? .one : .zero)
        marks.append(AirDay(value: mark, used: 0, isDisputed: day.isDisputed))
    }
    // The share is the mean of ones and zeros, and needs what a mean of day values needs.
    let item = AirAssessmentItem(parameter: ParameterID("pm25"), statistic: .mean, of: .day, limit: .year)
    let statistic = airStatistic(
        AirDays(parameter: item.parameter, averaging: .day, period: period, days: marks), item: item, unit: unit,
        period: period, leftOut: Set(days.filter(\.isLeftOut).map(\.date)),
        validity: airValidity(over: period, of: place, rules: rules), rules: rules)
    let isDisputed = days.contains { $0.isDisputed && !$0.isLeftOut && $0.level != nil }
    return AirDayCounts(
        expected: days.count, valid: levels.values.reduce(0, +), levels: levels, primary: primary,
        leftOut: days.count { $0.isLeftOut && $0.level != nil }, disputed: days.count { $0.isDisputed },
        goodShare: isDisputed
            ? .failure(NotAssessable(.disputedValue))
            : statistic.value)
}
