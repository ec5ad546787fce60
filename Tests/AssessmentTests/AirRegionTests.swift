// Goal: a region's air is the mean over its points, and its days are counted honestly. Method: three points by hand, one of
// them a control point; lists that change; days of known index.

import Assessment
import Exact
import Monitoring
import Standards
import Testing

private let city = RegionID("example-city")

private func registry(
    _ lists: [(from: String?, until: String?, points: [String], controls: [String], minimum: Int?)]
)
    -> Registry
{
    var registry = Registry()
    registry.airPoints[city] = lists.map { list in
        AirPointList(
            region: city, span: DateSpan(from: list.from.map { day($0) }, until: list.until.map { day($0) }),
            points: list.points.map { StationID($0) }, controls: list.controls.map { StationID($0) },
            minimum: list.minimum, source: "example")
    }
    return registry
}

private func points(_ values: [String: String], item: String = "pm25") -> [StationID: [ParameterID: AirHours]] {
    Dictionary(
        uniqueKeysWithValues: values.map { station, value in
            (
                StationID(station),
                [
                    id(item): airHours(item, from: "2025-06-01", until: "2025-06-03") { date, hour in
                        date == day("2025-06-02") && hour > 4 && station == "A" ? nil : value
                    }
                ]
            )
        })
}

private let june = CivilPeriod(from: day("2025-06-01"), until: day("2025-06-03"), offset: .china)

private func regionDays(_ registry: Registry, _ values: [String: String], basis: RegionBasis = .days) -> AirDays {
    var rules = airRules
    rules.regionBasis = basis
    return airRegionDays(points(values), of: id("pm25"), region: city, over: june, registry: registry, rules: rules)
}

@Suite struct AirRegionTests {
    private let values = ["A": "10", "B": "21", "C": "100"]

    @Test func `Control points take no part, and too few points give no value`() throws {
        // A has five hours only on the second day: no day value there.
        let two = registry([(nil, nil, ["A", "B"], ["C"], 2)])
        let days = regionDays(two, values).days
        #expect(try days[0].value.get() == Fraction(31, 2) && days[0].used == 2)
        #expect(days[1].value.failure?.reason == .tooFewValues)
        let one = registry([(nil, nil, ["A", "B", "C"], ["C"], 1)])
        #expect(try regionDays(one, values).days[1].value.get() == Fraction(21))
    }

    @Test func `By hours the region's day is the mean of its hours`() throws {
        let list = registry([(nil, nil, ["A", "B"], [], 1)])
        let days = regionDays(list, values, basis: .hours).days
        #expect(try days[0].value.get() == Fraction(31, 2))
        // 5 hours of 15.5, 19 of 21.
        #expect(try days[1].value.get() == (Fraction(5) * Fraction(31, 2) + Fraction(19 * 21)) / Fraction(24))
    }

    @Test func `Without a list or a minimum there is no value`() {
        for basis in [RegionBasis.days, .hours] {
            for list in [
                registry([]), registry([(nil, nil, ["A", "B"], [], nil)]),
                registry([("2030-01-01", nil, ["A"], [], 1)]),
            ] {
                let days = regionDays(list, values, basis: basis).days
                #expect(days.allSatisfy { $0.value.failure != nil })
            }
        }
    }

    @Test func `The list of the day holds, and the order of points does not matter`() throws {
        let lists = registry([(nil, "2025-06-02", ["B", "A"], [], 1), ("2025-06-02", nil, ["C"], [], 1)])
        let days = regionDays(lists, values).days
        #expect(try days[0].value.get() == Fraction(31, 2))
        #expect(try days[1].value.get() == Fraction(100))
        let other = registry([(nil, "2025-06-02", ["A", "B"], [], 1), ("2025-06-02", nil, ["C"], [], 1)])
        #expect(try regionDays(other, values).days.map { try $0.value.get() } == days.map { try $0.value.get() })
    }
}

@Suite struct AirDayCountTests {
    private let march = CivilPeriod(from: day("2025-03-01"), until: day("2025-04-01"), offset: .china)

    /// PM2.5 by day of the month; the other items are clean.
    private func place(_ pm25: (Int) -> String?) -> AirPlace {
        var days = constantPlace(from: "2025-03-01", until: "2025-04-01").days
        days[id("pm25")] = airDays(
            airHours("pm25", from: "2025-03-01", until: "2025-04-01") { date, _ in pm25(date.day) })
        return AirPlace(days: days, region: nil, registry: Registry())
    }

    private func counts(_ place: AirPlace, leftOut: [ParameterID: Set<CivilDate>] = [:]) -> AirDayCounts {
        let days = airDayIndexes(place, period: march, leftOut: leftOut, rules: airRules)
        return airDayCounts(days, of: place, unit: .month, period: march, rules: airRules)
    }

    @Test func `Days are counted by level and the share is of valid days`() throws {
        // 80 → 107 light, 160 → 210 heavy; O3 100 → 50 and PM10 50 → 50 on the rest.
        let result = counts(place { $0 <= 3 ? "80" : $0 == 4 ? "160" : "20" })
        #expect(result.levels == [.light: 3, .heavy: 1, .excellent: 27])
        #expect((result.valid, result.good, result.expected) == (31, 27, 31))
        #expect(try result.goodShare.get() == Fraction(27, 31))
        #expect(result.primary == [id("pm25"): 4])
    }

    @Test func `A day with an item missing counts only when it is bad for certain`() throws {
        // Four days without PM2.5: their index would be 50 and does not stand. 27 days are just enough.
        let result = counts(place { $0 <= 4 ? nil : "20" })
        #expect((result.valid, result.good) == (27, 27))
        #expect(try result.goodShare.get() == .one)
        #expect(counts(place { $0 <= 5 ? nil : "20" }).goodShare.failure?.reason == .tooFewValues)
        #expect(counts(AirPlace(days: [:], region: nil, registry: Registry())).goodShare.failure != nil)
    }

    @Test func `A left-out day is neither good nor bad`() throws {
        let dust: Set<CivilDate> = [day("2025-03-01"), day("2025-03-02")]
        let result = counts(place { $0 <= 3 ? "80" : "20" }, leftOut: [id("pm25"): dust])
        #expect((result.valid, result.leftOut, result.good) == (29, 2, 28))
        #expect(try result.goodShare.get() == Fraction(28, 29))
    }
}

@Suite struct AirCompositeTests {
    @Test func `Equal indices share a rank, rounded only where the ranking says so`() {
        let indices = ["3.1", "2.9", "3.1", "2.904", "5"].compactMap { Fraction($0) }
        #expect(airRanks(indices, decimals: nil) == [3, 1, 3, 2, 5])
        #expect(airRanks(indices, decimals: 2) == [3, 1, 3, 1, 5])
        #expect(airRanks([], decimals: 2) == [])
    }

    @Test func `Weights are the caller's`() throws {
        let march = CivilPeriod(from: day("2025-03-01"), until: day("2025-04-01"), offset: .china)
        let place = constantPlace(from: "2025-03-01", until: "2025-04-01")
        let result = assessAirPeriod(place, unit: .month, period: march, leftOut: [:], rules: airRules)
        let weighted = try airComposite(
            result.items.map(\.statistic), edition: result.edition.get(),
            weights: [id("pm25"): Fraction(3), id("no2"): Fraction(2), id("o3"): Fraction(2)], rules: airRules
        ).get()
        // 2573/840 + 2·6/7 + 1/2 + 5/8.
        #expect(weighted.index == Fraction(2_573 + 1_440 + 420 + 525, 840))
    }
}
