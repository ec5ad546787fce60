// Day values of one item: means of the civil day and, for ozone, the largest mean of 8 hours, with what made them valid.

package import Exact
package import Monitoring
package import Standards

/// The value of one civil day.
package struct AirDay: Sendable {
    /// The exact mean, or why there is none.
    package let value: Result<Fraction, NotAssessable>
    /// Hour means that took part; for ozone valid 8 h means.
    package let used: Int
    /// Different values came for one of its hours.
    package let isDisputed: Bool
    /// Ozone: the largest hour mean of the day, `nil` without any; what HJ 633-2012 adds to the daily index.
    package let hourMaximum: Fraction?

    package init(
        value: Result<Fraction, NotAssessable>, used: Int, isDisputed: Bool, hourMaximum: Fraction? = nil
    ) {
        self.value = value
        self.used = used
        self.isDisputed = isDisputed
        self.hourMaximum = hourMaximum
    }
}

/// Consecutive days of one item.
package struct AirDays: Sendable {
    package let parameter: ParameterID
    /// Day means, or daily maxima of the 8 h mean.
    package let averaging: AirAveraging
    package let period: CivilPeriod
    /// One a day of the period.
    package let days: [AirDay]

    package init(parameter: ParameterID, averaging: AirAveraging, period: CivilPeriod, days: [AirDay]) {
        precondition(days.count == period.until.dayNumber - period.from.dayNumber, "A column of days has every day.")
        self.parameter = parameter
        self.averaging = averaging
        self.period = period
        self.days = days
    }

    /// The day `date`, `nil` outside the period.
    package subscript(date: CivilDate) -> AirDay? {
        let place = date.dayNumber - period.from.dayNumber
        return days.indices.contains(place) ? days[place] : nil
    }
}

/// The day values of an item at one place.
///
/// - Returns: for ozone daily maxima of the 8 h mean, for the others day means. A day with fewer values than table 4
///   asks for is not assessable, except that an ozone maximum above its limit stands with any number of valid 8 h means.
/// - Source: GB 3095-2026 clause 3 and table 4; for the ozone day S29 (mark B).
package func airDays(
    _ hours: AirHours, region: RegionID?, registry: Registry, rules: AirPeriodRules
) -> AirDays {
    let isOzone = hours.parameter.rawValue == "o3"
    let formed = isOzone ? ozoneMaxima(hours) : dayMeans(hours)
    let hourMaxima = isOzone ? hourMaxima(hours) : []
    let disputedDays = Set(hours.disputed.map { $0 / 24 })
    let days = formed.enumerated().map { place, day in
        let date = hours.period.from.advanced(byDays: place)
        let value = AirEdition.on(date, region: region, registry: registry).flatMap { edition in
            dayValue(day, hours.parameter, isOzone: isOzone, edition: edition, rules: rules)
        }
        return AirDay(
            value: value, used: day.used, isDisputed: disputedDays.contains(place),
            hourMaximum: isOzone ? hourMaxima[place] : nil)
    }
    return AirDays(
        parameter: hours.parameter, averaging: isOzone ? .dayMaximum8h : .day, period: hours.period, days: days)
}

private func dayValue(
    _ day: (value: Fraction?, used: Int), _ parameter: ParameterID, isOzone: Bool, edition: AirEdition,
    rules: AirPeriodRules
) -> Result<Fraction, NotAssessable> {
    guard let value = day.value else { return .failure(NotAssessable(.noValues, "no hour of the day has a value")) }
    let averaging = isOzone ? AirAveraging.dayMaximum8h : .day
    guard let needed = rules.validity(under: edition)?.minimum(of: parameter, over: averaging)?.count else {
        return .failure(NotAssessable(.ruleIncomplete, "no minimum number of hours is known for \(parameter)"))
    }
    if day.used >= needed { return .success(value) }
    if isOzone,
        case .success(let exceedance) = airExceedance(
            of: value, parameter: parameter, over: averaging, edition: edition, rules: rules),
        exceedance.exceeds
    {
        return .success(value)
    }
    let what = isOzone ? "8 h means" : "hours"
    return .failure(NotAssessable(.tooFewValues, "\(day.used) \(what), needed are \(needed)"))
}

private func dayMeans(_ hours: AirHours) -> [(value: Fraction?, used: Int)] {
    switch hours.column {
    case .fractions(let values):
        return dayHourSumsReference(values).map { ($0.count == 0 ? nil : $0.sum / Fraction($0.count), $0.count) }
    case .integers(let decimals, let units):
        var sums = [Int64](repeating: 0, count: units.count / 24)
        var counts = [UInt8](repeating: 0, count: units.count / 24)
        var sumSpan = sums.mutableSpan
        var countSpan = counts.mutableSpan
        dayHourSums(units.span, sums: &sumSpan, counts: &countSpan)
        return zip(sums, counts).map { sum, count in
            (count == 0 ? nil : Fraction(units: Int128(sum), exponent: -decimals) / Fraction(Int(count)), Int(count))
        }
    }
}

private func ozoneMaxima(_ hours: AirHours) -> [(value: Fraction?, used: Int)] {
    let needed = AirValidity.of2026.minimum(of: hours.parameter, over: .eightHours)?.count ?? 8
    switch hours.column {
    case .fractions(let values):
        return dayMaxima8hReference(values, minimumHours: needed).map { ($0.maximum, $0.windows) }
    case .integers(let decimals, let units):
        var maxima = [Int64](repeating: 0, count: units.count / 24)
        var windows = [UInt8](repeating: 0, count: units.count / 24)
        var maximumSpan = maxima.mutableSpan
        var windowSpan = windows.mutableSpan
        dayMaxima8h(units.span, minimumHours: needed, maxima: &maximumSpan, windows: &windowSpan)
        return zip(maxima, windows).map { maximum, count in
            let value = Fraction(units: Int128(maximum), exponent: -decimals) / Fraction(840)
            return (count == 0 ? nil : value, Int(count))
        }
    }
}

private func hourMaxima(_ hours: AirHours) -> [Fraction?] {
    switch hours.column {
    case .fractions(let values):
        return stride(from: 0, to: values.count, by: 24).map { values[$0..<$0 + 24].compactMap { $0 }.max() }
    case .integers(let decimals, let units):
        return stride(from: 0, to: units.count, by: 24).map { first in
            let largest = units[first..<first + 24].max() ?? AirHours.empty
            return largest == AirHours.empty ? nil : Fraction(units: Int128(largest), exponent: -decimals)
        }
    }
}
