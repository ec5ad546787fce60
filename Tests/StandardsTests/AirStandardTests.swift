// Goal: the right edition for an hour and place, and its limits and break points. Method: values of GB 3095 and HJ 633
// written out; every integer concentration against digests made by another program with exact fractions (Python).

import Exact
import Monitoring
import Standards
import Testing

@Suite struct AirStandardTests {
    @Test(arguments: [
        // Table 1, grade II: 2012, 2026 transition, 2026 final.
        ("pm25", AirAveraging.day, "75", "60", "50"), ("pm25", .year, "35", "30", "25"),
        ("pm10", .day, "150", "120", "100"), ("pm10", .year, "70", "60", "50"), ("so2", .day, "150", "150", "50"),
        ("so2", .hour, "500", "500", "150"), ("so2", .year, "60", "60", "20"), ("no2", .day, "80", "80", "50"),
        ("no2", .hour, "200", "200", "200"), ("no2", .year, "40", "40", "30"), ("co", .hour, "10", "10", "10"),
        ("co", .day, "4", "4", "4"), ("o3", .hour, "200", "200", "200"), ("o3", .dayMaximum8h, "160", "160", "160"),
    ])
    func `Grade two limits are those of table one`(
        item: String, averaging: AirAveraging, of2012: String, transition: String, final: String
    ) {
        let found = AirStandard.editions.map { $0.limit(of: ParameterID(item), over: averaging, grade: .second) }
        #expect(found == [of2012, transition, final].map { ExactDecimal($0) })
    }

    @Test func `Particles have no limit for one hour`() {
        for edition in AirStandard.editions {
            #expect(edition.limit(of: ParameterID("pm25"), over: .hour, grade: .second) == nil)
        }
    }

    @Test(arguments: [
        ("2015-12-31", nil), ("2016-01-01", "cn-gb3095-2012"), ("2026-02-28", "cn-gb3095-2012"),
        ("2026-03-01", "cn-gb3095-2026-transition"), ("2030-12-31", "cn-gb3095-2026-transition"),
        ("2031-01-01", "cn-gb3095-2026-final"),
    ])
    func `The date chooses the edition`(date: String, id: String?) throws {
        let day = try #require(CivilDate(date))
        let found = AirEdition.on(day, region: nil, registry: Registry())
        #expect((try? found.get())?.limits.id == id)
        if id == nil, case .failure(let reason) = found {
            #expect(reason.reason == .noEdition)
            #expect(reason.detail.contains("2016-01-01"))
        }
    }

    @Test func `The hour labelled one o'clock is the first under the edition of 2026`() throws {
        let midnight = try #require(CivilDate("2026-03-01")).start(at: .china)
        let first = try AirEdition.at(midnight, region: nil, registry: Registry()).get()
        let last = try AirEdition.at(midnight.advanced(by: .hours(-1)), region: nil, registry: Registry()).get()
        #expect(first.index.document == "HJ 633-2026")
        #expect(last.index.document == "HJ 633-2012")
    }

    @Test func `A city that adopted early has the edition from its own day, and so have its counties`() throws {
        var registry = Registry()
        for (id, level, parent) in [("p", Region.Level.province, nil), ("c", .city, "p"), ("d", .county, "c")] {
            let name = BilingualName(chinese: id, english: id)
            registry.regions[RegionID(id)] = Region(
                id: RegionID(id), name: name, level: level, parent: parent.map { RegionID($0) })
        }
        let from = try #require(CivilDate("2013-01-01"))
        registry.adoptions = [
            Adoption(region: RegionID("c"), standard: "GB 3095-2012", from: from, document: "example order")
        ]
        func edition(_ date: CivilDate, _ region: String) -> AirEdition? {
            try? AirEdition.on(date, region: RegionID(region), registry: registry).get()
        }
        #expect(edition(from, "c")?.adoptedBy == "example order")
        #expect(edition(from, "d")?.limits.id == "cn-gb3095-2012")
        #expect(edition(from.advanced(byDays: -1), "c") == nil)
        #expect(edition(from, "p") == nil)
        let later = try #require(CivilDate("2026-03-01"))
        #expect(edition(later, "c")?.limits.document == "GB 3095-2026")
        #expect(edition(later, "c")?.adoptedBy == nil)
    }

