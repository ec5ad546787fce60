// Goal: a workbook's cells say what a person who opens it reads. Method: one-sheet workbooks written by hand, and the
// fixture, against values written out; serial numbers of days from the calendar.

import Formats
import Monitoring
import Testing

/// A workbook of one sheet; `rows` is the XML inside `sheetData`, `after` what follows it.
private func workbook(
    _ rows: String, after: String = "", styles: String = "", date1904: Bool = false, shared: String = "",
    secondSheet: Bool = false
) -> [UInt8] {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    func relations(_ list: [(String, String, String)]) -> String {
        let rows = list.map { "<Relationship Id=\"\($0.0)\" Type=\"\(office)/\($0.1)\" Target=\"\($0.2)\"/>" }
        return "<Relationships>\(rows.joined())</Relationships>"
    }
    let second = secondSheet ? "<x:sheet name=\"T\" sheetId=\"2\" r:id=\"a\"/>" : ""
    let parts = [
        ("[Content_Types].xml", "<Types/>"), ("_rels/.rels", relations([("r", "officeDocument", "/xl/workbook.xml")])),
        (
            "xl/workbook.xml",
            "<x:workbook xmlns:x=\"\(main)\" xmlns:r=\"\(office)\"><x:workbookPr date1904=\"\(date1904 ? 1 : 0)\"/>"
                + "<x:sheets><x:sheet name=\"S\" sheetId=\"1\" r:id=\"a\"/>\(second)</x:sheets></x:workbook>"
        ),
        (
            "xl/_rels/workbook.xml.rels",
            relations([
                ("a", "worksheet", "sheets/one.xml"), ("t", "sharedStrings", "../xl/texts.xml"),
                ("s", "styles", "styles.xml"),
            ])
        ),
        ("xl/texts.xml", "<sst>\(shared)</sst>"), ("xl/styles.xml", "<styleSheet>\(styles)</styleSheet>"),
        ("xl/sheets/one.xml", "<worksheet><sheetData>\(rows)</sheetData>\(after)</worksheet>"),
    ]
    return storedZip(parts.map { ($0.0, Array($0.1.utf8)) })
}

/// Text cells of one row.
private func row(_ cells: [String]) -> String {
    let cells = cells.map { "<c t=\"inlineStr\"><is><t>\($0)</t></is></c>" }
    return "<row>\(cells.joined())</row>"
}

private let header = row(["station", "parameter", "time", "value"])

struct WorkbookTests {
    @Test(
        "A number is the shortest decimal that is the same double",
        arguments: [
            ("0.20000000000000001", "0.2"), ("2.2999999999999998", "2.3"), ("6.0999999999999999E-2", "0.061"),
            ("12", "12"), ("1E3", "1000"), ("-0.5", "-0.5"), ("2.50", "2.5"), ("0", "0"), ("123456.789", "123456.789"),
            ("1.2345678901234567", "1.2345678901234567"), ("4.9999999999999998E-7", "0.0000005"),
        ])
    func numbers(written: String, read: String) {
        let cell =
            "<row><c t=\"inlineStr\"><is><t>S</t></is></c><c t=\"inlineStr\"><is><t>temp</t></is></c>"
            + "<c t=\"inlineStr\"><is><t>2026-05-01</t></is></c><c><v>\(written)</v></c></row>"
        let decoded = decodeForTest(workbook(header + cell))
        #expect(decoded.texts == ["S/temp 2026-05-01T00:00:00+08:00 \(read)"])
    }

    /// 46 143 days after 1899-12-30 and 44 681 after 1904-01-01 is 2026-05-01.
    @Test(
        "Serial numbers are times by their format and the workbook's date system",
        arguments: [
            ("46143", "yyyy-mm-dd", false, "2026-05-01T00:00:00+08:00"),
            ("46143.354166666664", "yyyy\\-mm\\-dd hh:mm", false, "2026-05-01T08:30:00+08:00"),
            ("46143.354166666664", "[$-804]yyyy\"年\"m\"月\"d\"日\" h\"时\"", false, "2026-05-01T08:30:00+08:00"),
            ("44681.999988425923", "m/d/yy h:mm", true, "2026-05-01T23:59:59+08:00"),
            ("61", "d", false, "1900-03-01T00:00:00+08:00"),
        ])
    func dates(serial: String, format: String, is1904: Bool, time: String) {
        let code = format.replacing("\"", with: "&quot;")
        let styles =
            "<numFmts><numFmt numFmtId=\"170\" formatCode=\"\(code)\"/></numFmts>"
            + "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"170\"/></cellXfs>"
        let cells =
            "<row><c t=\"inlineStr\"><is><t>S</t></is></c><c t=\"inlineStr\"><is><t>temp</t></is></c>"
            + "<c s=\"1\"><v>\(serial)</v></c><c><v>1</v></c></row>"
        let decoded = decodeForTest(workbook(header + cells, styles: styles, date1904: is1904))
        #expect(decoded.texts == ["S/temp \(time) 1"])
    }

