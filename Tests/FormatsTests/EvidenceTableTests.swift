// Goal: each kind of evidence becomes the right series, values and documents, and what is not said is refused.
// Method: the fixtures against values written out; then one cell or heading changed at a time.

import Exact
import Formats
import Monitoring
import Testing

private func lab(_ result: String, unit: String = "mg/L", limit: String = "", item: String = "氨氮") -> DecodedForTest {
    decodeForTest(
        """
        #issuer: X
        #document: 1
        断面,采样日期,项目,结果,检出限,单位
        S,2026-05-01,\(item),\(result),\(limit),\(unit)

        """)
}

struct LabResultTests {
    @Test("The fixture, with its two documents and the origins of its rows")
    func fixture() throws {
        let decoded = decodeForTest(try fixtureForTest("synthetic-lab-results.csv"))
        #expect(
            decoded.texts == [
                "EX-UP-1/codmn 2026-05-01T09:30:00+08:00 2.30", "EX-UP-1/nh3n 2026-05-01T09:30:00+08:00 <0.025",
                "EX-UP-1/tp 2026-05-01T09:30:00+08:00 <0.01", "EX-UP-1/ph 2026-05-01T09:30:00+08:00 7.6",
                "EX-DOWN-1/tp 2026-05-01T10:10:00+08:00 0.061",
            ])
        #expect(decoded.readings.map(\.series.origin) == [.manual, .manual, .manual, .manual, .joint])
        #expect(
            decoded.summary?.documents == [
                EvidenceDocument(name: .init(issuer: "示例监测总站", number: "示例监测〔2026〕1号"), rowCount: 7),
                EvidenceDocument(name: .init(issuer: "示例联合监测组", number: "示例联测〔2026〕2号"), rowCount: 1),
            ])
        #expect(decoded.rejections.map(\.row) == [4, 10, 11, 12])
        #expect(decoded.rejections.map(\.field) == ["样品颜色", "检出限", "unit", "sampled"])
    }

    @Test("English headings in another order: the same grammar, the row's own origin")
    func english() throws {
        let decoded = decodeForTest(try fixtureForTest("synthetic-lab-results-english.csv"))
        #expect(
            decoded.texts == [
                "EX-UP-1/nh3n 2026-05-01T09:30:00+08:00 <0.025", "EX-UP-1/codmn 2026-05-01T00:00:00+08:00 2.31",
            ])
        #expect(decoded.readings.map(\.series.canonicalText).last == "EX-UP-1/codmn/instant/0/manual")
        #expect(decoded.readings.first?.series.origin == .thirdParty)
    }

    @Test(
        "What a result cell may say",
        arguments: [
            ("0.21", "", "0.21"), ("<0.025", "", "<0.025"), ("＜0.025", "", "<0.025"), ("0.025L", "", "<0.025"),
            ("ND", "0.025", "<0.025"), ("未检出", "0.025", "<0.025"), ("未检出（0.025）", "", "<0.025"),
            ("ND<0.025", "", "<0.025"), (">24000", "", ">24000"), ("断流", "", "missing [断流]"), ("/", "", "missing"),
            ("", "", "missing"), ("0", "", "0"), ("0.210", "0.025", "0.210"),
        ])
    func results(cell: String, limit: String, text: String) {
        #expect(lab(cell, limit: limit).texts == ["S/nh3n 2026-05-01T00:00:00+08:00 \(text)"])
    }

    @Test(
        "What it may not say",
        arguments: [
            ("ND", RejectionReason.missingField), ("L", .notANumber), ("0L", .notANumber), ("约0.2", .notANumber),
            ("-0.2", .negativeConcentration), ("0.2-0.3", .notANumber),
        ])
    func refusedResults(cell: String, reason: RejectionReason) {
        #expect(lab(cell).reasons == [reason] && lab(cell).readings.isEmpty)
    }

    @Test(
        "Units are converted by powers of ten, exactly, or refused",
        arguments: [
            ("210", "μg/L", "0.210"), ("0.00021", "g/L", "0.21"), ("0.21", "mg/L", "0.21"),
        ])
    func units(cell: String, unit: String, value: String) {
        #expect(lab(cell, unit: unit).texts == ["S/nh3n 2026-05-01T00:00:00+08:00 \(value)"])
    }

    @Test(
        "A unit that is none, another kind, or absent is refused",
        arguments: [
            ("m³/s", RejectionReason.unknownUnit), ("毫克", .unknownUnit), ("", .missingField),
        ])
    func refusedUnits(unit: String, reason: RejectionReason) {
        #expect(lab("0.2", unit: unit).reasons == [reason])
    }

    @Test(
        "Dates as tables write them",
        arguments: [
            ("2026-05-01", "2026-05-01T00:00:00+08:00"), ("2026/5/1 8:05", "2026-05-01T08:05:00+08:00"),
            ("2026年5月1日", "2026-05-01T00:00:00+08:00"), ("20260501", "2026-05-01T00:00:00+08:00"),
            ("2026-05-01T00:30:00Z", "2026-05-01T08:30:00+08:00"), ("2026.5.1", "2026-05-01T00:00:00+08:00"),
            ("2026-05-01T08:30:15+08:00", "2026-05-01T08:30:15+08:00"),
            ("2026/4/30 24:00", "2026-05-01T00:00:00+08:00"), ("2026年5月1日8时", "2026-05-01T08:00:00+08:00"),
        ])
    func times(written: String, time: String) {
        let text = "断面,采样时间,项目,结果,单位,发布单位,文号\nS,\(written),氨氮,0.2,mg/L,X,1\n"
        #expect(decodeForTest(text).texts == ["S/nh3n \(time) 0.2"])
    }

    @Test("No date at all", arguments: ["2026-13-01", "1/5/2026", "2026-05-01 25:00", "2026-05", "五月一日", "46143"])
    func refusedTimes(written: String) {
        let text = "断面,采样时间,项目,结果,单位,发布单位,文号\nS,\(written),氨氮,0.2,mg/L,X,1\n"
        #expect(decodeForTest(text).reasons == [.notATime])
    }

    @Test("A date and a clock time may stand in two columns")
    func clock() {
        let text = "断面,采样日期,时刻,项目,结果(mg/L),发布单位,文号\nS,2026-05-01,9:20,氨氮,0.2,X,1\n"
        #expect(decodeForTest(text).texts == ["S/nh3n 2026-05-01T09:20:00+08:00 0.2"])
    }

    @Test("A file without issuer or number is refused with what to write; a row without them is too")
    func documents() {
        let bare = decodeForTest("断面,采样日期,项目,结果,单位\nS,2026-05-01,氨氮,0.2,mg/L\n")
        #expect(bare.stop?.excerpt == "no issuer (发布单位) and no document number (文号)")
        #expect(bare.stop?.remedy.contains("“文号：…”") == true)
        let half = decodeForTest("发布单位：X\n断面,采样日期,项目,结果,单位\nS,2026-05-01,氨氮,0.2,mg/L\n")
        #expect(half.stop?.excerpt == "no document number (文号)")
        let row = decodeForTest("断面,采样日期,项目,结果,单位,发布单位,文号\nS,2026-05-01,氨氮,0.2,mg/L,X,\n")
        #expect(row.reasons == [.missingDocument] && row.readings.isEmpty)
    }

    @Test("The name of a document has a limit: it is kept in the book")
    func longDocument() {
        let number = String(repeating: "长", count: 342)
        let decoded = decodeForTest("断面,采样日期,项目,结果,单位,发布单位,文号\nS,2026-05-01,氨氮,0.2,mg/L,X,\(number)\n")
        #expect(decoded.reasons == [.lineTooLong] && decoded.summary?.documents.isEmpty == true)
    }

    @Test("A batch cites a limited number of documents")
    func tooManyDocuments() {
        var limits = ReadLimits()
        limits.documents = 2
        let rows = (1...3).map { "S,2026-05-01,氨氮,0.2,mg/L,X,\($0)\n" }.joined()
        let decoded = decodeForTest("断面,采样日期,项目,结果,单位,发布单位,文号\n" + rows, limits: limits)
        #expect(decoded.reasons == [.inflatedTooLarge] && decoded.readings.count == 2)
    }

    @Test("Our own CSV stays our own, whatever else stands beside it")
    func ownFormat() {
        let own = decodeForTest("station,parameter,time,value,unit\nS,nh3n,2026-05-01,0.2,mg/L\n")
        #expect(own.summary?.format == .tributaryCSV)
        let signed = decodeForTest(
            "station,parameter,time,value,unit,issuer,document\nS,nh3n,2026-05-01,200,ug/L,X,1\n")
        #expect(signed.summary?.format == .labResults)
        #expect(signed.texts == ["S/nh3n 2026-05-01T00:00:00+08:00 0.200"])
    }
}