    @Test(arguments: [
        // Checks of the rule: HJ 633-2026, HJ 633-2012.
        ("pm25", AirAveraging.day, "60", 100, nil), ("pm25", .day, "61", 101, 83), ("pm25", .day, "75", 114, 100),
        ("pm10", .day, "150", 112, 100), ("o3", .dayMaximum8h, "180", 119, 119), ("so2", .hour, "900", 200, -1),
        ("o3", .dayMaximum8h, "900", 300, -1), ("co", .day, "2.2", 55, 55), ("so2", .hour, "800", 200, 200),
        ("pm25", .day, "500", 500, 500), ("pm25", .day, "9999", 500, 500), ("pm25", .day, "0", 0, 0),
        // Rounded half to even before the look-up.
        ("pm25", .day, "60.5", 100, 82), ("pm25", .day, "61.5", 102, 84), ("co", .hour, "5.05", 50, 50),
        ("co", .hour, "5.15", 52, 52),
    ])
    func `Published and computed sub-indices`(
        item: String, averaging: AirAveraging, value: String, of2026: Int, of2012: Int?
    ) throws {
        let concentration = try #require(ExactDecimal(value))
        let new = AirIndexStandard.of2026.subIndex(of: concentration, parameter: ParameterID(item), over: averaging)
        #expect(new.value == of2026)
        let old = AirIndexStandard.of2012.subIndex(of: concentration, parameter: ParameterID(item), over: averaging)
        if let of2012 { #expect(old.value == (of2012 == -1 ? nil : of2012)) }
    }

    /// (edition, item, averaging, largest input, digest): inputs 0…largest in µg/m³ (CO: tenths of mg/m³), 100 beyond the
    /// table; digest h ← (1000003·h + index + 1) mod 2⁶¹−1, with index −1 where there is none.
    static let digests: [(String, String, String, Int, Int)] = [
        ("2012", "co", "1h", 1600, 1_401_273_776_771_198_032), ("2012", "co", "daily", 700, 938_329_596_937_902_952),
        ("2012", "no2", "1h", 3940, 346_233_242_979_803_080), ("2012", "no2", "daily", 1040, 856_814_542_715_805_506),
        ("2012", "o3", "1h", 1300, 1_751_736_161_977_760_333), ("2012", "o3", "MDA8", 900, 1_710_174_057_641_491_463),
        ("2012", "pm10", "daily", 700, 573_068_832_333_046_609),
        ("2012", "pm25", "daily", 600, 1_976_112_042_704_403_475),
        ("2012", "so2", "1h", 900, 871_200_085_991_348_038), ("2012", "so2", "daily", 2720, 2_157_381_836_963_335_067),
        ("2026", "co", "1h", 1600, 1_401_273_776_771_198_032), ("2026", "co", "daily", 700, 938_329_596_937_902_952),
        ("2026", "no2", "1h", 3940, 346_233_242_979_803_080), ("2026", "no2", "daily", 1040, 856_814_542_715_805_506),
        ("2026", "o3", "1h", 1300, 1_751_736_161_977_760_333), ("2026", "o3", "MDA8", 900, 1_639_303_540_400_165_262),
        ("2026", "pm10", "daily", 700, 2_139_144_475_322_493_525),
        ("2026", "pm25", "daily", 600, 686_100_499_103_870_789),
        ("2026", "so2", "1h", 900, 1_252_868_639_315_136_393),
        ("2026", "so2", "daily", 2720, 2_157_381_836_963_335_067),
    ]

    @Test(arguments: digests)
    func `Every concentration has the sub-index that exact fractions give`(
        edition: String, item: String, averaging: String, largest: Int, digest: Int
    ) throws {
        let standard = edition == "2012" ? AirIndexStandard.of2012 : .of2026
        let over = try #require(AirAveraging(rawValue: averaging))
        let modulus = (Int128(1) << 61) - 1
        var sum: Int128 = 0
        for input in 0...largest {
            let value = ExactDecimal(mantissa: Int64(input), exponent: item == "co" ? -1 : 0)
            let index = standard.subIndex(of: value, parameter: ParameterID(item), over: over).value ?? -1
            sum = (sum * 1_000_003 + Int128(index + 1)) % modulus
        }
        #expect(Int(sum) == digest)
    }

    @Test func `Negative and unknown inputs have no sub-index and say why`() throws {
        let negative = try #require(ExactDecimal("-1"))
        let index = AirIndexStandard.of2026.subIndex(of: negative, parameter: ParameterID("so2"), over: .hour)
        #expect(index == .notAssessable(NotAssessable(.impossibleValue, "so2 is negative")))
        let water = AirIndexStandard.of2026.subIndex(of: .zero, parameter: ParameterID("tp"), over: .hour)
        #expect(water.value == nil)
    }

    @Test func `Gas states change on the first of September 2018, particles have none`() throws {
        let before = try #require(CivilDate("2018-08-31"))
        let after = try #require(CivilDate("2018-09-01"))
        #expect(GasReferenceState.of(ParameterID("so2"), on: before) == .standard)
        #expect(GasReferenceState.of(ParameterID("so2"), on: after) == .reference)
        #expect(GasReferenceState.of(ParameterID("pm25"), on: before) == nil)
    }
}
