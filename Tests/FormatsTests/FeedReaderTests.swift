// Goal: each feed's rows become the right series, starts, exact values and reported verdicts.
// Method: the synthetic fixtures' shapes as small texts, expectations written out from the feeds' descriptions.

import Exact
import Formats
import Monitoring
import Testing

private let airHeader =
    "timepoint,stationcode,longitude,latitude,area,positionname,primarypollutant,aqi,pm10,pm10_24h,o3,o3_24h,o3_8h,"
    + "o3_8h_24h,so2,co,co_24h\n"

struct NationalAirTests {
    @Test("The stamp is the end of the hour; each item has its statistic and window")
    func row() {
        let decoded = decodeForTest(
            airHeader
                + "2026-05-01T0900,EX01A,118.1,30.1,示例市,示例点,\"颗粒物(PM10),臭氧1小时(O3_1h)\",77,104,88,66,92,61,80,/,0.7,NA\n"
        )
        let lines = decoded.readings.map { reading in
            let series = reading.series
            return "\(series.parameter) \(series.statistic.rawValue) \(series.window.milliseconds / 3_600_000) h from "
                + "\(reading.start.iso8601(at: .china)): \(reading.value?.description ?? "missing")"
        }
        #expect(
            lines == [
                "pm10 mean 1 h from 2026-05-01T08:00:00+08:00: 104",
                "pm10 sliding-mean 24 h from 2026-04-30T09:00:00+08:00: 88",
                "o3 mean 1 h from 2026-05-01T08:00:00+08:00: 66",
                "o3 day-maximum 1 h from 2026-05-01T08:00:00+08:00: 92",
                "o3 sliding-mean 8 h from 2026-05-01T01:00:00+08:00: 61",
                "o3 day-maximum-8h 1 h from 2026-05-01T08:00:00+08:00: 80",
                "co mean 1 h from 2026-05-01T08:00:00+08:00: 0.7",
                "co sliding-mean 24 h from 2026-04-30T09:00:00+08:00: missing",
            ])
        #expect(decoded.readings.allSatisfy { $0.series.origin == .published && $0.row == 2 })
        // 2026-05-01T09:00:00+08:00 is 1 777 597 200 s.
        #expect(
            decoded.reported == [
                ReportedVerdict(
                    row: 2, station: StationID("EX01A"), name: "示例点", stamp: Instant(milliseconds: 1_777_597_200_000),
                    start: Instant(milliseconds: 1_777_593_600_000), aqi: 77, primary: "颗粒物(PM10),臭氧1小时(O3_1h)",
                    waterClass: nil, outsidePlan: [ParameterID("so2")], condition: "")
            ])
    }

    @Test("A header in the middle may change the order of columns; an index of NA is none")
    func headerAgain() {
        let decoded = decodeForTest(
            airHeader + "2026-05-01T0900,EX01A,,,,,NA,NA,1,,,,,,,,\n"
                + "stationcode,aqi,pm2_5,timepoint\nEX02A,48,30,2026-05-01T1000\n")
        #expect(decoded.summary?.rowCount == 2)
        #expect(decoded.readings.last?.plainText == "EX02A/pm25 2026-05-01T09:00:00+08:00 30")
        #expect(decoded.reported.map(\.aqi) == [nil, 48])
        #expect(decoded.reported.map(\.primary) == ["", ""])
        #expect(decoded.reported.map(\.row) == [2, 4])
    }

    @Test("A bad cell costs its cell, a bad stamp its row, an unknown column is told once")
    func badCells() {
        let decoded = decodeForTest(
            "timepoint,stationcode,aqi,pm10,pm9\n2026-05-01T0900,EX01A,50,-4,1\nyesterday,EX01A,50,4,1\n"
                + "2026-05-01T1000,,50,4,1\n2026-05-01T1100,EX01A,50,4\n2026-05-01T1200,EX01A,50,x,1\n")
        #expect(
            decoded.rejections.map { "\($0.row) \($0.field) \($0.reason.rawValue)" } == [
                "1 pm9 unknown-parameter", "3 timepoint not-a-time", "4 stationcode missing-field",
                "5  missing-field", "6 pm10 not-a-number",
            ])
        #expect(decoded.reported.count == 2)
    }
}

