// Goal: a period's mean, its counts and its verdict. Method: tiny series with means worked by hand, pH means from
// another program with 60 digits (Python's decimal), shares on both sides of the minimum.

import Assessment
import Exact
import Monitoring
import Standards
import Testing

@Suite struct PeriodStatisticTests {
    private let march = CivilPeriod(from: day("2025-03-01"), until: day("2025-03-03"), offset: .china)

    /// Readings every 4 h from the start of `date`.
    private func readings(_ values: [String], from date: String, quality: QualityVerdict = .valid) -> [PeriodValue] {
        values.enumerated().map { index, text in
            PeriodValue(
                start: day(date).start(at: .china).advanced(by: .hours(4 * index)), value: decimal(text),
                quality: quality)
        }
    }

    private func rule(
        _ levels: [PeriodRule.Level] = [.init(.day, minimumShare: Fraction(1, 2))], share: Fraction? = .one,
        averaging: Averaging = .arithmetic, quality: QualityPolicy = .validOnly
    ) -> PeriodRule {
        PeriodRule(
            cadence: .hours(4), levels: levels, periodShare: share, averaging: averaging, quality: quality,
            belowDetection: .halfLimit)
    }

    @Test func `A mean of day means weighs days alike`() throws {
        // Day 1: (1+2+3)/3 = 2; day 2: (4+4+4+4)/4 = 4; their mean is 3, the mean of all values 22/7.
        let values =
            readings(["1", "2", "3"], from: "2025-03-01") + readings(["4", "4", "4", "4"], from: "2025-03-02")
        let statistic = periodStatistic(values, of: id("codmn"), over: march, rule: rule())
        #expect(try statistic.value.get() == Fraction(3))
        #expect((statistic.used, statistic.expected) == (7, 12))
        #expect(statistic.parts.map(\.mean) == [Fraction(2), Fraction(4)])
        #expect(statistic.parts.map(\.expected) == [6, 6])
        let flat = periodStatistic(values, of: id("codmn"), over: march, rule: rule([], share: Fraction(1, 2)))
        #expect(try flat.value.get() == Fraction(22, 7))
        #expect(flat.reviewState == .raw)
    }

    @Test func `A day below its share drops out, and the period below its share is not assessable`() throws {
        let values = readings(["1", "2", "3"], from: "2025-03-01") + readings(["9", "9"], from: "2025-03-02")
        let strict = periodStatistic(values, of: id("codmn"), over: march, rule: rule())
        #expect(strict.value.failure?.reason == .tooFewValues)
        #expect(strict.parts.map(\.isValid) == [true, false])
        let half = periodStatistic(values, of: id("codmn"), over: march, rule: rule(share: Fraction(1, 2)))
        #expect(try half.value.get() == Fraction(2))
        // Five values are valid; the two of the short day are in no mean, and the counts say so.
        #expect((half.used, half.entered, half.expected) == (5, 3, 12))
        #expect(half.levels.map(\.used) == [1] && half.levels.map(\.expected) == [2])
        #expect(half.levels.first?.needs.description == "a share of 0.5")
        let byCount = rule([.init(.day, needs: Sufficiency(count: 2))])
        let both = periodStatistic(values, of: id("codmn"), over: march, rule: byCount)
        #expect(try both.value.get() == Fraction(11, 2) && both.entered == 5)
    }

    @Test func `A year is the mean of its months whatever their lengths`() throws {
        let year = CivilPeriod(from: day("2025-01-01"), until: day("2026-01-01"), offset: .china)
        // Months valued 1…12 at every reading: the mean of months is 6.5.
        var values: [PeriodValue] = []
        for number in 0..<365 {
            let date = day("2025-01-01").advanced(byDays: number)
            values += readings(Array(repeating: String(date.month), count: 6), from: date.description)
        }
        let levels: [PeriodRule.Level] = [.init(.day, minimumShare: .one), .init(.month, minimumShare: .one)]
        let statistic = periodStatistic(values, of: id("tp"), over: year, rule: rule(levels))
        #expect(try statistic.value.get() == Fraction(13, 2))
        #expect(statistic.parts.map(\.expected) == [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
        #expect((statistic.used, statistic.expected) == (2_190, 2_190))
    }

