// Goal: on real feeds our verdicts are the official ones. Method: decode each file as the program does, assess every
// row, compare with what the feed itself prints; differences are a closed list with reasons.

import Assessment
import Formats
import Foundation
import Monitoring
import Standards
import Testing

@Suite struct ReproductionTests {
    @Test func `The index and primary items of the national air feed are reproduced`() throws {
        guard let folder = RealData.folder("air_cnemc_2026") else { return }
        let registry = try RealData.registry()
        var result = Reproduction()
        for file in RealData.files(in: folder) {
            let format = try RealData.decode(file) { slice in
                let ranges = slice.block.rangesByRow()
                for reported in slice.reported {
                    let row = assessAirRow(
                        station: reported.station, start: reported.start, block: slice.block,
                        indices: ranges[reported.row] ?? 0..<0, outsidePlan: reported.outsidePlan, registry: registry,
                        rule: .asPrinted)
                    result.compare(
                        Disagreement(
                            feed: "national-air", station: reported.station.rawValue,
                            time: reported.stamp.iso8601(at: .china),
                            official: Self.text(reported.aqi, reported.primary), ours: Self.text(row.value, row.primary)
                        ),
                        hasOfficial: reported.aqi != nil, hasOurs: row.value != nil)
                    #expect(row.value != nil || row.reason != nil)
                }
            }
            #expect(format == .nationalAir)
        }
        print(result.summary("national-air"))
        #expect(result.rows > 100_000)
        #expect(result.share >= 0.9999)
        try KnownDisagreements.check(result.disagreements, feed: "national-air")
    }

    @Test func `The index and primary items of the Zhejiang feed are reproduced`() throws {
        guard let folder = RealData.folder("air_zjemc_2026") else { return }
        let registry = try RealData.registry()
        var result = Reproduction()
        for file in RealData.files(in: folder) {
            let format = try RealData.decode(file) { slice in
                let ranges = slice.block.rangesByRow()
                for reported in slice.reported {
                    let row = assessAirRow(
                        station: reported.station, start: reported.start, block: slice.block,
                        indices: ranges[reported.row] ?? 0..<0, outsidePlan: reported.outsidePlan, registry: registry,
                        rule: .asPrinted)
                    result.compare(
                        Disagreement(
                            feed: "zhejiang-air", station: reported.station.rawValue,
                            time: reported.stamp.iso8601(at: .china),
                            official: Self.text(reported.aqi, Self.plain(reported.primary)),
                            ours: Self.text(row.value, Self.plain(row.primary))),
                        hasOfficial: reported.aqi != nil, hasOurs: row.value != nil)
                }
            }
            #expect(format == .zhejiangAir)
        }
        print(result.summary("zhejiang-air"))
        #expect(result.official == 2_761)
        try KnownDisagreements.check(result.disagreements, feed: "zhejiang-air")
    }

    @Test func `The class of every reading of the national water documents is reproduced`() throws {
        guard let folder = RealData.folder("water_cnemc") else { return }
        let files = RealData.files(in: folder).filter { $0.lastPathComponent.contains(".json") }
        let result = try compareWater(files, feed: "national-water-json", format: .nationalWaterJSON)
        #expect(result.share >= 0.999)
        try KnownDisagreements.check(result.disagreements, feed: "national-water-json")
    }

    @Test func `The printed values of the four-hourly files differ only where the list says`() throws {
        guard let folder = RealData.folder("water_cnemc") else { return }
        let files = RealData.files(in: folder).filter { $0.lastPathComponent.contains(".csv") }
        let result = try compareWater(files, feed: "national-water-csv", format: .nationalWaterCSV)
        // Values are printed rounded there, so a reading at a limit may fall on the other side of it.
        #expect(result.share >= 0.97)
        try KnownDisagreements.check(result.disagreements, feed: "national-water-csv")
    }

    private func compareWater(_ files: [URL], feed: String, format: FormatID) throws -> Reproduction {
        let registry = try RealData.registry()
        var result = Reproduction()
        for file in files {
            let read = try RealData.decode(file) { slice in
                let ranges = slice.block.rangesByRow()
                for reported in slice.reported {
                    let row = assessWaterRow(
                        station: reported.station, start: reported.start, block: slice.block,
                        indices: ranges[reported.row] ?? 0..<0, registry: registry, rule: .asPrinted)
                    result.compare(
                        Disagreement(
                            feed: feed, station: reported.station.rawValue, time: reported.stamp.iso8601(at: .china),
                            official: reported.waterClass.map(String.init) ?? "",
                            ours: row.waterClass.map { String($0.rank) } ?? ""),
                        hasOfficial: reported.waterClass != nil, hasOurs: row.waterClass != nil)
                    #expect(row.waterClass != nil || row.reason != nil)
                }
            }
            #expect(read == format)
        }
        print(result.summary(feed))
        return result
    }

    /// `PM₁₀,O₃` and `颗粒物(PM10),臭氧1小时(O3_1h)` as `PM10,O3`: the two feeds name the same items differently.
    private static func plain(_ primary: String) -> String {
        let subscripts: [Character: Character] = ["₁": "1", "₀": "0", "₂": "2", "₃": "3", "₅": "5"]
        return primary.split(separator: ",").map { item in
            let name = item.split(separator: "(").last.map { $0.prefix { $0 != ")" && $0 != "_" } } ?? item
            return String(name.map { subscripts[$0] ?? $0 })
        }.joined(separator: ",")
    }

    /// `156 二氧化硫(SO2)`; items are joined by a plus sign, since the list of exceptions separates by commas.
    private static func text(_ index: Int?, _ primary: String) -> String {
        let items = primary.replacing(",", with: "+")
        return [index.map(String.init) ?? "", items].filter { !$0.isEmpty }.joined(separator: " ")
    }
}
