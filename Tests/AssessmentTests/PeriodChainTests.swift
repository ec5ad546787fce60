// Goal: means by hour, 4 hours, day, month, quarter and year, sliding and flow-weighted, and what exclusions do to them.
// Method: small series worked by hand; properties under reordering, splitting and other units.

import Assessment
import Exact
import Monitoring
import Standards
import Testing

@Suite struct PeriodChainTests {
    private let half = Sufficiency(share: Fraction(1, 2))

    private func values(_ texts: [String], from date: String, step: Duration64 = .hours(4)) -> [PeriodValue] {
        texts.enumerated().map { index, text in
            let isBelow = text.hasPrefix("<")
            return PeriodValue(
                start: Instant(
                    milliseconds: day(date).start(at: .china).milliseconds + Int64(index) * step.milliseconds),
                value: decimal(isBelow ? String(text.dropFirst()) : text), quality: .valid,
                qualifier: isBelow ? .below : .none)
        }
    }

    private func rule(
        _ units: [CivilUnit], step: ValueStep = .every(.hours(4)), needs: Sufficiency? = nil,
        below: BelowDetectionRule = .halfLimit, slots: ExcludedSlots = .stayExpected
    ) -> PeriodRule {
        PeriodRule(
            step: step, levels: units.map { PeriodRule.Level($0, needs: needs ?? half) }, periodNeeds: needs ?? half,
            averaging: .arithmetic, quality: .validOnly, belowDetection: below, excludedSlots: slots)
    }

    private func period(_ from: String, _ until: String) -> CivilPeriod {
        CivilPeriod(from: day(from), until: day(until), offset: .china)
    }

    @Test func `Hours and 4-hour units are steps like any other`() throws {
        // Ten-minute values, two hours: 1 ×6 then 4 ×6; the hour means 1 and 4; the first 4-hour unit is their mean 5/2.
        let texts = Array(repeating: "1", count: 6) + Array(repeating: "4", count: 6)
        let ten = rule([.hour, .fourHours], step: .every(.minutes(10)), needs: Sufficiency(count: 1))
        let one = periodStatistic(
            values(texts, from: "2025-03-01", step: .minutes(10)), of: id("codmn"),
            over: period("2025-03-01", "2025-03-02"), rule: ten)
        #expect(try one.value.get() == Fraction(5, 2))
        #expect(one.parts.count == 6)
        #expect(one.parts[0].expected == 4 && one.parts[0].used == 2 && one.parts[1].isValid == false)
        #expect(one.chain == "values→hour→4-hour")
    }

    @Test func `A quarter and a year are means of months, and a manual month counts once`() throws {
        let monthly = (1...12).map { month in
            PeriodValue(
                start: CivilDate(year: 2025, month: month, day: 5)!.start(at: .china), value: decimal("\(month)"),
                quality: .valid)
        }
        let rule = rule([.month], step: .oncePer(.month), needs: Sufficiency(share: .one))
        let year = periodStatistic(monthly, of: id("tp"), over: period("2025-01-01", "2026-01-01"), rule: rule)
        #expect(try year.value.get() == Fraction(13, 2))
        #expect((year.used, year.expected) == (12, 12))
        let spring = periodStatistic(monthly, of: id("tp"), over: period("2025-04-01", "2025-07-01"), rule: rule)
        #expect(try spring.value.get() == Fraction(5))
        let gap = periodStatistic(
            Array(monthly.dropLast()), of: id("tp"), over: period("2025-10-01", "2026-01-01"), rule: rule)
        #expect(gap.value.failure?.reason == .tooFewValues)
    }

    @Test func `A season with no data, all values missing, and a blank need are not assessable`() {
        let empty = periodStatistic([], of: id("tp"), over: period("2025-01-01", "2025-04-01"), rule: rule([.day]))
        #expect(empty.value.failure?.reason == .noValues)
        let start = day("2025-03-01").start(at: .china)
        let missing = (0..<6).map { index in
            PeriodValue(
                start: start.advanced(by: .hours(4 * index)), value: .zero, quality: .valid, qualifier: .missing)
        }
        let none = periodStatistic(missing, of: id("tp"), over: period("2025-03-01", "2025-03-02"), rule: rule([.day]))
        #expect(none.value.failure?.reason == .noValues && none.refused == [.missing: 6])
        let blank = rule([.day], needs: Sufficiency())
        let some = periodStatistic(
            values(["1"], from: "2025-03-01"), of: id("tp"), over: period("2025-03-01", "2025-03-02"), rule: blank)
        #expect(some.value.failure?.reason == .ruleIncomplete)
    }

