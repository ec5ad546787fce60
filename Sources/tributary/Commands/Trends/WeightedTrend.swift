// The flow-normalised trend of `tributary trend`: samples of concentration beside a series of daily discharge.

import Formats
import Monitoring
import Statistics

struct WeightedTrend {
    let covariate: TrendSeries?
    let confidence: Double
    /// Draws of the bootstrap; 0 for a slope without limits.
    let drawCount: Int

    /// The change of the flow-normalised yearly mean from the first year to the last, a year.
    func test(_ series: TrendSeries, _ row: inout TrendRow) throws(TrendReason) {
        guard let covariate else { throw .covariateMissing("") }
        if covariate.cadence == .irregularNumbers || covariate.cadence == .numbers(1) { throw .noCalendar }
        row.unit = "year"
        let days = Self.dailyMeans(covariate)
        let places = Dictionary(days.map { ($0.day, $0.value) }, uniquingKeysWith: { first, _ in first })
        var (times, concentrations, discharges): ([Double], [Double], [Double]) = ([], [], [])
        for (time, value) in zip(series.times, series.values) where value.isFinite {
            let day = Int((time / 86_400_000).rounded(.down))
            guard let discharge = places[day] else { continue }
            guard value > 0, discharge > 0 else { throw .notPositive }
            times.append(Self.decimalYear(day))
            concentrations.append(value)
            discharges.append(discharge)
        }
        row.count = times.count
        if times.count < regressionSampleMinimum { throw .tooFewSamples(times.count) }
        guard days.allSatisfy({ $0.value > 0 }) else { throw .notPositive }
        let dates = days.map { CivilDate(dayNumber: $0.day) }
        let daily = DailyDischarge(
            times: days.map { Self.decimalYear($0.day) }, discharges: days.map(\.value),
            daysOfYear: zip(days, dates).map { $0.day - Self.newYear($1.year) + 1 }, years: dates.map(\.year))
        let samples = DischargeSamples(times: times, concentrations: concentrations, discharges: discharges)
        guard let years = flowNormalisedYears(samples, daily), let first = years.first, let last = years.last,
            last.year > first.year
        else { throw .tooFewSamples(times.count) }
        let span = Double(last.year - first.year)
        row.slope = (last.flowNormalised - first.flowNormalised) / span
        var rule = FlowBootstrap()
        rule.drawCount = drawCount
        if drawCount > 1,
            let found = flowTrendChange(
                samples, daily, from: first.year, until: last.year, confidence: confidence, rule: rule)
        {
            (row.p, row.lower, row.upper) = (found.p, found.lower / span, found.upper / span)
            row.details["bootstrap"] = .object([
                "draws": .integer(found.drawCount), "block_days": .integer(rule.blockDays),
                "seed": .integer(Int(rule.seed)),
            ])
        }
        row.details["years"] = .array(
            years.map { year in
                .object([
                    "year": .integer(year.year), "concentration": .number("\(year.concentration)"),
                    "flow_normalised": .number("\(year.flowNormalised)"), "days": .integer(year.dayCount),
                ])
            })
    }

    /// The mean of each civil day's readings.
    private static func dailyMeans(_ series: TrendSeries) -> [(day: Int, value: Double)] {
        var days: [(day: Int, value: Double)] = []
        var count = 0.0
        for (time, value) in zip(series.times, series.values) where value.isFinite {
            let day = Int((time / 86_400_000).rounded(.down))
            if days.last?.day == day {
                count += 1
                days[days.count - 1].value += (value - days[days.count - 1].value) / count
            } else {
                days.append((day, value))
                count = 1
            }
        }
        return days
    }

    private static func newYear(_ year: Int) -> Int { CivilDate(year: year, month: 1, day: 1)?.dayNumber ?? 0 }

    /// The middle of a civil day in years.
    private static func decimalYear(_ day: Int) -> Double {
        let year = CivilDate(dayNumber: day).year
        let (first, next) = (newYear(year), newYear(year + 1))
        return Double(year) + (Double(day - first) + 0.5) / Double(next - first)
    }
}