private func waterDocument(_ rows: [String], condition: Bool = true) -> String {
    let head = [
        "省份", "流域", "断面名称", "监测时间", "水质类别", "水温<br/><span class='unit'>(℃)</span>",
        "氨氮<br/><span class='unit'>(mg/L)</span>", "叶绿素α<br/><span class='unit'>(mg/L)</span>",
        "藻密度<br/><span class='unit'>(cells/L)</span>",
    ]
    let names = (head + (condition ? ["站点情况"] : [])).map { "\"\($0)\"" }.joined(separator: ",")
    return "{\"result\":1,\"total\":1,\"thead\":[\(names)],\"tbody\":[\(rows.joined(separator: ","))]}"
}

private func span(_ title: String, _ shown: String) -> String {
    "<span data-toggle='tooltip' data-placement='right' title='\(title)'>\(shown)</span>"
}

private func cells(_ texts: [String]) -> String { "[" + texts.map { "\"\($0)\"" }.joined(separator: ",") + "]" }

struct NationalWaterJSONTests {
    @Test("The unrounded value of the title is taken; chlorophyll goes from mg/L to µg/L by three places")
    func row() {
        let section = span("所在地市:示例市&#10;所属河流:示例河", "示例断面")
        let decoded = decodeForTest(
            waterDocument([
                cells([
                    "示例省", "示例流域", section, "05-01 08:00", "劣Ⅴ", span("原始值：19.73577", "19.7"),
                    span("原始值：0.20", "0.200"), span("原始值：0.00412", "0.004"), span("原始值：1.067636E+07", "10676360"),
                    "正常",
                ])
            ]), names: ["2026-05", "2026-05-01.json.gz"])
        #expect(
            decoded.texts == [
                "示例省/示例流域/示例断面/temp 2026-05-01T08:00:00+08:00 19.73577 [正常]",
                "示例省/示例流域/示例断面/nh3n 2026-05-01T08:00:00+08:00 0.20 [正常]",
                "示例省/示例流域/示例断面/chla 2026-05-01T08:00:00+08:00 4.12 [正常]",
                "示例省/示例流域/示例断面/algae 2026-05-01T08:00:00+08:00 10676360 [正常]",
            ])
        #expect(decoded.reported.map(\.waterClass) == [6])
        #expect(decoded.reported.map(\.name) == ["示例断面"])
        #expect(decoded.reported.map(\.condition) == ["正常"])
        #expect(decoded.readings.first?.series.statistic == .instant)
        #expect(decoded.readings.first?.row == 1)
    }

    @Test("Withheld values are missing with the reason as flag; * is outside the plan")
    func withheld() {
        let decoded = decodeForTest(
            waterDocument([
                cells(["P", "B", "S", "05-01 08:00", "", span("极值过滤", "--"), "--", "*", "*", "维护"])
            ]), names: ["2026-05-01"])
        #expect(
            decoded.texts == [
                "P/B/S/temp 2026-05-01T08:00:00+08:00 missing [极值过滤]",
                "P/B/S/nh3n 2026-05-01T08:00:00+08:00 missing [维护]",
            ])
        #expect(decoded.reported.first?.outsidePlan.map(\.rawValue) == ["chla", "algae"])
        #expect(decoded.reported.first?.waterClass == nil)
    }

    @Test("Today's shape: escaped markup, digits as classes, no condition")
    func todaysShape() {
        let title = "\\u003cspan title=\\u0027原始值：7.6\\u0027\\u003e7.60\\u003c/span\\u003e"
        let row = { (printed: String) in cells(["P", "B", "S", "05-01 08:00", printed, title, "--", "--", "--"]) }
        let decoded = decodeForTest(
            waterDocument(["2", "6", "-1", "-", ""].map(row), condition: false), names: ["x_20260501_p1.json"])
        #expect(decoded.reported.map(\.waterClass) == [2, 6, nil, nil, nil])
        #expect(decoded.texts.first == "P/B/S/temp 2026-05-01T08:00:00+08:00 7.6")
        #expect(decoded.reported.map(\.row) == [1, 2, 3, 4, 5])
    }

    @Test("A row without a time is a rejection that names the station and its condition")
    func noTime() {
        let row = "[\"P\",\"B\",\"S\",null,\"\",\"--\",\"--\",\"*\",\"*\",\"停站\"]"
        let decoded = decodeForTest(waterDocument([row, cells(["P", "B", "S"])]))
        #expect(
            decoded.rejections == [
                Rejection(
                    .missingField, row: 1, field: "监测时间", excerpt: "P/B/S 停站",
                    remedy: "Nothing to do while the station sends nothing: a row without a time carries no reading."),
                Rejection(
                    .missingField, row: 2, excerpt: "P,B,S", remedy: "thead names 10 columns and this row has 3."),
            ])
        #expect(decoded.summary?.rowCount == 2)
    }

    @Test("A document that breaks off keeps the rows before the break")
    func brokenDocument() {
        let good = cells(["P", "B", "S", "05-01 08:00", "", "1", "2", "3", "4", "正常"])
        let whole = waterDocument([good, good])
        let decoded = decodeForTest(String(whole.dropLast(20)), names: ["2026-05-01"])
        #expect(decoded.stop?.reason == .malformedDocument)
        #expect(decoded.stop?.row == 2)
        #expect(decoded.readings.count == 4)
    }

    @Test(
        "The year comes from the innermost date or month in the names, else from the receipt",
        arguments: [
            (["2020-09", "2020-09-19.json.gz"], "09-19 08:00", "2020-09-19T08:00:00+08:00"),
            (["2020-09", "2020-09-19.json.gz"], "08-02 08:00", "2020-08-02T08:00:00+08:00"),
            (["2020-01-01.json.gz"], "12-31 20:00", "2019-12-31T20:00:00+08:00"),
            (["2020-01-01.json.gz"], "01-03 00:00", "2020-01-03T00:00:00+08:00"),
            (["2019-12-31.json.gz"], "01-01 04:00", "2020-01-01T04:00:00+08:00"),
            (["2020-01-01.json.gz"], "01-05 00:00", "2019-01-05T00:00:00+08:00"),
            (["2021-04_csv", "安徽省_断面.csv.gz"], "04-30 20:00", "2021-04-30T20:00:00+08:00"),
            (["snapshot_20260821_p1.json.gz"], "08-21 20:00", "2026-08-21T20:00:00+08:00"),
            (["2023-06-01.json"], "02-29 00:00", "2020-02-29T00:00:00+08:00"),
            (["nothing", "x123456789y"], "05-01 08:00", "2026-05-01T08:00:00+08:00"),
            (["nothing"], "12-30 04:00", "2025-12-30T04:00:00+08:00"),
        ])
    func years(names: [String], printed: String, expected: String) {
        let row = cells(["P", "B", "S", printed, "", "1", "*", "*", "*", "正常"])
        let decoded = decodeForTest(waterDocument([row]), names: names)
        #expect(decoded.readings.map { $0.start.iso8601(at: .china) } == [expected])
    }
}

