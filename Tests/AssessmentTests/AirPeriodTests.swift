// Goal: day, month and year values of air stand only on enough data, and verdicts follow. Method: columns of constant days
// with days and hours taken away around each minimum; every way from missing input is walked.

import Assessment
import Exact
import Monitoring
import Standards
import Testing

/// Hours of one item over whole days; `hour` gives the value of a day and hour, `nil` for none.
func airHours(
    _ item: String, from: String, until: String, quality: QualityVerdict = .valid, hour: (CivilDate, Int) -> String?
) -> AirHours {
    let period = CivilPeriod(from: day(from), until: day(until), offset: .china)
    var values: [PeriodValue] = []
    for number in period.from.dayNumber..<period.until.dayNumber {
        let date = CivilDate(dayNumber: number)
        for index in 0..<24 {
            guard let text = hour(date, index) else { continue }
            let start = date.start(at: .china).advanced(by: .hours(index))
            values.append(PeriodValue(start: start, value: decimal(text), quality: quality))
        }
    }
    return AirHours(values, of: id(item), over: period, quality: .validOnly)
}

let airRules = AirPeriodRules(quality: .validOnly)

func airDays(_ hours: AirHours) -> AirDays {
    airDays(hours, region: nil, registry: Registry(), rules: airRules)
}

/// A place with constant values: so2 10, no2 20, pm10 50, co 0.8, pm25 30, o3 100.
func constantPlace(
    from: String, until: String, missing: [String: Set<CivilDate>] = [:], values: [String: String] = [:]
)
    -> AirPlace
{
    var days: [ParameterID: AirDays] = [:]
    let constants = ["so2": "10", "no2": "20", "pm10": "50", "co": "0.8", "pm25": "30", "o3": "100"]
        .merging(values) { $1 }
    for (item, text) in constants {
        days[id(item)] = airDays(
            airHours(item, from: from, until: until) { date, _ in
                missing[item, default: []].contains(date) ? nil : text
            })
    }
    return AirPlace(days: days, region: nil, registry: Registry())
}

func calendarYear(_ year: Int) -> CivilPeriod {
    CivilPeriod(from: day("\(year)-01-01"), until: day("\(year + 1)-01-01"), offset: .china)
}

private func assessed(
    _ place: AirPlace, _ unit: CivilUnit, _ period: CivilPeriod, leftOut: [ParameterID: Set<CivilDate>] = [:],
    rules: AirPeriodRules = airRules
) -> AirPeriodAssessment {
    assessAirPeriod(place, unit: unit, period: period, leftOut: leftOut, rules: rules)
}

@Suite struct AirDayTests {
    @Test(arguments: [(20, true), (19, false), (24, true), (1, false), (0, false)])
    func `A day mean needs twenty hours`(hours: Int, stands: Bool) {
        let days = airDays(
            airHours("pm25", from: "2025-06-01", until: "2025-06-02") { _, hour in hour < hours ? "35.5" : nil })
        #expect((try? days.days[0].value.get()) == (stands ? Fraction(71, 2) : nil))
        #expect(days.days[0].used == hours)
        if !stands {
            #expect(days.days[0].value.failure?.reason == (hours == 0 ? .noValues : .tooFewValues))
        }
    }

    @Test func `The ozone day is the largest of the seventeen means inside it`() {
        // 100 from 0 to 16 o'clock, 200 from 16 to 24: the last window alone is full of 200.
        let days = airDays(
            airHours("o3", from: "2025-06-01", until: "2025-06-03") { _, hour in hour < 16 ? "100" : "200" })
        #expect(try! days.days[0].value.get() == Fraction(200))
        #expect(days.days[0].used == 17)
        // Windows do not reach over midnight: a high evening does not raise the next day.
        let low = airDays(
            airHours("o3", from: "2025-06-01", until: "2025-06-03") { date, hour in
                date == day("2025-06-01") && hour >= 16 ? "300" : "10"
            })
        #expect(try! low.days[1].value.get() == Fraction(10))
    }