    @Test func `The mean of pH is over hydrogen ions and rounded once`() throws {
        // 6.5 and 8.5 average to 6.7967…: 6.80 at two places, 7 at none.
        let one = CivilPeriod(from: day("2025-03-01"), until: day("2025-03-02"), offset: .china)
        let values = readings(["6.5", "8.5"], from: "2025-03-01")
        for (places, expected) in [(2, "6.80"), (0, "7"), (4, "6.7967")] {
            let rule = rule([], share: Fraction(1, 3), averaging: .hydrogenIons(places: places))
            let statistic = periodStatistic(values, of: id("ph"), over: one, rule: rule)
            #expect(try statistic.value.get() == Fraction(decimal(expected)))
        }
        // Day means of ions, then their mean: −log10(((10^−6.5 + 10^−8.5)/2 + 10^−7)/2) = 6.88656… (Python, 60 digits).
        let two = values + readings(["7", "7", "7"], from: "2025-03-02")
        let levels: [PeriodRule.Level] = [.init(.day, minimumShare: Fraction(1, 3))]
        let rule = rule(levels, averaging: .hydrogenIons(places: 4))
        #expect(
            try periodStatistic(two, of: id("ph"), over: march, rule: rule).value.get() == Fraction(decimal("6.8866")))
    }

    @Test func `Refused values are counted by their reason and take no part`() throws {
        let start = day("2025-03-01").start(at: .china)
        let values =
            readings(["1", "1", "1", "1", "1", "1"], from: "2025-03-02")
            + readings(["2", "2", "2"], from: "2025-03-01")
            + [
                PeriodValue(start: start.advanced(by: .hours(12)), value: decimal("50"), quality: .suspect),
                PeriodValue(start: start.advanced(by: .hours(16)), value: .zero, quality: .valid, qualifier: .missing),
                PeriodValue(start: start.advanced(by: .hours(20)), value: decimal("-4"), quality: .valid),
                PeriodValue(start: start.advanced(by: .hours(-4)), value: decimal("9"), quality: .valid),
            ]
        let statistic = periodStatistic(values, of: id("codmn"), over: march, rule: rule())
        #expect(try statistic.value.get() == Fraction(3, 2))
        #expect(statistic.refused == [.quality: 1, .missing: 1, .impossible: 1])
        let untested = readings(["1"], from: "2025-03-01", quality: .notTested)
        #expect(
            periodStatistic(untested, of: id("codmn"), over: march, rule: rule()).value.failure?.reason == .noValues)
    }

    @Test func `Two values for one time make the statistic disputed, the same value twice does not`() {
        let values = readings(["1", "1", "1"], from: "2025-03-01")
        #expect(periodStatistic(values + values, of: id("codmn"), over: march, rule: rule()).isDisputed == false)
        let other = readings(["7"], from: "2025-03-01")
        #expect(periodStatistic(values + other, of: id("codmn"), over: march, rule: rule()).isDisputed)
    }

    @Test func `A blank share and a change of the reference state are not assessable`() {
        let values = readings(["1", "1", "1"], from: "2025-03-01")
        #expect(
            periodStatistic(values, of: id("codmn"), over: march, rule: rule(share: nil)).value.failure?.reason
                == .ruleIncomplete)
        let blank = rule([.init(.day, minimumShare: nil)])
        #expect(
            periodStatistic(values, of: id("codmn"), over: march, rule: blank).value.failure?.reason == .ruleIncomplete)
        let change = CivilPeriod(from: day("2018-08-31"), until: day("2018-09-02"), offset: .china)
        let gas = readings(Array(repeating: "9", count: 12), from: "2018-08-31")
        #expect(periodStatistic(gas, of: id("so2"), over: change, rule: rule()).value.failure?.reason == .mixedEditions)
        #expect((try? periodStatistic(gas, of: id("pm25"), over: change, rule: rule()).value.get()) == Fraction(9))
    }
}

