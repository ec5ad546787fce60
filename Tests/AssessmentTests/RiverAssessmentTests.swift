// Goal: sections, rivers and their change as 环办〔2011〕22号 has them. Method: section classes chosen so that shares stand on
// both sides of every threshold; main pollutants and multiples worked by hand from GB 3838-2002.

import Assessment
import Exact
import Monitoring
import Standards
import Testing

private let june = CivilPeriod(from: day("2025-06-01"), until: day("2025-07-01"), offset: .china)

/// Values that make a river section of a class, one a month.
private let valuesOfClass: [[String: String]] = [
    ["ph": "7.2", "do": "8.1", "codmn": "1.9", "nh3n": "0.10", "tp": "0.015"],
    ["ph": "7.2", "do": "8.1", "codmn": "3.0", "nh3n": "0.10", "tp": "0.015"],
    ["ph": "7.2", "do": "8.1", "codmn": "5.0", "nh3n": "0.10", "tp": "0.015"],
    ["ph": "7.2", "do": "8.1", "codmn": "9.0", "nh3n": "0.10", "tp": "0.015"],
    ["ph": "7.2", "do": "8.1", "codmn": "12", "nh3n": "0.10", "tp": "0.015"],
    ["ph": "7.2", "do": "8.1", "codmn": "18", "nh3n": "0.10", "tp": "0.015"],
]

private func rule(
    profile: WaterItemProfile = .fivePlus([]), missingItems: MissingItemRule = .clause,
    missingSections: MissingItemRule = .clause, needs: [CivilUnit: Sufficiency] = [.month: Sufficiency(count: 1)],
    proportionFrom: Int = 5, target: WaterClass? = nil
) -> WaterAssessmentRule {
    WaterAssessmentRule(
        id: "example-month", source: "example", offset: .china, step: .oncePer(.month), chain: [], needs: needs,
        quality: .validOnly, belowDetection: .halfLimit, excludedSlots: .stayExpected, phPlaces: 0,
        water: WaterRule(
            profile: profile, comparison: .rounded, missingItems: missingItems, belowDetection: .halfLimit),
        target: target, missingSections: missingSections, proportionFrom: proportionFrom, toxicPriority: .tableMarks,
        multiplePlaces: 2, trophicPlaces: 2, codmnFactor: .printed2661)
}

private func section(
    _ id: String, _ values: [String: String], body: WaterBody? = .river, target: Int? = 3
) -> SectionValues {
    let series = Dictionary(
        uniqueKeysWithValues: values.map { name, text in
            (
                ParameterID(name),
                PeriodColumns([
                    PeriodValue(start: june.interval.start, value: decimal(text), quality: .valid)
                ])
            )
        })
    return SectionValues(
        id: id, names: [], waterBody: body, target: target.map(waterClass), series: series, reviewState: .autoChecked)
}

private func assessed(
    _ section: SectionValues, _ rule: WaterAssessmentRule = rule(), excluding: [Exclusion] = []
) -> SectionAssessment {
    assessSection(section, over: june, unit: .month, rule: rule, excluding: excluding)
}

private func exclusion(
    _ kind: ExclusionKind, _ places: [String], of parameters: [String] = [], approved: Bool = true
) -> Exclusion {
    Exclusion(
        id: "example-1", kind: kind, places: places, parameters: parameters.map { id($0) }, interval: june.interval,
        applicant: "example", evidence: "example",
        approval: approved ? .init(approver: "example", document: "example-7") : nil)
}

