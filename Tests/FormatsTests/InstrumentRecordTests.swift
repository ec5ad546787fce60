// Goal: a table of instrument checks is taken whole or refused with every fault named. Method: small tables written here.

import Exact
import Formats
import Monitoring
import Testing

@Suite struct InstrumentRecordTests {
    private func read(_ text: String) -> (table: InstrumentRecordTable?, problems: [Problem]) {
        var catalogue = ParameterCatalogue()
        for (id, spelling) in [("codmn", "高锰酸盐指数"), ("tp", "总磷")] {
            catalogue.add(
                Parameter(
                    id: ParameterID(id), name: BilingualName(chinese: spelling, english: id), medium: .water,
                    unit: "mg/L", observationDecimals: nil, assessmentDecimals: nil, isNonNegative: true),
                spellings: [id, spelling])
        }
        return readInstrumentRecords(text, file: "t.csv", parameters: catalogue)
    }

    @Test func `Headings in both languages say the same`() throws {
        let english = """
            #issuer: Example Ltd
            #document: QA-7
            station,parameter,kind,time,result,reference,span,limit,upper_limit
            EX-1,codmn,zero,2026-05-01 08:30,0.05,0,,0.1,
            EX-1,tp,spike-recovery,2026-05-01T09:00:00+09:00,0.95,,,0.8,1.2
            """
        let chinese = """
            发布单位：Example Ltd
            文号：QA-7
            站点,监测项目,核查类型,时间,结果,标准值,量程,下限,上限
            EX-1,高锰酸盐指数,零点核查,2026年5月1日8时30分,0.05,0,,0.1,
            EX-1,总磷,加标回收,2026-05-01 08:00,0.95,,,0.8,1.2
            """
        let table = try #require(read(english).table, "\(read(english).problems)")
        #expect(table == read(chinese).table, "\(read(chinese).problems)")
        #expect(table.document == EvidenceDocument.Name(issuer: "Example Ltd", number: "QA-7"))
        #expect(
            table.records[0]
                == InstrumentRecord(
                    kind: .zero, station: StationID("EX-1"), parameter: ParameterID("codmn"),
                    time: Instant(milliseconds: 1_777_595_400_000), result: ExactDecimal("0.05"),
                    reference: ExactDecimal("0"), limit: ExactDecimal("0.1")))
        #expect(table.records[1].time == Instant(milliseconds: 1_777_593_600_000))
        #expect(table.records[1].upperLimit == ExactDecimal("1.2") && table.records[1].reference == nil)
    }

    @Test(arguments: ["station,parameter,kind,time,result,reference", "站点,监测项目,核查类型,时间,结果,标准值"])
    func `Sent as a batch it is refused with the command that files it, never read as laboratory results`(
        header: String
    ) throws {
        let text = "#issuer: Example Ltd\n#document: QA-7\n\(header)\nEX-1,codmn,zero,2026-05-01 08:30,0.05,0\n"
        let decoded = decodeForTest(text)
        guard case .stopped(let fault, nil) = decoded.outcome else {
            Issue.record("It was read: \(decoded.outcome)")
            return
        }
        #expect(fault.reason == .unknownFormat && fault.remedy.contains("tributary instrument file"))
        #expect(decoded.readings.isEmpty)
    }

    @Test(arguments: [
        ("", "instrument.header", 0),
        ("station,parameter,kind,time\nEX-1,tp,zero,2026-05-01 08:30", "instrument.header", 1),
        ("station,parameter,kind,time,result,colour\n", "instrument.header", 1),
        ("station,parameter,kind,time,result,time\n", "instrument.header", 1),
        ("#issuer: a\nstation,parameter,kind,time,result\nEX-1,tp,zero,2026-05-01 08:30,1", "instrument.document", 3),
        ("#issuer: a\n#document: b\nstation,parameter,kind,time,result\n", "instrument.row", 0),
    ])
    func `A table without what it needs is refused`(text: String, check: String, line: Int) {
        let (table, problems) = read(text)
        #expect(table == nil && problems.contains { $0.check == check && $0.line == line }, "\(problems)")
    }

    @Test(arguments: [
        ("EX-1,tp,zero,2026-05-01,1,0", "instrument.time"), ("EX-1,tp,zero,yesterday,1,0", "instrument.time"),
        ("EX-1,mercury,zero,2026-05-01 08:30,1,0", "instrument.parameter"),
        ("EX-1,tp,nought,2026-05-01 08:30,1,0", "instrument.kind"),
        (",tp,zero,2026-05-01 08:30,1,0", "instrument.station"),
        ("EX-1,tp,zero,2026-05-01 08:30,about 1,0", "instrument.number"),
        ("EX-1,tp,zero,2026-05-01 08:30,1", "instrument.row"),
        ("EX-1,tp,zero,2026-05-01 09:00,1,0", "instrument.duplicate"),
    ])
    func `Every faulty row is named, and nothing is taken`(row: String, check: String) {
        let head = "#issuer: a\n#document: b\nstation,parameter,kind,time,result,reference\n"
        let (table, problems) = read(head + "EX-1,tp,zero,2026-05-01 09:00,1.0,0\n" + row + "\nEX-1,tp,nil,x,y,z\n")
        #expect(table == nil && problems.contains { $0.check == check && $0.line == 5 }, "\(problems)")
        #expect(Set(problems.map(\.line)) == [5, 6])
    }

    @Test func `Rows of two documents are two filings`() {
        let text = """
            station,parameter,kind,time,result,issuer,document
            EX-1,tp,zero,2026-05-01 09:00,1,a,1
            EX-1,tp,zero,2026-05-02 09:00,1,a,2
            """
        #expect(read(text).problems.map(\.check) == ["instrument.document"])
    }
}
