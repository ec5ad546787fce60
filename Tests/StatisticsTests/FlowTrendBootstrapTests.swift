// Goal: limits and p of a flow-normalised change say what EGRETci's method says. Method: order statistics by hand, and
// records with a change and without one, drawn again with a seed.

import Statistics
import Testing

@Suite struct FlowTrendBootstrapTests {
    /// Six years of monthly samples and daily discharge; concentrations fall by `fall` a year in their logarithm.
    private func record(fall: Double) -> (DischargeSamples, DailyDischarge) {
        var state: UInt64 = 42
        func noise() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 40) / Double(1 << 24) - 0.5
        }
        var (times, discharges, days, years): ([Double], [Double], [Int], [Int]) = ([], [], [], [])
        for year in 2010..<2016 {
            for day in 1...365 {
                times.append(Double(year) + (Double(day) - 0.5) / 365)
                discharges.append(20 + 10 * noise() + Double(day % 90) / 9)
                days.append(day)
                years.append(year)
            }
        }
        let rows = stride(from: 14, to: times.count, by: 30)
        let levels = rows.map { exponent(-fall * (times[$0] - 2_010) + 0.4 * noise()) }
        return (
            DischargeSamples(
                times: rows.map { times[$0] }, concentrations: levels, discharges: rows.map { discharges[$0] }),
            DailyDischarge(times: times, discharges: discharges, daysOfYear: days, years: years)
        )
    }

    /// e to the power `x`, by its series: |x| is below 2.
    private func exponent(_ x: Double) -> Double {
        var (sum, term) = (1.0, 1.0)
        for index in 1..<40 {
            term *= x / Double(index)
            sum += term
        }
        return sum
    }

    private func change(fall: Double, seed: UInt64 = 1) throws -> FlowTrendChange {
        let (samples, discharge) = record(fall: fall)
        var rule = FlowBootstrap()
        rule.drawCount = 30
        rule.seed = seed
        return try #require(
            flowTrendChange(samples, discharge, from: 2_010, until: 2_015, confidence: 0.9, rule: rule))
    }

    @Test func `A fall that is there has limits below zero and the least p`() throws {
        let found = try change(fall: 0.15)
        #expect(found.upper < 0 && found.lower < found.change && found.change < found.upper)
        #expect(found.drawCount == 30 && found.p == 2.0 / 31)
        // e^−0.75 is less than half: the mean falls by 0.3 to 0.6.
        #expect(found.change < -0.3 && found.change > -0.6)
    }

    @Test func `Without a change the limits hold zero, and p is large`() throws {
        let found = try change(fall: 0)
        #expect(found.lower < 0 && found.upper > 0 && found.p > 0.1, "\(found)")
    }

    @Test func `The same seed gives the same bits, another one other draws`() throws {
        let (first, again) = (try change(fall: 0.05), try change(fall: 0.05))
        #expect(first == again)
        let other = try change(fall: 0.05, seed: 2)
        #expect(first.change == other.change && first.lower != other.lower)
    }

    // The first is the example of EGRETci's pVal; the second by its formula: between −0.5 and 0.2 zero lies 5/7 of the way,
    // (2 + 5/7) / 5 = 0.542857, and twice the smaller side is 0.914286.
    @Test func `p counts both sides of zero, and lies on a line between two`() {
        #expect(shareBeyondZero([0.01, 0.5, 0.55, 0.99]) == 0.4)
        #expect(shareBeyondZero([-4, -3, -2, -1]) == 0.4)
        #expect(abs(shareBeyondZero([-1, -0.5, 0.2, 1]) - 0.914_285_714) < 1e-9)
        #expect(abs(shareBeyondZero([-0.2, 0.5, 1]) - 2 * (1 + 2.0 / 7) / 4) < 1e-12)
    }

    // R: quantile(c(1, 2, 4, 8), c(0.05, 0.25, 0.5, 0.95), type = 6) gives 1.00, 1.25, 3.00, 8.00.
    @Test func `Quantiles are those of type 6`() {
        #expect([0.05, 0.25, 0.5, 0.95].map { orderQuantile([1, 2, 4, 8], $0) } == [1, 1.25, 3, 8])
    }

    @Test func `A record too short for both years has no change`() {
        let (samples, discharge) = record(fall: 0.1)
        #expect(flowTrendChange(samples, discharge, from: 2_010, until: 2_030, confidence: 0.9) == nil)
        #expect(flowTrendChange(samples, discharge, from: 2_015, until: 2_010, confidence: 0.9) == nil)
    }
}
