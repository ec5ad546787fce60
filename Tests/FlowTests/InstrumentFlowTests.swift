// Goal: a failed check of an instrument makes values suspect from the last pass to the next, beside files and in the book.
// Method: a day of readings, a pass, a failure and a pass; the table beside the file, and the same filed in a data folder.

import Foundation
import Testing

extension FlowTests {
    @Suite struct InstrumentFlowTests {
        private static let rows = (0..<12).map { step in
            let hour = step * 4
            let stamp = String(format: "2025-05-%02dT%02d:00:00+08:00", 1 + hour / 24, hour % 24)
            return "EX-DOWN-1,codmn,\(stamp),2.\(step),N"
        }

        /// Passes at 02:00 and 22:00 of the first of May, a failure at 13:00, and a recovery without its upper limit.
        private static let table = """
            #issuer: example-issuer
            #document: QA-2025-1
            station,parameter,kind,time,result,reference,limit
            EX-DOWN-1,codmn,zero,2025-05-01 02:00,0.05,0,0.1
            EX-DOWN-1,codmn,zero,2025-05-01 13:00,0.35,0,0.1
            EX-DOWN-1,codmn,zero,2025-05-01 22:00,-0.02,0,0.1
            EX-DOWN-1,tp,spike-recovery,2025-05-01 22:00,0.9,,0.8

            """

        private static let verdicts =
            ["not-tested:no-record"] + Array(repeating: "suspect", count: 5) + Array(repeating: "valid", count: 6)

        private func verdicts(_ output: String) -> [String] {
            let lines = output.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
            guard let place = lines.first?.firstIndex(of: "instrument-qa") else { return [] }
            return lines.dropFirst().map { String($0[place]) }
        }

        @Test("Beside a file the failure reaches from the last pass to the next")
        func files() throws {
            let river = try ExampleRiver()
            let batch = try river.write("batch.csv", Self.rows)
            let table = river.folder.file("qa.csv")
            try Self.table.write(toFile: table, atomically: true, encoding: .utf8)
            let call = ["qc", batch, "--stations", river.stations, "--format", "csv"]
            let judged = try Program.run(call + ["--records", table])
            #expect(judged.exitCode == 0 && verdicts(judged.output) == Self.verdicts, "\(judged.notes)")
            let without = try Program.run(call)
            #expect(Set(verdicts(without.output)) == ["not-tested:no-configuration"])
            try Self.table.replacing("0.35", with: "?").write(toFile: table, atomically: true, encoding: .utf8)
            let faulty = try Program.run(call + ["--records", table])
            #expect(faulty.exitCode == 65 && faulty.notes.contains("qa.csv:5: `?` in `result` is no number."))
        }

        @Test("Filed in a data folder they are listed with what they came to, and judge stored history")
        func book() throws {
            let river = try ExampleRiver()
            let batch = try river.write("batch.csv", Self.rows)
            let data = river.folder.file("data")
            #expect(try Program.run(["ingest", batch, "--data", data, "--stations", river.stations]).exitCode == 0)
            let table = river.folder.file("qa.csv")
            try Self.table.write(toFile: table, atomically: true, encoding: .utf8)
            let filing = ["instrument", "file", table, "--data", data, "--by", "Wang", "--format", "json"]
            let filed = try Program.run(filing)
            #expect(filed.exitCode == 0, "\(filed.notes)")
            #expect(filed.records.map { $0["outcome"] } == ["passed", "failed", "passed", "incomplete"])
            #expect(filed.records[1]["issuer"] == "example-issuer" && filed.records[1]["by"] == "Wang")
            let again = try Program.run(filing)
            #expect(again.exitCode == 65 && again.notes.contains("filed before"))
            let listed = try Program.run(
                ["instrument", "list", "--data", data, "--station", "EX-DOWN-1", "--format", "json"])
            #expect(listed.output == filed.output)
            #expect(
                try Program.run(["instrument", "list", "--data", data, "--station", "EX-UP-1"]).output.contains(
                    "No record"))
            let stranger = river.folder.file("stranger.csv")
            try Self.table.replacing("EX-DOWN-1,tp", with: "NOBODY,tp").replacing("QA-2025-1", with: "QA-2")
                .write(toFile: stranger, atomically: true, encoding: .utf8)
            let refused = try Program.run(["instrument", "file", stranger, "--data", data, "--by", "Wang"])
            #expect(refused.exitCode == 65 && refused.notes.contains("NOBODY is not registered"))
            let backtest = try Program.run([
                "qc", "--backtest", "--data", data, "--checks", river.stations + "/checks/example-checks.yaml",
                "--format", "json",
            ])
            let row = try #require(backtest.records.first { $0["check"] == "instrument-qa" }, "\(backtest.notes)")
            #expect(row["suspect"] == "5" && row["valid"] == "6" && row["not_tested"] == "1")
            #expect(try Program.run(["doctor", "--data", data]).exitCode == 0)
        }

