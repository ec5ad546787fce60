// Goal: approved records take whole days out of what they name, and every switch can be set by its printed name. Method:
// records of dust with and without parameters, across midnight, unapproved, of another place.

import Assessment
import Monitoring
import Standards
import Testing

@Suite struct AirExclusionTests {
    private let march = CivilPeriod(from: day("2025-03-01"), until: day("2025-04-01"), offset: .china)

    private func record(
        _ kind: ExclusionKind = .dust, places: [String] = ["A"], parameters: [String] = [], from: String = "2025-03-05",
        hours: Int = 24, isApproved: Bool = true
    ) -> Exclusion {
        let start = day(from).start(at: .china)
        return Exclusion(
            id: "example-1", kind: kind, places: places, parameters: parameters.map(id),
            interval: Interval(start: start, end: start.advanced(by: .hours(hours))), applicant: "example",
            evidence: "example", approval: isApproved ? .init(approver: "example", document: "example") : nil)
    }

    @Test func `Dust without parameters takes particles out, other records what they name`() {
        let one: Set<CivilDate> = [day("2025-03-05")]
        #expect(leftOutDays([record()], of: ["A"], over: march) == [id("pm10"): one, id("pm25"): one])
        #expect(leftOutDays([record(parameters: ["pm10"])], of: ["A"], over: march) == [id("pm10"): one])
        #expect(leftOutDays([record(.construction)], of: ["A"], over: march).count == 6)
    }

    @Test func `A record takes out every day it touches and nothing beyond the period`() {
        #expect(leftOutDays([record(hours: 25)], of: ["A"], over: march)[id("pm10")]?.count == 2)
        #expect(
            leftOutDays([record(from: "2025-02-27", hours: 72)], of: ["A"], over: march)[id("pm10")] == [
                day("2025-03-01")
            ])
        #expect(leftOutDays([record(from: "2025-04-01")], of: ["A"], over: march) == [:])
    }

    @Test func `Unapproved records and those of other places change nothing`() {
        #expect(leftOutDays([record(isApproved: false)], of: ["A"], over: march) == [:])
        #expect(leftOutDays([record()], of: ["B", "C"], over: march) == [:])
        #expect(leftOutDays([record()], of: ["B", "A"], over: march).count == 2)
    }

    @Test func `Every switch is set by the name and value it is printed with`() {
        /// The rules with one switch set, `nil` where that is refused.
        func rules(_ name: String, _ value: String) -> AirPeriodRules? {
            var rules = AirPeriodRules(quality: .notInvalid)
            return rules.set(name, to: value) ? rules : nil
        }
        for (name, value) in AirPeriodRules(quality: .notInvalid).switches where value != "blank" {
            #expect(rules(name, value) != nil, "\(name)=\(value)")
            #expect(rules(name, "nonsense") == nil, "\(name)")
        }
        #expect(rules("quarter-days", "80")?.quarterDays == 80)
        #expect(rules("quarter-days", "0") == nil && rules("quarter-days", "-3") == nil)
        #expect(rules("quality", "as-printed") == nil && rules("", "II") == nil)
        #expect(rules("spanning", "at-end")?.spanning == .atEnd)
    }
}