@Suite struct SectionAssessmentTests {
    @Test func `Grade, verdict and review state of a section`() {
        let found = assessed(section("A", valuesOfClass[3]))
        #expect(found.figure.assessment.verdict == .notMet)
        #expect(WaterStatus(found.figure.classification.waterClass ?? waterClass(1)) == .light)
        #expect(found.figure.assessment.reviewState == .autoChecked)
        #expect(WaterStatus.light.name.chinese == "轻度污染" && WaterStatus.light.colour.english == "yellow")
        #expect(
            [1, 2, 3, 4, 5, 6].map { WaterStatus(waterClass($0)) }
                == [.excellent, .excellent, .good, .light, .moderate, .heavy])
    }

    @Test func `Main pollutants go by class, then multiple, three at most, metals first`() {
        // Against Ⅲ: CODMn 9 is Ⅳ (0.5), NH3-N 1.9 is Ⅴ (0.9), TP 0.39 is Ⅴ (0.95), DO 1 is worse than Ⅴ without a multiple.
        let values = ["ph": "7", "do": "1.0", "codmn": "9.0", "nh3n": "1.9", "tp": "0.39"]
        let found = assessed(section("A", values)).figure.classification.mainPollutants()
        #expect(found.map(\.parameter.rawValue) == ["do", "tp", "nh3n"])
        #expect(found.map(\.multiple) == [nil, Fraction(19, 20), Fraction(9, 10)])
        let lead = rule(profile: .fivePlus([id("pb")]))
        let withLead = assessed(section("A", values.merging(["pb": "0.06"]) { $1 }), lead).figure.classification
        #expect(withLead.mainPollutants().map(\.parameter.rawValue) == ["pb", "do", "tp"])
        #expect(withLead.mainPollutants(toxic: .none).map(\.parameter.rawValue) == ["do", "tp", "nh3n"])
        #expect(assessed(section("A", valuesOfClass[2])).figure.classification.mainPollutants().isEmpty)
    }

    @Test func `A section of unknown water meets a target only if a lake would`() {
        let values = valuesOfClass[0].merging(["tp": "0.15"]) { $1 }
        #expect(assessed(section("A", values, body: .river)).figure.assessment.verdict == .met)
        let unknown = assessed(section("A", values, body: nil)).figure.assessment
        #expect(unknown.verdict == .notAssessable && unknown.reason?.reason == .noLimit)
        #expect(assessed(section("A", valuesOfClass[0], body: nil, target: 2)).figure.assessment.verdict == .met)
    }

    @Test func `Class one of oxygen by saturation is a switch, and needs the temperature`() {
        // 28 °C: 90 % of saturation is 9/10·468/59.6 = 7.067…; 7.2 mg/L is class Ⅱ by 7.5 and Ⅰ by saturation.
        let values = valuesOfClass[0].merging(["do": "7.2", "temp": "28.0"]) { $1 }
        var saturated = rule()
        saturated.water.oxygenClassOne = .saturation
        #expect(assessed(section("A", values)).figure.classification.waterClass == waterClass(2))
        #expect(assessed(section("A", values), saturated).figure.classification.waterClass == waterClass(1))
        let cold = assessed(section("A", values.filter { $0.key != "temp" }), saturated).figure.classification
        #expect(cold.waterClass == waterClass(2) && cold.isSaturationUnknown)
        #expect(
            SurfaceWaterStandard.oxygenAt90Percent(temperature: Fraction(28)).map { $0.rounded(places: 2, .halfEven) }
                == Fraction(707, 100))
        #expect(SurfaceWaterStandard.oxygenAt90Percent(temperature: Fraction(-40)) == nil)
    }

    @Test func `A natural background leaves its item out for the whole period, and both figures stand`() {
        let values = valuesOfClass[0].merging(["tp": "0.5"]) { $1 }
        let found = assessed(section("A", values), excluding: [exclusion(.naturalBackground, ["A"], of: ["tp"])])
        #expect(found.measured.assessment.verdict == .notMet)
        #expect(found.figure.assessment.verdict == .met && found.figure.leftOut == [id("tp")])
        #expect(found.figure.classification.profile.id == "5+X without tp")
        let pending = assessed(
            section("A", values), excluding: [exclusion(.naturalBackground, ["A"], of: ["tp"], approved: false)])
        #expect(pending.figure.assessment.verdict == .notMet && pending.notApproved == ["example-1"])
        // Everything left out is nothing assessed.
        let all = ["ph", "do", "codmn", "nh3n", "tp"]
        let none = assessed(section("A", values), excluding: [exclusion(.naturalBackground, ["A"], of: all)])
        #expect(none.figure.assessment.verdict == .notAssessable)
    }

    @Test func `A dry river is not assessed for the month, and dust has no part in water`() {
        let dry = assessed(section("A", valuesOfClass[0]), excluding: [exclusion(.noFlow, ["A"])])
        #expect(dry.isTakenOut && dry.figure.assessment.verdict == .notAssessable)
        #expect(dry.measured.assessment.verdict == .met)
        #expect(assessed(section("A", valuesOfClass[0]), excluding: [exclusion(.dust, ["A"])]).exclusions == [])
        #expect(assessed(section("A", valuesOfClass[0]), excluding: [exclusion(.noFlow, ["B"])]).exclusions == [])
    }

    @Test func `A parameter without limits and values beside the law give no verdict by default`() {
        // Total nitrogen has no limit in a river.
        let tn = rule(profile: .listed([id("tn")]))
        let found = assessed(section("A", ["tn": "0.1"]), tn).figure.assessment
        #expect(found.verdict == .notAssessable)
        #expect(assessed(section("A", [:])).figure.assessment.verdict == .notAssessable)
        #expect(assessed(section("A", valuesOfClass[0]), rule(needs: [:])).figure.assessment.verdict == .notAssessable)
        #expect(assessed(section("A", valuesOfClass[0], target: nil)).figure.assessment.reason?.reason == .noTarget)
    }

    @Test(arguments: [MissingItemRule.feedPractice, .clause], [nil, WaterBody.river, .lake])
    func `No path from empty input ends in a favourable verdict`(missing: MissingItemRule, body: WaterBody?) {
        let start = june.interval.start
        let nothing = [
            [:], ["codmn": PeriodColumns()],
            ["codmn": PeriodColumns([PeriodValue(start: start, value: .zero, quality: .valid, qualifier: .missing)])],
            ["codmn": PeriodColumns([PeriodValue(start: start, value: .zero, quality: .invalid)])],
            [
                "codmn": PeriodColumns([
                    PeriodValue(start: start.advanced(by: .days(40)), value: .zero, quality: .valid)
                ])
            ],
        ].map { (series: [String: PeriodColumns]) in
            Dictionary(uniqueKeysWithValues: series.map { (ParameterID($0.key), $0.value) })
        }
        for target in [nil, 1, 5, 6].map({ $0.map(waterClass) }) {
            for series in nothing {
                for records in [[], [exclusion(.ice, ["A"])], [exclusion(.naturalBackground, ["A"], of: ["codmn"])]] {
                    let empty = SectionValues(
                        id: "A", names: [], waterBody: body, target: target, series: series, reviewState: .raw)
                    let rule = rule(missingItems: missing, missingSections: missing)
                    let found = assessed(empty, rule, excluding: records)
                    #expect(found.figure.assessment.verdict == .notAssessable)
                    #expect(found.measured.assessment.verdict == .notAssessable)
                    let member = RiverMember(section: "A", figure: found.figure, isTakenOut: found.isTakenOut)
                    for listed in [[], ["A"], ["A", "B", "C", "D", "E"]] {
                        let river = assessRiver(listed: listed, members: [member], over: june, rule: rule)
                        #expect((try? river.status.get()) == nil)
                    }
                }
            }
        }
    }
}