struct OtherFeedTests {
    @Test("The water CSV has the same meaning; repeated rows are handed on as they come")
    func waterCSV() {
        let decoded = decodeForTest(
            "省份,流域,断面名称,监测时间,水质类别,pH(无量纲),叶绿素α(mg/L),站点情况\r\n"
                + "P,B,S,05-01 04:00,Ⅲ,7.60,*,正常\r\nP,B,S,05-01 04:00,Ⅲ,7.60,*,正常\r\nP,B,S,*,*,--,*,维护\r\n",
            names: ["2026-05_csv"])
        #expect(decoded.texts == Array(repeating: "P/B/S/ph 2026-05-01T04:00:00+08:00 7.60 [正常]", count: 2))
        #expect(decoded.reported.map(\.waterClass) == [3, 3])
        #expect(decoded.reasons == [.missingField])
        #expect(decoded.summary?.rowCount == 3)
    }

    @Test("A heading with another unit is told once and its column is left out")
    func waterUnits() {
        let decoded = decodeForTest(
            "省份,流域,断面名称,监测时间,氨氮(μg/L),总磷(mg/L),新项(mg/L)\nP,B,S,05-01 04:00,1,0.1,3\n", names: ["2026-05-01"])
        #expect(decoded.reasons == [.unknownUnit, .unknownParameter])
        #expect(decoded.rejections.map(\.remedy).first == "Expected mg/L.")
        #expect(decoded.texts == ["P/B/S/tp 2026-05-01T04:00:00+08:00 0.1"])
    }

