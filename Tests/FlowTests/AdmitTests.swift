// Goal: rows that were kept aside are taken once the cause is mended, by a person's act on record, and nothing released
// is edited. Method: one batch with a station that nobody registered and a stamp of the future, through the built program;
// the registry is mended; every count is worked out by hand, and the store is compared with one that knew the station.

import Foundation
import Testing

extension FlowTests {
    @Suite struct AdmitTests {
        /// The batch `late.csv`: 3 rows of a known station, 4 of an unknown one (one of them of the future).
        static func batch(_ river: ExampleRiver) throws -> String {
            try river.write(
                "late.csv",
                (0..<3).map { "EX-DOWN-1,codmn,2025-05-0\($0 + 1)T00:00:00+08:00,2.\($0),N" }
                    + (0..<3).map { "NEW-1,nh3n,2025-05-0\($0 + 1)T00:00:00+08:00,9.\($0),N" }
                    + ["NEW-1,nh3n,2099-05-01T00:00:00+08:00,1.5,N"])
        }

        /// Registers the station, and lets it measure for the border section.
        static func register(_ river: ExampleRiver) throws {
            let boundary = river.stations + "/example-river-xinan/boundary.yaml"
            let text = try String(contentsOfFile: boundary, encoding: .utf8)
                .replacing("stations: [EX-DOWN-1]", with: "stations: [EX-DOWN-1, NEW-1]")
            let station = """
                  - id: NEW-1
                    name: {zh: 新站, en: New station}
                    medium: water
                    region: huangshan
                    water-body: river
                    cadence: 4h
                    profile: example-water-4h
                    parameters: [nh3n]

                """
            try Data((text + station).utf8).write(to: URL(filePath: boundary))
        }

        private func log(_ data: String) throws -> [String: Int] {
            try Program.run(["dump", "log", "--data", data, "--format", "json"]).records
                .reduce(into: [:]) { $0[$1["kind"] ?? "", default: 0] += 1 }
        }

        @Test(
            "Quarantined rows are admitted once their station is registered, once, with record, receipt and provenance")
        func life() throws {
            let river = try ExampleRiver()
            let data = river.folder.file("data")
            let file = try Self.batch(river)
            let first = try Program.run([
                "ingest", file, "--data", data, "--stations", river.stations, "--format", "json", "--commit-each",
            ])
            let receipt = String(first.lines[0])
            let digest = try #require(first.records[0]["batch"])
            #expect(first.records[0]["accepted"] == "3" && first.records[0]["quarantined"] == "4")
            let note = try Program.run(["holes", "--data", data]).output
            #expect(note.contains("4 rows of 1 batches are quarantined"))

            // Nothing is mended yet: a look and an act change nothing, and say what keeps the rows aside.
            let act = ["--by", "Lin Min", "--reason", "station registered, No. 12"]
            for arguments in [["--all", "--dry-run"], [digest] + act, ["--station", "NEW-1"] + act] {
                let idle = try Program.run(["admit", "--data", data, "--format", "json"] + arguments)
                #expect(idle.exitCode == 1, "\(idle.notes)")
                #expect(idle.output.contains("\"waiting\":{\"unknown-station\":4}"), "\(idle.output)")
            }
            #expect(try log(data)["admission"] == nil)

            try Self.register(river)
            let registry = ["--stations", river.stations]
            let look = try Program.run(["admit", "--all", "--dry-run", "--data", data, "--format", "json"] + registry)
            #expect(look.records.first?["admissible"] == "3" && look.exitCode == 1)
            #expect(look.output.contains("\"waiting\":{\"time-in-future\":1}"))
            #expect(try log(data)["admission"] == nil)
            let admitted = try Program.run(
                ["admit", "--station", "NEW-1", "--data", data, "--format", "json"] + act)
            #expect(admitted.exitCode == 1, "One row waits still. \(admitted.notes)")
            let inner = try #require(
                (try JSONSerialization.jsonObject(with: Data(admitted.output.utf8)) as? [String: Any])?["receipt"]
                    as? [String: Any])
            #expect(
                ["accepted", "duplicate", "conflict", "rejected", "quarantined"].map { inner[$0] as? Int } == [
                    3, 0, 0, 0, 1,
                ])
            #expect(inner["by"] as? String == "Lin Min" && inner["schema"] as? String == "tributary-admission-1")

            // Again: nothing, not even a log entry.
            let before = try log(data)
            let again = try Program.run(["admit", "--all", "--data", data] + act)
            #expect(again.exitCode == 1 && again.output.contains("nothing changed"), "\(again.output)")
            #expect(try log(data) == before && before["admission"] == 1)