@Suite struct RiverAssessmentTests {
    /// A river of `counts[i]` sections of class i + 1.
    private func river(
        _ counts: [Int], rule: WaterAssessmentRule = rule(), dropping: Int = 0, reversed: Bool = false
    ) -> RiverAssessment {
        var listed: [String] = []
        var members: [RiverMember] = []
        for (rank, count) in counts.enumerated() {
            for number in 0..<count {
                let name = "S\(rank + 1)-\(number)"
                listed.append(name)
                let found = assessed(section(name, valuesOfClass[rank]), rule)
                members.append(RiverMember(section: name, figure: found.figure, isTakenOut: false))
            }
        }
        if reversed { members.reverse() }
        return assessRiver(listed: listed, members: Array(members.dropLast(dropping)), over: june, rule: rule)
    }

    @Test(
        arguments: [
            ([9, 0, 0, 1, 0, 0], WaterStatus.excellent), ([8, 0, 0, 1, 0, 1], .good), ([3, 0, 0, 1, 0, 0], .good),
            ([15, 0, 0, 5, 0, 0], .good), ([14, 0, 0, 6, 0, 0], .light), ([7, 0, 0, 2, 0, 1], .light),
            ([7, 0, 0, 1, 0, 2], .moderate), ([0, 0, 6, 0, 1, 3], .moderate), ([3, 3, 0, 0, 0, 4], .heavy),
            ([0, 0, 5, 0, 0, 5], .heavy), ([0, 0, 0, 5, 5, 0], .light),
        ] as [([Int], WaterStatus)])
    func `Shares of classes give the grade of a river`(counts: [Int], expected: WaterStatus) {
        #expect(
            ClassShares(counts.enumerated().flatMap { Array(repeating: waterClass($0 + 1), count: $1) }).status
                == expected)
    }

    @Test func `From five sections on by proportions, below by means; five itself is a switch`() throws {
        let five = river([4, 0, 0, 1, 0, 0])
        #expect(five.method == .proportions)
        #expect(try five.status.get() == .good)
        #expect(five.riverPollutants.map(\.parameter.rawValue) == ["codmn"])
        #expect(five.riverPollutants[0].rate == Fraction(20))
        let strict = river([4, 0, 0, 1, 0, 0], rule: rule(proportionFrom: 6))
        // Mean CODMn (4·1.9 + 9)/5 = 3.32: class Ⅱ.
        #expect(strict.method == .means)
        #expect(strict.classification?.waterClass == waterClass(2))
        #expect(try strict.status.get() == .excellent)
        // Two sections: (9 + 18)/2 = 13.5, class Ⅴ, multiple 1.25.
        let two = river([0, 0, 0, 1, 0, 1])
        #expect(try two.status.get() == .moderate)
        #expect(two.sectionPollutants.map(\.multiple) == [Fraction(5, 4)])
    }

    @Test func `The order of sections changes nothing`() throws {
        for counts in [[2, 1, 1, 1, 0, 1], [1, 0, 1, 1, 0, 0]] {
            let forward = river(counts)
            let backward = river(counts, reversed: true)
            #expect(try forward.status.get() == backward.status.get())
            #expect(forward.assessed == backward.assessed && forward.riverPollutants == backward.riverPollutants)
        }
    }

    @Test
    func `A listed section without values makes the river not assessable, unless the rule counts those that have`() {
        #expect(river([4, 0, 0, 1, 0, 0], dropping: 1).status.failure?.reason == .missingItem)
        let lenient = river([4, 0, 0, 1, 0, 0], rule: rule(missingSections: .feedPractice), dropping: 1)
        #expect((try? lenient.status.get()) == .excellent)
        #expect(lenient.missing.map(\.section) == ["S4-0"])
    }

    @Test func `The mean of pH over sections is over ions of all readings and rounded once`() throws {
        var values = valuesOfClass[0]
        values["ph"] = "6.4"
        let one = assessed(section("A", values)).figure
        values["ph"] = "9.4"
        let two = assessed(section("B", values)).figure
        // Ions of 6.4 and 9.4: 6.70…, rounds to 7; of the rounded 6 and 9 it would be 6.30, which rounds to 6.
        let means = try sectionMeans(
            [one, two].enumerated().map { RiverMember(section: "S\($0)", figure: $1, isTakenOut: false) }, rule: rule()
        ).get()
        #expect(try means.values[id("ph")]?.get() == Fraction(7))
    }

    @Test func `Rivers and lakes have no common mean`() {
        let members = [WaterBody.river, .lake].enumerated().map { index, body in
            RiverMember(
                section: "S\(index)", figure: assessed(section("S\(index)", valuesOfClass[0], body: body)).figure,
                isTakenOut: false)
        }
        let mixed = assessRiver(listed: ["S0", "S1"], members: members, over: june, rule: rule())
        #expect(mixed.status.failure?.reason == .notComparable)
    }

    @Test func `A section taken out by an approved record leaves the count`() throws {
        let dry = assessed(section("S5", valuesOfClass[5]), excluding: [exclusion(.noFlow, ["S5"])])
        let others = (0..<5).map { number in
            RiverMember(
                section: "S\(number)", figure: assessed(section("S\(number)", valuesOfClass[0])).figure,
                isTakenOut: false)
        }
        let listed = (0..<6).map { "S\($0)" }
        let with = assessRiver(
            listed: listed, members: others + [RiverMember(section: "S5", figure: dry.figure, isTakenOut: true)],
            over: june, rule: rule())
        #expect(try with.status.get() == .excellent)
        #expect(with.takenOut == ["S5"])
        let without = assessRiver(
            listed: listed, members: others + [RiverMember(section: "S5", figure: dry.measured, isTakenOut: false)],
            over: june, rule: rule())
        #expect(try without.status.get() == .good)
    }

    @Test(arguments: [
        (WaterStatus.good, WaterStatus.good, WaterChange.unchanged), (.good, .light, .worse), (.light, .good, .better),
        (.excellent, .light, .markedlyWorse), (.heavy, .good, .markedlyBetter),
    ])
    func `Change by grade counts the steps`(before: WaterStatus, now: WaterStatus, expected: WaterChange) {
        #expect(WaterChange(from: before, to: now) == expected)
    }

    @Test(
        arguments: [
            // Of ten sections: G and D before and now, x = ΔG − ΔD.
            ([5, 0, 0, 5, 0, 0], [6, 0, 0, 4, 0, 0], WaterChange.unchanged, 10),
            ([5, 0, 0, 5, 0, 0], [7, 0, 0, 3, 0, 0], .better, 20),
            ([5, 0, 0, 4, 0, 1], [7, 0, 0, 3, 0, 0], .markedlyBetter, 30),
            ([7, 0, 0, 3, 0, 0], [6, 0, 0, 3, 0, 1], .worse, -20),
            ([7, 0, 0, 3, 0, 0], [6, 0, 0, 2, 0, 2], .markedlyWorse, -30),
            ([5, 0, 0, 5, 0, 0], [6, 0, 0, 3, 0, 1], .unchanged, 0),
        ] as [([Int], [Int], WaterChange, Int)])
    func `Change by shares has its bounds at 10 and 20 points`(
        before: [Int], now: [Int], expected: WaterChange, points: Int
    ) {
        func shares(_ counts: [Int]) -> ClassShares {
            ClassShares(counts.enumerated().flatMap { Array(repeating: waterClass($0 + 1), count: $1) })
        }
        #expect(WaterChange(from: shares(before), to: shares(now)) == expected)
        #expect(WaterChange.points(from: shares(before), to: shares(now)) == Fraction(points))
        #expect(WaterChange(from: ClassShares([]), to: shares(now)) == nil)
    }

    @Test func `Unlike sections and unlike items are not compared`() {
        let six = river([5, 0, 0, 1, 0, 0])
        let seven = river([6, 0, 0, 1, 0, 0])
        #expect(riverChange(from: six, to: six).byGrade == .success(.unchanged))
        #expect(riverChange(from: six, to: six).byShares == .success(.unchanged))
        #expect(riverChange(from: six, to: seven).byGrade.failure?.reason == .notComparable)
        let other = assessed(section("A", valuesOfClass[0]), rule(profile: .listed([id("codmn")])))
        #expect(
            sectionChange(from: other, to: assessed(section("A", valuesOfClass[0]))).figure.failure?.reason
                == .notComparable)
        let empty = assessed(section("A", [:]))
        #expect(sectionChange(from: empty, to: assessed(section("A", valuesOfClass[0]))).figure.failure != nil)
    }
}