@Suite struct PeriodAssessmentTests {
    private let period = CivilPeriod(from: day("2025-03-01"), until: day("2025-03-02"), offset: .china)
    private let waterRule = WaterRule(
        profile: .fivePlus([]), comparison: .rounded, missingItems: .clause, belowDetection: .halfLimit)

    private func statistic(_ item: String, _ values: [String]) -> PeriodStatistic {
        let readings = values.enumerated().map { index, text in
            PeriodValue(
                start: day("2025-03-01").start(at: .china).advanced(by: .hours(4 * index)), value: decimal(text),
                quality: .valid)
        }
        let rule = PeriodRule(
            cadence: .hours(4), levels: [], periodShare: Fraction(1, 6),
            averaging: item == "ph" ? .hydrogenIons(places: 0) : .arithmetic, quality: .validOnly,
            belowDetection: .halfLimit)
        return periodStatistic(readings, of: id(item), over: period, rule: rule)
    }

    private func assessed(_ values: [String: [String]], target: Int?) -> PeriodAssessment {
        assessPeriod(
            values.map { statistic($0.key, $0.value) }, over: period, waterBody: .river,
            target: target.map(waterClass), rule: waterRule)
    }

    private let clean = ["ph": ["7.1"], "do": ["8"], "codmn": ["1.5"], "nh3n": ["0.1"], "tp": ["0.099", "0.102"]]

    @Test func `A period reaches its target or does not`() {
        // Mean of phosphorus 0.1005 rounds half to even to 0.100: class II.
        let result = assessed(clean, target: 2)
        #expect(result.verdict == .met)
        #expect(result.classification.waterClass == waterClass(2))
        #expect(assessed(clean, target: 1).verdict == .notMet)
    }

    @Test func `With an item missing a target is never met, but may be missed for certain`() {
        let missing = clean.filter { $0.key != "nh3n" }
        #expect(assessed(missing, target: 5).verdict == .notAssessable)
        #expect(assessed(missing, target: 5).reason?.reason == .missingItem)
        #expect(assessed(missing, target: 1).verdict == .notMet)
    }

    @Test func `Without a target nothing is met, and two values for one time are disputed`() {
        #expect(assessed(clean, target: nil).verdict == .notAssessable)
        #expect(assessed(clean, target: nil).reason?.reason == .noTarget)
        let start = day("2025-03-01").start(at: .china)
        let rule = PeriodRule(
            cadence: .hours(4), levels: [], periodShare: .zero, averaging: .arithmetic, quality: .validOnly,
            belowDetection: .refuse)
        let both = ["1", "2"].map { PeriodValue(start: start, value: decimal($0), quality: .valid) }
        let disputed = periodStatistic(both, of: id("codmn"), over: period, rule: rule)
        let others = clean.filter { $0.key != "codmn" }.map { statistic($0.key, $0.value) }
        let result = assessPeriod(
            others + [disputed], over: period, waterBody: .river, target: waterClass(5), rule: waterRule)
        #expect(result.verdict == .disputed)
    }

    @Test func `From empty input nothing favourable follows, under any combination of rules`() {
        for comparison in LimitComparison.allCases {
            for missing in MissingItemRule.allCases {
                for below in BelowDetectionRule.allCases {
                    for target in [nil, 1, 2, 3, 4, 5, 6].map({ $0.map(waterClass) }) {
                        let rule = WaterRule(
                            profile: .fivePlus([]), comparison: comparison, missingItems: missing, belowDetection: below
                        )
                        let empty = statistic("codmn", [])
                        for statistics in [[], [empty]] {
                            let result = assessPeriod(
                                statistics, over: period, waterBody: nil, target: target, rule: rule)
                            #expect(result.verdict == .notAssessable)
                            #expect(result.reason != nil)
                        }
                        let none = WaterRule(
                            profile: .listed([]), comparison: comparison, missingItems: missing, belowDetection: below)
                        let result = assessPeriod([], over: period, waterBody: .lake, target: target, rule: none)
                        #expect(result.verdict == .notAssessable)
                    }
                }
            }
        }
    }
}
