// Goal: whole real files are read without loss: rows, values, missing cells, verdicts and sums.
// Method: counts and exact sums computed once from the same files with Python (csv, json, decimal) and written out.

import Exact
import Formats
import Foundation
import Monitoring
import Testing

private struct Totals: Equatable, CustomStringConvertible {
    var rows = 0
    var values = 0
    var missing = 0
    var outsidePlan = 0
    var rejected = 0
    var reported = 0
    /// Sum of the feed's own indexes, or of its classes.
    var verdictSum = 0
    /// Sum of all values times 10¹⁸.
    var scaledSum: Int128 = 0

    var description: String {
        "rows \(rows) values \(values) missing \(missing) outside \(outsidePlan) rejected \(rejected) "
            + "reported \(reported) verdicts \(verdictSum) sum \(scaledSum)"
    }
}

private let powers: [Int128] = (0..<37).map { (0..<$0).reduce(into: 1) { power, _ in power *= 10 } }

private func scaled(_ text: String) -> Int128 {
    guard let decimal = ExactDecimal(text) else { return -1 }
    return Int128(decimal.mantissa) * powers[Int(decimal.exponent) + 18]
}

private func totals(_ files: [URL]) throws -> Totals {
    var totals = Totals()
    for file in files {
        let bytes = try Data(contentsOf: file)
        let context = ReadContext(
            profiles: BuiltInProfiles.all, parameters: testCatalogue(), nameHints: file.pathComponents,
            received: Instant(milliseconds: 1_795_000_000_000))
        let outcome = bytes.withUnsafeBytes { buffer in
            decodeBatch(buffer, context: context) { slice in
                let block = slice.block
                for index in 0..<block.count {
                    if block.qualifier[index] == Qualifier.missing.rawValue {
                        totals.missing += 1
                    } else {
                        totals.values += 1
                        totals.scaledSum += Int128(block.mantissa[index]) * powers[Int(block.exponent[index]) + 18]
                    }
                }
                totals.rejected += slice.rejections.count
                totals.reported += slice.reported.count
                for verdict in slice.reported {
                    totals.verdictSum += verdict.aqi ?? verdict.waterClass ?? 0
                    totals.outsidePlan += verdict.outsidePlan.count
                }
            }
        }
        guard case .read(let summary) = outcome else {
            Issue.record("\(file.lastPathComponent): \(outcome)")
            continue
        }
        totals.rows += summary.rowCount
    }
    return totals
}

/// The files under `folder` of the real data that end in `.gz`, or `nil` (said aloud) where there are none.
private func realFiles(_ folder: String) -> [URL]? {
    let environment = ProcessInfo.processInfo.environment
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    let root =
        environment["TRIBUTARY_REAL_DATA"].map { URL(filePath: $0) }
        ?? package.deletingLastPathComponent().appending(path: "shared/data")
    let place = root.appending(path: folder)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
    let files = names.filter { $0.hasSuffix(".gz") }.sorted().map { place.appending(path: $0) }
    if files.isEmpty {
        if environment["CI"] == "true" {
            Issue.record("The real data are missing: \(place.path).")
        } else {
            print("Not run: no real data at \(place.path).")
        }
        return nil
    }
    return files
}

struct RealFeedTests {
    @Test("National air, a day of 24 files")
    func nationalAirDay() throws {
        guard let files = realFiles("air_cnemc_2026/2026-04-01") else { return }
        let expected = Totals(
            rows: 38_424, values: 501_226, missing: 30_154, outsidePlan: 3_278, rejected: 0, reported: 38_424,
            verdictSum: 2_174_196, scaledSum: scaled("19128318.5"))
        #expect(try totals(files) == expected)
    }

    @Test("National air, the hours about the change of break points")
    func nationalAirChange() throws {
        guard let files = realFiles("air_cnemc_2026/standard_change") else { return }
        let expected = Totals(
            rows: 12_800, values: 158_745, missing: 18_263, outsidePlan: 1_096, rejected: 0, reported: 12_800,
            verdictSum: 676_493, scaledSum: scaled("4621545.5"))
        #expect(try totals(files) == expected)
    }

    @Test("National water, a month of daily documents: 789 rows of stopped stations carry no time")
    func nationalWaterMonth() throws {
        guard let files = realFiles("water_cnemc/2020-09") else { return }
        let expected = Totals(
            rows: 2_940, values: 18_603, missing: 420, outsidePlan: 4_638, rejected: 789, reported: 2_151,
            verdictSum: 6_210, scaledSum: scaled("2626049082.1533189"))
        #expect(try totals(files) == expected)
    }

    @Test("National water, a page in today's shape")
    func nationalWaterToday() throws {
        guard let files = realFiles("water_cnemc") else { return }
        let expected = Totals(
            rows: 480, values: 4_179, missing: 1_101, outsidePlan: 0, rejected: 0, reported: 480, verdictSum: 1_621,
            scaledSum: scaled("203076431.7287030"))
        #expect(try totals(files) == expected)
    }

    @Test("National water, 77 sections as CSV: 50 rows carry no time")
    func nationalWaterCSV() throws {
        guard let files = realFiles("water_cnemc/2021-04_csv") else { return }
        let expected = Totals(
            rows: 2_091, values: 17_993, missing: 540, outsidePlan: 3_918, rejected: 50, reported: 2_041,
            verdictSum: 5_093, scaledSum: scaled("573411195.049"))
        #expect(try totals(files) == expected)
    }

    @Test("Beijing sites, three stations and four years: two temperatures of −2.78E-17 are beyond the exponent range")
    func beijingSites() throws {
        guard let files = realFiles("beijing_air") else { return }
        let expected = Totals(
            rows: 105_192, values: 927_172, missing: 19_554, outsidePlan: 0, rejected: 2, reported: 0, verdictSum: 0,
            scaledSum: scaled("44368640.903717673"))
        #expect(try totals(files) == expected)
    }

    @Test("Zhejiang air, a day of 24 files: midnight is a date alone and closes the day before")
    func zhejiangDay() throws {
        guard let files = realFiles("air_zjemc_2026/2026-05-01") else { return }
        let expected = Totals(
            rows: 2_832, values: 25_332, missing: 156, outsidePlan: 0, rejected: 0, reported: 2_832,
            verdictSum: 107_315, scaledSum: scaled("807581.5"))
        #expect(try totals(files) == expected)
    }

    @Test("A USGS teaching table is RDB without a time series: refused, the columns named")
    func rdbWithoutSeries() throws {
        guard let files = realFiles("usgs_smwrdata") else { return }
        let file = try #require(files.first).deletingLastPathComponent().appending(path: "TestFull.rdb")
        let decoded = decodeForTest([UInt8](try Data(contentsOf: file)))
        #expect(decoded.stop?.reason == .unknownFormat)
        #expect(decoded.stop?.remedy.contains("site_no and datetime") == true)
        #expect(decoded.stop?.excerpt.hasPrefix("String,Numeric,Date.empty") == true)
    }
}