    @Test("The wide site file: hour 0 of a date is the hour that ends at its midnight")
    func chinaSites() {
        let decoded = decodeForTest(
            "date,hour,type,EX01A,EX02A\n20260501,0,AQI,45,\n20260501,0,PM2.5,31,\n20260501,9,CO_24h,0.6,0.7\n"
                + "20260501,9,XYZ,1,2\n20260501,24,PM10,1,2\n20260532,1,PM10,1,2\n20260501,1,PM10,1\n")
        #expect(
            decoded.texts == [
                "EX01A/pm25 2026-04-30T23:00:00+08:00 31", "EX02A/pm25 2026-04-30T23:00:00+08:00 missing",
                "EX01A/co 2026-04-30T09:00:00+08:00 0.6", "EX02A/co 2026-04-30T09:00:00+08:00 0.7",
            ])
        #expect(decoded.reported.map(\.aqi) == [45, nil])
        #expect(
            decoded.reported.map { $0.start.iso8601(at: .china) }
                == Array(repeating: "2026-04-30T23:00:00+08:00", count: 2))
        #expect(decoded.reasons == [.unknownParameter, .notATime, .notATime, .missingField])
        #expect(decoded.rejections.map(\.row) == [5, 6, 7, 8])
    }

    @Test("The Beijing file: CO in mg/m³, pressure in kPa, the hour as a beginning")
    func beijing() {
        let decoded = decodeForTest(
            "No,year,month,day,hour,PM2.5,CO,TEMP,PRES,DEWP,RAIN,wd,WSPM,station\n"
                + "1,2013,3,1,0,4,300,-0.7,1023,-18.8,0,NNW,4.4,Example\n2,2013,2,29,0,4,300,1,1,1,0,N,1,Example\n")
        #expect(
            decoded.texts == [
                "Example/pm25 2013-03-01T00:00:00+08:00 4", "Example/co 2013-03-01T00:00:00+08:00 0.300",
                "Example/air_temp 2013-03-01T00:00:00+08:00 -0.7", "Example/pressure 2013-03-01T00:00:00+08:00 102.3",
                "Example/wind_speed 2013-03-01T00:00:00+08:00 4.4",
            ])
        #expect(decoded.reasons == [.notATime])
        let extra = decodeForTest("year,month,day,hour,PM2.5,station,note\n2013,3,1,0,4,Example,x\n")
        #expect(extra.rejections.map { "\($0.field) \($0.reason.rawValue)" } == ["note extra-field"])
    }

    @Test("Every format has a profile of its own name, China's in China standard time, and no flag without a meaning")
    func profiles() {
        #expect(Set(BuiltInProfiles.all.keys) == Set(FormatID.allCases))
        #expect(BuiltInProfiles.all.allSatisfy { $0.key.rawValue == $0.value.id })
        let abroad: Set<FormatID> = [.openAQ, .usgsRDB, .usgsJSON, .usgsCSV, .aqsHourly, .waterQualityPortal]
        #expect(BuiltInProfiles.all.allSatisfy { $0.value.offset == (abroad.contains($0.key) ? .utc : .china) })
        let own = BuiltInProfiles.all[.tributaryCSV]
        #expect(own?.adopts == false && own?.revises == false && own?.cadence == nil)
        #expect(own?.flags["N"] == .valid && own?.flags["M"] == .invalid && own?.flags["T"] == nil)
        #expect(BuiltInProfiles.all[.nationalWaterJSON]?.flags["维护"] == .suspect)
        #expect(BuiltInProfiles.missingCodes.contains("0") == false)
    }
}