    @Test(arguments: [
        (BelowDetectionRule.halfLimit, "0.0125"), (.detectionLimit, "0.025"), (.zero, "0"),
    ])
    func `A value below detection counts as its rule says`(below: BelowDetectionRule, stands: String) throws {
        let statistic = periodStatistic(
            values(["<0.025", "0.1", "0.1"], from: "2025-03-01"), of: id("nh3n"),
            over: period("2025-03-01", "2025-03-02"), rule: rule([], below: below))
        #expect(try statistic.value.get() == (Fraction(decimal(stands)) + Fraction(1, 5)) / Fraction(3))
        let refused = periodStatistic(
            values(["<0.025", "0.1", "0.1"], from: "2025-03-01"), of: id("nh3n"),
            over: period("2025-03-01", "2025-03-02"), rule: rule([], needs: Sufficiency(count: 1), below: .refuse))
        #expect(refused.refused == [.censored: 1])
    }

    @Test func `Order of the values, cut of the chain and the unit change nothing that they should not`() throws {
        let texts = (0..<180).map { "\($0 * 37 % 101).\($0 % 10)" }
        let month = period("2025-04-01", "2025-05-01")
        let ordered = values(texts, from: "2025-04-01")
        let reference = try periodStatistic(ordered, of: id("codmn"), over: month, rule: rule([.day])).value.get()
        // Another order: the same value and counts.
        let shuffled = (0..<180).map { ordered[$0 * 77 % 180] }
        #expect(
            try periodStatistic(shuffled, of: id("codmn"), over: month, rule: rule([.day])).value.get() == reference)
        // Whole days of equally many values: day means change nothing.
        #expect(try periodStatistic(ordered, of: id("codmn"), over: month, rule: rule([])).value.get() == reference)
        // Each day by itself, then their mean.
        let days = try (0..<30).map { number in
            let date = day("2025-04-01").advanced(byDays: number)
            let one = CivilPeriod(from: date, until: date.advanced(byDays: 1), offset: .china)
            return try periodStatistic(ordered, of: id("codmn"), over: one, rule: rule([])).value.get()
        }
        #expect(days.reduce(Fraction.zero, +) / Fraction(30) == reference)
        // µg/L instead of mg/L: three places further.
        let micro = ordered.map { value in
            PeriodValue(
                start: value.start,
                value: ExactDecimal(
                    mantissa: value.item.value.mantissa, exponent: value.item.value.exponent + 3), quality: .valid)
        }
        #expect(
            try periodStatistic(micro, of: id("codmn"), over: month, rule: rule([.day])).value.get()
                == reference * Fraction(1_000))
    }

    @Test func `A sum beyond 127 bits is still exact`() throws {
        let start = day("2025-03-01").start(at: .china)
        let far = [
            PeriodValue(
                start: start, value: ExactDecimal(mantissa: 999_999_999_999_999_999, exponent: 18), quality: .valid),
            PeriodValue(
                start: start.advanced(by: .hours(4)), value: ExactDecimal(mantissa: 1, exponent: -18), quality: .valid),
        ]
        let mean = try periodStatistic(
            far, of: id("codmn"), over: period("2025-03-01", "2025-03-02"),
            rule: rule([], needs: Sufficiency(count: 1))
        ).value.get()
        #expect(mean.description == "499999999999999999500000000000000000.0000000000000000005")
    }

    // MARK: Sliding and flow-weighted

    @Test func `Sliding means follow each other by a step, and thin windows say so`() throws {
        let hourly = values(["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"], from: "2025-03-01", step: .hours(1))
        let columns = PeriodColumns(hourly.filter { $0.item.value != decimal("9") })
        let sliding = SlidingRule(
            window: .hours(8), cadence: .hours(1), needs: Sufficiency(count: 7), quality: .validOnly,
            belowDetection: .refuse)
        let start = day("2025-03-01").start(at: .china)
        let (means, isDisputed) = slidingMeans(
            columns, of: id("codmn"), in: Interval(start: start, end: start.advanced(by: .hours(11))), rule: sliding)
        // 1…8: 4.5; 2…8: 5 of seven; 3…8 and 10: 43/7; 4…8 and 10 are six: too few.
        #expect(means.map { try? $0.value.get() } == [Fraction(9, 2), Fraction(5), Fraction(43, 7), nil])
        #expect(means.map(\.used) == [8, 7, 7, 6] && !isDisputed)
        #expect(means[3].value.failure?.reason == .tooFewValues)
        #expect(means[1].window.start == start.advanced(by: .hours(1)))
        let nothing = slidingMeans(
            PeriodColumns(), of: id("codmn"), in: Interval(start: start, end: start.advanced(by: .hours(9))),
            rule: sliding)
        #expect(nothing.means.map { $0.value.failure?.reason } == [.noValues, .noValues])
    }

    private var flowRule: FlowWeighting {
        FlowWeighting(
            window: .hours(4), flowNeeds: Sufficiency(count: 1), flowCadence: .hours(1),
            pairNeeds: Sufficiency(share: Fraction(1, 3)), quality: .validOnly, belowDetection: .halfLimit)
    }

    @Test func `A flow-weighted mean is the load over the water`() throws {
        // C 2 with Q 10 and 30 (mean 20), C 5 with Q 60: (2·20 + 5·60) / 80 = 17/4. The plain mean is 7/2.
        let concentration = PeriodColumns(values(["2", "5"], from: "2025-03-01"))
        let start = day("2025-03-01").start(at: .china)
        let flow = PeriodColumns(
            [(0, "10"), (2, "30"), (4, "60")].map { hour, text in
                PeriodValue(start: start.advanced(by: .hours(hour)), value: decimal(text), quality: .valid)
            })
        let one = period("2025-03-01", "2025-03-02")
        let mean = flowWeightedMean(concentration, of: id("tp"), flows: flow, over: one, rule: flowRule)
        #expect(try mean.value.get() == Fraction(17, 4))
        #expect((mean.pairs, mean.expected, mean.withoutFlow) == (2, 6, 0))
        #expect(
            flowWeightedMean(concentration, of: id("ph"), flows: flow, over: one, rule: flowRule).value.failure?.reason
                == .impossibleValue)
        let dry = flowWeightedMean(concentration, of: id("tp"), flows: PeriodColumns(), over: one, rule: flowRule)
        #expect(dry.value.failure?.reason == .tooFewValues && dry.withoutFlow == 2)
        let still = PeriodColumns(values(["0", "0"], from: "2025-03-01"))
        #expect(
            flowWeightedMean(concentration, of: id("tp"), flows: still, over: one, rule: flowRule).value.failure?.reason
                == .impossibleValue)
        let back = PeriodColumns(values(["-5", "7"], from: "2025-03-01"))
        #expect(
            flowWeightedMean(concentration, of: id("tp"), flows: back, over: one, rule: flowRule).value.failure?.reason
                == .impossibleValue)
    }

    // MARK: Exclusions

    private func exclusion(
        _ from: String, _ until: String, approved: Bool = true, of parameters: [String] = []
    )
        -> Exclusion
    {
        Exclusion(
            id: "example-\(from)", kind: .construction, places: ["S"], parameters: parameters.map { id($0) },
            interval: period(from, until).interval, applicant: "example", evidence: "example",
            approval: approved ? .init(approver: "example", document: "example-1") : nil)
    }

    @Test func `Both figures are formed, and only an approved record changes one`() throws {
        let texts = Array(repeating: "1", count: 6) + Array(repeating: "9", count: 6)
        let columns = PeriodColumns(values(texts, from: "2025-03-01"))
        let two = period("2025-03-01", "2025-03-03")
        let both = statistic(
            columns, of: id("codmn"), over: two, rule: rule([.day]), excluding: [exclusion("2025-03-02", "2025-03-03")])
        #expect(try both.without.value.get() == Fraction(5))
        #expect(try both.figure.value.get() == Fraction(1))
        #expect(both.figure.refused == [.excluded: 6] && both.figure.exclusions == ["example-2025-03-02"])
        let pending = statistic(
            columns, of: id("codmn"), over: two, rule: rule([.day]),
            excluding: [exclusion("2025-03-02", "2025-03-03", approved: false)])
        #expect(try pending.figure.value.get() == Fraction(5))
        #expect(pending.notApproved == ["example-2025-03-02"] && !pending.isChanged)
        let other = statistic(
            columns, of: id("codmn"), over: two, rule: rule([.day]),
            excluding: [exclusion("2025-03-02", "2025-03-03", of: ["tp"])])
        #expect(try other.figure.value.get() == Fraction(5))
    }

    @Test func `Excluded slots stay expected unless the rule says otherwise`() throws {
        let columns = PeriodColumns(values(Array(repeating: "1", count: 18), from: "2025-03-01"))
        let three = period("2025-03-01", "2025-03-04")
        let much = [exclusion("2025-03-02", "2025-03-04")]
        let strict = statistic(columns, of: id("codmn"), over: three, rule: rule([.day]), excluding: much)
        #expect(strict.figure.value.failure?.reason == .tooFewValues)
        let lenient = statistic(
            columns, of: id("codmn"), over: three, rule: rule([.day], slots: .notExpected), excluding: much)
        #expect(try lenient.figure.value.get() == Fraction(1))
        #expect(lenient.figure.expected == 6)
        // Everything taken out: no rule makes a figure of nothing.
        let all = statistic(
            columns, of: id("codmn"), over: three, rule: rule([.day], slots: .notExpected),
            excluding: [exclusion("2025-03-01", "2025-03-04")])
        #expect(all.figure.value.failure?.reason == .noValues)
    }

    @Test func `Periods name themselves and find the year before`() {
        #expect(CivilPeriod(.month, containing: day("2025-03-09"), offset: .china).text == "2025-03")
        #expect(CivilPeriod(.quarter, containing: day("2025-12-31"), offset: .china).text == "2025-Q4")
        #expect(CivilPeriod(.year, containing: day("2024-02-29"), offset: .china).text == "2024")
        #expect(CivilPeriod(.month, containing: day("2024-02-10"), offset: .china).yearBefore.text == "2023-02")
        #expect(period("2024-02-29", "2024-03-02").yearBefore.text == "2023-02-28/2023-03-02")
    }
}
