// Goal: the class, verdict and main pollutants of a section over a period, and what exclusions do to them. Method: one
// value an item and month; multiples and orders worked by hand from GB 3838-2002.

import Assessment
import Exact
import Monitoring
import Standards
import Testing

@Suite struct SectionAssessmentTests {
    @Test func `Grade, verdict and review state of a section`() {
        let found = assessedSection(waterSection("A", valuesOfClass[3]))
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
        let found = assessedSection(waterSection("A", values)).figure.classification.mainPollutants()
        #expect(found.map(\.parameter.rawValue) == ["do", "tp", "nh3n"])
        #expect(found.map(\.multiple) == [nil, Fraction(19, 20), Fraction(9, 10)])
        let lead = waterRule(profile: .fivePlus([id("pb")]))
        let withLead = assessedSection(waterSection("A", values.merging(["pb": "0.06"]) { $1 }), lead).figure
            .classification
        #expect(withLead.mainPollutants().map(\.parameter.rawValue) == ["pb", "do", "tp"])
        #expect(withLead.mainPollutants(toxic: .none).map(\.parameter.rawValue) == ["do", "tp", "nh3n"])
        #expect(assessedSection(waterSection("A", valuesOfClass[2])).figure.classification.mainPollutants().isEmpty)
    }

    @Test func `A section of unknown water meets a target only if a lake would`() {
        let values = valuesOfClass[0].merging(["tp": "0.15"]) { $1 }
        #expect(assessedSection(waterSection("A", values, body: .river)).figure.assessment.verdict == .met)
        let unknown = assessedSection(waterSection("A", values, body: nil)).figure.assessment
        #expect(unknown.verdict == .notAssessable && unknown.reason?.reason == .unknownWater)
        #expect(
            assessedSection(waterSection("A", valuesOfClass[0], body: nil, target: 2)).figure.assessment.verdict == .met
        )
    }

    @Test func `Class one of oxygen by saturation is a switch, and needs the temperature`() {
        // 28 °C: 90 % of saturation is 9/10·468/59.6 = 7.067…; 7.2 mg/L is class Ⅱ by 7.5 and Ⅰ by saturation.
        let values = valuesOfClass[0].merging(["do": "7.2", "temp": "28.0"]) { $1 }
        var saturated = waterRule()
        saturated.water.oxygenClassOne = .saturation
        #expect(assessedSection(waterSection("A", values)).figure.classification.waterClass == waterClass(2))
        #expect(assessedSection(waterSection("A", values), saturated).figure.classification.waterClass == waterClass(1))
        let cold = assessedSection(waterSection("A", values.filter { $0.key != "temp" }), saturated).figure
            .classification
        #expect(cold.waterClass == waterClass(2) && cold.isSaturationUnknown)
        #expect(
            SurfaceWaterStandard.oxygenAt90Percent(temperature: Fraction(28)).map { $0.rounded(places: 2, .halfEven) }
                == Fraction(707, 100))
        #expect(SurfaceWaterStandard.oxygenAt90Percent(temperature: Fraction(-40)) == nil)
    }

    @Test(arguments: [0, 1, 2])
    func `An unrounded comparison sees pH as it is, whatever decimals it is printed with`(places: Int) {
        func verdict(_ text: String) -> AssessmentVerdict {
            let rule = waterRule(comparison: .unrounded, phPlaces: places)
            let section = waterSection("A", valuesOfClass[0].merging(["ph": text]) { $1 })
            return assessedSection(section, rule).figure.assessment.verdict
        }
        #expect(verdict("9") == .met && verdict("6") == .met)
        #expect(verdict("9.004") == .notMet && verdict("5.996") == .notMet)
        #expect(verdict("9.4") == .notMet && verdict("5.6") == .notMet)
    }

    @Test func `A rounded comparison rounds pH once, to the decimals of its item`() {
        func figure(_ text: String) -> SectionFigure {
            let section = waterSection("A", valuesOfClass[0].merging(["ph": text]) { $1 })
            return assessedSection(section, waterRule(phPlaces: 2)).figure
        }
        // 9.496 is 9, and not 9.50 and then 10; 5.504 is 6, 5.496 is 5 and not 5.50 and then 6.
        #expect(figure("9.496").assessment.verdict == .met && figure("9.504").assessment.verdict == .notMet)
        #expect(figure("5.504").assessment.verdict == .met && figure("5.496").assessment.verdict == .notMet)
        // What is printed has the decimals the rule names.
        #expect(
            figure("9.496").statistics.first { $0.parameter == id("ph") }.map { try? $0.value.get() } == Fraction(19, 2)
        )
    }

    @Test func `What is not assessable says the first thing to be done about it`() {
        func reason(_ rule: WaterAssessmentRule, _ values: [String: String] = valuesOfClass[0]) -> NotAssessable.Reason?
        {
            assessedSection(waterSection("A", values), rule).figure.assessment.reason?.reason
        }
        #expect(reason(waterRule(needs: [:])) == .ruleIncomplete)
        #expect(reason(waterRule(missingItems: .feedPractice, needs: [:])) == .ruleIncomplete)
        #expect(reason(waterRule(needs: [.month: Sufficiency(count: 2)])) == .tooFewValues)
        #expect(reason(waterRule(), valuesOfClass[0].filter { $0.key != "tp" }) == .missingItem)
        #expect(reason(waterRule(), [:]) == .noValues)
        // One item below what it needs is enough for the reason to name it; a worse one beside it still decides.
        let few = waterRule(needs: [.month: Sufficiency(count: 2)])
        let found = assessedSection(waterSection("A", valuesOfClass[0]), few).figure
        #expect(found.assessment.reason?.detail.contains("codmn (1 of 1 values, needed is at least 2)") == true)
        guard case .failure(let why) = found.classification.result else {
            Issue.record("There is a class.")
            return
        }
        #expect(why.reason == .tooFewValues)
    }

    @Test func `A natural background leaves its item out for the whole period, and both figures stand`() {
        let values = valuesOfClass[0].merging(["tp": "0.5"]) { $1 }
        let found = assessedSection(
            waterSection("A", values), excluding: [waterExclusion(.naturalBackground, ["A"], of: ["tp"])])
        #expect(found.measured.assessment.verdict == .notMet)
        #expect(found.figure.assessment.verdict == .met && found.figure.leftOut == [id("tp")])
        #expect(found.figure.classification.profile.id == "5+X without tp")
        let pending = assessedSection(
            waterSection("A", values),
            excluding: [waterExclusion(.naturalBackground, ["A"], of: ["tp"], approved: false)])
        #expect(pending.figure.assessment.verdict == .notMet && pending.notApproved == ["example-1"])
        // Everything left out is nothing assessed.
        let all = ["ph", "do", "codmn", "nh3n", "tp"]
        let none = assessedSection(
            waterSection("A", values), excluding: [waterExclusion(.naturalBackground, ["A"], of: all)])
        #expect(none.figure.assessment.verdict == .notAssessable)
    }

    @Test func `A dry river is not assessed for the month, and dust has no part in water`() {
        let dry = assessedSection(waterSection("A", valuesOfClass[0]), excluding: [waterExclusion(.noFlow, ["A"])])
        #expect(dry.isTakenOut && dry.figure.assessment.verdict == .notAssessable)
        #expect(dry.measured.assessment.verdict == .met)
        #expect(
            assessedSection(waterSection("A", valuesOfClass[0]), excluding: [waterExclusion(.dust, ["A"])]).exclusions
                == [])
        #expect(
            assessedSection(waterSection("A", valuesOfClass[0]), excluding: [waterExclusion(.noFlow, ["B"])]).exclusions
                == [])
    }

    @Test func `A parameter without limits and values beside the law give no verdict by default`() {
        // Total nitrogen has no limit in a river.
        let tn = waterRule(profile: .listed([id("tn")]))
        let found = assessedSection(waterSection("A", ["tn": "0.1"]), tn).figure.assessment
        #expect(found.verdict == .notAssessable)
        #expect(assessedSection(waterSection("A", [:])).figure.assessment.verdict == .notAssessable)
        #expect(
            assessedSection(waterSection("A", valuesOfClass[0]), waterRule(needs: [:])).figure.assessment.verdict
                == .notAssessable)
        #expect(
            assessedSection(waterSection("A", valuesOfClass[0], target: nil)).figure.assessment.reason?.reason
                == .noTarget)
    }

    @Test func `A hole in the class table leaves its item without a limit, and the section without a verdict`() {
        let built = StandardTable.builtIn("gb3838")
        let rows = [built.header] + built.rows.map { row in built.header.map { row[$0] } }
        let text = rows.map { row in
            let hole = row[built.header.firstIndex(of: "item_id") ?? 0] == "codmn"
            return row.enumerated().map { index, field in
                hole && built.header[index] == "III" ? "" : "\"\(field.replacing("\"", with: "\"\""))\""
            }.joined(separator: ",")
        }.joined(separator: "\n")
        var holed = waterRule()
        holed.water.standard = SurfaceWaterStandard(
            id: "GB 3838-2002", table: StandardTable(name: "holed", text: text),
            span: SurfaceWaterStandard.gb3838of2002.span)
        #expect(holed.water.standard.items.count == SurfaceWaterStandard.gb3838of2002.items.count - 1)
        let found = assessedSection(waterSection("A", valuesOfClass[0]), holed).figure
        #expect(found.assessment.verdict == .notAssessable)
        #expect(found.classification.items.first { $0.parameter == id("codmn") }?.missing?.reason == .noLimit)
    }

    @Test(arguments: [MissingItemRule.feedPractice, .clause], [nil, WaterBody.river, .lake])
    func `No path from empty input ends in a favourable verdict`(missing: MissingItemRule, body: WaterBody?) {
        let start = juneOf2025.interval.start
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
                for records in [
                    [], [waterExclusion(.ice, ["A"])], [waterExclusion(.naturalBackground, ["A"], of: ["codmn"])],
                ] {
                    let empty = SectionValues(
                        id: "A", names: [], waterBody: body, target: target, series: series, reviewState: .raw)
                    let rule = waterRule(missingItems: missing, missingSections: missing)
                    let found = assessedSection(empty, rule, excluding: records)
                    #expect(found.figure.assessment.verdict == .notAssessable)
                    #expect(found.measured.assessment.verdict == .notAssessable)
                    let member = RiverMember(section: "A", figure: found.figure, isTakenOut: found.isTakenOut)
                    for listed in [[], ["A"], ["A", "B", "C", "D", "E"]] {
                        let river = assessRiver(listed: listed, members: [member], over: juneOf2025, rule: rule)
                        #expect((try? river.status.get()) == nil)
                    }
                }
            }
        }
    }
}
