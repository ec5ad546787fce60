// Goal: OpenAQ and AQS rows become series in the catalogue's units, or are refused with the reason. Method: fixtures,
// conversions written out.

import Exact
import Formats
import Monitoring
import Testing

struct OpenAQTests {
    @Test("The stamp is the end; µ in both code points; µg/m³ of CO becomes mg/m³ with its digits")
    func rows() throws {
        let decoded = try decodeFixture("synthetic-openaq.csv.gz")
        #expect(
            decoded.texts == [
                "900001/900101/pm25 2026-05-01T00:00:00+08:00 31.0",
                "900001/900101/pm25 2026-05-01T01:00:00+08:00 missing",
                "900001/900103/co 2026-05-01T01:00:00+08:00 0.412",
                "900001/900104/openaq-um003 (particles/cm³) 2026-05-01T01:00:00+08:00 3.2",
            ])
        #expect(decoded.readings[0].series.statistic == .mean && decoded.readings[0].series.window == .hours(1))
    }

    @Test("ppm of a gas is refused with the reason: the row states no temperature and pressure")
    func referenceState() throws {
        let refused = try #require(try decodeFixture("synthetic-openaq.csv").rejections.first)
        #expect(refused.row == 4 && refused.field == "units" && refused.excerpt == "ppm")
        #expect(
            refused.remedy
                == "Send o3 in ug/m3: ppm becomes a mass concentration only at a stated temperature and pressure, "
                + "which the row does not give (GB 3095-2012, 3.14, names one until 2018-08-31 and another since), and by "
                + "a molar volume that no clause gives and no decimal holds.")
    }

    @Test("The profile may name a parameter; a bad unit, time or name costs its row")
    func faults() throws {
        var profile = try #require(BuiltInProfiles.all[.openAQ])
        profile.parameterNames = ["pm2.5-corrected": ParameterID("pm25")]
        var profiles = BuiltInProfiles.all
        profiles[.openAQ] = profile
        let decoded = decodeFeed(
            "value,units,parameter,datetime,location_id,extra\n1,ug/m3,pm2.5-corrected,2026-05-01T01:00:00Z,7,x\n"
                + "1,ug/m4,pm25,2026-05-01T01:00:00Z,7,x\n1,,pm25,2026-05-01T01:00:00Z,7,x\n1,ug/m3,pm25,noon,7,x\n"
                + "1,ug/m3,pm25,2026-05-01T01:00:00Z,,x\n1,ug/m3\n",
            profiles: profiles)
        #expect(decoded.texts == ["7/pm25 2026-05-01T08:00:00+08:00 1"])
        #expect(
            decoded.rejections.map { "\($0.row) \($0.field) \($0.reason.rawValue)" } == [
                "1 extra extra-field", "3 units unknown-unit", "4 units unknown-unit", "5 datetime not-a-time",
                "6 location_id missing-field", "7  missing-field",
            ])
    }
}

struct AQSHourlyTests {
    @Test("Codes keep their zeros, the GMT pair is the beginning of the hour, the qualifier is the flag")
    func row() throws {
        let decoded = try decodeFixture("synthetic-aqs-hourly.csv")
        #expect(decoded.texts == ["09-001-0001-1/pm25 2026-03-01T14:00:00+08:00 8.5 [IT - Wildfire]"])
        #expect(decoded.rejections.map(\.row) == [3, 4, 5])
        #expect(decoded.rejections[0].excerpt == "Parts per million")
        #expect(decoded.rejections[0].remedy.contains("temperature and pressure"))
        #expect(decoded.rejections[1].remedy.contains("25 °C"))
        #expect(decoded.rejections[2].excerpt == "2026-03-01,07:0")
    }

    @Test("A code without an entry is kept under its own name and unit")
    func unknownCode() {
        let decoded = decodeFeed(
            "Parameter Code,State Code,County Code,Site Num,POC,Date GMT,Time GMT,Sample Measurement,Units of Measure\n"
                + "61103,09,001,0001,1,2026-03-01,06:00,3.5,Knots\n")
        #expect(decoded.texts == ["09-001-0001-1/aqs-61103 (Knots) 2026-03-01T14:00:00+08:00 3.5"])
    }
}