    @Test(
        "A format of plain numbers, and the day that never was, are no dates",
        arguments: [
            ("46143", "0.00E+00"), ("46143", "General"), ("46143", "0.0\"day\""), ("46143", "[Red]#,##0"),
            ("60", "yyyy-mm-dd"),
        ])
    func noDates(serial: String, format: String) {
        let code = format.replacing("\"", with: "&quot;")
        let styles =
            "<numFmts><numFmt numFmtId=\"170\" formatCode=\"\(code)\"/></numFmts>"
            + "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"170\"/></cellXfs>"
        let cells =
            "<row><c t=\"inlineStr\"><is><t>S</t></is></c><c t=\"inlineStr\"><is><t>temp</t></is></c>"
            + "<c s=\"1\"><v>\(serial)</v></c><c><v>1</v></c></row>"
        let decoded = decodeForTest(workbook(header + cells, styles: styles))
        #expect(decoded.reasons == [.notATime] && decoded.rejections.first?.excerpt == serial)
    }

    @Test("Rows keep their numbers over gaps, quotes and commas stay in their cells, phonetic text is left out")
    func cells() {
        let shared = "<si><r><t>站,\"一</t></r><r><t>\"</t></r><rPh><t>zhan</t></rPh></si>"
        let rows =
            header
            + "<row r=\"5\"><c t=\"s\"><v>0</v></c><c t=\"str\"><f>A1</f><v>temp</v></c>"
            + "<c t=\"inlineStr\"><is><t>2026-05-01</t></is></c><c r=\"D5\" t=\"inlineStr\"><is><t>0.50</t></is></c></row>"
            + "<row r=\"7\"><c t=\"s\"><v>0</v></c><c t=\"b\"><v>1</v></c></row>"
        let decoded = decodeForTest(workbook(rows, shared: shared))
        #expect(decoded.texts == ["站,\"一\"/temp 2026-05-01T00:00:00+08:00 0.50"])
        #expect(decoded.readings.map(\.row) == [5])
        #expect(decoded.rejections.map(\.row) == [7] && decoded.rejections.map(\.field) == ["S: time"])
    }

    @Test("The fixture: title, shared lines, merged sections, third party, a formula without a value refused")
    func fixture() throws {
        let decoded = decodeForTest(try fixtureForTest("synthetic-lab-results.xlsx"))
        #expect(
            decoded.texts == [
                "EX-UP-1/codmn 2026-05-01T09:30:00+08:00 2.3", "EX-UP-1/nh3n 2026-05-01T09:30:00+08:00 0.2",
                "EX-UP-1/tp 2026-05-01T09:30:00+08:00 <0.01", "EX-DOWN-1/tp 2026-05-01T00:00:00+08:00 0.061",
                "EX-DOWN-1/ph 2026-05-01T10:10:00+08:00 7.7",
            ])
        #expect(decoded.readings.allSatisfy { $0.series.origin == .thirdParty && $0.series.statistic == .instant })
        #expect(decoded.rejections.prefix(2).map(\.excerpt) == ["=D6*2", "#DIV/0!"])
        #expect(decoded.rejections.suffix(2).map(\.field) == ["草稿", "说明"])
        #expect(
            decoded.summary?.documents == [
                EvidenceDocument(name: .init(issuer: "示例监测总站", number: "示例监测〔2026〕1号"), rowCount: 7)
            ])
    }

    @Test(
        "Rows out of order, texts that are not there and broken XML stop the sheet",
        arguments: [
            "<row r=\"3\"/><row r=\"2\"/>", "<row><c t=\"s\"><v>9</v></c></row>", "<row><c>", "<row r=\"9999999\"/>",
        ])
    func malformed(rows: String) {
        let decoded = decodeForTest(workbook(header + rows))
        #expect(decoded.stop?.reason == .malformedDocument)
        #expect(decoded.stop?.field == "S")
    }

    @Test("A sheet's part is read once, whatever names it: the second name is told")
    func onePart() {
        let bytes = workbook(header, secondSheet: true)
        let decoded = decodeForTest(bytes)
        #expect(decoded.rejections.map(\.field) == ["T"] && decoded.reasons == [.unknownFormat])
    }
}
