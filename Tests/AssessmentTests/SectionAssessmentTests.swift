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