@Suite struct WaterIndexTests {
    private func values(_ texts: [String: String]) -> [ParameterID: Result<Fraction, NotAssessable>] {
        Dictionary(uniqueKeysWithValues: texts.map { (id($0.key), .success(Fraction(decimal($0.value)))) })
    }

    @Test func `The worked trophic index of the reference, and its parts`() throws {
        let lake = values(["chla": "10", "tp": "0.05", "tn": "1", "sd": "1", "codmn": "6"])
        let found = try trophicIndex(lake, places: 2).get()
        #expect(found.index == Fraction(5_000, 100))
        #expect(
            found.parts.map { $0.index.decimalText(places: 2) } == ["50.01", "45.71", "54.53", "51.18", "48.77"])
        #expect(found.parts.reduce(Fraction.zero) { $0 + $1.weight } == .one)
        #expect(
            found.parts.map { $0.weight.rounded(places: 4, .halfEven).decimalText(places: 4) }
                == ["0.2663", "0.1879", "0.1790", "0.1834", "0.1834"])
        // The other printed factor moves the index by less than 0.02.
        let other = try trophicIndex(lake, places: 4, codmnFactor: .printed2660).get()
        let first = try trophicIndex(lake, places: 4).get()
        #expect((other.index - first.index).magnitude < Fraction(2, 100))
    }

    @Test func `The state follows from the unrounded index`() throws {
        // With 60 digits (Python, mpmath) the first index is 49.99713 and the second 50.00060: both print as 50.00.
        for (chlorophyll, state) in [("10", TrophicState.mesotrophic), ("10.012", .light)] {
            let lake = values(["chla": chlorophyll, "tp": "0.05", "tn": "1", "sd": "1", "codmn": "6"])
            let found = try trophicIndex(lake, places: 2).get()
            #expect(found.index == Fraction(50) && found.state == state)
        }
        let clear = values(["chla": "0.4", "tp": "0.002", "tn": "0.05", "sd": "10", "codmn": "0.6"])
        #expect(try trophicIndex(clear, places: 2).get().state == .oligotrophic)
        let green = values(["chla": "400", "tp": "0.9", "tn": "9", "sd": "0.1", "codmn": "25"])
        #expect(try trophicIndex(green, places: 2).get().state == .heavy)
        #expect(TrophicState.heavy.name.chinese == "重度富营养")
        // All ones: no logarithm is left and the index is a fraction.
        let ones = values(["chla": "1", "tp": "1", "tn": "1", "sd": "1", "codmn": "1"])
        #expect(
            try trophicIndex(ones, places: 6).get().parts.map(\.index)
                == [25, 9_436, 5_453, 5_118, 109].enumerated().map { $0 == 0 ? Fraction($1) : Fraction($1, 100) })
    }

    @Test func `Without one of the five, or with a zero among them, there is no index`() {
        let lake = values(["chla": "10", "tp": "0.05", "tn": "1", "sd": "1", "codmn": "6"])
        for parameter in lake.keys {
            #expect(trophicIndex(lake.filter { $0.key != parameter }, places: 2).failure?.reason == .missingItem)
            var zero = lake
            zero[parameter] = .success(.zero)
            #expect(trophicIndex(zero, places: 2).failure?.reason == .impossibleValue)
        }
    }

    @Test func `The city index sums each item over its class three limit`() throws {
        // 7.5: 0.25; DO 5/8 = 0.625; 3/6 = 0.5; 0.3/1 = 0.3; 0.1/0.2 = 0.5: 2.175.
        let city = values(["ph": "7.5", "do": "8", "codmn": "3", "nh3n": "0.3", "tp": "0.1"])
        let found = try cityWaterIndex(city, waterBody: .river, profile: .fivePlus([])).get()
        #expect(found.index == Fraction(2_175, 1_000))
        #expect(
            try cityWaterIndex(values(["ph": "6.6"]), waterBody: .river, profile: .listed([id("ph")])).get().index
                == Fraction(2, 5))
        #expect(cityWaterIndex(city, waterBody: .river).failure?.reason == .missingItem)
        let rest = try cityWaterIndex(city, waterBody: .river, missingItems: .feedPractice).get()
        #expect(rest.missing.count == 16 && rest.index == found.index)
        #expect(cityWaterIndex([:], waterBody: .lake, missingItems: .feedPractice).failure?.reason == .noValues)
        let still = values(["do": "0"])
        #expect(
            cityWaterIndex(still, waterBody: .river, profile: .listed([id("do")])).failure?.reason == .impossibleValue)
    }
}
