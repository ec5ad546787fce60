// Goal: a time without an offset is read in the zone its profile names; what the clock skipped or showed twice is kept
// aside. Method: rows of several formats around Berlin's changes of 2026, instants worked out by hand.

import Formats
import Monitoring
import Testing

private let berlin: CivilZone = {
    func at(_ text: String) -> Instant { CivilDate(text)!.start(at: .utc).advanced(by: .hours(1)) }
    return CivilZone(
        name: "Europe/Berlin", edition: "by hand",
        spans: [
            .init(start: Instant(milliseconds: .min), offset: UTCOffset(minutes: 60), abbreviation: "CET"),
            .init(start: at("2025-03-30"), offset: UTCOffset(minutes: 120), abbreviation: "CEST"),
            .init(start: at("2025-10-26"), offset: UTCOffset(minutes: 60), abbreviation: "CET"),
            .init(start: at("2026-03-29"), offset: UTCOffset(minutes: 120), abbreviation: "CEST"),
        ])
}()

private func profiles(
    _ formats: [FormatID] = FormatID.allCases, _ doubled: DoubledHour? = nil,
    _ change: (inout SourceProfile) -> Void = { _ in }
) -> [FormatID: SourceProfile] {
    var profiles = BuiltInProfiles.all
    for format in formats {
        profiles[format]?.zone = SourceZone(berlin, doubledHour: doubled)
        profiles[format]?.offset = berlin.standardOffset
        if var profile = profiles[format] {
            change(&profile)
            profiles[format] = profile
        }
    }
    return profiles
}

private func start(_ reading: Reading) -> String { reading.start.iso8601(at: .utc) }

struct ZoneStampTests {
    @Test(arguments: [
        ("2026-03-29T01:59", "2026-03-29T00:59:00Z"), ("2026-03-29 03:00:00", "2026-03-29T01:00:00Z"),
        ("2026-03-29T24:00", "2026-03-29T22:00:00Z"), ("2026-03-29", "2026-03-28T23:00:00Z"),
        ("2026-03-30", "2026-03-29T22:00:00Z"), ("2025-07-01T12:00", "2025-07-01T10:00:00Z"),
        // An offset or an abbreviation in the text says which one.
        ("2025-10-26T02:30:00+02:00", "2025-10-26T00:30:00Z"), ("2025-10-26T02:30:00+01:00", "2025-10-26T01:30:00Z"),
        ("2025-10-26 02:30 CEST", "2025-10-26T00:30:00Z"), ("2025-10-26 02:30CET", "2025-10-26T01:30:00Z"),
        ("2025-10-26T02:30Z", "2025-10-26T02:30:00Z"), ("2026-03-29T02:30Z", "2026-03-29T02:30:00Z"),
        // Twenty-five characters without an offset.
        ("2026-03-29 03:00:00.00000", "2026-03-29T01:00:00Z"),
    ])
    func `Local times of own CSV, long and wide, and of NDJSON`(text: String, instant: String) {
        let long = decodeForTest("station,parameter,time,value\nA,tn,\(text),1\n", profiles: profiles())
        let wide = decodeForTest("station,time,tn\nA,\(text),1\n", profiles: profiles())
        let lines = decodeForTest(
            #"{"station":"A","parameter":"tn","time":"\#(text)","value":1}"# + "\n", profiles: profiles())
        for decoded in [long, wide, lines] {
            #expect(decoded.rejections == [])
            #expect(decoded.readings.map(start) == [instant])
        }
    }

    @Test func `A skipped and a doubled hour are kept aside, with the remedy; the rows around them are read`() throws {
        let hours = [
            "2026-03-29T01:30", "2026-03-29T02:30", "2026-03-29T03:30", "2025-10-26T02:00", "2025-10-26T03:00",
        ]
        let text = "station,parameter,time,value\n" + hours.map { "A,tn,\($0),1\n" }.joined()
        let decoded = decodeForTest(text, profiles: profiles())
        #expect(decoded.readings.count == 3)
        #expect(
            decoded.rejections.map { "\($0.reason.rawValue) \($0.row) \($0.field) \($0.excerpt)" } == [
                "skipped-time 3 time 2026-03-29T02:30", "doubled-time 5 time 2025-10-26T02:00",
            ])
        #expect(decoded.rejections.allSatisfy { $0.reason.isQuarantine && $0.remedy.contains("Europe/Berlin") })
        #expect(try #require(decoded.rejections.last).remedy.contains("at +02:00 and at +01:00"))
        let earlier = decodeForTest(text, profiles: profiles(FormatID.allCases, .earlier))
        #expect(earlier.reasons == [.skippedTime])
        #expect(earlier.readings.map(start)[2] == "2025-10-26T00:00:00Z")
        let later = decodeForTest(text, profiles: profiles(FormatID.allCases, .later))
        #expect(later.readings.map(start)[2] == "2025-10-26T01:00:00Z")
    }

    @Test(arguments: [
        "2025-10-26 02:30 EDT", "2025-07-01 12:00 CET", "2025-07-01 12:00 C", "2025-07-01 12:00 CEST x",
        "2025-07-01 25:00",
        "2025-07-01 12:00 +", "2025-07-01T",
    ])
    func `Other texts are no time`(text: String) {
        let decoded = decodeForTest("station,parameter,time,value\nA,tn,\(text),1\n", profiles: profiles())
        #expect(decoded.reasons == [.notATime])
    }

    @Test func `A fixed offset reads no abbreviation`() {
        #expect(decodeForTest("station,parameter,time,value\nA,tn,2025-10-26 02:30 CEST,1\n").reasons == [.notATime])
    }

    @Test func `The way of semicolons and decimal commas reads the zone too`() {
        let declared = profiles(FormatID.readByStation) { $0.writing.decimalMark = .comma }
        let decoded = decodeForTest(
            "station;parameter;time;value\nA;tn;2026-03-29 02:30;1,5\nA;tn;2026-03-29 03:30;1,5\n", profiles: declared)
        #expect(decoded.readings.map(start) == ["2026-03-29T01:30:00Z"])
        #expect(decoded.reasons == [.skippedTime])
    }

    @Test func `A day of a USGS table begins at local midnight; zone names in the rows stay what they are`() {
        let decoded = decodeFeed(
            "agency_cd\tsite_no\tdatetime\t1_00060_00003\t1_00060_00003_cd\n5s\t15s\t20d\t14n\t10s\n"
                + "USGS\t01\t2026-03-29\t8.1\tA\nUSGS\t01\t2026-03-30\t8.2\tA\n", profiles: profiles())
        #expect(decoded.readings.map(start) == ["2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"])
    }

    @Test func `Feeds with date and hour in parts, or without a year`() {
        let china = decodeFeed(
            "date,hour,type,1001A\n20260329,1,PM2.5,5\n20260329,2,PM2.5,6\n20260329,3,PM2.5,7\n2026032x,3,PM2.5,7\n",
            profiles: profiles())
        // The stamp is the end of the hour.
        #expect(china.readings.map(start) == ["2026-03-28T23:00:00Z", "2026-03-29T00:00:00Z"])
        #expect(china.reasons == [.skippedTime, .notATime])
        let beijing = decodeFeed(
            "No,year,month,day,hour,PM2.5,station\n1,2026,3,29,2,5,A\n2,2026,3,29,3,5,A\n", profiles: profiles())
        #expect(beijing.readings.map(start) == ["2026-03-29T01:00:00Z"])
        #expect(beijing.reasons == [.skippedTime])
    }
}

extension FormatID {
    fileprivate static let readByStation: [FormatID] = [.tributaryCSV, .tributaryNDJSON, .tributaryWideCSV]
}
