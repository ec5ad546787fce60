// Goal: the class of every value on both sides of every limit. Method: GB 3838-2002 table 1 written out again by hand.

import Exact
import Monitoring
import Standards
import Testing

@Suite struct SurfaceWaterStandardTests {
    private let standard = SurfaceWaterStandard.gb3838of2002

    /// Items with a largest value for each class, as printed; water body where the table has two rows.
    static let maxima: [(String, WaterBody, [String])] = [
        ("codmn", .river, ["2", "4", "6", "10", "15"]), ("cod", .river, ["15", "15", "20", "30", "40"]),
        ("bod5", .lake, ["3", "3", "4", "6", "10"]), ("nh3n", .river, ["0.15", "0.5", "1.0", "1.5", "2.0"]),
        ("tp", .river, ["0.02", "0.1", "0.2", "0.3", "0.4"]), ("tp", .lake, ["0.01", "0.025", "0.05", "0.1", "0.2"]),
        ("tn", .lake, ["0.2", "0.5", "1.0", "1.5", "2.0"]), ("cu", .river, ["0.01", "1.0", "1.0", "1.0", "1.0"]),
        ("zn", .river, ["0.05", "1.0", "1.0", "2.0", "2.0"]), ("f", .river, ["1.0", "1.0", "1.0", "1.5", "1.5"]),
        ("se", .river, ["0.01", "0.01", "0.01", "0.02", "0.02"]),
        ("as", .river, ["0.05", "0.05", "0.05", "0.1", "0.1"]),
        ("hg", .river, ["0.00005", "0.00005", "0.0001", "0.001", "0.001"]),
        ("cd", .river, ["0.001", "0.005", "0.005", "0.005", "0.01"]),
        ("cr6", .river, ["0.01", "0.05", "0.05", "0.05", "0.1"]),
        ("pb", .river, ["0.01", "0.01", "0.05", "0.05", "0.1"]),
        ("cn", .river, ["0.005", "0.05", "0.2", "0.2", "0.2"]),
        ("phenol", .river, ["0.002", "0.002", "0.005", "0.01", "0.1"]),
        ("oil", .river, ["0.05", "0.05", "0.05", "0.5", "1.0"]), ("las", .river, ["0.2", "0.2", "0.2", "0.3", "0.3"]),
        ("sulfide", .river, ["0.05", "0.1", "0.2", "0.5", "1.0"]),
        ("fc", .river, ["200", "2000", "10000", "20000", "40000"]),
    ]

    @Test(arguments: maxima)
    func `A value at a limit has the best class that shares it, just above the next worse`(
        item: String, body: WaterBody, limits: [String]
    ) throws {
        for (index, text) in limits.enumerated() {
            let limit = try #require(ExactDecimal(text))
            let first = try #require(limits.firstIndex { ExactDecimal($0) == limit })
            #expect(rank(limit, item, body) == first + 1)
            // One unit in the eighth decimal above.
            let above = try #require(ExactDecimal(text + (text.contains(".") ? "" : ".") + "00000001"))
            let next = limits.firstIndex { (ExactDecimal($0) ?? .zero) > limit }.map { $0 + 1 } ?? 6
            #expect(rank(above, item, body) == next)
            #expect(standard.limit(of: ParameterID(item), for: WaterClass(rank: index + 1), in: body) == limit)
        }
        #expect(rank(.zero, item, body) == 1)
    }

    @Test(arguments: [
        ("7.5", 1), ("7.49", 2), ("6", 2), ("5.99", 3), ("5", 3), ("4.99", 4), ("3", 4), ("2.99", 5), ("2", 5),
        ("1.99", 6),
        ("0", 6), ("15", 1),
    ])
    func `Dissolved oxygen needs at least its limit`(value: String, expected: Int) throws {
        #expect(rank(try #require(ExactDecimal(value)), "do", .river) == expected)
    }

    @Test(arguments: [("6", 1), ("9", 1), ("7.00", 1), ("5.99", 6), ("9.01", 6), ("5.5", 6), ("9.00000001", 6)])
    func `pH is inside six to nine or worse than class five`(value: String, expected: Int) throws {
        #expect(rank(try #require(ExactDecimal(value)), "ph", .lake) == expected)
    }

    @Test func `Trailing zeros and fractions do not change a class`() throws {
        #expect(rank(try #require(ExactDecimal("0.20")), "tp", .river) == 3)
        #expect(rank(try #require(ExactDecimal("0.2")), "tp", .river) == 3)
        let third = standard.rank(of: Fraction(1, 3), parameter: ParameterID("tp"), in: .river)
        #expect(third == WaterClass(rank: 5))
    }

    @Test func `What has no class limits has no class`() {
        #expect(rank(.zero, "temp", .river) == nil)
        #expect(rank(.zero, "tn", .river) == nil)
        #expect(rank(.zero, "no3n", .river) == nil)
        #expect(rank(.zero, "pm25", .river) == nil)
        #expect(standard.limit(of: ParameterID("ph"), for: WaterClass(rank: 3), in: .river) == nil)
        #expect(standard.limit(of: ParameterID("tp"), for: WaterClass(rank: 6), in: .river) == nil)
    }

    @Test func `Item lists are the five, the twenty-one, or those named`() {
        let five = WaterItemProfile.fivePlus([ParameterID("f"), ParameterID("tp")])
        #expect(five.items.map(\.rawValue) == ["ph", "do", "codmn", "nh3n", "tp", "f"])
        #expect(WaterItemProfile.twentyOne.items.count == 21)
        #expect(!WaterItemProfile.twentyOne.items.contains(ParameterID("tn")))
        let named = BoundaryStandard(family: "GB 3838-2002", itemProfile: "listed", items: [ParameterID("nh3n")])
        #expect(WaterItemProfile(named)?.items == [ParameterID("nh3n")])
    }

    private func rank(_ value: ExactDecimal, _ item: String, _ body: WaterBody) -> Int? {
        standard.rank(of: value, parameter: ParameterID(item), in: body)?.rank
    }
}