            try records(data, digest, receipt, admitted.output, river)
            try compare(data, file, river)
        }

        /// What is on record afterwards.
        private func records(
            _ data: String, _ digest: String, _ receipt: String, _ admitted: String, _ river: ExampleRiver
        ) throws {
            let report = try Program.run(["receipt", digest, "--data", data, "--format", "json"])
            #expect(report.output.contains(receipt), "The receipt stands as it was released.")
            #expect(report.output.contains("\"admissions\":[{\"accepted\":3"))
            let key = try #require(try Program.run(["doctor", "--data", data, "--format", "json"]).records.first)
            #expect(key["faults"] == "0" && key["quarantined_waiting"] == "1" && key["quarantined_admitted"] == "3")
            let path = river.folder.file("admission.json")
            try Data(admitted.utf8).write(to: URL(filePath: path))
            let check = ["receipt", "--check", path, "--key", key["node_key"] ?? ""]
            let held = try Program.run(check)
            #expect(held.exitCode == 0 && held.output.contains("admission of rows of batch"), "\(held.notes)")
            try Data(admitted.replacing("\"accepted\":3", with: "\"accepted\":4").utf8).write(to: URL(filePath: path))
            #expect(try Program.run(check).exitCode == 1)
            let explained = try Program.run([
                "explain", "NEW-1/nh3n@2025-05-01T00:00:00+08:00", "--data", data, "--format", "json",
            ])
            let source = try #require(explained.records.first)
            #expect(source["batch"] == digest && source["admitted"]?.contains("by Lin Min") == true)
            let batches = try Program.run(["dump", "batches", "--data", data, "--format", "json"]).records
            #expect(batches[0]["quarantined"] == "4" && batches[0]["admitted"] == "3" && batches[0]["waiting"] == "1")
            #expect(try Program.run(["dump", "admissions", "--data", data, "--format", "json"]).records.count == 1)
            #expect(try Program.run(["dump", "quarantine", "--data", data]).lines.count == 4)
            let asked = try Program.run([
                "query",
                """
                SELECT o.value, b.sender, a.person FROM observations o JOIN batches b ON b.seq = o.batch_seq
                JOIN admissions a ON a.seq = o.admission_seq WHERE o.station = 'NEW-1' ORDER BY o.start_ms LIMIT 1
                """, "--data", data, "--format", "csv",
            ])
            #expect(asked.output.hasSuffix("9.0,ingest,Lin Min\n"), "\(asked.output)")
        }

        /// Observations and alerts are those of a folder that knew the station when the batch came.
        private func compare(_ data: String, _ file: String, _ river: ExampleRiver) throws {
            let calm = river.folder.file("calm")
            try Program.run(["ingest", file, "--data", calm, "--stations", river.stations])
            let (late, straight) = (try BookContents(data), try BookContents(calm))
            #expect(late.snapshot == straight.snapshot && late.batches == straight.batches && late.faults.isEmpty)
            func alerts(_ folder: String) throws -> Set<String> {
                Set(
                    try Program.run(["alerts", "--format", "csv", "--data", folder]).lines.map {
                        String($0.prefix { $0 != "," })
                    })
            }
            #expect(try alerts(data).contains { $0.contains("-nh3n-") }, "The admitted rows are looked at.")
            #expect(try alerts(data) == alerts(calm))
        }

        @Test("A daemon admits what a sender was not entitled to, once it is, and shows what waits on its page")
        func daemon() throws {
            let river = try ExampleRiver()
            let data = river.folder.file("data")
            let daemon = try Daemon(data: data, stations: river.stations, drop: river.folder.file("drop"))
            func add(_ stations: String) throws {
                let added = try Program.run([
                    "station", "add", "bureau", "--speaks-for", stations, "--data", data,
                ])
                #expect(added.exitCode == 0, "\(added.notes)")
            }
            try add("EX-UP-1")
            let issued = try Program.run(["station", "token", "bureau", "--data", data])
            let token = String(try #require(issued.lines.first, "\(issued.notes)"))
            let rows = "station,parameter,time,value\nEX-DOWN-1,tp,2025-05-01T00:00:00+08:00,0.1\n"
            let answer = try put("a.csv", rows, token: token, port: daemon.port)
            #expect(answer.text.contains("\"quarantined\":1"), "\(answer.text)")
            #expect(try page("/en/holes", port: daemon.port).text.contains("1 rows of 1 batches are quarantined"))
            #expect(try page("/zh/holes", port: daemon.port).text.contains("1 个批次的 1 行处于隔离"))
            let act = ["admit", "--all", "--data", data, "--by", "Zhou", "--reason", "the bureau speaks for both"]
            #expect(try Program.run(act).exitCode == 1)
            try add("EX-UP-1,EX-DOWN-1")
            let admitted = try Program.run(act)
            #expect(admitted.exitCode == 0 && admitted.output.contains("accepted 1"), "\(admitted.output)")
            #expect(try Program.run(act).output.contains("No quarantined row waits here."))
            #expect(daemon.end(with: SIGTERM) == 0)
        }

        @Test("An admission says who and why in words, and names batches that the node has")
        func refused() throws {
            let river = try ExampleRiver()
            let data = river.folder.file("data")
            try Program.run(["ingest", try Self.batch(river), "--data", data, "--stations", river.stations])
            for (arguments, status): ([String], Int32) in [
                (["--all"], 64), ([], 64), (["--all", "--station", "NEW-1", "--dry-run"], 64),
                (["--all", "--by", "Lin", "--reason", " "], 65), (["00000000", "--dry-run"], 65),
            ] {
                let run = try Program.run(["admit", "--data", data] + arguments)
                #expect(run.exitCode == status && run.output.isEmpty, "\(arguments): \(run.notes)")
            }
        }
    }
}
