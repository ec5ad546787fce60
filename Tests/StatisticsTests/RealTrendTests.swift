// Goal: trends of real series agree with R and with Python packages. Method: the expected files of the shared data
// folder (TRIBUTARY_REAL_DATA, else ../shared/data); the series stay there. Without the folder the test says it was not
// run, and fails where CI is true.

import Foundation
import Statistics
import Testing

struct RealTrendTests {
    @Test(arguments: ["LakeHuron", "ldeaths"])
    func `Series of R agree with its trend package`(name: String) throws {
        guard let folder = try Self.realData() else { return }
        let expected = try table(folder + "/trend/dev_trend_expected.csv").filter { $0["dataset"] == name }
        func figure(_ method: String, _ stat: String) throws -> Double {
            let row = expected.first { $0["method"] == method && $0["stat"] == stat }
            return try #require(row?["value"].flatMap(Double.init))
        }
        let series = try table(folder + "/trend/\(name).csv").map { try #require($0["value"].flatMap(Double.init)) }
        let trend = try #require(mannKendall(series))
        #expect(trend.s == Int(try figure("trend::mk.test", "S")))
        #expect(near(trend.variance, try figure("trend::mk.test", "varS"), relative: 1e-12))
        #expect(near(trend.z, try figure("trend::mk.test", "z"), relative: 1e-12))
        #expect(near(trend.p, try figure("trend::mk.test", "p"), relative: 1e-10))
        #expect(near(trend.tau, try figure("trend::mk.test", "tau"), relative: 1e-12))
        let slope = try #require(senSlope(series, times: series.indices.map(Double.init)))
        #expect(near(slope.slope, try figure("trend::sens.slope", "slope"), relative: 1e-10))
        #expect(near(slope.lower, try figure("trend::sens.slope", "lo95"), relative: 1e-10))
        #expect(near(slope.upper, try figure("trend::sens.slope", "hi95"), relative: 1e-10))
    }

    @Test func `Lung deaths by month agree with R's seasonal test`() throws {
        guard let folder = try Self.realData() else { return }
        let expected = try table(folder + "/trend/dev_trend_expected.csv").filter { $0["dataset"] == "ldeaths" }
        func figure(_ stat: String) throws -> Double {
            try #require(
                expected.first {
                    $0["method"]?.hasPrefix("trend::s") == true && $0["stat"] == stat
                        && $0["method"] != "trend::sens.slope"
                }?["value"].flatMap(Double.init))
        }
        let values = try table(folder + "/trend/ldeaths.csv").compactMap { $0["value"].flatMap(Double.init) }
        let (test, slope) = try #require(grouped(TrendFixtures.months(values)))
        #expect(Double(test.s) == (try figure("S")))
        #expect(near(test.variance, try figure("varS"), relative: 1e-12))
        #expect(near(test.z, try figure("z"), relative: 1e-12))
        #expect(near(test.p, try figure("p"), relative: 1e-10))
        #expect(near(slope?.slope ?? .nan, try figure("slope"), relative: 1e-10))
    }

    @Test func `Nutrients of Lake Taihu agree with the expected trends`() throws {
        guard let folder = try Self.realData() else { return }
        let readings = try table(folder + "/taihu_2007_2015/taihu_dev_3sites.csv")
        let columns = ["TP": "总磷(mg/L)", "TN": "总氮(mg/L)", "NH4N": "氨态氮(mg/L)", "COD": "化学需氧量(mg/L)"]
        var compared = 0
        for expected in try table(folder + "/taihu_2007_2015/expected_trends.csv") {
            guard let item = expected["item"], let column = columns[item] else { continue }
            let rows = readings.filter { $0["观测站代码"] == expected["site"] }
            let present = rows.compactMap { row -> (month: Double, value: Double)? in
                guard let year = row["年份"].flatMap(Double.init), let month = row["月份"].flatMap(Double.init),
                    let value = row[column].flatMap(Double.init)
                else { return nil }
                return ((year - 2007) * 12 + month - 1, value)
            }.sorted { $0.month < $1.month }
            func figure(_ key: String) throws -> Double { try #require(expected[key].flatMap(Double.init)) }
            let trend = try #require(mannKendall(present.map(\.value)))
            #expect(trend.count == Int(try figure("n")))
            #expect(trend.s == Int(try figure("mk_S")))
            #expect(near(trend.variance, try figure("mk_varS"), relative: 1e-12))
            #expect(near(trend.z, try figure("mk_z"), relative: 1e-12))
            // Written as 1 − cdf by its package, so only absolutely exact.
            #expect(abs(trend.p - (try figure("mk_p"))) < 1e-14)
            let slope = try #require(senSlope(present.map(\.value), times: present.map(\.month)))
            #expect(near(slope.slope, try figure("theil_true_month_index"), relative: 1e-10))
            #expect(near(slope.lower, try figure("theil_lo95"), relative: 1e-10))
            #expect(near(slope.upper, try figure("theil_hi95"), relative: 1e-10))
            let months = present.sorted {
                ($0.month.truncatingRemainder(dividingBy: 12), $0.month)
                    < ($1.month.truncatingRemainder(dividingBy: 12), $1.month)
            }
            let (seasonal, seasonalSlope) = try #require(
                grouped(
                    (
                        months.map(\.value), months.map { ($0.month / 12).rounded(.down) },
                        months.map { Int($0.month) % 12 }
                    )))
            #expect(seasonal.s == Int(try figure("smk_S")))
            #expect(near(seasonal.variance, try figure("smk_varS"), relative: 1e-12))
            #expect(near(seasonal.z, try figure("smk_z"), relative: 1e-12))
            #expect(near(seasonalSlope?.slope ?? .nan, try figure("seasonal_sen_per_year"), relative: 1e-10))
            if let p = expected["hamedrao_p"].flatMap(Double.init), p > 0, present.count == 108 {
                let corrected = try hamedRao(GridSeries(present.map(\.value)), slope: slope.slope)
                #expect(abs(corrected.test.p - p) < 1e-12)
            }
            compared += 1
        }
        #expect(compared >= 12)
    }

    /// The folder, or `nil` with a printed line; an issue where CI must have it.
    static func realData() throws -> String? {
        let environment = ProcessInfo.processInfo.environment
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let folder = environment["TRIBUTARY_REAL_DATA"] ?? "/\(root)/../shared/data"
        if FileManager.default.fileExists(atPath: folder + "/trend/dev_trend_expected.csv") { return folder }
        if environment["CI"] == "true" { Issue.record("The real data folder \(folder) is missing.") }
        print("Not run: no real data in \(folder).")
        return nil
    }

    /// A small quoted CSV without commas inside fields, by column name.
    private func table(_ path: String) throws -> [[String: String]] {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let lines = text.split(whereSeparator: \.isNewline).map { line in
            line.split(separator: ",", omittingEmptySubsequences: false)
                .map { String($0).replacing("\"", with: "").replacing("\u{FEFF}", with: "") }
        }
        guard let header = lines.first else { return [] }
        return lines.dropFirst().map { Dictionary(zip(header, $0), uniquingKeysWith: { first, _ in first }) }
    }
}
