// Goal: a receipt is shown for ever, says what was not taken and where the bytes lie, and is checked without its node.
// Method: the built program on a file with faulty rows; the receipt altered by hand.

import Foundation
import Testing

extension FlowTests {
    @Suite struct ReceiptTests {
        private let file = "fixtures/batches/synthetic-bad-rows.csv"
        private let digest = "dcbc3153925a7aff8556d98f486712d4c86dfefb9b0c9c8dad1e344f14e4198f"

        private func key(_ data: String) throws -> String {
            try #require(try Program.run(["doctor", "--data", data, "--format", "json"]).records.first?["node_key"])
        }

        @Test("A receipt is found by a few digits, with the rows that were not taken and the batch's place")
        func shown() throws {
            let folder = try TemporaryFolder()
            let data = folder.file("data")
            try Program.run(["ingest", file, "--data", data])
            let text = try Program.run(["receipt", "DCBC3153", "--data", data])
            #expect(text.exitCode == 0)
            for part in [
                digest, "from byte 512, 356 bytes", "the bytes agree with the digest", "拒收 Rejected: 6",
                "  missing-field: 3\n    row 2 “EX-UP-1,codmn,2026-05-01T08:00:00+08:00,2.31”: The header names 5",
                try key(data),
            ] { #expect(text.output.contains(part), "\(part)") }
            let json = try Program.run(["receipt", digest, "--data", data, "--format", "json"])
            let report = try #require(
                try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
            let rejected = try #require(report["rejected"] as? [String: Any])
            let reasons = try #require(rejected["reasons"] as? [[String: Any]])
            #expect(
                reasons.map { "\($0["reason"] ?? "") \($0["count"] ?? "")" }
                    == ["extra-field 1", "missing-field 3", "not-a-time 1", "number-out-of-range 1"])
            // Shown again, it is the same to the byte: nothing was stored, nothing is by chance.
            #expect(try Program.run(["receipt", digest, "--data", data, "--format", "json"]).output == json.output)
            for (reference, words) in [
                ("dcbc315", "at least the first 8"), ("00000000", "it never acknowledged these bytes"),
                ("dcbc3153g", "is no batch digest"),
            ] {
                let refused = try Program.run(["receipt", reference, "--data", data])
                #expect(refused.exitCode == 65 && refused.notes.contains(words), "\(reference)")
            }
        }

        @Test("A receipt is checked without a data folder, and does not hold once a digit of it is another")
        func checked() throws {
            let folder = try TemporaryFolder()
            let data = folder.file("data")
            // Alone, a file is answered with a signed receipt; in a group it is not.
            let each = try Program.run([
                "ingest", file, "fixtures/batches/synthetic-tributary.csv.gz", "--data", data, "--commit-each",
                "--format", "json",
            ])
            #expect(each.records.prefix(2).allSatisfy { $0["signature"]?.count == 128 })
            let group = try Program.run([
                "ingest", file, "--data", folder.file("other"), "--format", "json",
            ])
            #expect(group.records.first?["signature"] == nil)
            let receipt = String(each.lines[0])
            let (path, key) = (folder.file("receipt.json"), try key(data))
            func check(_ text: String, key: String) throws -> ProgramResult {
                try Data(text.utf8).write(to: URL(filePath: path))
                return try Program.run(["receipt", "--check", path, "--key", key])
            }
            let held = try check(receipt + "\n", key: key)
            #expect(held.exitCode == 0 && held.output.hasPrefix("The receipt holds. "))
            #expect(held.output.contains(digest))
            // The report of `receipt --format json` holds the same receipt.
            let report = try Program.run(["receipt", digest, "--data", data, "--format", "json"]).output
            #expect(try check(report, key: key).exitCode == 0)
            let altered = try check(receipt.replacing("\"accepted\":1", with: "\"accepted\":7"), key: key)
            #expect(altered.exitCode == 1 && altered.output.isEmpty && altered.notes.contains("it was altered"))
            let foreign = try check(receipt, key: try self.key(folder.file("other")))
            #expect(foreign.exitCode == 1 && foreign.notes.contains("does not hold for this node"))
            #expect(try check("no receipt", key: key).exitCode == 1)
            #expect(try Program.run(["receipt", "--check", path]).exitCode == 64)
            #expect(try Program.run(["receipt", "--check", folder.file("nothing"), "--key", key]).exitCode == 65)
        }

        @Test("A lost key is replaced and told of, and every key stands in the log")
        func replaced() throws {
            let folder = try TemporaryFolder()
            let data = folder.file("data")
            try Program.run(["ingest", file, "--data", data])
            let first = try key(data)
            try FileManager.default.removeItem(atPath: data + "/node.key")
            let doctor = try Program.run(["doctor", "--data", data])
            #expect(doctor.exitCode == 0 && doctor.notes.contains("no longer with \(first)"))
            let log = try Program.run(["dump", "log", "--data", data, "--format", "json"]).records
            let kinds = log.compactMap { $0["kind"] }
            #expect(kinds == ["node-key", "batch", "node-key"])
            #expect(log[2]["payload"]?.contains("\"replaces\":\"\(first)\"") == true)
        }
    }
}
