// Goal: a split always closes on its total. Method: the 1976 Rhine chlorides case, odd fen, and seeded random splits.

import Accounting
import Exact
import Testing

struct RatioSplitTests {
    // Convention on the Protection of the Rhine against Pollution by Chlorides, 1976, art. 7: 132 M FRF, Germany 30 %,
    // Netherlands 34 %, Switzerland 6 %, France the rest.
    @Test func `The Rhine chlorides costs of 1976 are shared as printed`() throws {
        let franc = try #require(Currency(code: "FRF"))
        let split = try RatioSplit(
            shares: [
                Share(party: "DE", ratio: Fraction(30, 100)), Share(party: "NL", ratio: Fraction(34, 100)),
                Share(party: "CH", ratio: Fraction(6, 100)),
            ], remainderParty: "FR")
        let portions = split.portions(of: try Money(Fraction(132_000_000), franc), .halfEven)
        #expect(portions.map(\.party) == ["DE", "NL", "CH", "FR"])
        #expect(portions.map(\.money.plainText) == ["39600000.00", "44880000.00", "7920000.00", "39600000.00"])
    }

    @Test(arguments: [
        (RoundingRule.halfEven, [Int64(33), 33, 34]), (.halfUp, [33, 33, 34]), (.up, [34, 34, 32]),
        (.down, [33, 33, 34]),
    ])
    func `One yuan in three parts leaves the odd fen with the remainder party`(rule: RoundingRule, fen: [Int64]) throws
    {
        let third = Fraction(1, 3)
        let split = try RatioSplit(
            shares: [Share(party: "a", ratio: third), Share(party: "b", ratio: third)], remainderParty: "c")
        let portions = split.portions(of: Money(.cny, minorUnits: 100), rule)
        #expect(portions.map(\.money.minorUnits) == fen)
        #expect(portions.allSatisfy { $0.exact == third })
    }

    @Test func `A negative total is split like its opposite`() throws {
        let split = try RatioSplit(shares: [Share(party: "a", ratio: Fraction(2, 3))], remainderParty: "b")
        #expect(split.portions(of: Money(.cny, minorUnits: -100), .halfUp).map(\.money.minorUnits) == [-67, -33])
    }

    @Test func `Without shares the remainder party takes all`() throws {
        let split = try RatioSplit(shares: [], remainderParty: "a")
        #expect(split.portions(of: Money(.cny, minorUnits: 7), .up).map(\.money.minorUnits) == [7])
    }

    @Test func `Ratios that are no division are refused`() {
        let half = Share(party: "a", ratio: Fraction(1, 2))
        #expect(throws: SplitProblem.partyTwice("a")) { try RatioSplit(shares: [half], remainderParty: "a") }
        #expect(throws: SplitProblem.moreThanWhole(Fraction(11, 10))) {
            try RatioSplit(shares: [half, Share(party: "b", ratio: Fraction(3, 5))], remainderParty: "c")
        }
        let negative = Share(party: "b", ratio: Fraction(-1, 10))
        #expect(throws: SplitProblem.negativeRatio(negative)) {
            try RatioSplit(shares: [half, negative], remainderParty: "c")
        }
    }

    @Test(arguments: RoundingRule.allCases)
    func `Every split closes`(rule: RoundingRule) throws {
        var state: UInt64 = 7
        func next(_ bound: UInt64) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % bound)
        }
        for _ in 0..<300 {
            let parts = (0..<(1 + next(6))).map { _ in next(1_000) }
            let whole = parts.reduce(1 + next(500), +)
            let shares = parts.enumerated().map { Share(party: "p\($0.offset)", ratio: Fraction($0.element, whole)) }
            let total = Money(.cny, minorUnits: Int64(next(1_000_000_000)) - 500_000_000)
            let portions = try RatioSplit(shares: shares, remainderParty: "rest").portions(of: total, rule)
            #expect(portions.map(\.money.minorUnits).reduce(0, +) == total.minorUnits)
            #expect(portions.map(\.exact).reduce(.zero, +) == total.amount)
        }
    }
}
