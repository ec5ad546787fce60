// Goal: the trophic index and the city index. Method: the worked value of the reference, 60-digit values of Python's
// mpmath, sums worked by hand.

import Assessment
import Exact
import Monitoring
import Standards
import Testing

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
        // Nobody says what water it is: total phosphorus counts 0.1 / 0.2 in a river and 0.1 / 0.05 in a lake.
        #expect(cityWaterIndex(city, waterBody: nil, profile: .fivePlus([])).failure?.reason == .unknownWater)
        let shared = city.filter { $0.key != id("tp") }
        #expect(
            try cityWaterIndex(shared, waterBody: nil, missingItems: .feedPractice).get().index
                == Fraction(1_675, 1_000))
        let rest = try cityWaterIndex(city, waterBody: .river, missingItems: .feedPractice).get()
        #expect(rest.missing.count == 16 && rest.index == found.index)
        #expect(cityWaterIndex([:], waterBody: .lake, missingItems: .feedPractice).failure?.reason == .noValues)
        let still = values(["do": "0"])
        #expect(
            cityWaterIndex(still, waterBody: .river, profile: .listed([id("do")])).failure?.reason == .impossibleValue)
    }

    @Test func `A city's index takes pH as it is, not as it is printed`() throws {
        let members = ["A", "B"].map { id in
            let values = valuesOfClass[0].merging(["ph": "9.4"]) { $1 }
            return RiverMember(section: id, figure: assessedSection(waterSection(id, values)).figure, isTakenOut: false)
        }
        let means = try sectionMeans(members, rule: waterRule()).get()
        let found = try cityWaterIndex(means.values, waterBody: .river, profile: .listed([id("ph")])).get()
        // (9.4 − 7) / 2.
        #expect(found.index == Fraction(6, 5))
    }
}
