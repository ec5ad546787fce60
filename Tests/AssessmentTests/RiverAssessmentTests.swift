// Goal: rivers and their change as 环办〔2011〕22号 has them. Method: section classes chosen so that shares stand on both
// sides of every threshold.

import Assessment
import Exact
import Monitoring
import Standards
import Testing

@Suite struct RiverAssessmentTests {
    /// A river of `counts[i]` sections of class i + 1.
    private func river(
        _ counts: [Int], rule: WaterAssessmentRule = waterRule(), dropping: Int = 0, reversed: Bool = false
    ) -> RiverAssessment {
        var listed: [String] = []
        var members: [RiverMember] = []
        for (rank, count) in counts.enumerated() {
            for number in 0..<count {
                let name = "S\(rank + 1)-\(number)"
                listed.append(name)
                let found = assessedSection(waterSection(name, valuesOfClass[rank]), rule)
                members.append(RiverMember(section: name, figure: found.figure, isTakenOut: false))
            }
        }
        if reversed { members.reverse() }
        return assessRiver(listed: listed, members: Array(members.dropLast(dropping)), over: juneOf2025, rule: rule)
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
        let strict = river([4, 0, 0, 1, 0, 0], rule: waterRule(proportionFrom: 6))
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
        let lenient = river([4, 0, 0, 1, 0, 0], rule: waterRule(missingSections: .feedPractice), dropping: 1)
        #expect((try? lenient.status.get()) == .excellent)
        #expect(lenient.missing.map(\.section) == ["S4-0"])
    }

    @Test func `The mean of pH over sections is over ions of all readings and not rounded for the class`() throws {
        var values = valuesOfClass[0]
        values["ph"] = "6.4"
        let one = assessedSection(waterSection("A", values)).figure
        values["ph"] = "9.4"
        let two = assessedSection(waterSection("B", values)).figure
        // Ions of 6.4 and 9.4: 6.4 + log10(2 / 1.001) = 6.700595…; of the rounded 6 and 9 it would be 6.30.
        let means = try sectionMeans(
            [one, two].enumerated().map { RiverMember(section: "S\($0)", figure: $1, isTakenOut: false) },
            rule: waterRule()
        ).get()
        #expect(try means.values[id("ph")]?.get().rounded(places: 6, .halfEven) == Fraction(6_700_596, 1_000_000))
    }

    @Test func `Rivers and lakes have no common mean`() {
        let members = [WaterBody.river, .lake].enumerated().map { index, body in
            RiverMember(
                section: "S\(index)",
                figure: assessedSection(waterSection("S\(index)", valuesOfClass[0], body: body)).figure,
                isTakenOut: false)
        }
        let mixed = assessRiver(listed: ["S0", "S1"], members: members, over: juneOf2025, rule: waterRule())
        #expect(mixed.status.failure?.reason == .notComparable)
    }

    @Test func `A section taken out by an approved record leaves the count`() throws {
        let dry = assessedSection(waterSection("S5", valuesOfClass[5]), excluding: [waterExclusion(.noFlow, ["S5"])])
        let others = (0..<5).map { number in
            RiverMember(
                section: "S\(number)", figure: assessedSection(waterSection("S\(number)", valuesOfClass[0])).figure,
                isTakenOut: false)
        }
        let listed = (0..<6).map { "S\($0)" }
        let with = assessRiver(
            listed: listed, members: others + [RiverMember(section: "S5", figure: dry.figure, isTakenOut: true)],
            over: juneOf2025, rule: waterRule())
        #expect(try with.status.get() == .excellent)
        #expect(with.takenOut == ["S5"])
        let without = assessRiver(
            listed: listed, members: others + [RiverMember(section: "S5", figure: dry.measured, isTakenOut: false)],
            over: juneOf2025, rule: waterRule())
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
        let other = assessedSection(waterSection("A", valuesOfClass[0]), waterRule(profile: .listed([id("codmn")])))
        #expect(
            sectionChange(from: other, to: assessedSection(waterSection("A", valuesOfClass[0]))).figure.failure?.reason
                == .notComparable)
        let empty = assessedSection(waterSection("A", [:]))
        #expect(
            sectionChange(from: empty, to: assessedSection(waterSection("A", valuesOfClass[0]))).figure.failure != nil)
    }
}
