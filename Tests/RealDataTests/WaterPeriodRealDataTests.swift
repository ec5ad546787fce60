// Goal: period means of real readings are exactly those another program forms. Method: month means of the national water
// feed and year means of Lake Taihu against fractions of Python, stored with the scripts that made them.

import Assessment
import Exact
import Formats
import Foundation
import Monitoring
import Standards
import Testing

@Suite struct WaterPeriodRealDataTests {
    /// The rows of a stored table after its header.
    private func rows(_ name: String) throws -> [[String]] {
        let file = RealData.root.appending(path: "fixtures/real-data/\(name)")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst()
            .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    }

    private func rule(_ step: ValueStep, _ levels: [PeriodRule.Level], _ needs: Sufficiency, ions: Bool) -> PeriodRule {
        PeriodRule(
            step: step, levels: levels, periodNeeds: needs, averaging: ions ? .hydrogenIons(places: 4) : .arithmetic,
            quality: .notInvalid, belowDetection: .refuse)
    }

    @Test func `Month means of national sections are those of Python's fractions`() throws {
        guard let folder = RealData.folder("water_cnemc/2021-04_csv") else { return }
        var series: [String: PeriodColumns] = [:]
        for file in RealData.files(in: folder) {
            _ = try RealData.decode(file) { slice in
                let block = slice.block
                let flags = slice.format.flatMap { BuiltInProfiles.all[$0]?.flags } ?? [:]
                for row in 0..<block.count {
                    let key = block.seriesTable[Int(block.series[row])]
                    let verdict = flags[block.flagTable[Int(block.flag[row])]] ?? .notTested
                    series["\(key.station),\(key.parameter)", default: PeriodColumns()].append(
                        start: block.start[row], mantissa: block.mantissa[row], exponent: block.exponent[row],
                        qualifier: block.qualifier[row], quality: verdict.rawValue)
                }
            }
        }
        let april = CivilPeriod(
            from: try #require(CivilDate("2021-04-01")), until: try #require(CivilDate("2021-05-01")), offset: .china)
        var compared = 0
        for row in try rows("water-periods.csv") {
            let values = (series["\(row[0]),\(row[1])"] ?? PeriodColumns()).keepingLastOfEachStart()
            let statistic = periodStatistic(
                values, of: ParameterID(row[1]), over: april,
                rule: rule(
                    .every(.hours(4)), [.init(.day, needs: Sufficiency(count: 3))], Sufficiency(count: 4),
                    ions: row[1] == "ph"))
            #expect(statistic.used == Int(row[2]), "\(row)")
            #expect(statistic.parts.count(where: \.isValid) == Int(row[3]), "\(row)")
            #expect((try? statistic.value.get()) == Fraction(row[4]), "\(row)")
            compared += row[4].isEmpty ? 0 : 1
        }
        #expect(compared > 300)
    }

    @Test func `Year means of Lake Taihu are those of Python's fractions`() throws {
        guard let folder = RealData.folder("taihu_2007_2015") else { return }
        let text = try String(contentsOf: folder.appending(path: "taihu_dev_3sites.csv"), encoding: .utf8)
        let lines = text.split(whereSeparator: \.isNewline).map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let columns = ["tp": "总磷(mg/L)", "tn": "总氮(mg/L)", "nh3n": "氨态氮(mg/L)", "sd": "透明度(m)"]
        let header = try #require(lines.first)
        for row in try rows("taihu-years.csv") {
            let column = try #require(header.firstIndex(of: columns[row[2]] ?? ""))
            let values = lines.dropFirst().filter { $0[3] == row[0] && $0[1] == row[1] }.compactMap { line in
                ExactDecimal(line[column]).map { value in
                    PeriodValue(
                        start: (CivilDate(year: Int(line[1]) ?? 0, month: Int(line[2]) ?? 0, day: 15) ?? april1)
                            .start(at: .china), value: value, quality: .notTested)
                }
            }
            let year = CivilPeriod(
                .year, containing: CivilDate(year: Int(row[1]) ?? 0, month: 1, day: 1) ?? april1, offset: .china)
            let statistic = periodStatistic(
                values, of: ParameterID(row[2]), over: year,
                rule: rule(
                    .oncePer(.month), [.init(.month, needs: Sufficiency(count: 1))], Sufficiency(share: .one),
                    ions: false))
            #expect((try? statistic.value.get()) == Fraction(row[3]), "\(row)")
        }
    }

    private var april1: CivilDate { CivilDate(year: 2021, month: 4, day: 1) ?? CivilDate(dayNumber: 0) }
}