        @Test("Alerts rest on no reading that a failed check stands against, and the table is no batch")
        func alerts() throws {
            let river = try ExampleRiver()
            let rows = (0..<12).map { step in
                let hour = step * 4
                let stamp = String(format: "2025-05-%02dT%02d:00:00+08:00", 1 + hour / 24, hour % 24)
                return "EX-DOWN-1,codmn,\(stamp),\(step == 0 ? "2" : "8").\(step % 7)\(step),N"
            }
            let batch = try river.write("batch.csv", rows)
            let data = river.folder.file("data")
            #expect(try Program.run(["ingest", batch, "--data", data, "--stations", river.stations]).exitCode == 0)
            func exceedances() throws -> [[String: String]] {
                try Program.run(["alerts", "--data", data, "--format", "json"]).records.filter {
                    $0["kind"] == "threshold"
                }
            }
            let before = try exceedances()
            #expect(before.map { $0["start"] } == ["2025-05-01T04:00:00+08:00"])
            let table = river.folder.file("qa.csv")
            try Self.table.write(toFile: table, atomically: true, encoding: .utf8)
            // Like any batch: a receipt with its document, bytes in the archive, nothing new the second time.
            let sent = try Program.run(["ingest", table, "--data", data, "--format", "json"])
            #expect(sent.exitCode == 0, "\(sent.notes)")
            #expect(sent.output.contains("\"accepted\":4") && sent.output.contains("QA-2025-1"), "\(sent.output)")
            let again = try Program.run(["ingest", table, "--data", data, "--format", "json"])
            #expect(again.exitCode == 0)
            let listed = try Program.run(["instrument", "list", "--data", data, "--format", "json"]).records
            #expect(listed.count == 4 && Set(listed.map { $0["filing"] }).count == 1)
            let filed = try Program.run(["instrument", "file", table, "--data", data, "--by", "Wang"])
            #expect(filed.exitCode != 0 && filed.notes.contains("filed before"), "\(filed.notes)")
            // Faults are told with their lines, and nothing is filed.
            let faulty = river.folder.file("faulty.csv")
            try (Self.table + "EX-NOBODY,codmn,zero,2025-05-01 08:30,0.05,0,0.1\n").write(
                toFile: faulty, atomically: true, encoding: .utf8)
            let refused = try Program.run(["ingest", faulty, "--data", data, "--format", "json"])
            #expect(refused.exitCode != 0 && (refused.output + refused.notes).contains("EX-NOBODY"))
            #expect(try Program.run(["instrument", "list", "--data", data, "--format", "json"]).records.count == 4)
            // Those between the passes around the failure are suspect; what follows the last pass is an episode.
            let after = try exceedances().filter { $0["state"] != "withdrawn" }
            #expect(after.map { $0["start"] } == ["2025-05-02T00:00:00+08:00"])
        }
    }
}
