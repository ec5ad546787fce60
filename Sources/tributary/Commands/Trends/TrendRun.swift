// The tests of `tributary trend`, series by series on several threads; the rows are the same for any number of them.

import Formats
import Monitoring
import Statistics

struct TrendRun {
    let options: TrendOptions

    /// A row a series, in the order of the columns; of `regional` one row.
    func rows(of columns: [SeriesColumn], threads: Int, hasNumberTimes: Bool = false) async throws -> [TrendRow] {
        if options.method == .regional {
            return [RegionalTrend(options: options, hasNumberTimes: hasNumberTimes).row(of: columns)]
        }
        let covariate = try covariate(in: columns, hasNumberTimes)
        let tested = columns.indices.filter { columns[$0].name != options.covariate }
        var rows = [TrendRow?](repeating: nil, count: tested.count)
        await withTaskGroup(of: [(Int, TrendRow)].self) { group in
            for thread in 0..<threads {
                group.addTask {
                    var test = SeriesTest(options: options, hasNumberTimes: hasNumberTimes, covariate: covariate)
                    // Every so-manieth: neighbours in a file are of like length.
                    return stride(from: thread, to: tested.count, by: threads).map { place in
                        (place, test.row(of: columns[tested[place]]))
                    }
                }
            }
            for await part in group { for (place, row) in part { rows[place] = row } }
        }
        return rows.compactMap { $0 }
    }

    private func covariate(in columns: [SeriesColumn], _ hasNumberTimes: Bool) throws -> TrendSeries? {
        guard let name = options.covariate else { return nil }
        guard let column = columns.first(where: { $0.name == name }) else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "The covariate \(name) is not among the \(columns.count) series read: name one of them.")
        }
        return TrendSeries(column, hasNumberTimes: hasNumberTimes)
    }
}

/// One thread's tests: the scratch is kept from series to series.
struct SeriesTest {
    let options: TrendOptions
    let hasNumberTimes: Bool
    let covariate: TrendSeries?
    private var scratch: [Double] = []

    init(options: TrendOptions, hasNumberTimes: Bool, covariate: TrendSeries?) {
        self.options = options
        self.hasNumberTimes = hasNumberTimes
        self.covariate = covariate
    }

    mutating func row(of column: SeriesColumn) -> TrendRow {
        let series = TrendSeries(column, hasNumberTimes: hasNumberTimes)
        var row = TrendRow(series: series.name, method: options.method.rawValue)
        row.count = series.presentCount
        row.censoredCount = series.censoredCount
        row.unit = options.unit == .step ? series.cadence.name : options.unit.rawValue
        do throws(TrendReason) {
            try check(series, row)
            try test(series, &row)
        } catch {
            row.reason = error
        }
        return row
    }

    private func check(_ series: TrendSeries, _ row: TrendRow) throws(TrendReason) {
        if row.count == 0 { throw .noValues }
        if row.count < trendCountMinimum { throw .tooFew(row.count) }
        if row.count > slopeCountLimit { throw .tooMany }
        if series.isTooLarge { throw .tooLarge }
        let takesCensored = options.method == .mk || options.method == .censored
        if row.censoredCount > 0, !takesCensored { throw .censored(row.censoredCount) }
        if options.unit != .step, series.cadence.steps(in: options.unit) == nil { throw .noCalendar }
    }

    private mutating func test(_ series: TrendSeries, _ row: inout TrendRow) throws(TrendReason) {
        switch options.method {
        case .mk where row.censoredCount == 0: try mannKendall(series, &row)
        case .mk, .censored: try censored(series, &row)
        case .hamedRao, .yueWang, .preWhitening, .trendFreePreWhitening: try dependent(series, &row)
        case .seasonal: try seasonal(series, &row)
        case .correlatedSeasonal: try correlated(series, &row)
        case .spearman: try spearman(series, &row)
        case .partial: try partial(series, &row)
        case .wrtds:
            try WeightedTrend(covariate: covariate, confidence: options.confidence, drawCount: options.drawCount)
                .test(series, &row)
        case .regional: break
        }
    }

    // MARK: Kernels with this thread's scratch

    private mutating func reserve(_ count: Int) {
        let needed = senSlopeScratchCount(count)
        if scratch.count < needed { scratch = [Double](repeating: 0, count: needed) }
    }

    private mutating func slope(
        _ series: TrendSeries, variance: Double?
    ) throws(TrendReason) -> SenSlope {
        reserve(series.values.count)
        let confidence = options.confidence
        var span = scratch.mutableSpan
        guard
            let slope = senSlope(
                series.values.span, times: series.positions.span, confidence: confidence, variance: variance,
                scratch: &span)
        else { throw series.positions.first == series.positions.last ? .oneTime : .notSeparable }
        return slope
    }

    private mutating func mannKendall(_ series: TrendSeries, _ row: inout TrendRow) throws(TrendReason) {
        reserve(series.values.count)
        let confidence = options.confidence
        var span = scratch.mutableSpan
        guard
            let found = mannKendallWithSlope(
                series.values.span, times: series.positions.span, confidence: confidence, scratch: &span)
        else { throw .tooFew(row.count) }
        take(found.test, &row)
        guard let slope = found.slope else {
            throw series.positions.first == series.positions.last ? .oneTime : .notSeparable
        }
        take(slope, series, &row)
        if found.test.variance == 0 { throw .constant }
    }

