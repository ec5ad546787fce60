// Goal: Tributary's own CSV is read exactly, and every bad row costs itself only.
// Method: small texts with the expected readings and rejections written out.

import Exact
import Formats
import Monitoring
import Testing

private let header = "station,parameter,time,value,flag\n"
private let at8 = "2026-05-01T08:00:00+08:00"

struct TributaryCSVTests {
    @Test("A row becomes a reading with its digits, its flag and its line")
    func plainRow() {
        let decoded = decodeForTest(header + "EX-UP-1,codmn,\(at8),0.20,N\n")
        #expect(decoded.texts == ["EX-UP-1/codmn 2026-05-01T08:00:00+08:00 0.20 [N]"])
        #expect(decoded.readings.first?.row == 2)
        let series = decoded.readings.first?.series
        #expect(series?.statistic == .instant && series?.window == .zero && series?.origin == .automatic)
        #expect(decoded.summary?.format == .tributaryCSV)
        #expect(decoded.summary?.rowCount == 1)
        #expect(decoded.rejections.isEmpty)
    }

    @Test(
        "Columns stand in any order, names in any case, further columns are ignored",
        arguments: [
            "value,time,parameter,station\n2.5,\(at8),codmn,EX-UP-1\n",
            "Station,PARAMETER,time,operator,value\nEX-UP-1,w01019,\(at8),somebody,2.5\n",
            "parameter,qualifier,value,station,flag,time\n高锰酸盐指数,,2.5,EX-UP-1,,\(at8)\n",
        ])
    func columnOrder(text: String) {
        #expect(decodeForTest(text).texts == ["EX-UP-1/codmn 2026-05-01T08:00:00+08:00 2.5"])
    }

    @Test("A byte order mark, CRLF, blank lines and a last line without its end are accepted")
    func lineEnds() {
        let decoded = decodeForTest(
            "\u{FEFF}\r\nstation,parameter,time,value\r\n\r\nA,tp,\(at8),0.1\r\n\r\nA,tp,2026-05-01T12:00:00+08:00,0.2")
        #expect(decoded.texts == ["A/tp 2026-05-01T08:00:00+08:00 0.1", "A/tp 2026-05-01T12:00:00+08:00 0.2"])
        #expect(decoded.readings.map(\.row) == [4, 6])
        #expect(decoded.rejections.isEmpty)
    }

    @Test("Quoted fields follow RFC 4180 within a line")
    func quoting() {
        let decoded = decodeForTest(header + "\"EX, \"\"UP\"\" 1\",\"codmn\",\(at8),\"2.5\",\"N\"\r\n")
        #expect(decoded.texts == ["EX, \"UP\" 1/codmn 2026-05-01T08:00:00+08:00 2.5 [N]"])
    }

    @Test(
        "Time stamps: ISO 8601 with an offset, or without one at the profile's",
        arguments: [
            ("2026-05-01T08:00:00+08:00", 1_777_593_600_000), ("2026-05-01T00:00:00Z", 1_777_593_600_000),
            ("2026-05-01 08:00", 1_777_593_600_000), ("2026-05-01T0800", 1_777_593_600_000),
            ("2026-05-01T08", 1_777_593_600_000), ("2026-05-01T08:00:00.250", 1_777_593_600_250),
            ("2026-05-01T09:30:00+09:30", 1_777_593_600_000), ("2026-04-30T19:00:00-0500", 1_777_593_600_000),
            ("2026-05-01", 1_777_564_800_000), ("2026-04-30T24:00:00", 1_777_564_800_000),
            ("2024-02-29T00:00:00Z", 1_709_164_800_000), ("1969-12-31T23:59:59Z", -1_000),
        ])
    func times(text: String, milliseconds: Int64) {
        let decoded = decodeForTest(header + "A,tp,\(text),1,\n")
        #expect(decoded.readings.map(\.start.milliseconds) == [milliseconds])
    }

