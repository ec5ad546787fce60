// Seasonal and regional tests of `tributary trend`: the readings sorted into groups that are compared with themselves.

import Formats
import Monitoring
import Statistics

/// Readings by group, in order of time within each.
private struct GroupedReadings {
    var values: [Double] = []
    var times: [Double] = []
    var groups: [Int] = []

    init(_ readings: [(group: Int, time: Double, value: Double)]) {
        for reading in readings.sorted(by: { ($0.group, $0.time) < ($1.group, $1.time) }) where reading.value.isFinite {
            values.append(reading.value)
            times.append(reading.time)
            groups.append(reading.group)
        }
    }

    /// The test and the slope, whose limits follow the test's variance.
    func tested(confidence: Double, variance: Double? = nil) -> (GroupedTrend, SenSlope?)? {
        var scratch = [Double](repeating: 0, count: senSlopeScratchCount(values.count))
        var span = scratch.mutableSpan
        guard let test = groupedTrend(values.span, times: times.span, groups: groups.span, scratch: &span) else {
            return nil
        }
        let slope = groupedSenSlope(
            values.span, times: times.span, groups: groups.span, confidence: confidence,
            variance: variance ?? test.variance, scratch: &span)
        return (test, slope)
    }
}

extension SeriesTest {
    func seasonal(_ series: TrendSeries, _ row: inout TrendRow) throws(TrendReason) {
        row.unit = series.cycleName(options.season)
        let seasons = try series.seasons(options.season, hasNumberTimes: hasNumberTimes).get()
        let readings = GroupedReadings(
            seasons.indices.map { (seasons[$0].season, Double(seasons[$0].cycle), series.values[$0]) })
        guard let (test, slope) = readings.tested(confidence: options.confidence) else { throw .oneTime }
        try row.take(test, slope)
    }

    func correlated(_ series: TrendSeries, _ row: inout TrendRow) throws(TrendReason) {
        row.unit = series.cycleName(options.season)
        let seasons = try series.seasons(options.season, hasNumberTimes: hasNumberTimes).get()
        guard let first = seasons.map(\.cycle).min(), let last = seasons.map(\.cycle).max(),
            let seasonCount = seasons.map({ $0.season + 1 }).max(), (last - first + 1) * seasonCount <= slopeCountLimit
        else { throw .tooLong }
        // One value a season and year: the median of its readings.
        var cells = [[Double]](repeating: [], count: (last - first + 1) * seasonCount)
        for (place, value) in zip(seasons, series.values) where value.isFinite {
            cells[(place.cycle - first) * seasonCount + place.season].append(value)
        }
        let columns = (0..<seasonCount).map { season in
            (first...last).map { year in median(cells[(year - first) * seasonCount + season]) ?? .nan }
        }.filter { $0.contains { $0.isFinite } }
        guard let test = correlatedTrend(columns) else {
            if Set(columns.joined().filter(\.isFinite)).count == 1 { throw .constant }
            throw columns.contains { $0.count(where: \.isFinite) > 1 } ? .seasonsCancel : .oneTime
        }
        let medianCount = columns.joined().count(where: \.isFinite)
        if medianCount < trendCountMinimum { throw .tooFewMedians(medianCount) }
        let readings = GroupedReadings(
            columns.enumerated().flatMap { season, column in
                column.enumerated().map { (season, Double($0.offset), $0.element) }
            })
        let slope = readings.tested(confidence: options.confidence, variance: test.variance)?.1
        try row.take(test, slope)
    }
}

/// All series as sites of one region.
struct RegionalTrend {
    let options: TrendOptions
    let hasNumberTimes: Bool

    func row(of columns: [SeriesColumn]) -> TrendRow {
        var row = TrendRow(series: "region", method: options.method.rawValue)
        do throws(TrendReason) {
            try test(columns, &row)
        } catch {
            row.reason = error
        }
        return row
    }

    private func test(_ columns: [SeriesColumn], _ row: inout TrendRow) throws(TrendReason) {
        let series = columns.map { TrendSeries($0, hasNumberTimes: hasNumberTimes) }
        row.count = series.map(\.presentCount).reduce(0, +)
        row.censoredCount = series.map(\.censoredCount).reduce(0, +)
        if row.count == 0 { throw .noValues }
        if row.count > slopeCountLimit { throw .tooMany }
        if series.contains(where: \.isTooLarge) { throw .tooLarge }
        if row.censoredCount > 0 { throw .censored(row.censoredCount) }
        let cadence = series[0].cadence
        guard series.allSatisfy({ $0.cadence == cadence }) else { throw .unlikeCadences }
        row.unit = options.unit == .step ? cadence.name : options.unit.rawValue
        guard let steps = cadence.steps(in: options.unit) else { throw .noCalendar }
        let readings = GroupedReadings(
            series.enumerated().flatMap { site, series in
                series.positions.indices.map { (site, series.positions[$0], series.values[$0]) }
            })
        guard let (test, slope) = readings.tested(confidence: options.confidence) else { throw .oneTime }
        row.details["sites"] = .integer(test.groupCount)
        try row.take(test, slope)
        row.slope = row.slope.map { $0 * steps }
        row.lower = row.lower.map { $0 * steps }
        row.upper = row.upper.map { $0 * steps }
    }
}

extension TrendRow {
    fileprivate mutating func take(_ test: GroupedTrend, _ slope: SenSlope?) throws(TrendReason) {
        count = test.count
        s = "\(test.s)"
        (variance, z, p, tau) = (test.variance, test.z, test.p, test.tau)
        guard let slope else { throw .notSeparable }
        (self.slope, lower, upper) = (slope.slope, slope.lower, slope.upper)
        details["groups"] = .integer(test.groupCount)
        if test.variance == 0 { throw .constant }
    }
}