struct SectionMonthTests {
    @Test("The fixture: means of the calendar month, the printed class beside them, a column without unit left out")
    func fixture() throws {
        let decoded = decodeForTest(try fixtureForTest("synthetic-section-months.csv"))
        #expect(
            decoded.texts == [
                "EX-UP-1/codmn 2026-05-01T00:00:00+08:00 2.4", "EX-UP-1/nh3n 2026-05-01T00:00:00+08:00 0.21",
                "EX-UP-1/tp 2026-05-01T00:00:00+08:00 0.061", "EX-UP-1/ph 2026-05-01T00:00:00+08:00 7.6",
                "EX-DOWN-1/codmn 2026-05-01T00:00:00+08:00 2.6", "EX-DOWN-1/nh3n 2026-05-01T00:00:00+08:00 <0.025",
                "EX-DOWN-1/tp 2026-05-01T00:00:00+08:00 missing", "EX-DOWN-1/ph 2026-05-01T00:00:00+08:00 7.7",
            ])
        #expect(decoded.readings.first?.series.canonicalText == "EX-UP-1/codmn/month-mean/0/published")
        #expect(decoded.reported.map(\.waterClass) == [2, 6])
        #expect(decoded.reported.map(\.primary) == ["", "总磷"])
        #expect(decoded.rejections.map(\.field) == ["溶解氧", "month"])
        #expect(decoded.summary?.documents.map(\.issuer) == ["示例生态环境厅,水处"])
    }

    @Test("The same as a workbook: unit and month from lines before the header, a dry river is no zero")
    func workbook() throws {
        let decoded = decodeForTest(try fixtureForTest("synthetic-section-months.xlsx"))
        #expect(
            decoded.texts == [
                "EX-UP-1/codmn 2026-05-01T00:00:00+08:00 2.4", "EX-UP-1/nh3n 2026-05-01T00:00:00+08:00 0.21",
                "EX-UP-1/ph 2026-05-01T00:00:00+08:00 7.6", "EX-DOWN-1/codmn 2026-05-01T00:00:00+08:00 2.6",
                "EX-DOWN-1/nh3n 2026-05-01T00:00:00+08:00 missing [断流]", "EX-DOWN-1/ph 2026-05-01T00:00:00+08:00 7.7",
            ])
        #expect(decoded.rejections.map(\.field) == ["2026年5月: 水温"])
    }

    @Test(
        "A month in parts, as a number, as a date",
        arguments: [
            ("年份,月份", "2026,5"), ("年份,月份", "2026年,5月"), ("月份,备注", "202605,"), ("月份,备注", "2026-05-01,"),
        ])
    func months(headings: String, cells: String) {
        let text = "发布单位：X\n文号：1\n断面,\(headings),水质类别,氨氮(mg/L)\nS,\(cells),Ⅲ,0.2\n"
        #expect(decodeForTest(text).texts == ["S/nh3n 2026-05-01T00:00:00+08:00 0.2"])
    }
}

