// Goal: a hole goes through its life by what stations send and people say, and never closes by itself.
// Method: one station's rows with a stop of a day and one refused instrument, through the built program, alone and
// through a daemon; every count is worked out by hand from the rows.

import Foundation
import Glibc
import Testing

extension FlowTests {
    @Suite struct HoleFlowTests {
        /// `codmn` every 4 h from 1 to 5 May 2025 (30 readings), without 2 May 04:00 … 3 May 00:00 (6 of them).
        private func batches(_ river: ExampleRiver) throws -> (first: String, late: String) {
            var rows: [String] = []
            var late: [String] = []
            for slot in 0..<30 {
                let (day, hour) = (1 + slot / 6, slot % 6 * 4)
                let time = "2025-05-0\(day)T\(hour < 10 ? "0" : "")\(hour):00:00+08:00"
                let row = "EX-DOWN-1,codmn,\(time),2.\(slot),N"
                if (7...12).contains(slot) { late.append(row) } else { rows.append(row) }
            }
            // Total phosphorus: the station says at 4 May 08:00 that it has none.
            for (hour, value, flag) in [("04", "0.05", "N"), ("08", "NA", "M"), ("12", "0.05", "N")] {
                rows.append("EX-DOWN-1,tp,2025-05-04T\(hour):00:00+08:00,\(value),\(flag)")
            }
            return (try river.write("first.csv", rows), try river.write("late.csv", late))
        }

        @Test("Holes are listed, refilled by a late batch, explained by a confirmed notice, and closed by people only")
        func life() throws {
            let river = try ExampleRiver()
            let data = river.folder.file("data")
            let (first, late) = try batches(river)
            try Program.run(["ingest", first, "--data", data, "--stations", river.stations])
            func holes(_ parameter: String, _ more: String...) throws -> [[String: String]] {
                try Program.run(
                    [
                        "holes", "--data", data, "--station", "EX-DOWN-1", "--parameter", parameter, "--from",
                        "2025-05-01", "--until", "2025-05-06", "--format", "json",
                    ] + more
                ).records
            }
            let before = try #require(try holes("codmn").first)
            let id = "EX-DOWN-1/codmn/instant/0/automatic@2025-05-02T04:00:00+08:00"
            #expect(try holes("codmn").count == 1)
            #expect(before["hole"] == id && before["until"] == "2025-05-03T04:00:00+08:00")
            #expect(before["missing"] == "6" && before["state"] == "open" && before["why"] == "unexplained 6/6")
            // Phosphorus is registered and due since the station's first word: 1 May 00:00 to 4 May 04:00, one stated
            // gap, and silence from 4 May 16:00 on.
            let phosphorus = try holes("tp")
            #expect(
                phosphorus.compactMap { $0["from"]?.prefix(16) } == [
                    "2025-05-01T00:00", "2025-05-04T08:00", "2025-05-04T16:00",
                ])
            #expect(phosphorus.prefix(2).compactMap { $0["missing"] } == ["19", "1"])
            #expect(phosphorus.compactMap { $0["stated"] } == ["0", "1", "0"])
            // Never sent at all, and registered: one hole.
            #expect(try holes("nh3n").compactMap { $0["from"]?.prefix(16) } == ["2025-05-01T00:00"])

            try notices(data, river, holes)

            try Program.run(["ingest", late, "--data", data])
            #expect(try holes("codmn").isEmpty)
            let after = try holes("codmn", "--refilled")
            #expect(after.compactMap { $0["hole"] } == [id])
            #expect(after.first?["state"] == "refilled" && after.first?["missing"] == "0")
            let batch = try Program.run(["dump", "batches", "--data", data, "--format", "json"]).records
                .first { $0["name"]?.hasSuffix("late.csv") == true }
            #expect(after.first?["refilled_by"] == batch?["log"])
            let doctor = try Program.run(["doctor", "--data", data, "--format", "json"])
            #expect(doctor.exitCode == 0 && doctor.records.first?["faults"] == "0")
        }

