// Goal: the weighted regression is its formula, and a year's flow-normalised mean is what an independent program gives.
// Method: the reference on random samples; fixtures/trend/wrtds_choptank.csv, made with numpy on real samples.

import Foundation
import Statistics
import Testing

struct WeightedRegressionTests {
    @Test func `Kernel and formula agree where no window grows`() throws {
        var generator = SeededGenerator(state: 31)
        for _ in 0..<30 {
            let times = (0..<120).map { 2_000 + Double($0) / 12 + Double.random(in: 0...0.05, using: &generator) }
            let discharges = times.map { _ in Foundation.exp(Double.random(in: 0...2, using: &generator)) }
            let concentrations = discharges.map { $0 * 0.3 + Double.random(in: 0.5...2, using: &generator) }
            let samples = DischargeSamples(times: times, concentrations: concentrations, discharges: discharges)
            var windows = RegressionWindows()
            (windows.years, windows.logDischarge, windows.sampleCount) = (20, 5, 30)
            windows.isEdgeAdjusted = false
            let fit = try #require(weightedFit(samples, time: 2_004.3, logDischarge: 1, windows: windows))
            let reference = try #require(
                weightedFitReference(samples, time: 2_004.3, logDischarge: 1, years: 20, logReach: 5))
            #expect(abs(fit.logConcentration - reference.logConcentration) < 1e-10)
            #expect(near(fit.spread, reference.spread, relative: 1e-9))
        }
    }

    @Test func `Samples that determine nothing have no fit`() {
        let same = DischargeSamples(
            times: (0..<60).map { 2_000 + Double($0) }, concentrations: Array(repeating: 1, count: 60),
            discharges: Array(repeating: 3, count: 60))
        #expect(weightedFit(same, time: 2_010, logDischarge: 1, windows: RegressionWindows()) == nil)
        let few = DischargeSamples(times: [2_000], concentrations: [1], discharges: [1])
        #expect(weightedFit(few, time: 2_000, logDischarge: 0, windows: RegressionWindows()) == nil)
    }

    @Test func `The Choptank River agrees with numpy`() throws {
        guard let folder = try RealTrendTests.realData() else { return }
        let (samples, daily) = try choptank(folder + "/usgs_smwrdata")
        var years: [Int: [Double]] = [:]
        for row in try TrendFixtures.rows("wrtds_choptank.csv") {
            let numbers = row.dropFirst().compactMap(Double.init)
            if row[0] == "year" {
                years[Int(numbers[0])] = Array(numbers.dropFirst())
                continue
            }
            let fit = try #require(
                weightedFit(
                    samples, time: numbers[0], logDischarge: naturalLogarithm(numbers[1]),
                    windows: RegressionWindows()))
            #expect(abs(fit.logConcentration - numbers[2]) < 1e-9)
            #expect(near(fit.spread, numbers[3], relative: 1e-9))
        }
        let found = try #require(flowNormalisedYears(samples, daily))
        #expect(found.map(\.year) == years.keys.sorted())
        for year in found {
            let wanted = try #require(years[year.year])
            #expect(Double(year.dayCount) == wanted[0])
            #expect(near(year.concentration, wanted[1], relative: 1e-9))
            #expect(near(year.flowNormalised, wanted[2], relative: 1e-9))
        }
    }

    private func choptank(_ folder: String) throws -> (DischargeSamples, DailyDischarge) {
        let flow = try inflatedRows(folder + "/ChoptankFlow.csv.gz").filter { $0[3] != "" }
        let dates = flow.map { $0[2] }
        let values = flow.map { Double($0[3]) ?? 0 }
        let known = Dictionary(zip(dates, values), uniquingKeysWith: { first, _ in first })
        let rows = try inflatedRows(folder + "/ChoptankNH3.csv.gz")
            .filter { $0[6] == "" && $0[7] != "" && known[$0[2]] != nil }.sorted { $0[2] < $1[2] }
        return (
            DischargeSamples(
                times: rows.map { decimalYear($0[2]).time }, concentrations: rows.compactMap { Double($0[7]) },
                discharges: rows.compactMap { known[$0[2]] }),
            DailyDischarge(
                times: dates.map { decimalYear($0).time }, discharges: values,
                daysOfYear: dates.map { decimalYear($0).day }, years: dates.compactMap { Int($0.prefix(4)) })
        )
    }

    /// The middle of a day in years, and its number in the year.
    private func decimalYear(_ date: String) -> (time: Double, day: Int) {
        let parts = date.split(separator: "-").compactMap { Int($0) }
        let isLeap = parts[0] % 4 == 0 && (parts[0] % 100 != 0 || parts[0] % 400 == 0)
        let months = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        let day = months.prefix(parts[1] - 1).reduce(0, +) + parts[2]
        return (Double(parts[0]) + (Double(day) - 0.5) / (isLeap ? 366 : 365), day)
    }

    /// The rows of a small gzip file, quotes taken off.
    private func inflatedRows(_ path: String) throws -> [[String]] {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/gzip")
        process.arguments = ["-dc", path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).dropFirst().map { line in
            line.replacing("\"", with: "").split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }
}
