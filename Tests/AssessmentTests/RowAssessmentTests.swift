// Goal: a row of a feed gets its verdict, its kind of water and its edition. Method: blocks made by hand.

import Assessment
import Exact
import Monitoring
import Standards
import Testing

@Suite struct RowAssessmentTests {
    private func block(
        _ station: String, _ start: Instant, _ values: [(String, String, String)],
        statistic: SeriesStatistic = .mean, window: Duration64 = .hours(1)
    ) -> ObservationBlock {
        var block = ObservationBlock()
        for (item, value, flag) in values {
            let key = SeriesKey(
                station: StationID(station), parameter: id(item), statistic: statistic, window: window,
                origin: .published)
            block.append(
                series: block.index(of: key), start: start, value: decimal(value), qualifier: .none,
                flag: block.index(ofFlag: flag) ?? 0, row: 2)
        }
        return block
    }

    @Test func `An air row takes the hour's means and leaves sliding means out`() {
        let start = day("2026-03-01").start(at: .china)
        var row = block("1001A", start, [("pm25", "61", ""), ("o3", "10", "")])
        let sliding = SeriesKey(
            station: StationID("1001A"), parameter: id("pm10"), statistic: .slidingMean, window: .hours(24),
            origin: .published)
        row.append(
            series: row.index(of: sliding), start: start, value: decimal("400"), qualifier: .none, flag: 0, row: 2)
        let result = assessAirRow(
            station: StationID("1001A"), start: start, block: row, indices: 0..<row.count, outsidePlan: [id("co")],
            registry: Registry(), rule: .asPrinted)
        #expect(result.value == 101)
        #expect(result.primary == "细颗粒物(PM2.5)")
        #expect((try? result.index.get())?.missing == [id("so2"), id("no2"), id("pm10")])
    }

    @Test func `An hour before any edition has a reason instead of an index`() {
        let start = day("2014-05-01").start(at: .china)
        let row = block("1001A", start, [("pm25", "61", "")])
        let result = assessAirRow(
            station: StationID("1001A"), start: start, block: row, indices: 0..<1, outsidePlan: [],
            registry: Registry(), rule: .asPrinted)
        #expect(result.value == nil && result.primary.isEmpty)
        #expect(result.reason?.reason == .noEdition)
    }

    @Test func `Readings that are no hour means give no index and the reason says so`() {
        let start = day("2026-03-01").start(at: .china)
        let row = block("1001A", start, [("pm25", "61", "")], statistic: .instant, window: .zero)
        let result = assessAirRow(
            station: StationID("1001A"), start: start, block: row, indices: 0..<1, outsidePlan: [],
            registry: Registry(), rule: .asPrinted)
        #expect(result.reason == NotAssessable(.noValues, "no value is the mean of one hour"))
        #expect(result.reviewState == .raw)
    }

    @Test func `A water row uses what the registry knows of its water, else assumes a river`() {
        let start = day("2020-09-01").start(at: .china)
        let row = block("江苏省/太湖流域/西山", start, [("tp", "0.06", "")], statistic: .instant, window: .zero)
        var registry = Registry()
        func assess() -> WaterRowAssessment {
            assessWaterRow(
                station: StationID("江苏省/太湖流域/西山"), start: start, block: row, indices: 0..<1, registry: registry,
                rule: .asPrinted)
        }
        #expect(assess().waterClass == waterClass(2))
        #expect(assess().isWaterBodyAssumed)
        let lake = WaterBodyEntry(basin: "太湖流域", section: "西山", waterBody: .lake, evidence: "example")
        registry.waterBodies[lake.key] = lake
        #expect(assess().waterClass == waterClass(4))
        #expect(!assess().isWaterBodyAssumed)
    }

    @Test func `A flag the policy does not accept takes its value out`() {
        let start = day("2025-09-01").start(at: .china)
        let row = block("S", start, [("codmn", "3", "N"), ("nh3n", "9", "D")], statistic: .instant, window: .zero)
        func assess(_ policy: QualityPolicy) -> WaterClass? {
            let rule = RowRule(flags: ["N": .valid, "D": .invalid], quality: policy, missingItems: .feedPractice)
            return assessWaterRow(
                station: StationID("S"), start: start, block: row, indices: 0..<2, registry: Registry(), rule: rule
            ).waterClass
        }
        #expect(assess(.validOnly) == waterClass(2))
        #expect(assess(.asPrinted) == waterClass(6))
    }

    @Test func `An empty row has a reason`() {
        let result = assessWaterRow(
            station: StationID("S"), start: day("2025-01-01").start(at: .china), block: ObservationBlock(),
            indices: 0..<0, registry: Registry(), rule: .asPrinted)
        #expect(result.waterClass == nil)
        #expect(result.reason?.reason == .noValues)
    }

    @Test func `Rows and times are found in a block`() {
        let start = day("2025-01-01").start(at: .china)
        let row = block("S", start, [("tp", "1", ""), ("tn", "2", "")])
        #expect(row.rangesByRow() == [2: 0..<2])
        let groups = row.indicesByStationAndStart()
        #expect(groups.count == 1)
        #expect(groups.first?.indices == [0, 1])
    }
}