    @Test(
        "Texts that are no time are rejected with the line and the way to write one",
        arguments: [
            "half past two", "2026-02-30T08:00:00+08:00", "2026-05-01T25:00:00+08:00", "2026-05-01T08:61:00+08:00",
            "2026-05-01T08:00:60+08:00", "2026-05-01T08:00:00+19:00", "01/05/2026", "20260501", "2026-5-1",
            "2026-05-01T08:00:00+08:00Z", "2026-05-01T24:00:01", "2026-05-01T8:00", "1777593600",
        ])
    func badTimes(text: String) {
        let decoded = decodeForTest(header + "A,tp,\(at8),1,\nA,tp,\(text),1,\n")
        #expect(decoded.readings.count == 1)
        #expect(
            decoded.rejections == [
                Rejection(
                    .notATime, row: 3, field: "time", excerpt: text,
                    remedy: "Write the time as 2026-05-01T08:00:00+08:00.")
            ])
    }

    @Test("The cached time stamp never leaks: every minute and second of mixed dates and offsets is read as alone")
    func timeCache() {
        var text = header
        var expected: [Int64] = []
        for day in [1, 2, 1] {
            for (offset, minutes) in [("+08:00", 480), ("+00:00", 0), ("-03:30", -210)] {
                for step in 0..<48 {
                    let (hour, minute, second) = (step / 2, step % 2 * 59, step)
                    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
                    text += "A,tp,2026-05-0\(day)T\(two(hour)):\(two(minute)):\(two(second))\(offset),1,\n"
                    // 2026-05-01T00:00:00Z is 1 777 593 600 s.
                    let seconds = 1_777_593_600 + (day - 1) * 86_400 + hour * 3_600 + minute * 60 + second
                    expected.append(Int64(seconds - minutes * 60) * 1_000)
                }
            }
        }
        #expect(decodeForTest(text).readings.map(\.start.milliseconds) == expected)
    }

    @Test(
        "Values keep their digits; signs of censoring become qualifiers",
        arguments: [
            ("0.20", "0.20"), ("12", "12"), ("0", "0"), ("007.50", "7.50"), ("1e3", "1000"), ("2.5E-2", "0.025"),
            ("<0.02", "<0.02"), (">10", ">10"), ("< 0.02", "<0.02"), (".5", "0.5"), ("5.", "5"),
            ("123456789012345678", "123456789012345678"), ("0.00000000000000001", "0.00000000000000001"), ("+3", "3"),
        ])
    func values(text: String, shown: String) {
        let decoded = decodeForTest(header + "A,tp,\(at8),\(text),\n")
        #expect(decoded.texts == ["A/tp 2026-05-01T08:00:00+08:00 \(shown)"])
    }

    @Test(
        "Missing codes are texts; the flag beside them is kept; zero is a value",
        arguments: ["", "NA", "NaN", "null", "--", "***", "-99", "-999", "-9999", "-999999", "-999.0", " "])
    func missing(text: String) {
        let decoded = decodeForTest(header + "A,tp,\(at8),\(text),M\nA,tp,\(at8),0,\n")
        #expect(
            decoded.texts == [
                "A/tp 2026-05-01T08:00:00+08:00 missing [M]", "A/tp 2026-05-01T08:00:00+08:00 0",
            ])
    }

    @Test("A profile's own positive sentinel is missing only where the profile says so")
    func profileSentinel() {
        var profiles = BuiltInProfiles.all
        profiles[.tributaryCSV]?.missingCodes = ["9999"]
        let text = header + "A,tp,\(at8),9999,\nA,tp,\(at8),999,\n"
        #expect(
            decodeForTest(text, profiles: profiles).readings.map { $0.value?.description ?? "missing" }
                == ["missing", "999"])
        #expect(decodeForTest(text).readings.map { $0.value?.description ?? "missing" } == ["9999", "999"])
    }

    @Test("The profile gives statistic, window, stamp end and parameter names")
    func profileIsUsed() {
        var profiles = BuiltInProfiles.all
        profiles[.tributaryCSV]?.stamp = .end
        profiles[.tributaryCSV]?.statistic = .mean
        profiles[.tributaryCSV]?.window = .hours(1)
        profiles[.tributaryCSV]?.offset = .utc
        profiles[.tributaryCSV]?.parameterNames = ["P": ParameterID("tp")]
        let decoded = decodeForTest(header + "A,P,2026-05-01T01:00:00,0.5,\n", profiles: profiles)
        #expect(decoded.texts == ["A/tp 2026-05-01T08:00:00+08:00 0.5"])
        #expect(decoded.readings.first?.series.statistic == .mean)
        #expect(decoded.readings.first?.series.window == .hours(1))
    }

    @Test("Spellings of one parameter are one series; an unknown one keeps its lower-cased text")
    func parameterNames() {
        let decoded = decodeForTest(header + "A,CODMN,\(at8),1,\nA,w01019,\(at8),2,\nA,Unobtainium,\(at8),3,\n")
        #expect(decoded.readings.map(\.series.parameter.rawValue) == ["codmn", "codmn", "unobtainium"])
        #expect(decoded.readings[0].series == decoded.readings[1].series)
    }

    @Test(
        "A qualifier column says the same as a sign, or the row is rejected",
        arguments: [
            ("0.02,<", "<0.02"), ("<0.02,<", "<0.02"), ("9,>", ">9"), ("<0.02,>", "rejected"), ("1,ND", "rejected"),
        ])
    func qualifiers(cells: String, shown: String) {
        let decoded = decodeForTest("station,parameter,time,value,qualifier\nA,tp,\(at8),\(cells)\n")
        if shown == "rejected" {
            #expect(decoded.reasons == [.unknownFlag])
            #expect(decoded.rejections.first?.field == "qualifier")
        } else {
            #expect(decoded.texts == ["A/tp 2026-05-01T08:00:00+08:00 \(shown)"])
        }
    }

    @Test(
        "Bad cells are rejected with reason, field, excerpt and remedy",
        arguments: [
            (
                "A,tp,\(at8),\"1,5\",N",
                Rejection(
                    .notANumber, row: 2, field: "value", excerpt: "1,5",
                    remedy: "Use a point as decimal mark: 1.5, not 1,5.")
            ),
            (
                "A,tp,\(at8),abc,N",
                Rejection(
                    .notANumber, row: 2, field: "value", excerpt: "abc",
                    remedy: "Send a decimal number, or leave the value empty when there is none.")
            ),
            (
                "A,tp,\(at8),1234567890123456789,N",
                Rejection(
                    .numberOutOfRange, row: 2, field: "value", excerpt: "1234567890123456789",
                    remedy: "Send at most 18 significant digits and a power of ten within ±18.")
            ),
            (
                "A,tp,\(at8),-0.31,N",
                Rejection(
                    .negativeConcentration, row: 2, field: "value", excerpt: "-0.31",
                    remedy:
                        "A concentration is not below zero: check the instrument's zero, or send the value as missing.")
            ),
            (
                ",tp,\(at8),1,N",
                Rejection(.missingField, row: 2, field: "station", remedy: "Name the station on every row.")
            ),
            (
                "A,,\(at8),1,N",
                Rejection(.missingField, row: 2, field: "parameter", remedy: "Name the parameter on every row.")
            ),
            (
                "A,tp,,1,N",
                Rejection(
                    .missingField, row: 2, field: "time", remedy: "Write the time as 2026-05-01T08:00:00+08:00.")
            ),
            (
                "A,tp,\(at8),1",
                Rejection(
                    .missingField, row: 2, excerpt: "A,tp,\(at8),1",
                    remedy: "The header names 5 fields and this line has 4: send as many.")
            ),
            (
                "A,tp,\(at8),1,5,N",
                Rejection(
                    .extraField, row: 2, excerpt: "A,tp,\(at8),1,5,N",
                    remedy: "The header names 5 fields and this line has 6: send as many. "
                        + "A decimal comma splits a value in two: use a point.")
            ),
            (
                "\"A,tp,\(at8),1,N",
                Rejection(
                    .missingField, row: 2, excerpt: "\"A,tp,\(at8),1,N",
                    remedy: "Close the quoted field on its own line; a quote inside one is written twice.")
            ),
            (
                "\"A\"x,tp,\(at8),1,N",
                Rejection(
                    .extraField, row: 2, excerpt: "\"A\"x,tp,\(at8),1,N",
                    remedy: "Put a comma after the closing quote; a quote inside a quoted field is written twice.")
            ),
        ])
    func badRows(line: String, rejection: Rejection) {
        let decoded = decodeForTest(header + line + "\nA,tp,2026-05-01T12:00:00+08:00,0.5,N\n")
        #expect(decoded.rejections == [rejection])
        #expect(decoded.texts == ["A/tp 2026-05-01T12:00:00+08:00 0.5 [N]"])
        #expect(decoded.summary?.rowCount == 2)
    }

    @Test("A temperature below zero is a value")
    func negativeTemperature() {
        #expect(decodeForTest(header + "A,temp,\(at8),-1.5,N\n").texts == ["A/temp 2026-05-01T08:00:00+08:00 -1.5 [N]"])
    }

    @Test("A station name that is not UTF-8 after the first 64 KiB costs its row, not the batch")
    func lateWrongEncoding() {
        var bytes = Array(header.utf8)
        while bytes.count < 70_000 { bytes += Array("A,tp,\(at8),0.5,N\n".utf8) }
        let good = decodeForTest(bytes).readings.count
        bytes += [0xC9, 0xCF] + Array(",tp,\(at8),0.5,N\nA,tp,\(at8),0.5,N\n".utf8)
        let decoded = decodeForTest(bytes)
        #expect(decoded.reasons == [.wrongEncoding])
        #expect(decoded.rejections.first?.remedy == "Write the file as UTF-8.")
        #expect(decoded.readings.count == good + 1)
    }

    @Test("A header repeated by concatenation is neither a row nor a rejection")
    func repeatedHeader() {
        let part = header + "A,tp,\(at8),0.5,N\n"
        let decoded = decodeForTest(part + part)
        #expect(decoded.readings.count == 2 && decoded.rejections.isEmpty)
        #expect(decoded.summary?.rowCount == 2)
    }

    @Test("Many stations, parameters and flags in one file keep their own series and flags across slices")
    func manySeries() {
        var text = header
        for index in 0..<3_000 { text += "ST\(index % 701),tp,\(at8),\(index).5,F\(index % 67)\n" }
        var limits = ReadLimits()
        limits.blockRows = 500
        let decoded = decodeForTest(text, limits: limits)
        #expect(decoded.sliceCount == 6)
        #expect(
            decoded.texts
                == (0..<3_000).map { "ST\($0 % 701)/tp 2026-05-01T08:00:00+08:00 \($0).5 [F\($0 % 67)]" })
    }

    @Test("More flags than a block may carry end slices early and lose none")
    func manyFlags() {
        var text = header
        for index in 0..<9_000 { text += "A,tp,\(at8),1,flag-\(index)\n" }
        let decoded = decodeForTest(text)
        #expect(decoded.readings.map(\.flag) == (0..<9_000).map { "flag-\($0)" })
        #expect(decoded.sliceCount == 3)
    }
}
