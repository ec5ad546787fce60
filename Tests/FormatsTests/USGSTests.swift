// Goal: RDB tables, features and their CSV say the same. Method: fixtures; cubic feet and feet converted by hand with
// 0.3048 m (0.3048³ = 0.028316846592).

import Exact
import Formats
import Monitoring
import Testing

struct USGSRDBTests {
    @Test("Several value columns a row, zones row by row, value codes as flags, a second table with days")
    func table() throws {
        let decoded = try decodeFixture("synthetic-usgs.rdb")
        #expect(
            decoded.texts == [
                // 01:45 CST is 07:45 UTC; 12.3 × 0.028316846592 and 4.5 × 0.3048.
                "USGS-09999999/discharge 2026-03-08T15:45:00+08:00 0.3482972130816 [A]",
                "USGS-09999999/stage 2026-03-08T15:45:00+08:00 1.37160 [P]",
                "USGS-09999999/usgs-63680 2026-03-08T15:45:00+08:00 1.9 [P]",
                // 03:00 CDT is 08:00 UTC: a quarter of an hour later.
                "USGS-09999999/discharge 2026-03-08T16:00:00+08:00 missing [P]",
                "USGS-09999999/stage 2026-03-08T16:00:00+08:00 missing [Ice]",
                "USGS-09999999/usgs-63680 2026-03-08T16:00:00+08:00 2.1 [P:e]",
                "USGS-09999998/discharge 2026-03-07T08:00:00+08:00 <2.831684659200 [A:<]",
            ])
        #expect(decoded.readings.last?.series.statistic == .mean)
        #expect(decoded.readings.last?.series.window == .days(1))
        #expect(
            decoded.rejections.map { "\($0.row) \($0.field) \($0.excerpt)" } == [
                "9 tz_cd XYZ", "10  USGS\t09999999\t2026-03-08 03:30\tCDT\t***\tP\t-0.25\tP\t2.2",
                "12 900_00060_00001 00001", "12 note note",
            ])
    }

    @Test("The hour that a clock shows twice is two hours; every row names its zone")
    func summerTime() {
        let decoded = decodeFeed(
            "agency_cd\tsite_no\tdatetime\ttz_cd\t1_00300\t1_00300_cd\r\n5s\t15s\t20d\t6s\t14n\t10s\r\n"
                + "USGS\t01\t2026-11-01 01:30\tEDT\t8.1\tA\r\nUSGS\t01\t2026-11-01 01:30\tEST\t8.2\tA\r\n"
                + "USGS\t01\t2026-11-01 01:45\t\t8.3\tA\r\nUSGS\t01\t2026-11-01 01:45\tEST\t--\tA\r\n")
        #expect(
            decoded.texts == [
                "USGS-01/do 2026-11-01T13:30:00+08:00 8.1 [A]", "USGS-01/do 2026-11-01T14:30:00+08:00 8.2 [A]",
                "USGS-01/do 2026-11-01T14:45:00+08:00 missing [--]",
            ])
        #expect(decoded.reasons == [.missingField])
    }

    @Test("A profile of the format's name gives zones, codes and their units")
    func ownProfile() throws {
        var profile = try #require(BuiltInProfiles.all[.usgsRDB])
        profile.offset = UTCOffset(minutes: -360)
        profile.writing.zones = ["XYZ": .china]
        profile.parameterNames = ["63680": ParameterID("ec"), "00001": ParameterID("zn")]
        profile.writing.units = [ParameterID("ec"): "mS/cm"]
        var profiles = BuiltInProfiles.all
        profiles[.usgsRDB] = profile
        let decoded = decodeFeed(
            "# c\nsite_no\tdatetime\ttz_cd\t1_63680\t2_00001\t3_00060_00003\n15s\t20d\t6s\t14n\t14n\t14n\n"
                + "01\t2026-05-01 08:00\tXYZ\t0.31\t4\t\n01\t2026-05-01\t\t\t\t10\n",
            profiles: profiles)
        #expect(decoded.texts.contains("USGS-01/ec 2026-05-01T08:00:00+08:00 310"))
        // A day in UTC−6 begins at 14:00 of China.
        #expect(decoded.texts.contains("USGS-01/discharge 2026-05-01T14:00:00+08:00 0.283168465920"))
        #expect(decoded.rejections.map(\.reason) == [.unknownUnit])
        #expect(decoded.rejections.first?.remedy == "Give the unit of zn under `units` in the source profile.")
    }
}

struct USGSFeatureTests {
    @Test("Values are texts, a lost zero of a code comes back, a bare date is a day")
    func document() throws {
        let decoded = try decodeFixture("synthetic-usgs-features.json")
        #expect(
            decoded.texts == [
                "USGS-09999999/discharge 2026-03-01T08:15:00+08:00 0.3482972130816 [Provisional]",
                "USGS-09999999/stage 2026-03-01T08:30:00+08:00 missing [Provisional:ICE,EQUIP]",
                "USGS-09999999/temp 2026-03-01T08:00:00+08:00 4.25 [Approved]",
            ])
        #expect(decoded.readings.map(\.row) == [1, 2, 3])
        #expect(decoded.rejections.map { "\($0.row) \($0.field) \($0.excerpt)" } == ["4 statistic_id 00001"])
    }

    @Test("The CSV of the same service: columns in any order, Fahrenheit refused")
    func csv() throws {
        let decoded = try decodeFixture("synthetic-usgs-features.csv")
        #expect(decoded.texts == ["USGS-09999999/discharge 2026-03-01T08:15:00+08:00 0.3482972130816 [Provisional]"])
        #expect(decoded.rejections.map(\.field) == ["comment", "unit_of_measure"])
        #expect(decoded.rejections[1].remedy.contains("5/9"))
    }

    @Test("A document that breaks off keeps the rows before; an empty collection is one")
    func broken() {
        let feature =
            "{\"type\":\"Feature\",\"properties\":{\"monitoring_location_id\":\"USGS-1\",\"parameter_code\":\"00400\","
            + "\"time\":\"2026-05-01T00:00:00Z\",\"value\":\"7.6\",\"unit_of_measure\":\"std units\"}}"
        let whole = "{\"type\":\"FeatureCollection\",\"features\":[\(feature),\(feature),{\"id\":3}]}"
        #expect(decodeFeed(whole).readings.count == 2)
        #expect(decodeFeed(whole).reasons == [.missingField])
        let cut = decodeFeed(String(whole.dropLast(30)))
        #expect(cut.stop?.reason == .malformedDocument && cut.stop?.row == 2)
        #expect(cut.readings.count == 1)
        #expect(decodeFeed("{\"type\":\"FeatureCollection\",\"features\":[]}").stop == nil)
    }
}