    private mutating func dependent(_ series: TrendSeries, _ row: inout TrendRow) throws(TrendReason) {
        let grid = GridSeries(try series.grid().get())
        let trend = try slope(series, variance: nil)
        take(trend, series, &row)
        guard trend.lower != trend.upper || Statistics.mannKendall(grid.values)?.variance ?? 0 > 0 else {
            throw .constant
        }
        let found: DependentTrend
        do throws(DependenceProblem) {
            switch options.method {
            case .hamedRao: found = try hamedRao(grid, slope: trend.slope, lagCount: options.lagCount)
            case .yueWang: found = try yueWang(grid, slope: trend.slope, lagCount: options.lagCount ?? 1)
            case .preWhitening: found = try preWhitened(grid)
            default: found = try trendFreePreWhitened(grid, slope: trend.slope)
            }
        } catch {
            if case .noVariance(let factor) = error { throw .noVariance(factor) }
            throw .tooFew(row.count)
        }
        take(found.test, &row)
        row.correction = found.correction
        // The limits follow the variance of the test that is printed beside them.
        if options.method == .hamedRao || options.method == .yueWang {
            take(try slope(series, variance: found.test.variance), series, &row)
        }
    }

    private func spearman(_ series: TrendSeries, _ row: inout TrendRow) throws(TrendReason) {
        // The table is of periods, one value each: an order among values of one time would be the file's, not theirs.
        let times = series.times.indices.filter { series.values[$0].isFinite }.map { series.times[$0] }
        if zip(times, times.dropFirst()).contains(where: { $0 == $1 }) {
            throw times.first == times.last ? .oneTime : .severalAtOneTime
        }
        guard let found = spearmanTrend(series.values) else { throw .constant }
        row.s = "\(found.coefficient)"
        row.variance = 1 / Double(found.count - 1)
        row.z = found.t.isFinite ? found.t : nil
        row.p = found.p
        var verdicts: [String] = []
        for level in SpearmanLevel.allCases {
            let verdict =
                found.reaches(level, edge: options.edge).map { $0 ? "significant" : "not significant" }
                ?? "no table value for this n"
            row.details["wp_\(level.rawValue)"] = .optional(found.critical(level).map(Self.decimals))
            row.details["verdict_\(level.rawValue)"] = .string(verdict)
            verdicts.append("\(level.rawValue) \(verdict)")
        }
        row.verdict = verdicts.joined(separator: "; ")
        row.details["rs_rounded"] = .string(
            (found.roundedThousandths < 0 ? "-" : "") + Self.decimals(Int(found.roundedThousandths.magnitude)))
        row.details["edge"] = .string(options.edge.rawValue)
        row.details["p_by"] = .string(
            found.coefficient.magnitude == 1 && found.t.isInfinite
                ? "2 of N! orders, exact" : "Student's t approximation")
        var slopes = self
        take(try slopes.slope(series, variance: nil), series, &row)
    }

    /// Thousandths, 0 to 1000, as a decimal.
    private static func decimals(_ thousandths: Int) -> String {
        thousandths == 1_000 ? "1.000" : "0." + "\(1_000 + thousandths)".dropFirst()
    }

    private func censored(_ series: TrendSeries, _ row: inout TrendRow) throws(TrendReason) {
        row.method = TrendMethod.censored.rawValue
        let sides = series.sides.isEmpty ? series.values.map { _ in 0 } : series.sides
        let columns = CensoredSeries(values: series.values, sides: sides, times: series.positions)
        guard let found = censoredTrend(columns, confidence: options.confidence) else { throw .tooFew(row.count) }
        row.s = "\(found.s)"
        (row.variance, row.z, row.p) = (found.variance, found.z, found.p)
        if let slope = found.slope {
            let steps = series.cadence.steps(in: options.unit) ?? 1
            (row.slope, row.lower, row.upper) = (slope.slope * steps, slope.lower * steps, slope.upper * steps)
        } else if Double(found.censoredCount) > censoredShareLimit * Double(found.count) {
            throw .tooManyCensored(found.censoredCount, of: found.count)
        }
        if found.variance == 0 { throw .constant }
    }

    private func partial(_ series: TrendSeries, _ row: inout TrendRow) throws(TrendReason) {
        guard let covariate else { throw .covariateMissing(options.covariate ?? "") }
        let known = Dictionary(zip(covariate.times, covariate.values), uniquingKeysWith: { first, _ in first })
        let beside = series.times.map { known[$0] ?? .nan }
        guard let found = partialTrend(series.values, covariate: beside) else { throw .covariateExplains }
        row.count = found.count
        row.s = "\(found.s)"
        (row.variance, row.z, row.p) = (found.variance, found.z, found.p)
        var slopes = self
        take(try slopes.slope(series, variance: nil), series, &row)
    }

    // MARK: Rows

    private func take(_ test: MannKendall, _ row: inout TrendRow) {
        row.s = "\(test.s)"
        (row.variance, row.z, row.p, row.tau) = (test.variance, test.z, test.p, test.tau)
    }

    private func take(_ slope: SenSlope, _ series: TrendSeries, _ row: inout TrendRow) {
        let steps = series.cadence.steps(in: options.unit) ?? 1
        (row.slope, row.lower, row.upper) = (slope.slope * steps, slope.lower * steps, slope.upper * steps)
        // Conover's line: through the medians of the values and of their times.
        let places = series.positions.indices.filter { series.values[$0].isFinite }.map { series.positions[$0] }
        if let middle = median(series.values), let time = median(places) {
            row.intercept = middle - slope.slope * time
        }
    }
}
