// Mann–Kendall on readings that depend on the ones before them: corrected variances and pre-whitening.

/// A Mann–Kendall test that allows for serial dependence.
package struct DependentTrend: Sendable, Equatable {
    package let test: MannKendall
    /// The factor on the variance, or the autocorrelation at lag 1 that was taken out.
    package let correction: Double
}

/// Why a dependence-aware test has no result.
package enum DependenceProblem: Error, Sendable, Equatable {
    case tooFewReadings
    /// The autocorrelations add up to a variance that is none; the factor.
    case noVariance(factor: Double)
}

/// Readings on a regular grid of steps: what is missing is NaN and keeps its place.
///
/// A lag is then a number of steps. pyMannKendall and R's modifiedmk close gaps up before they take lags and trends, so
/// that a gap shortens the time; without gaps the results are the same.
package struct GridSeries: Sendable {
    package let values: [Double]
    /// From 0 in steps.
    package var times: [Double] { values.indices.map(Double.init) }
    var presentCount: Int { values.count(where: \.isFinite) }

    package init(_ values: [Double]) { self.values = values }

    /// The readings less `slope` a step; the first step counts as 1, as pyMannKendall has it.
    func without(_ slope: Double) -> [Double] {
        values.indices.map { values[$0] - Double($0 + 1) * slope }
    }
}

/// Mann–Kendall with the variance corrected by Hamed and Rao.
///
/// - Parameters:
///   - slope: the trend a step that is taken out before ranks are correlated.
///   - lagCount: lags that may count; `nil` for all, as pyMannKendall and R modifiedmk::mmkh take them.
/// - Source: Hamed and Rao, A modified Mann–Kendall trend test for autocorrelated data, 1998, equations 9 and 10: lags
///   whose rank autocorrelation is significant at 5 %.
/// - Complexity: O(n × lags) time.
/// - Reference: `hamedRaoReference`.
package func hamedRao(
    _ series: GridSeries, slope: Double, lagCount: Int? = nil
) throws(DependenceProblem) -> DependentTrend {
    guard let plain = mannKendall(series.values) else { throw .tooFewReadings }
    let n = Double(plain.count)
    let lags = min(lagCount ?? series.values.count - 1, series.values.count - 1)
    let correlations = autocorrelations(midRanks(series.without(slope)), lagCount: lags)
    let limit = normalQuantile(0.975) / n.squareRoot()
    var sum = 0.0
    for (index, correlation) in correlations.enumerated() where abs(correlation) > limit {
        let rest = n - Double(index + 1)
        sum += max(rest * (rest - 1) * (rest - 2), 0) * correlation
    }
    return try plain.corrected(by: 1 + 2 / (n * (n - 1) * (n - 2)) * sum)
}

/// Mann–Kendall with the variance corrected by Yue and Wang.
///
/// - Parameter lagCount: `nil` for all, as pyMannKendall and R modifiedmk::mmky take them. All autocorrelations of a
///   column add up to −1/2 whatever it holds, so that the factor then says little; the paper's own examples use lag 1.
/// - Source: Yue and Wang, The Mann–Kendall test modified by effective sample size, 2004, equations 9 and 11.
/// - Complexity: O(n × lags) time.
/// - Reference: `yueWangReference`.
package func yueWang(
    _ series: GridSeries, slope: Double, lagCount: Int? = nil
) throws(DependenceProblem) -> DependentTrend {
    guard let plain = mannKendall(series.values) else { throw .tooFewReadings }
    let lags = min(lagCount ?? series.values.count - 1, series.values.count - 1)
    var sum = 0.0
    for (index, correlation) in autocorrelations(series.without(slope), lagCount: lags).enumerated() {
        sum += max(1 - Double(index + 1) / Double(plain.count), 0) * correlation
    }
    return try plain.corrected(by: 1 + 2 * sum)
}

/// Mann–Kendall on the readings less their own autocorrelation at lag 1.
///
/// - Source: von Storch, 1995; as Yue and Wang 2002 and pyMannKendall state it. A trend raises the autocorrelation, so
///   that some of it is taken out as well: prefer `trendFreePreWhitened`.
/// - Complexity: O(n log n) time.
package func preWhitened(_ series: GridSeries) throws(DependenceProblem) -> DependentTrend {
    try whitened(series.values, trend: 0)
}

/// Mann–Kendall on readings from which the trend, then the autocorrelation, is taken out, and the trend put back.
///
/// - Parameter slope: the trend a step.
/// - Source: Yue, Pilon, Phinney and Cavadias, 2002; without the division by 1 − r₁, as pyMannKendall and R zyp's
///   `yuepilon` have it.
/// - Complexity: O(n log n) time.
package func trendFreePreWhitened(
    _ series: GridSeries, slope: Double
) throws(DependenceProblem) -> DependentTrend {
    try whitened(series.without(slope), trend: slope)
}

private func whitened(_ values: [Double], trend: Double) throws(DependenceProblem) -> DependentTrend {
    if values.count < 2 { throw .tooFewReadings }
    let first = autocorrelations(values, lagCount: 1)[0]
    let rest = (1..<values.count).map { index in
        values[index] - values[index - 1] * first + Double(index) * trend
    }
    guard let test = mannKendall(rest) else { throw .tooFewReadings }
    return DependentTrend(test: test, correction: first)
}

extension MannKendall {
    /// The same test with its variance times `factor`.
    func corrected(by factor: Double) throws(DependenceProblem) -> DependentTrend {
        // An exhausted variance would make any score significant.
        guard factor > 0 else { throw .noVariance(factor: factor) }
        let (z, corrected) = (continuousDeviate(s, variance: variance * factor), variance * factor)
        let test = MannKendall(
            count: count, s: s, variance: corrected, z: z, p: normalTwoSidedProbability(z), tau: tau)
        return DependentTrend(test: test, correction: factor)
    }
}