    @Test func `An ozone day with fewer than fourteen means stands only above its limit`() {
        func maximum(_ value: String, from first: Int) -> Result<Fraction, NotAssessable> {
            airDays(airHours("o3", from: "2025-06-01", until: "2025-06-02") { _, hour in hour >= first ? value : nil })
                .days[0].value
        }
        // Windows ending at 8 … 24 with 6 of 8 hours: from hour 5, the ends 11 … 24 are 14.
        #expect((try? maximum("90", from: 5).get()) == Fraction(90))
        #expect(maximum("90", from: 6).failure?.reason == .tooFewValues)
        #expect(maximum("160", from: 6).failure?.reason == .tooFewValues)
        #expect((try? maximum("161", from: 6).get()) == Fraction(161))
        #expect(maximum("500", from: 19).failure?.reason == .noValues)
    }

    @Test func `What cannot take part is counted by its reason`() {
        let period = CivilPeriod(from: day("2025-06-01"), until: day("2025-06-02"), offset: .china)
        let start = period.interval.start
        func value(
            _ hour: Int, _ text: String, _ quality: QualityVerdict = .valid, _ qualifier: Qualifier = .none
        )
            -> PeriodValue
        {
            PeriodValue(
                start: start.advanced(by: .hours(hour)), value: decimal(text), quality: quality, qualifier: qualifier)
        }
        let hours = AirHours(
            [
                value(0, "5"), value(0, "5.0"), value(1, "5"), value(1, "6"), value(2, "-1"), value(3, "2", .suspect),
                value(4, "2", .valid, .below), value(5, "0", .valid, .missing), value(24, "9"), value(-1, "9"),
                PeriodValue(start: start.advanced(by: .minutes(90)), value: decimal("3"), quality: .valid),
            ], of: id("pm25"), over: period, quality: .validOnly)
        #expect(hours.refused == [.impossible: 1, .quality: 1, .censored: 1, .missing: 1, .offHour: 1])
        #expect(hours.disputed == [1])
        #expect(hours.values.compactMap { $0 } == [Fraction(5), Fraction(5)])
    }

    @Test func `Values too long for integers give the same means`() {
        let long = airDays(
            airHours("pm25", from: "2025-06-01", until: "2025-06-02") { _, hour in "40.123456789012345" })
        #expect(try! long.days[0].value.get() == Fraction("40.123456789012345"))
        let ozone = airDays(
            airHours("o3", from: "2025-06-01", until: "2025-06-02") { _, hour in hour == 12 ? "40.123456789012345" : "1"
            })
        #expect(try! ozone.days[0].value.get() == (Fraction("40.123456789012345")! + Fraction(7)) / Fraction(8))
    }

    @Test func `Before an edition holds no day is assessable`() {
        let days = airDays(airHours("pm25", from: "2015-12-31", until: "2016-01-02") { _, _ in "30" })
        #expect(days.days[0].value.failure?.reason == .noEdition)
        #expect((try? days.days[1].value.get()) == Fraction(30))
        var rules = airRules
        rules.validity = .whereRead
        let hours = airHours("pm25", from: "2026-02-28", until: "2026-03-02") { _, _ in "30" }
        let read = airDays(hours, region: nil, registry: Registry(), rules: rules)
        #expect(read.days[0].value.failure?.reason == .ruleIncomplete)
        #expect((try? read.days[1].value.get()) == Fraction(30))
    }
}

