// The value of an item over a month, quarter or year: the mean of day values or their percentile, with its counts.

package import Exact
package import Monitoring
package import Standards

/// A mean or percentile of day values over a period.
package struct AirStatistic: Sendable {
    package let item: AirAssessmentItem
    package let unit: CivilUnit
    package let period: CivilPeriod
    /// The exact value, or why there is none.
    package let value: Result<Fraction, NotAssessable>
    /// Day values that took part.
    package let used: Int
    /// Days of the period.
    package let expected: Int
    /// Day values the period needs; `nil` where nobody names a number.
    package let needed: Int?
    /// Days with a value that exclusions took out.
    package let leftOut: Int
    package let isDisputed: Bool
    /// A computation raises no review state: people's acts do.
    package var reviewState: ReviewState { .raw }
}

extension AirAssessmentItem {
    /// What a period of `unit` is described by: over a year the items of HJ 663, over a month or quarter the values of
    /// the composite index, on a day each day value.
    ///
    /// - Source: HJ 663-2013 (table `air_assessment`); 环办监测〔2018〕 (S32, S33) for month and quarter.
    package static func items(over unit: CivilUnit) -> [AirAssessmentItem] {
        if unit == .year { return ofYear }
        return AirIndexStandard.items.compactMap { parameter in
            let own = ofYear.filter { $0.parameter == parameter }
            guard let item = own.first(where: { $0.statistic == .mean }) ?? own.first else { return nil }
            if unit == .day {
                return AirAssessmentItem(parameter: parameter, statistic: .mean, of: item.of, limit: item.of)
            }
            return item
        }
    }
}

/// The statistic of `item` over the calendar unit that `period` is.
///
/// - Parameter leftOut: days that exclusions take out of this item.
/// - Source: GB 3095-2026 clause 3: month, quarter and year means are means of day means; table 4 for what they need;
///   HJ 663-2013 appendix A for percentiles.
package func airStatistic(
    _ days: AirDays?, item: AirAssessmentItem, unit: CivilUnit, period: CivilPeriod, leftOut: Set<CivilDate>,
    validity: AirValidity?, rules: AirPeriodRules
) -> AirStatistic {
    var tally = AirDayTally(item: item, unit: unit, period: period, rules: rules)
    if let days { tally.count(days, leftOut: leftOut) }
    return tally.statistic(validity: validity)
}

/// The day values of one period on their way to a statistic.
private struct AirDayTally {
    let item: AirAssessmentItem
    let unit: CivilUnit
    let period: CivilPeriod
    let rules: AirPeriodRules
    private var values: [Fraction] = []
    private var leftOut = 0
    private var isDisputed = false
    /// Days that count towards the minimum, by the first day of their month.
    private var counted: [CivilDate: Int] = [:]
    private var lastReason: NotAssessable?

    init(item: AirAssessmentItem, unit: CivilUnit, period: CivilPeriod, rules: AirPeriodRules) {
        self.item = item
        self.unit = unit
        self.period = period
        self.rules = rules
    }

    private var dayNumbers: Range<Int> { period.from.dayNumber..<period.until.dayNumber }

    mutating func count(_ days: AirDays, leftOut excluded: Set<CivilDate>) {
        for number in dayNumbers {
            let date = CivilDate(dayNumber: number)
            guard let day = days[date] else { continue }
            guard case .success(let value) = day.value else {
                if case .failure(let reason) = day.value, reason.reason != .noValues { lastReason = reason }
                continue
            }
            let isOut = excluded.contains(date)
            if isOut {
                leftOut += 1
            } else {
                values.append(value)
                isDisputed = isDisputed || day.isDisputed
            }
            if !isOut || rules.excludedDays == .notExpected {
                counted[CivilUnit.month.start(of: date), default: 0] += 1
            }
        }
    }

    func statistic(validity: AirValidity?) -> AirStatistic {
        let needs = needs(validity)
        return AirStatistic(
            item: item, unit: unit, period: period, value: value(needs), used: values.count,
            expected: dayNumbers.count, needed: needs?.count, leftOut: leftOut, isDisputed: isDisputed)
    }

    /// Day values needed in all, and in each month.
    private func needs(_ validity: AirValidity?) -> (count: Int, inMonth: (Int) -> Int?)? {
        guard let validity else { return nil }
        if unit == .day { return (1, { _ in nil }) }
        var yearly = validity.minimum(of: item.parameter, over: .year)
        if yearly == nil, item.statistic != .mean, rules.percentiles == .asYearlyMean {
            yearly = validity.minimum(of: ParameterID("pm25"), over: .year)
        }
        switch unit {
        case .month:
            guard let needed = yearly?.inMonth(period.from.month) else { return nil }
            return (needed, { _ in nil })
        case .quarter:
            if let quarterly = validity.minimum(of: item.parameter, over: .quarter) {
                return (quarterly.count, quarterly.inMonth)
            }
            return rules.quarterDays.map { count in (count, { _ in nil }) }
        default:
            return yearly.map { minimum in (minimum.count, minimum.inMonth) }
        }
    }

    private func value(_ needs: (count: Int, inMonth: (Int) -> Int?)?) -> Result<Fraction, NotAssessable> {
        let last = period.until.advanced(byDays: -1)
        if GasReferenceState.of(item.parameter, on: period.from) != GasReferenceState.of(item.parameter, on: last) {
            return .failure(NotAssessable(.mixedEditions, "the gas reference state changes on 2018-09-01"))
        }
        guard let needs else {
            // Where no edition holds none says how many days there have to be.
            if let lastReason, lastReason.reason == .noEdition { return .failure(lastReason) }
            let detail = "no minimum number of days is named for \(item.parameter) over a \(unit.rawValue)"
            return .failure(NotAssessable(.ruleIncomplete, detail))
        }
        if values.isEmpty { return .failure(lastReason ?? NotAssessable(.noValues, "no day has a value")) }
        let total = counted.values.reduce(0, +)
        if total < needs.count {
            return .failure(NotAssessable(.tooFewValues, "\(total) days, needed are \(needs.count)"))
        }
        var month = CivilUnit.month.start(of: period.from)
        while month < period.until {
            let found = counted[month] ?? 0
            if let needed = needs.inMonth(month.month), found < needed {
                let detail = "\(found) days in \(month.description.prefix(7)), needed are \(needed)"
                return .failure(NotAssessable(.tooFewValues, detail))
            }
            month = CivilUnit.month.end(from: month)
        }
        switch item.statistic {
        case .mean: return .success(values.reduce(Fraction.zero, +) / Fraction(values.count))
        case .percentile(let percent):
            return airPercentile(values, percent: percent).map { .success($0) } ?? .failure(NotAssessable(.noValues))
        }
    }
}
