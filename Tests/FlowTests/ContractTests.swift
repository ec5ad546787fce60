// Goal: the calls that scripts rely on keep their arguments, last lines, columns and exit codes.
// Method: each call runs as a process on small inputs made here or lying in fixtures/; every expected number is
// written out and was counted by hand from the rows above it.

import Foundation
import Testing

extension FlowTests {
    @Suite struct ContractTests {
        @Test("A batch with a column in an unknown unit is whole: sent again it is a duplicate, not refused")
        func headerFaultIsNoRefusal() throws {
            // The heading is a rejection of the document (row 0); every row below it can be read.
            let folder = try TemporaryFolder()
            let text = try Program.read("fixtures/batches/synthetic-national-water-2026-05-02.json")
            let heading = try #require(text.range(of: "总磷"))
            let unit = try #require(text.range(of: "mg/L", range: heading.upperBound..<text.endIndex))
            let altered = text.replacingCharacters(in: unit, with: "lb/gal")
            let file = folder.file("2026-05-02.json")
            try altered.write(toFile: file, atomically: true, encoding: .utf8)
            let (data, drop) = (folder.file("data"), folder.file("drop"))
            try FileManager.default.createDirectory(atPath: drop, withIntermediateDirectories: true)
            for _ in 1...2 {
                try FileManager.default.copyItem(atPath: file, toPath: drop + "/2026-05-02.json")
                let call = ["serve", "--data", data, "--stations", "stations", "--drop", drop, "--once"]
                #expect(try Program.run(call).exitCode == 0)
            }
            #expect(!FileManager.default.fileExists(atPath: data + "/rejected"))
            let batches = try Program.run(["dump", "batches", "--data", data, "--format", "json"]).records
            #expect(batches.map { $0["state"] } == ["complete"])
        }

        @Test("The last line of an ingest counts files, rows, values, their exact sum and what became of each row")
        func ingestTotals() throws {
            let river = try ExampleRiver()
            let file = try river.write(
                "batch.csv",
                [
                    "EX-DOWN-1,codmn,2025-05-01T00:00:00+08:00,2.31,N",
                    "EX-DOWN-1,codmn,2025-05-01T04:00:00+08:00,2.40,N",
                    "EX-DOWN-1,nh3n,2025-05-01T00:00:00+08:00,<0.025,N",
                    "EX-DOWN-1,tp,2025-05-01T00:00:00+08:00,NA,M",
                    "EX-DOWN-1,codmn,2025-05-01T00:00:00+08:00,2.310,N",
                    "EX-DOWN-1,codmn,2025-05-01T04:00:00+08:00,2.91,N",
                    "EX-DOWN-1,codmn,2025-05-01T08:00:00+08:00,\"1,5\",N",
                    "EX-DOWN-1,codmn,2025-05-01T08:00:00+08:00,-0.31,N",
                    "EX-NOWHERE-9,codmn,2025-05-01T08:00:00+08:00,2.40,N",
                    "EX-DOWN-1,codmn,2099-05-01T08:00:00+08:00,2.5,N",
                ])
            let data = river.folder.file("data")
            let call = ["ingest", file, "--data", data, "--stations", river.stations, "--format", "json"]
            let first = try Program.run(call)
            // 2.31 + 2.40 + 0.025 + 2.310 + 2.91 + 2.40 + 2.5 = 14.855 over the seven values that could be read.
            #expect(
                first.lines.last == """
                    {"files":1,"rows":10,"nonnull":7,"value_sum":14.855,"accepted":4,"duplicate":1,"conflict":1,\
                    "rejected":2,"quarantined":2,"refused":0,"unreadable":0}
                    """)
            #expect(first.exitCode == 0)
            #expect(FileManager.default.fileExists(atPath: file), "Ingested files stay where they are.")
            let log = try Program.run(["dump", "log", "--data", data]).output

