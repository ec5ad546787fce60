// Goal: the index of an hour or day, its primary items and what is missing. Method: sub-indices worked by hand from the
// break points of HJ 633; the rules on missing items at an index of 100 and 101.

import Assessment
import Exact
import Monitoring
import Standards
import Testing

@Suite struct AirIndexTests {
    private func hour(
        _ values: [String: String], _ edition: AirEdition? = edition2026, plan: [String] = [],
        rule: MissingItemRule = .feedPractice
    ) throws -> AirIndex {
        airIndex(
            hour: items(values), outsidePlan: plan.map(id), edition: try #require(edition), missingItems: rule)
    }

    private let full = ["so2": "10", "no2": "40", "pm10": "80", "co": "0.8", "pm25": "61", "o3": "120"]

    @Test func `The largest sub-index is the index and its item is primary`() throws {
        // PM2.5 61: 101 under 2026, 83 under 2012; PM10 80: 50 + ⌈50·30/70⌉ = 72 and 50 + ⌈50·30/100⌉ = 65.
        let new = try hour(full)
        #expect(new.index == 101)
        #expect(new.primaryAsPrinted == "细颗粒物(PM2.5)")
        #expect(new.items.map(\.value) == [4, 20, 72, 8, 101, 38])
        #expect(new.document == "HJ 633-2026" && new.missing.isEmpty)
        #expect(try hour(full, edition2012).index == 83)
    }

    @Test func `Items that share the largest index are all primary, in the fixed order`() throws {
        // PM2.5 60 → 100, O3 200 → 100, NO2 200 → 100.
        let result = try hour(["so2": "1", "no2": "200", "pm10": "10", "co": "1", "pm25": "60", "o3": "200"])
        #expect(result.index == 100)
        #expect(result.primaryAsPrinted == "二氧化氮(NO2),细颗粒物(PM2.5),臭氧1小时(O3_1h)")
    }

    @Test func `Up to an index of fifty there is no primary item`() throws {
        let result = try hour(["so2": "1", "no2": "1", "pm10": "50", "co": "1", "pm25": "1", "o3": "1"])
        #expect(result.index == 50)
        #expect(result.primary.isEmpty && result.primaryAsPrinted.isEmpty)
    }

    @Test func `With an item missing the clause lets only an index above one hundred stand`() throws {
        let low = full.filter { $0.key != "no2" }.merging(["pm25": "60"]) { $1 }
        #expect(try hour(low).index == 100)
        #expect(try hour(low).missing == [id("no2")])
        #expect(try hour(low, rule: .clause).index == nil)
        #expect(try hour(low, rule: .clause).result.failure == NotAssessable(.missingItem, "no2"))
        let high = full.filter { $0.key != "no2" }
        #expect(try hour(high, rule: .clause).index == 101)
    }

    @Test func `An item outside the plan is not missing`() throws {
        let values = full.filter { $0.key != "co" }.merging(["pm25": "20"]) { $1 }
        let result = try hour(values, plan: ["co"], rule: .clause)
        #expect(result.index == 72)
        #expect(result.missing.isEmpty && result.outsidePlan == [id("co")])
    }

    @Test func `Sulphur dioxide above eight hundred in one hour is 200 under 2026 and nothing under 2012`() throws {
        #expect(try hour(["so2": "900"]).index == 200)
        #expect(try hour(["so2": "900"], edition2012).result.failure?.reason == .noValues)
    }

    @Test func `A day's ozone is its largest sliding mean, particles and gases their day means`() throws {
        let values = items(["so2": "10", "no2": "40", "pm10": "80", "co": "2.2", "pm25": "20", "o3": "180"])
        let result = airIndex(
            day: values, outsidePlan: [], edition: try #require(edition2026), missingItems: .clause)
        // O3 180: 100 + ⌈50·20/55⌉ = 119; NO2 40 → 50; CO 2.2 is 55 exactly, where binary floating point says 56.
        #expect(result.items.map(\.value) == [10, 50, 72, 55, 29, 119])
        #expect(result.index == 119)
    }

    @Test func `From nothing follows nothing`() throws {
        #expect(try hour([:]).result.failure?.reason == .noValues)
        #expect(try hour(["so2": "<5"]).index == nil)
        #expect(try hour(["so2": "-3"]).missing.contains(id("so2")))
    }

    @Test(arguments: [
        (0, 1), (50, 1), (51, 2), (100, 2), (101, 3), (150, 3), (151, 4), (200, 4), (201, 5), (300, 5), (301, 6),
    ])
    func `Levels begin one above the last`(index: Int, level: Int) {
        #expect(AirIndexLevel(index: index).rawValue == level)
    }

    @Test func `A mean exceeds its limit above it, not at it, rounded once where the rule rounds`() throws {
        let edition = try #require(edition2026)
        func exceedance(
            _ item: String, _ averaging: AirAveraging, _ value: String, _ comparison: LimitComparison = .unrounded
        ) -> Result<AirExceedance, NotAssessable> {
            var rules = airRules
            rules.comparison = comparison
            return airExceedance(
                of: Fraction(decimal(value)), parameter: id(item), over: averaging, edition: edition, rules: rules)
        }
        #expect(try exceedance("o3", .hour, "200").get().exceeds == false)
        #expect(try exceedance("o3", .hour, "250").get().multiple == Fraction(1, 4))
        #expect(try exceedance("so2", .hour, "500.1").get().exceeds)
        #expect(try exceedance("so2", .hour, "500.1", .rounded).get().exceeds == false)
        #expect(try exceedance("co", .day, "4.05", .rounded).get().exceeds == false)
        #expect(try exceedance("co", .day, "4.15", .rounded).get().multiple == Fraction(1, 20))
        #expect(exceedance("pm25", .hour, "900").failure?.reason == .noLimit)
        #expect(exceedance("o3", .hour, "-1").failure?.reason == .impossibleValue)
        #expect(exceedance("pb", .year, "0.4", .rounded).failure?.reason == .ruleIncomplete)
        #expect(try exceedance("pb", .year, "0.6").get().exceeds)
    }

    @Test func `Exact means are rounded once, from the unrounded mean`() throws {
        // 75.45 would become 75.4 and then 75, or 75.5 and then 76: once, it is 75.
        let result = airIndex(
            dayMeans: [id("pm25"): Fraction(1_509, 20), id("co"): Fraction(201, 200)], ozoneHour: nil,
            outsidePlan: [], edition: try #require(edition2012), missingItems: .feedPractice)
        #expect(result.items.first { $0.parameter == id("pm25") }?.value == 100)
        #expect(result.items.first { $0.parameter == id("co") }?.value == 25)
        #expect(result.missing == ["so2", "no2", "pm10", "o3"].map(id))
    }

    @Test
    func `Under 2012 the largest hour of ozone is the seventh item of a day, and never a reason to call it whole`()
        throws
    {
        func day(_ edition: AirEdition?, _ means: [ParameterID: Fraction], hour: Int) throws -> AirIndex {
            airIndex(
                dayMeans: means, ozoneHour: Fraction(hour), outsidePlan: [], edition: try #require(edition),
                missingItems: .clause)
        }
        var means: [ParameterID: Fraction] = [:]
        for item in ["so2", "no2", "pm10", "co", "pm25"] { means[id(item)] = Fraction(1) }
        means[id("o3")] = Fraction(150)
        // MDA8 150: 92; 1 h 210: 105.
        #expect(try day(edition2012, means, hour: 210).index == 105)
        #expect(try day(edition2012, means, hour: 210).primary == [id("o3")])
        #expect(try day(edition2026, means, hour: 210).index == 92)
        means[id("o3")] = Fraction(900)
        #expect(try day(edition2012, means, hour: 1_000).index == 400)
        #expect(try day(edition2026, means, hour: 1_000).index == 300)
        means[id("o3")] = nil
        #expect(try day(edition2012, means, hour: 90).result.failure?.reason == .missingItem)
        #expect(try day(edition2012, means, hour: 210).index == 105)
    }
}