@Suite struct AirYearTests {
    @Test func `A year of enough days is met or not met by its limits`() throws {
        let met = assessed(constantPlace(from: "2025-01-01", until: "2026-01-01"), .year, calendarYear(2025))
        #expect(met.verdict == .met)
        #expect(met.items.count == 10)
        #expect(met.items.allSatisfy { $0.verdict == .met && $0.statistic.used == 365 })
        // Σ C/S: 10/60 + 20/40 + 50/70 + 0.8/4 + 30/35 + 100/160 = 3.0630952…
        #expect(try met.composite.get().index == Fraction("2573/840"))
        #expect(try met.composite.get().mainPollutants == [id("pm25")])
        let bad = assessed(
            constantPlace(from: "2025-01-01", until: "2026-01-01", values: ["pm25": "36"]), .year, calendarYear(2025))
        #expect(bad.verdict == .notMet)
        let mean = try #require(
            bad.items.first { $0.statistic.item.name == "mean" && $0.statistic.item.parameter == id("pm25") })
        #expect(mean.exceedance?.multiple == Fraction(1, 35))
    }

    @Test func `A year before any edition says so, and not that a minimum is missing`() throws {
        let year = assessed(constantPlace(from: "2015-01-01", until: "2016-01-01"), .year, calendarYear(2015))
        #expect(year.verdict == .notAssessable && !year.items.isEmpty)
        for item in year.items {
            #expect(
                item.reason?.reason == .noEdition,
                "\(item.statistic.item.parameter): \(String(describing: item.reason))")
        }
    }

    @Test func `The rounded value is compared, once, half to even; unrounded by its switch`() {
        func verdict(_ value: String, _ comparison: LimitComparison) -> AssessmentVerdict {
            var rules = airRules
            rules.comparison = comparison
            let place = constantPlace(from: "2025-01-01", until: "2026-01-01", values: ["pm10": value])
            return assessed(place, .year, calendarYear(2025), rules: rules).verdict
        }
        #expect(verdict("70.5", .rounded) == .met)
        #expect(verdict("70.51", .rounded) == .notMet)
        #expect(verdict("70.5", .unrounded) == .notMet)
        #expect(verdict("70", .unrounded) == .met)
    }

    private func days(_ year: Int, _ month: Int, count: Int) -> Set<CivilDate> {
        Set((0..<count).compactMap { CivilDate(year: year, month: month, day: $0 + 1) })
    }

    @Test func `A year needs 324 days, 27 a month and 25 in February`() {
        func verdict(_ missing: Set<CivilDate>) -> (AssessmentVerdict, NotAssessable.Reason?) {
            let place = constantPlace(from: "2025-01-01", until: "2026-01-01", missing: ["pm25": missing])
            let result = assessed(place, .year, calendarYear(2025))
            return (result.verdict, result.items.first { $0.statistic.item.parameter == id("pm25") }?.reason?.reason)
        }
        #expect(verdict(days(2025, 1, count: 4)) == (.met, nil))
        #expect(verdict(days(2025, 1, count: 5)) == (.notAssessable, .tooFewValues))
        #expect(verdict(days(2025, 2, count: 3)) == (.met, nil))
        #expect(verdict(days(2025, 2, count: 4)) == (.notAssessable, .tooFewValues))
        // 3 days of each month of 31 or 30 (27 of 30), 4 of the months of 31: 41 days leave 324.
        var scattered: Set<CivilDate> = days(2025, 2, count: 2)
        for month in [4, 6, 9, 11] { scattered.formUnion(days(2025, month, count: 3)) }
        for month in [1, 3, 5, 7, 8, 10, 12] { scattered.formUnion(days(2025, month, count: 4)) }
        #expect(scattered.count == 42 && verdict(scattered) == (.notAssessable, .tooFewValues))
        scattered.remove(day("2025-02-01"))
        #expect(scattered.count == 41 && verdict(scattered) == (.met, nil))
    }

    @Test func `CO and O3 have no yearly mean; what their percentiles need is a switch`() {
        let missing = Set((1...20).compactMap { CivilDate(year: 2025, month: 7, day: $0) })
        let place = constantPlace(from: "2025-01-01", until: "2026-01-01", missing: ["o3": missing])
        #expect(assessed(place, .year, calendarYear(2025)).verdict == .notAssessable)
        var rules = airRules
        rules.percentiles = .blank
        let result = assessed(
            constantPlace(from: "2025-01-01", until: "2026-01-01"), .year, calendarYear(2025), rules: rules)
        #expect(result.verdict == .notAssessable)
        #expect(
            result.items.filter { $0.verdict == .notAssessable }.map(\.statistic.item.parameter) == [
                id("co"), id("o3"),
            ])
    }

    @Test func `A month has values but no limit, a quarter needs a number somebody names`() {
        let place = constantPlace(from: "2025-01-01", until: "2026-01-01")
        let march = CivilPeriod(from: day("2025-03-01"), until: day("2025-04-01"), offset: .china)
        let month = assessed(place, .month, march)
        #expect(month.verdict == .notAssessable && month.reason?.reason == .noLimit)
        #expect(month.items.allSatisfy { $0.reason?.reason == .noLimit && $0.statistic.needed == 27 })
        #expect((try? month.composite.get().index) == Fraction("2573/840"))
        let quarter = CivilPeriod(from: day("2025-01-01"), until: day("2025-04-01"), offset: .china)
        #expect(assessed(place, .quarter, quarter).items[0].reason?.reason == .ruleIncomplete)
        var rules = airRules
        rules.quarterDays = 80
        #expect((try? assessed(place, .quarter, quarter, rules: rules).items[0].statistic.value.get()) == Fraction(10))
        let february = CivilPeriod(from: day("2025-02-01"), until: day("2025-03-01"), offset: .china)
        #expect(assessed(place, .month, february).items[0].statistic.needed == 25)
    }

    @Test func `A year that spans editions is held against the one its rule names, else against none`() throws {
        let place = constantPlace(from: "2026-01-01", until: "2027-01-01", values: ["pm25": "33"])
        let refused = assessed(place, .year, calendarYear(2026))
        #expect(refused.verdict == .notAssessable)
        #expect(refused.items.allSatisfy { $0.reason?.reason == .mixedEditions })
        #expect(try refused.items[0].statistic.value.get() == Fraction(10))
        var rules = airRules
        rules.spanning = .atStart
        #expect(assessed(place, .year, calendarYear(2026), rules: rules).verdict == .met)
        rules.spanning = .atEnd
        // 33 above the 30 of 2026.
        #expect(assessed(place, .year, calendarYear(2026), rules: rules).verdict == .notMet)
    }

    @Test func `Gas means never mix the reference states of 2018`() {
        let place = constantPlace(from: "2018-01-01", until: "2019-01-01")
        let result = assessed(place, .year, calendarYear(2018))
        #expect(result.verdict == .notAssessable)
        let gases = result.items.filter { $0.reason?.reason == .mixedEditions }.map(\.statistic.item.parameter)
        #expect(Set(gases) == Set(["so2", "no2", "co", "o3"].map { id($0) }))
        let (old, new) = (
            assessed(constantPlace(from: "2017-01-01", until: "2018-01-01"), .year, calendarYear(2017)),
            assessed(constantPlace(from: "2019-01-01", until: "2020-01-01"), .year, calendarYear(2019))
        )
        let changes = zip(old.items, new.items).map { airChange(from: $0.statistic, to: $1.statistic) }
        #expect(changes.filter { $0.failure?.reason == .mixedEditions }.count == 6)
        #expect(changes.compactMap { try? $0.get() }.allSatisfy { $0.difference == .zero && $0.relative == .zero })
    }

    @Test func `Exclusions take days out of one item, and the minimum is held against the rest`() throws {
        let dust = Set((1...4).compactMap { CivilDate(year: 2025, month: 3, day: $0) })
        var days = constantPlace(from: "2025-01-01", until: "2026-01-01").days
        days[id("pm10")] = airDays(
            airHours("pm10", from: "2025-01-01", until: "2026-01-01") { date, _ in dust.contains(date) ? "1510" : "60" }
        )
        let place = AirPlace(days: days, region: nil, registry: Registry())
        let (with, without) = (
            assessed(place, .year, calendarYear(2025), leftOut: [id("pm10"): dust]),
            assessed(place, .year, calendarYear(2025))
        )
        func mean(_ result: AirPeriodAssessment) throws -> Fraction {
            let items = result.items.filter { $0.statistic.item.parameter == id("pm10") }
            return try #require(items.first).statistic.value.get()
        }
        #expect(try mean(with) == Fraction(60))
        #expect(try mean(without) == Fraction(60) + Fraction(4 * 1_450, 365))
        #expect((with.verdict, without.verdict) == (.met, .notMet))
        // A fifth day leaves 26 of March: not enough, unless the rule counts days that were measured.
        let five = dust.union([day("2025-03-05")])
        #expect(assessed(place, .year, calendarYear(2025), leftOut: [id("pm10"): five]).verdict == .notAssessable)
        var rules = airRules
        rules.excludedDays = .notExpected
        #expect(assessed(place, .year, calendarYear(2025), leftOut: [id("pm10"): five], rules: rules).verdict == .met)
    }

    @Test func `A disputed hour makes the verdict disputed`() {
        let period = calendarYear(2025)
        var days = constantPlace(from: "2025-01-01", until: "2026-01-01").days
        let start = period.interval.start
        let values = (0..<365 * 24).map {
            PeriodValue(start: start.advanced(by: .hours($0)), value: decimal("30"), quality: .valid)
        }
        let other = PeriodValue(start: start, value: decimal("31"), quality: .valid)
        days[id("pm25")] = airDays(AirHours(values + [other], of: id("pm25"), over: period, quality: .validOnly))
        let result = assessed(AirPlace(days: days, region: nil, registry: Registry()), .year, period)
        #expect(result.verdict == .disputed)
        #expect(result.composite.failure?.reason == .missingItem)
    }

    @Test func `From missing input nothing is met, under any combination of switches`() {
        let full = constantPlace(from: "2025-01-01", until: "2026-01-01")
        var places = [AirPlace(days: [:], region: nil, registry: Registry())]
        for item in AirIndexStandard.items {
            places.append(AirPlace(days: full.days.filter { $0.key != item }, region: nil, registry: Registry()))
        }
        // One hour of one day: one reading is never enough.
        let one = full.days.keys.map { item in
            (
                item,
                airDays(
                    airHours(item.rawValue, from: "2025-01-01", until: "2025-01-02") { _, hour in hour == 0 ? "1" : nil
                    })
            )
        }
        places.append(AirPlace(days: Dictionary(uniqueKeysWithValues: one), region: nil, registry: Registry()))
        for place in places {
            for comparison in LimitComparison.allCases {
                for percentiles in [AirPercentileRule.asYearlyMean, .blank] {
                    for spanning in SpanningRule.allCases {
                        var rules = airRules
                        rules.comparison = comparison
                        rules.percentiles = percentiles
                        rules.spanning = spanning
                        rules.excludedDays = .notExpected
                        let (first, second) = (day("2025-01-01"), day("2025-01-02"))
                        for (unit, until) in [
                            (CivilUnit.day, second), (.month, day("2025-02-01")), (.quarter, day("2025-04-01")),
                            (.year, day("2026-01-01")),
                        ] {
                            let period = CivilPeriod(from: first, until: until, offset: .china)
                            let result = assessed(place, unit, period, rules: rules)
                            #expect(result.verdict == .notAssessable)
                            #expect(result.reason != nil)
                            #expect(result.composite.failure != nil)
                        }
                    }
                }
            }
        }
    }

    @Test func `A year is the mean of its days, however it is cut`() throws {
        var numbers = SeededNumbers(state: 21)
        let hours = airHours("pm25", from: "2025-01-01", until: "2026-01-01") { _, _ in
            "\(numbers.next(below: 90)).\(numbers.next(below: 10))"
        }
        let whole = airDays(hours)
        let cut = try (1...12).flatMap { month -> [AirDay] in
            let first = try #require(CivilDate(year: 2025, month: month, day: 1))
            let end = CivilUnit.month.end(from: first)
            let part = AirHours(
                zip(0..., hours.values).compactMap { hour, value in
                    value.flatMap { ExactDecimal($0.description) }.map {
                        PeriodValue(
                            start: day("2025-01-01").start(at: .china).advanced(by: .hours(hour)), value: $0,
                            quality: .valid)
                    }
                }, of: id("pm25"), over: CivilPeriod(from: first, until: end, offset: .china), quality: .validOnly)
            return airDays(part).days
        }
        #expect(try cut.map { try $0.value.get() } == whole.days.map { try $0.value.get() })
    }
}
