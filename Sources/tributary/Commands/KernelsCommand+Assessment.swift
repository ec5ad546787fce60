// The assessment kernels: a year of hourly values to monthly means, annual means and an index, and the sum alone.

import Assessment
import Exact
import Monitoring

extension KernelsCommand {
    /// The exact sum against its reference; then 80 series of one year (20 stations × 4 indicators) to monthly means,
    /// annual means and an index, which has no reference but its checksum.
    static func assessment(_ run: KernelRun) -> [KernelTiming] {
        let series = AssessmentColumns.year()
        let rows = series.reduce(0) { $0 + $1.count }
        var sums: [Fraction] = []
        let sumTime = run.time(values: rows) {
            sums = series.map { columns in
                exactSum(mantissa: columns.mantissa.span, exponent: columns.exponent.span)?.fraction ?? .zero
            }
        }
        var expected: [Fraction] = []
        let slow = KernelRun(count: rows, rounds: 1).time(values: rows) {
            expected = series.map { exactSumReference(mantissa: $0.mantissa, exponent: $0.exponent) }
        }
        precondition(sums == expected, "The exact sum says what its reference says.")
        var index = Fraction.zero
        let meanTime = run.time(values: rows) { index = AssessmentColumns.index(of: series) }
        return [
            KernelTiming(
                name: "exact-sum", values: rows, nanoseconds: sumTime, reference: slow,
                checksum: checksum(sums.map(\.description).joined(separator: ",").utf8)),
            KernelTiming(
                name: "monthly-means-index", values: rows, nanoseconds: meanTime,
                checksum: checksum(index.description.utf8)),
        ]
    }
}

/// Columns of hourly values at three decimals made by a fixed recurrence; about one in 64 is not valid.
private enum AssessmentColumns {
    private static let indicators = ["codmn", "nh3n", "tn", "tp"].map { ParameterID($0) }
    private static let hours = 8_760
    /// 2025.
    private static let period = CivilPeriod(
        .year, containing: CivilDate(dayNumber: 20_089), offset: .china)

    static func year() -> [PeriodColumns] {
        var state: UInt64 = 20_250_101
        let start = period.interval.start.milliseconds
        return (0..<20 * indicators.count).map { _ in
            var columns = PeriodColumns()
            columns.reserve(hours)
            for hour in 0..<hours {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let quality: QualityVerdict = state >> 58 == 0 ? .suspect : .valid
                columns.append(
                    start: start + Int64(hour) * 3_600_000, mantissa: Int64(state >> 50) % 5_000, exponent: -3,
                    qualifier: Qualifier.none.rawValue, quality: quality.rawValue)
            }
            return columns
        }
    }

    /// The sum of the annual means, each a mean of monthly means, in equal parts.
    static func index(of series: [PeriodColumns]) -> Fraction {
        let rule = PeriodRule(
            step: .every(.hours(1)), levels: [.init(.month, needs: Sufficiency(count: 1))],
            periodNeeds: Sufficiency(count: 1), averaging: .arithmetic, quality: .validOnly, belowDetection: .refuse)
        var total = Fraction.zero
        for (place, columns) in series.enumerated() {
            let parameter = indicators[place % indicators.count]
            let statistic = periodStatistic(columns, of: parameter, over: period, rule: rule)
            if case .success(let mean) = statistic.value { total += mean * Fraction(1, indicators.count) }
        }
        return total
    }
}