        private func notices(
            _ data: String, _ river: ExampleRiver, _ holes: (String, String...) throws -> [[String: String]]
        ) throws {
            func notice(_ arguments: String...) throws -> ProgramResult {
                try Program.run(["notice"] + arguments + ["--data", data, "--format", "json"])
            }
            func file(_ changes: [String: String] = [:]) throws -> ProgramResult {
                let fields = [
                    "--station": "EX-DOWN-1", "--kind": "outage", "--from": "2025-05-02T04:00",
                    "--until": "2025-05-02T12:00", "--by": "Operator", "--reason": "power cut", "--evidence": "No. 7",
                ].merging(changes) { $1 }
                return try Program.run(
                    ["notice", "file", "--data", data, "--format", "json"]
                        + fields.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] })
            }
            for (changes, says) in [
                (["--station": "NOWHERE"], "--station: NOWHERE is not registered"),
                (["--until": "2025-05-02T04:00"], "the interval is empty"),
                (["--until": "2025-05-01"], "the interval ends before it begins"),
                (["--until": "2999-01-01"], "it lies more than 366 days ahead"), (["--by": " "], "--by: it is empty"),
                (["--from": "yesterday"], "yesterday is neither a date"),
                (["--reason": "a\nb"], "it has control characters"),
                (["--parameter": "pm25"], "EX-DOWN-1 is not registered to measure pm25"),
            ] {
                let refused = try file(changes)
                #expect(refused.exitCode == 65 && refused.output.isEmpty, "\(changes)")
                #expect(refused.notes.contains(says), "\(refused.notes)")
            }
            let filed = try file()
            let id = try #require(filed.records.first?["notice"])
            #expect(filed.records.first?["after_the_fact"] == "true")
            #expect(try file().notes.contains("the same notice was filed before"))
            #expect(try holes("codmn").first?["why"] == "unexplained 6/6", "A notice alone explains nothing.")

            for (region, by, says) in [
                ("nowhere", "Chen", "is not a region"), ("xuancheng", "Chen", "has no say at EX-DOWN-1"),
                ("anhui", "Operator", "Somebody else decides"),
            ] {
                let refused = try notice("confirm", id, "--region", region, "--by", by)
                #expect(refused.exitCode == 65 && refused.notes.contains(says), "\(refused.notes)")
            }
            #expect(try notice("confirm", id, "--region", "huangshan", "--by", "Chen").exitCode == 0)
            let second = try notice("confirm", id, "--region", "anhui", "--by", "Wang")
            #expect(second.exitCode == 65 && second.notes.contains("A side decides once"))
            // 04:00 and 08:00 of six slots.
            let explained = try #require(try holes("codmn").first)
            #expect(explained["why"] == "outage 2/6; unexplained 4/6" && explained["state"] == "open")
            try Program.run([
                "notice", "refuse", id, "--region", "zhejiang", "--by", "Zhou", "--reason", "no photo",
                "--data", data,
            ])
            #expect(try holes("codmn").first?["state"] == "disputed")
            #expect(try notice("list", "--undecided").records.isEmpty)
            #expect(try notice("list").records.compactMap { $0["standing"] } == ["disputed"])

            func mark(
                _ word: String, _ region: String, _ hole: String = "EX-DOWN-1/tp@2025-05-04T08:00"
            ) throws
                -> ProgramResult
            {
                try Program.run([
                    "hole", "mark", hole, "--as", word, "--region", region, "--by", "Chen", "--reason", "no store",
                    "--data", data, "--format", "json",
                ])
            }
            #expect(try mark("unrecoverable", "anhui", "EX-DOWN-1/tp@2025-05-04T04:00").exitCode == 65)
            #expect(try mark("unrecoverable", "anhui").records.first?["state"] == "unrecoverable")
            #expect(try mark("unrecoverable", "huangshan").notes.contains("Nothing needs to be done"))
            #expect(try mark("recoverable", "zhejiang").records.first?["state"] == "disputed")
            #expect(try mark("unrecoverable", "zhejiang").records.first?["state"] == "unrecoverable")
            #expect(try holes("tp", "--open").count == 2)
        }

        @Test("The daemon answers the same and shows holes and notices on its page, escaped, in both languages")
        func page() throws {
            let river = try ExampleRiver()
            let data = river.folder.file("data")
            try Program.run(["ingest", try batches(river).first, "--data", data, "--stations", river.stations])
            let list = ["holes", "--data", data, "--until", "2025-05-05", "--format", "csv"]
            let alone = try Program.run(list)
            let daemon = try Daemon(data: data, stations: river.stations, drop: river.folder.file("drop"))
            let served = try Program.run(list)
            #expect(served.output == alone.output && alone.lines.count > 3)
            let filed = try Program.run([
                "notice", "file", "--data", data, "--station", "EX-DOWN-1", "--parameter", "CODMn", "--kind",
                "maintenance", "--from", "2025-05-02", "--until", "2025-05-04", "--by", "Operator", "--reason",
                "pump <b>replaced", "--evidence", "No. 8", "--format", "json",
            ])
            let id = try #require(filed.records.first?["notice"])
            let confirmed = try Program.run([
                "notice", "confirm", id, "--data", data, "--region", "zhejiang", "--by", "Zhou",
            ])
            #expect(confirmed.exitCode == 0)
            let query = "holes?station=EX-DOWN-1&parameter=codmn&from=2025-05-01&until=2025-05-05"
            let english = try FlowTests.fetch("/en/\(query)", daemon)
            for words in ["6 / 6", "maintenance: pump &lt;b&gt;replaced", "2025-05-02 04:00", id, "by Zhejiang"] {
                #expect(english.contains(words), "\(words)")
            }
            #expect(!english.contains("<b>replaced"))
            let chinese = try FlowTests.fetch("/zh/\(query)", daemon)
            for words in ["缺测与报备", "维护：pump", "事后报备", "浙江省（Zhou）确认", "已确认"] {
                #expect(chinese.contains(words), "\(words)")
            }
            #expect(try FlowTests.fetch("/zh/holes?from=x", daemon).contains("查询条件有误"))
            #expect(daemon.end(with: SIGTERM) == 0)
        }
    }

    fileprivate static func fetch(_ path: String, _ daemon: Daemon) throws -> String {
        let answer = try page(path, port: daemon.port)
        #expect(answer.status == 200, "\(path)")
        return answer.text
    }
}
