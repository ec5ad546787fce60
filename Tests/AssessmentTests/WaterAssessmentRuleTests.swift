// Goal: a rule of assessment says everything or stays blank, and mistakes are told. Method: the shipped example, and one
// change a case.

import Assessment
import Exact
import Foundation
import Monitoring
import Standards
import Testing

@Suite struct WaterAssessmentRuleTests {
    private func example() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appending(path: "fixtures/assessment/example-water-month.yaml").resolvingSymlinksInPath()
        return try String(contentsOf: file, encoding: .utf8)
    }

    @Test func `The example has every key and no problem`() throws {
        let (found, problems) = readWaterAssessmentRule(try example(), file: "rule.yaml")
        #expect(problems == [])
        let rule = try #require(found)
        #expect(rule.chain == [.day, .month] && rule.step == .every(.hours(4)))
        #expect(rule.needs[.month] == Sufficiency(share: Fraction(3, 5)) && rule.needs[.year] == Sufficiency(count: 12))
        let month = rule.periodRule(for: .month, parameter: id("codmn"))
        #expect(month.levels.map(\.unit) == [.day] && month.periodNeeds == Sufficiency(share: Fraction(3, 5)))
        let year = rule.periodRule(for: .year, parameter: id("ph"))
        #expect(year.levels.map(\.unit) == [.day, .month] && year.averaging == .hydrogenIons(places: 0))
        #expect(rule.switches(for: .month).allSatisfy { !$0.value.isEmpty })
    }

    @Test func `A need left blank is a rule with a hole, never a guess`() throws {
        let text = try example().replacing("month: {share: 3/5}", with: "month:")
        let (found, problems) = readWaterAssessmentRule(text, file: "rule.yaml")
        #expect(problems == [])
        let rule = try #require(found)
        #expect(rule.periodRule(for: .month, parameter: id("tp")).hasBlank)
        #expect(rule.periodRule(for: .quarter, parameter: id("tp")).hasBlank)
        #expect(!rule.periodRule(for: .day, parameter: id("tp")).hasBlank)
    }

    @Test(arguments: [
        ("step: 4h", "step: often", "registry.value.type"),
        ("chain: [day, month]", "chain: [month, day]", "registry.value.type"),
        ("chain: [day, month]", "chain: [week]", "registry.value.type"),
        ("share: 3/5", "share: 6/5", "registry.value.type"),
        ("count: 3}", "count: 0}", "registry.value.type"),
        ("quality: valid-or-untested", "quality: all", "registry.value.type"),
        ("below-detection: half-limit", "below-detection:", "registry.value.missing"),
        ("ph-places: 0", "ph-places: 9", "registry.value.type"),
        ("items: 5+X", "items: 6", "registry.standard.unknown"),
        ("items: 5+X", "items: listed", "registry.standard.unknown"),
        ("extra: []", "extra: [gold]", "registry.parameter.unknown"),
        ("target: III", "target: VI", "registry.value.type"),
        ("proportion-from: 5", "proportion-from: 4", "registry.value.type"),
        ("oxygen-class-1: concentration", "oxygen-class-1: 8", "registry.value.type"),
        ("source: example", "source: example\n  season: wet", "registry.key.unknown"),
    ])
    func `A mistake is told with its place`(from: String, to: String, check: String) throws {
        let (_, problems) = readWaterAssessmentRule(try example().replacing(from, with: to), file: "rule.yaml")
        #expect(problems.map(\.check).allSatisfy { $0 == check } && !problems.isEmpty, "\(problems)")
        #expect(problems.allSatisfy { $0.line > 0 && !$0.remedy.isEmpty && $0.file == "rule.yaml" })
    }

    @Test func `A file that is no rule gives none`() {
        #expect(readWaterAssessmentRule("", file: "x").rule == nil)
        #expect(
            readWaterAssessmentRule("a: b", file: "x").problems.map(\.check).sorted() == [
                "registry.key.unknown", "registry.value.missing",
            ])
    }
}
