// Goal: the index of the United States. Method: the document's own examples (S35), band edges by hand, NowCast by hand.

import Assessment
import Exact
import Monitoring
import Standards
import Testing

private func column(_ item: String, _ averaging: USAirIndexStandard.Averaging) -> USAirIndexStandard.Column {
    USAirIndexStandard.Column(id(item), averaging)
}

private func subIndex(
    _ item: String, _ averaging: USAirIndexStandard.Averaging, _ value: String
) -> Result<Int, NotAssessable> {
    USAirIndexStandard.of2024.subIndex(of: Fraction(decimal(value)), in: column(item, averaging))
}

@Suite struct USAirIndexTests {
    @Test(arguments: [
        // The document's examples; the second by its own rounding rule, not the 148 it prints (147.49).
        ("o3", "8h", "0.078", 126), ("o3", "1h", "0.162", 147),
        // Truncated, not rounded; ends of bands.
        ("o3", "8h", "0.0709", 100), ("o3", "8h", "0.054", 50), ("o3", "8h", "0.055", 51), ("o3", "8h", "0.200", 300),
        ("pm25", "24h", "9.09", 50), ("pm25", "24h", "9.1", 51), ("pm25", "24h", "35.49", 100),
        ("pm25", "24h", "35.9", 102), ("pm25", "24h", "125.4", 200), ("pm25", "24h", "325.4", 500),
        ("pm10", "24h", "54.9", 50), ("pm10", "24h", "604", 500), ("co", "8h", "8.4", 90), ("co", "8h", "4.49", 50),
        ("so2", "1h", "304.9", 200), ("so2", "24h", "305", 201), ("no2", "1h", "53.9", 50), ("no2", "1h", "54", 51),
        // Above 500 the last line goes on: 301 + 199·(425.4 − 225.5)/99.9 = 699.2.
        ("pm25", "24h", "425.4", 699),
        ("pm25", "24h", "0", 0),
    ])
    func `A concentration has its sub-index`(item: String, averaging: String, value: String, index: Int) throws {
        let averaging = try #require(USAirIndexStandard.Averaging(rawValue: averaging))
        #expect(try subIndex(item, averaging, value).get() == index)
    }

    @Test func `Outside the bands there is no index`() {
        #expect(subIndex("o3", .hour, "0.124").failure?.reason == .noLimit)
        #expect(subIndex("o3", .eightHours, "0.201").failure?.reason == .noLimit)
        #expect(subIndex("so2", .hour, "305").failure?.reason == .noLimit)
        #expect(subIndex("pm25", .hour, "10").failure?.reason == .noLimit)
        #expect(subIndex("pm25", .day, "-0.1").failure?.reason == .impossibleValue)
        #expect(subIndex("pm25", .day, "999999999999").failure?.reason == .impossibleValue)
        #expect(USAirIndexStandard.of2024.unit(of: column("so2", .hour)) == "ppb")
        #expect(USAirIndexStandard.of2024.category(of: 151) == "Unhealthy")
        #expect(USAirIndexStandard.of2024.category(of: 700) == "Hazardous")
    }

    private func index(_ values: [(String, USAirIndexStandard.Averaging, String)]) -> USAirIndex {
        usAirIndex(
            Dictionary(uniqueKeysWithValues: values.map { (column($0.0, $0.1), Fraction(decimal($0.2))) }))
    }

    @Test func `Ozone takes the higher averaging time, sulphur dioxide changes it at 305`() {
        // 0.077 ppm over 8 h: 101 + 49·6/14 = 122; 0.162 over 1 h: 147.
        #expect((try? index([("o3", .eightHours, "0.077"), ("o3", .hour, "0.162")]).result.get()) == 147)
        #expect((try? index([("o3", .eightHours, "0.077"), ("o3", .hour, "0.050")]).result.get()) == 122)
        #expect((try? index([("so2", .hour, "310"), ("so2", .day, "200")]).result.get()) == 200)
        #expect((try? index([("so2", .hour, "310"), ("so2", .day, "305")]).result.get()) == 201)
        #expect(index([("so2", .hour, "310")]).items[4].value.failure?.reason == .missingItem)
        let both = index([("pm25", .day, "35.4"), ("no2", .hour, "100")])
        #expect(both.responsible == [id("pm25"), id("no2")])
        #expect(index([]).result.failure?.reason == .noValues)
    }

    @Test func `NowCast weighs by the ratio of the extremes and needs two of three hours`() throws {
        func cast(_ hours: [Int?]) -> Result<Fraction, NotAssessable> { nowCast(hours.map { $0.map { Fraction($0) } }) }
        // 10 20: weight 1/2; (10 + 20/2) / (1 + 1/2) = 40/3.
        #expect(try cast([10, 20]).get() == Fraction(40, 3))
        // 8 10: weight 4/5; (8 + 8) / (9/5) = 80/9.
        #expect(try cast([8, 10]).get() == Fraction(80, 9))
        #expect(
            try cast([8, nil, 10]).get() == (Fraction(8) + Fraction(16, 25) * Fraction(10)) / (.one + Fraction(16, 25)))
        #expect(try cast([0, 0, 0]).get() == .zero)
        #expect(cast([8, nil, nil, 9, 9, 9]).failure?.reason == .tooFewValues)
        #expect(cast([]).failure?.reason == .tooFewValues)
        #expect(cast([-1, 2]).failure?.reason == .impossibleValue)
        // The thirteenth hour takes no part.
        #expect(try cast(Array(repeating: 5, count: 12) + [900]).get() == Fraction(5))
    }
}
