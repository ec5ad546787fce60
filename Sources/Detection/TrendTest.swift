// One window of daily means: is it monotonic, and how steep?

internal import Statistics

/// Mann–Kendall's p with Sen's slope for one window.
struct TrendTest: Hashable {
    /// Two-sided.
    let probability: Double
    /// In the parameter's unit a year of 365.25 days; 0 where the test is not significant and no slope was computed.
    let slopePerYear: Double
    let median: Double

    init(probability: Double, slopePerYear: Double, median: Double) {
        self.probability = probability
        self.slopePerYear = slopePerYear
        self.median = median
    }

    /// - Returns: `nil` when the window is too short to test.
    init?(days: ArraySlice<Int>, means: ArraySlice<Double>, significance: Double) {
        let values = Array(means)
        guard let test = mannKendall(values), let middle = Statistics.median(values) else { return nil }
        probability = test.p
        median = middle
        // Slopes cost a sort of all pairs, so they are computed only where they are asked for.
        guard test.p <= significance else {
            slopePerYear = 0
            return
        }
        guard let slope = senSlope(values, times: days.map { Double($0) }) else { return nil }
        slopePerYear = slope.slope * 365.25
    }
}