struct RiverFlowTests {
    @Test("The fixture: flow at a moment, means and volumes of a day and a month, direction, first and final data")
    func fixture() throws {
        let decoded = decodeForTest(try fixtureForTest("synthetic-river-flow.csv"))
        let lines = decoded.readings.map { reading in
            "\(reading.series.canonicalText) \(reading.start.iso8601(at: .china)) \(reading.value?.description ?? "") "
                + reading.flag
        }
        #expect(
            lines == [
                "EX-DOWN-1/discharge/instant/0/published 2026-05-01T08:00:00+08:00 35.20 初报",
                "EX-DOWN-1/flow_direction/instant/0/published 2026-05-01T08:00:00+08:00 1 初报",
                "EX-DOWN-1/discharge/mean/86400/published 2026-05-01T00:00:00+08:00 34.8 整编",
                "EX-DOWN-1/water_volume/total/86400/published 2026-05-01T00:00:00+08:00 3006720 整编",
                "EX-DOWN-1/flow_direction/mean/86400/published 2026-05-01T00:00:00+08:00 1 整编",
                "EX-DOWN-1/discharge/instant/0/published 2026-05-01T20:00:00+08:00 -1.50 初报",
                "EX-DOWN-1/flow_direction/instant/0/published 2026-05-01T20:00:00+08:00 -1 初报",
                "EX-DOWN-1/water_volume/month-total/0/published 2026-04-01T00:00:00+08:00 93312000 整编",
                "EX-DOWN-1/flow_direction/month-mean/0/published 2026-04-01T00:00:00+08:00 1 整编",
                "EX-DOWN-1/discharge/instant/0/published 2026-05-02T08:00:00+08:00 33.1 初报",
            ])
        #expect(decoded.summary?.profile.revises == true)
    }

    @Test(
        "Volumes in the units of hydrology become cubic metres, exactly",
        arguments: [
            ("万m³", "9331.2", "93312000"), ("10⁴m³", "9331.2", "93312000"), ("10^4 m3", "9331.2", "93312000"),
            ("亿立方米", "0.93312", "93312000"), ("m3", "93312000", "93312000"), ("10⁸ m³", "0.93312", "93312000"),
        ])
    func volumes(unit: String, printed: String, kept: String) {
        let text = "站名,时间,水量(\(unit)),发布单位,文号\nS,2026-04,\(printed),X,1\n"
        #expect(decodeForTest(text).texts == ["S/water_volume 2026-04-01T00:00:00+08:00 \(kept)"])
    }

    @Test("A flow on a bare date is neither at a moment nor said to be a mean: refused")
    func bareDate() {
        let decoded = decodeForTest("站名,日期,流量(m³/s),发布单位,文号\nS,2026-05-01,35,X,1\n")
        #expect(decoded.reasons == [.notATime] && decoded.rejections.first?.remedy.contains("平均流量") == true)
    }

    @Test("A mean of the day is none of a month", arguments: [("日均流量", "2026-05"), ("月均流量", "2026-05-01")])
    func otherPeriod(heading: String, time: String) {
        let decoded = decodeForTest("站名,时间,\(heading)(m3/s),发布单位,文号\nS,\(time),35,X,1\n")
        #expect(decoded.reasons == [.notATime])
    }

    @Test("A heading without a unit is left out, and a table of nothing else is refused")
    func noUnit() {
        #expect(decodeForTest("站名,日期,流量,发布单位,文号\nS,2026-05-01,35,X,1\n").stop?.reason == .unknownUnit)
        let hourly = decodeForTest("站名,日期,水量(m³/h),流向,发布单位,文号\nS,2026-05-01,35,正,X,1\n")
        #expect(hourly.reasons == [.unknownUnit] && hourly.readings.count == 1)
    }
}