            let again = try Program.run(call)
            // Four accepted, one duplicate and one conflicting observation: all six are there already.
            #expect(
                again.lines.last == """
                    {"files":1,"rows":10,"nonnull":0,"value_sum":0,"accepted":0,"duplicate":6,"conflict":0,\
                    "rejected":0,"quarantined":0,"refused":0,"unreadable":0}
                    """)
            #expect(again.exitCode == 0)
            #expect(try Program.run(["dump", "log", "--data", data]).output == log, "Nothing was written.")
        }

        @Test("serve --once ends after the receipts of the files present, and takes them out of the drop folder")
        func serveOnce() throws {
            let river = try ExampleRiver(from: "2025-04-01", until: "2025-04-04")
            let drop = try river.drop(into: "drop")
            let data = river.folder.file("data")
            let served = try Program.run([
                "serve", "--data", data, "--stations", river.stations, "--drop", drop, "--once",
            ])
            #expect(served.exitCode == 0)
            #expect(served.output.isEmpty, "Standard output is for results.")
            #expect(try FileManager.default.contentsOfDirectory(atPath: drop).isEmpty)
            let batches = try Program.run(["dump", "batches", "--data", data, "--format", "json"]).records
            #expect(batches.compactMap { $0["name"] } == (try river.batchNames()))
            #expect(batches.allSatisfy { $0["state"] == "complete" && $0["sender"] == "drop folder" })
        }

        @Test("assess prints one verdict a row of the air feed, by the columns of the contract")
        func assessAir() throws {
            let file = "fixtures/batches/synthetic-national-air.csv"
            let assessed = try Program.run(["assess", file, "--format", "csv"])
            #expect(assessed.exitCode == 0)
            // EX01A at 09: PM2.5 56 µg/m³ and PM10 104 µg/m³ in the edition of 2026, whose break points are PM2.5
            // 35 → 50, 60 → 100 and PM10 50 → 50, 120 → 100: 50 + 50 × 21 ÷ 25 = 92 and 50 + 50 × 54 ÷ 70 = 88.6.
            // EX02A at 09: NO2 17 of 100 → 50: 8.5, and O3 58 of 160 → 50: 18.1, upwards 19.
            // EX01A at 10: PM10 48 of 50 → 50: 48; at 50 or below nothing is primary.
            #expect(
                assessed.output == """
                    station,time,aqi,primary,missing,reason,standard,review
                    EX01A,2026-05-01T09:00:00+08:00,92,细颗粒物(PM2.5),,,HJ 633-2026,raw
                    EX02A,2026-05-01T09:00:00+08:00,19,,pm10 pm25,,HJ 633-2026,raw
                    EX01A,2026-05-01T10:00:00+08:00,48,,,,HJ 633-2026,raw

                    """)
        }

        @Test("assess prints a class of every water row, or the reason why there is none, and says what it assumed")
        func assessWater() throws {
            let file = "fixtures/batches/synthetic-national-water-2026-05.csv"
            let assessed = try Program.run(["assess", file, "--format", "csv"])
            #expect(assessed.exitCode == 0)
            // TP 0.120 mg/L is above 0.1 (Ⅱ) and within 0.2 (Ⅲ) in a river; DO 7.80 alone is Ⅰ (≥ 7.5).
            #expect(
                assessed.output == """
                    section,time,class,assumed,condition,missing,reason,standard,comparison,review
                    示例断面,2026-05-01T04:00:00+08:00,3,river,正常,,,GB 3838-2002,unrounded,raw
                    示例断面,2026-05-01T04:00:00+08:00,3,river,正常,,,GB 3838-2002,unrounded,raw
                    示例断面,2026-05-01T08:00:00+08:00,1,river,维护,ph codmn nh3n tp,,GB 3838-2002,unrounded,raw
                    示例断面,,,,不具备运行条件,,missing-field: 监测时间 示例省/示例流域/示例断面 不具备运行条件,,,raw

                    """)
            let document = try Program.run([
                "assess", "fixtures/batches/synthetic-national-water-2026-05-02.json", "--format", "json",
            ]).records
            #expect(document.map { $0["class"] } == ["2", "", "", ""])
            #expect(document.map { $0["reason"]?.isEmpty } == [true, false, false, false])
        }

        @Test(
            "A period is a year, a quarter, a month or two half-open dates",
            arguments: [
                ("2025-04", "2025-04-01", "2025-05-01"), ("2025-04-01/2025-05-01", "2025-04-01", "2025-05-01"),
            ])
        func periods(text: String, from: String, until: String) throws {
            let river = try ExampleRiver(until: "2025-05-01")
            let data = river.folder.file("data")
            try Program.run(["ingest", river.batches, "--data", data, "--stations", river.stations])
            func settle(_ period: String, _ agreement: String = "example-class-step") throws -> ProgramResult {
                try Program.run([
                    "settle", "--data", data, "--agreement", agreement, "--period", period, "--format", "json",
                ])
            }
            let settled = try settle(text)
            #expect(settled.exitCode == 0)
            #expect(settled.output.contains("\"\(from)\"") && settled.output.contains("\"\(until)\""))
            // Read as periods, and refused because this agreement settles by the month, or the other by the year.
            for period in ["2025", "2025-Q2", "2025-04-01/2025-04-30"] {
                let refused = try settle(period)
                #expect(refused.exitCode == 1)
                #expect(refused.records.first?["kind"] == "wrong-period", "\(period)")
            }
            let wholeYear = try settle("2025", "example-xinan")
            #expect(wholeYear.exitCode == 1 && wholeYear.output.contains("not-settled"), "One month is no year.")
            for nonsense in ["25", "2025-13", "2025-Q5", "2025-05-01/2025-04-01", ""] {
                let refused = try settle(nonsense)
                #expect(refused.exitCode == 65 && refused.output.isEmpty, "\(nonsense)")
                #expect(
                    refused.notes.contains(
                        "--period \(nonsense) is none of 2025, 2025-H1, 2025-Q1, 2025-03 or 2025-01-01/2026-01-01."))
            }
        }

        @Test("Every failure has its exit code, one sentence on standard error and nothing on standard output")
        func exitCodes() throws {
            let river = try ExampleRiver()
            let data = river.folder.file("data")
            let file = try river.write("batch.csv", ["EX-DOWN-1,codmn,2025-05-01T00:00:00+08:00,2.31,N"])
            let expected: [(arguments: [String], code: Int32, says: String)] = [
                (["ingest"], 64, "Missing expected argument"),
                (["settle", "--data", data, "--agreement", "a"], 64, "--period"),
                (["alerts", "--data", data, "--format", "xml"], 64, "text"),
                (["alerts", "--data", data], 65, "holds no book"),
                (["ingest", river.folder.file("nowhere"), "--data", data], 65, "does not exist"),
                (["check", river.folder.file("nowhere")], 65, "does not exist"),
                (["ingest", file, "--data", data, "--stations", river.folder.file("nowhere")], 65, "is not a folder"),
                (["ingest", file, "--data", file + "/data"], 73, "batch.csv"),
                (["simulate", "--stations", river.stations, "--out", file], 73, "cannot be written"),
                (["explain", "nothing", "--data", data], 65, "is no run, alert, batch digest"),
                (["statement", "run-0", "--data", data], 65, "There is no run run-0"),
                (["settle", "--data", data, "--agreement", "nobody", "--period", "2025"], 65, "There is no agreement"),
                (["settle", "--data", data, "--agreement", "example-xinan", "--period", "2999"], 1, "has not closed"),
            ]
            for (arguments, code, says) in expected {
                if arguments[0] == "explain" {
                    try Program.run(["ingest", file, "--data", data, "--stations", river.stations])
                }
                let result = try Program.run(arguments)
                #expect(result.exitCode == code, "\(arguments)")
                #expect(result.output.isEmpty, "\(arguments)")
                #expect(result.notes.contains(says), "\(arguments): \(result.notes)")
            }
            #expect(try Program.run(["version"]).output.hasPrefix("tributary "))
        }
    }
}
