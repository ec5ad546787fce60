// Goal: the class of a section and what decided it. Method: small sets of values with classes read off GB 3838-2002 by
// hand; switches compared at values where they matter.

import Assessment
import Exact
import Monitoring
import Standards
import Testing

@Suite struct WaterClassificationTests {
    private let clean = ["ph": "7.2", "do": "8.1", "codmn": "1.9", "nh3n": "0.10", "tp": "0.015"]

    private func classified(
        _ values: [String: String], _ body: WaterBody? = .river, target: Int? = nil,
        change: (inout WaterRule) -> Void = { _ in }
    ) -> WaterClassification {
        var rule = WaterRule.realTime
        change(&rule)
        return classify(
            items(values), on: day("2025-03-01"), waterBody: body, target: target.map(waterClass), rule: rule)
    }

    @Test func `The worst item is the section's class, and all that share it decide`() {
        let result = classified(clean.merging(["codmn": "5.0", "nh3n": "0.9"]) { $1 })
        #expect(result.waterClass == waterClass(3))
        #expect(result.deciding == [id("codmn"), id("nh3n")])
        #expect(classified(clean).waterClass == waterClass(1))
        #expect(classified(clean).deciding.count == 5)
    }

    @Test func `Total nitrogen and temperature take no part`() {
        let result = classified(clean.merging(["tn": "9.9", "temp": "35"]) { $1 })
        #expect(result.waterClass == waterClass(1))
        #expect(result.items.map(\.parameter.rawValue) == ["ph", "do", "codmn", "nh3n", "tp"])
    }

    @Test func `Phosphorus is stricter in a lake, and of unknown water only what both agree on is decided`() {
        let values = clean.merging(["tp": "0.15"]) { $1 }
        #expect(classified(values, .river).waterClass == waterClass(3))
        #expect(classified(values, .lake).waterClass == waterClass(5))
        // 0.15 mg/L is class Ⅲ in a river and Ⅴ in a lake: no class, with the reason.
        let unknown = classified(values, nil)
        #expect(unknown.waterClass == nil && unknown.waterBody == nil)
        #expect(unknown.missing.map(\.missing?.reason) == [.unknownWater])
        guard case .failure(let reason) = unknown.result else {
            Issue.record("There is a class.")
            return
        }
        #expect(
            reason.description
                == "unknown-water: tp: class Ⅲ in a river, Ⅴ in a lake; state `water-body: river` or `lake`")
        // Where another item is worse than either, or both rows say the same, the class is both's.
        #expect(classified(values.merging(["codmn": "14"]) { $1 }, nil).waterClass == waterClass(5))
        #expect(classified(clean.merging(["tp": "0.5"]) { $1 }, nil).waterClass == waterClass(6))
        #expect(classified(clean.filter { $0.key != "tp" }, nil).waterClass == waterClass(1))
    }

    @Test func `Unrounded and rounded comparison part at the limit`() {
        // 0.2004 is above 0.2 and rounds to 0.200; pH 9.4 is outside 6…9 and rounds to 9.
        let values = clean.merging(["tp": "0.2004", "ph": "9.4"]) { $1 }
        #expect(classified(values).waterClass == waterClass(6))
        #expect(classified(values) { $0.comparison = .rounded }.waterClass == waterClass(3))
        // A tie goes to the even digit: 0.2005 becomes 0.200, 0.2015 becomes 0.202.
        let tie = clean.merging(["tp": "0.2005"]) { $1 }
        #expect(classified(tie) { $0.comparison = .rounded }.waterClass == waterClass(3))
        let over = clean.merging(["tp": "0.2015"]) { $1 }
        #expect(classified(over) { $0.comparison = .rounded }.waterClass == waterClass(4))
    }

    @Test(arguments: [
        ("0.0004", 3, "0.0004"), ("0.0006", 3, "0.001"), ("0.00045", 3, "0.0004"), ("0", 3, "0"),
        ("0.0005", 3, "0.0005"),
        ("0.125", 2, "0.12"), ("0.135", 2, "0.14"), ("7.5", 0, "8"), ("6.5", 0, "6"),
    ])
    func `Rounding keeps one significant digit instead of zero`(value: String, decimals: Int, expected: String) {
        #expect(Fraction(decimal(value)).roundedForAssessment(decimals: decimals) == Fraction(decimal(expected)))
    }

    @Test func `The multiple is how far a value exceeds the target, and none for pH and oxygen`() {
        let values = ["ph": "9.5", "do": "1.0", "codmn": "9.0", "nh3n": "1.25", "tp": "0.2"]
        let result = classified(values, target: 3)
        #expect(result.exceeding.map(\.parameter.rawValue) == ["ph", "do", "codmn", "nh3n"])
        let multiples = Dictionary(
            uniqueKeysWithValues: result.items.map { ($0.parameter.rawValue, $0.exceedanceMultiple) })
        // (9 − 6) / 6 and (1.25 − 1) / 1.
        #expect(multiples["codmn"] == Fraction(1, 2))
        #expect(multiples["nh3n"] == Fraction(1, 4))
        #expect(multiples["ph"] == .some(nil) && multiples["do"] == .some(nil) && multiples["tp"] == .some(nil))
    }

    @Test func `With items missing the feed's practice classes the rest, the clause does not`() {
        let values = ["ph": "7", "do": "8", "codmn": "3"]
        let practice = classified(values)
        #expect(practice.waterClass == waterClass(2))
        #expect(practice.missing.map(\.parameter.rawValue) == ["nh3n", "tp"])
        let clause = classified(values) { $0.missingItems = .clause }
        #expect(clause.waterClass == nil)
        #expect(clause.result.failure == NotAssessable(.missingItem, "nh3n tp"))
    }

    @Test func `Below the detection limit a named rule gives the number, or none`() {
        let values = clean.merging(["nh3n": "<0.2"]) { $1 }
        #expect(classified(values).items[3].missing?.reason == .censoredValue)
        #expect(classified(values) { $0.belowDetection = .halfLimit }.items[3].waterClass == waterClass(1))
        #expect(classified(values) { $0.belowDetection = .detectionLimit }.items[3].waterClass == waterClass(2))
        #expect(classified(values) { $0.belowDetection = .zero }.items[3].value == .zero)
    }

    @Test func `Above the range a value is certain only where it is worse than class five`() {
        #expect(classified(["codmn": ">20"]).waterClass == waterClass(6))
        #expect(classified(["codmn": ">5"]).waterClass == nil)
        #expect(classified(["do": ">20"]).waterClass == nil)
    }

    @Test func `Nothing, nonsense and a day before the standard are not assessable`() {
        #expect(classified([:]).result.failure?.reason == .noValues)
        #expect(classified(["codmn": "-1"]).items[2].missing?.reason == .impossibleValue)
        let early = classify(
            items(clean), on: day("2002-05-31"), waterBody: .river, target: nil, rule: .realTime)
        #expect(early.result.failure?.reason == .noEdition)
        let noLimit = classified(["tn": "1"]) { $0.profile = .listed([id("tn")]) }
        #expect(noLimit.items[0].missing?.reason == .noLimit)
    }
}

extension Result {
    var failure: Failure? {
        if case .failure(let failure) = self { return failure }
        return nil
    }
}
