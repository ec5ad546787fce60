// Goal: a table's times are read at the offset they bear, else by the clock that the table or its profile names.
// Method: one cell or line at a time, instants worked out by hand; Berlin's changes of 2025.

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
        ])
}()

private func decode(_ text: String, _ change: (inout SourceProfile) -> Void = { _ in }) -> DecodedForTest {
    var profiles = BuiltInProfiles.all
    for format in [FormatID.labResults, .sectionMonths, .riverFlow] {
        guard var profile = profiles[format] else { continue }
        change(&profile)
        profiles[format] = profile
    }
    var context = ReadContext(
        profiles: profiles, parameters: testCatalogue(), nameHints: [],
        received: Instant(milliseconds: 1_777_680_000_000))
    context.zoneNamed = { $0 == "Europe/Berlin" ? berlin : nil }
    var slices: [DecodedSlice] = []
    let outcome = Array(text.utf8).withUnsafeBytes { raw in
        decodeBatch(raw, context: context) { slices.append($0) }
    }
    var decoded = DecodedForTest(outcome: outcome)
    for slice in slices {
        decoded.readings += (0..<slice.block.count).map { slice.block[$0] }
        decoded.rejections += slice.rejections
    }
    return decoded
}

private func starts(_ decoded: DecodedForTest) -> [String] { decoded.readings.map { $0.start.iso8601(at: .utc) } }

private func lab(_ time: String) -> String {
    "断面,采样时间,项目,结果,单位,发布单位,文号\nS,\(time),氨氮,0.2,mg/L,X,1\n"
}

struct EvidenceClockTests {
    @Test(arguments: [
        ("2026-05-01T09:30:00-05:00", "2026-05-01T14:30:00Z"), ("2026-05-01T09:30-0500", "2026-05-01T14:30:00Z"),
        ("2026-05-01 09:30:00-05", "2026-05-01T14:30:00Z"), ("2026-05-01 09:30:00 -03:30", "2026-05-01T13:00:00Z"),
        ("2026-05-01 09:30 UTC", "2026-05-01T09:30:00Z"), ("2026-05-01 09:30UTC", "2026-05-01T09:30:00Z"),
        ("2026/5/1 9:30 GMT", "2026-05-01T09:30:00Z"), ("2026-05-01 09:30 Z", "2026-05-01T09:30:00Z"),
        ("2026-05-01 09:30 +08:00", "2026-05-01T01:30:00Z"), ("2026-05-01 09:30", "2026-05-01T01:30:00Z"),
    ])
    func `An offset behind a time is read, east or west`(written: String, instant: String) {
        #expect(starts(decode(lab(written))) == [instant])
    }

    @Test(arguments: [
        // As well a span of time as an offset.
        "2026-05-01 09:30-10:30", "2026-05-01 09:30:00-10:30:00", "2026-05-01 09:30 -19:00", "2026-05-01 09:30 EST",
        "2026-05-01 09:30 UTC+8", "2026-05-01 09:30 -",
    ])
    func `What may be a span, or no offset, is refused`(written: String) {
        #expect(decode(lab(written)).reasons == [.notATime])
    }

    @Test func `A profile with a zone reads moments, days and months by its clock`() {
        func read(_ text: String) -> DecodedForTest {
            decode(text) { $0.zone = SourceZone(berlin, doubledHour: nil) }
        }
        #expect(starts(read(lab("2025-07-01 12:00"))) == ["2025-07-01T10:00:00Z"])
        #expect(starts(read(lab("2025-07-01"))) == ["2025-06-30T22:00:00Z"])
        #expect(starts(read(lab("2025-10-26 02:30 CEST"))) == ["2025-10-26T00:30:00Z"])
        #expect(read(lab("2025-03-30 02:30")).reasons == [.skippedTime])
        #expect(read(lab("2025-10-26 02:30")).reasons == [.doubledTime])
        let months = "断面,月份,氨氮(mg/L),发布单位,文号\nS,2025-07,0.2,X,1\nS,2025-12,0.2,X,1\n"
        #expect(starts(read(months)) == ["2025-06-30T22:00:00Z", "2025-11-30T23:00:00Z"])
        let flow =
            "断面,时间,流量(m3/s),日均流量(m3/s),发布单位,文号\nS,2025-07-01 12:00,1,,X,1\nS,2025-07-01,,1,X,1\n"
            + "S,2025-03-30 02:30,1,,X,1\n"
        #expect(starts(read(flow)) == ["2025-07-01T10:00:00Z", "2025-06-30T22:00:00Z"])
        #expect(read(flow).reasons == [.skippedTime])
    }

    @Test(arguments: [
        ("#offset: -05:00", "2025-07-01T17:00:00Z"), ("时区：+01:00", "2025-07-01T11:00:00Z"),
        ("#zone: Europe/Berlin", "2025-07-01T10:00:00Z"), ("zone,Europe/Berlin", "2025-07-01T10:00:00Z"),
        ("#utc_offset: UTC", "2025-07-01T12:00:00Z"),
    ])
    func `A line before the header names the clock of its table`(line: String, instant: String) {
        #expect(starts(decode(line + "\n" + lab("2025-07-01 12:00"))) == [instant])
        // A time's own offset goes before it.
        #expect(starts(decode(line + "\n" + lab("2025-07-01 12:00 UTC"))) == ["2025-07-01T12:00:00Z"])
    }

    @Test func `The table's clock stands in what is logged, and a contradiction or an unknown zone is refused`() {
        let decoded = decode("#zone: Europe/Berlin\n" + lab("2025-07-01 12:00"))
        #expect(decoded.summary?.zoneText == "Europe/Berlin, by hand")
        let unknown = decode("#zone: Berlin\n" + lab("2025-07-01 12:00"))
        #expect(unknown.stop?.reason == .notATime && unknown.stop?.field == "zone")
        #expect(unknown.stop?.remedy.contains("#offset: +08:00") == true)
        let two = decode("#zone: Europe/Berlin\n#offset: +02:00\n" + lab("2025-07-01 12:00"))
        #expect(two.stop?.excerpt == "Europe/Berlin, +02:00")
        // A column of zones is none of the table's: it is told, not passed over.
        let column = decode("断面,时区,采样时间,项目,结果,单位,发布单位,文号\nS,-05:00,2025-07-01,氨氮,0.2,mg/L,X,1\n")
        #expect(column.rejections.map(\.field) == ["时区"])
    }

    @Test func `Records of instrument checks take the offset of such a line, and no zone`() {
        func records(_ line: String) -> (table: InstrumentRecordTable?, problems: [Problem]) {
            readInstrumentRecords(
                "#issuer: X\n#document: 1\n\(line)station,parameter,kind,time,result\nS,nh3n,zero,2026-05-01 08:30,0.1\n",
                file: "r.csv", parameters: testCatalogue())
        }
        let plain = records("").table?.records.first?.time.iso8601(at: .utc)
        #expect(plain == "2026-05-01T00:30:00Z")
        #expect(records("#offset: -05:00\n").table?.records.first?.time.iso8601(at: .utc) == "2026-05-01T13:30:00Z")
        #expect(records("#zone: Europe/Berlin\n").problems.map(\.check) == ["instrument.time"])
    }
}
