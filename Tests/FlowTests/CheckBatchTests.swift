// Goal: `tributary check FILE` says how a file would be read and what would become of its rows, and stores nothing.
// Method: fixtures of fixtures/batches and small files made here; counts, times and remedies were worked out by hand.

import Foundation
import Testing

extension FlowTests {
    @Suite struct CheckBatchTests {
        private static let rows = [
            "EX-DOWN-1,codmn,2025-05-01T00:00:00+08:00,2.31,N",
            "EX-DOWN-1,nh3n,2025-05-01T04:00:00+08:00,<0.025,N",
            "EX-DOWN-1,tp,2025-05-01T00:00:00+08:00,NA,M",
            "EX-DOWN-1,codmn,2025-05-01T08:00:00+08:00,\"1,5\",N",
            "EX-NOWHERE-9,codmn,2025-05-01T08:00:00+08:00,2.40,N",
        ]

        @Test("A file with faults: counts, reasons with place and remedy, first rows in UTC and local time")
        func report() throws {
            let river = try ExampleRiver()
            let file = try river.write("batch.csv", Self.rows)
            let checked = try Program.run(["check", file, "--stations", river.stations])
            #expect(checked.exitCode == 1 && checked.notes.isEmpty)
            for line in [
                "batch.csv: some rows need a person\n",
                "  container   plain, ",
                "  format      tributary-csv, told by its contents\n",
                "  encoding    UTF-8\n",
                "  rows        5 read: 3 observations (1 without a value, 1 beyond a limit), 1 rejected, 1 quarantined\n",
                "EX-DOWN-1/codmn 2025-04-30T16:00:00Z (2025-05-01T00:00:00+08:00) 2.31 flag N\n",
                "EX-DOWN-1/nh3n 2025-04-30T20:00:00Z (2025-05-01T04:00:00+08:00) <0.025 flag N\n",
                "  rejected    1 × not-a-number\n    row 5, value, “1,5”: ",
                "  quarantined 1 × unknown-station\n    row 6, station, “EX-NOWHERE-9”: Register station EX-NOWHERE-9",
            ] {
                #expect(checked.output.contains(line), "\(line)\nis not in\n\(checked.output)")
            }
            let before = try FileManager.default.contentsOfDirectory(atPath: river.folder.path).sorted()
            let object = try #require(
                try Program.run(["check", file, "--stations", river.stations, "--format", "json"]).lines.first)
            #expect(try FileManager.default.contentsOfDirectory(atPath: river.folder.path).sorted() == before)
            let parsed = try #require(
                try JSONSerialization.jsonObject(with: Data(object.utf8)) as? [String: Any])
            #expect(parsed["exit_code"] as? Int == 1)
            let rows = try #require(parsed["rows"] as? [String: Int])
            #expect(
                rows == [
                    "read": 5, "observations": 3, "without_value": 1, "beyond_limit": 1, "rejected": 1,
                    "quarantined": 1,
                ])
            let causes = try #require(parsed["causes"] as? [[String: Any]])
            #expect(Set(causes.compactMap { $0["reason"] as? String }) == ["not-a-number", "unknown-station"])
            let series = try #require(parsed["series"] as? [[String: Any]])
            #expect(series.count == 3)
            #expect(series.first?["first"] as? String == "2025-04-30T16:00:00Z")
        }

        @Test("Twenty thousand series and stations are told by name, of more how many there are")
        func manySeries() throws {
            let river = try ExampleRiver()
            let file = try river.write(
                "many.csv", (0..<20_003).map { "ST-\(100_000 + $0),codmn,2025-05-01T00:00:00+08:00,2.31,N" })
            let text = try Program.run(["check", file])
            #expect(text.exitCode == 0)
            #expect(text.output.contains("all 20003 would be provisional: ST-100000 ST-100001 "), "\(text.output)")
            #expect(text.output.contains(" and 19983 more\n"))
            #expect(text.output.contains("and 19980 more, and others with 3 observations\n"), "\(text.output)")
            let object = try #require(try Program.run(["check", file, "--format", "json"]).lines.first)
            let parsed = try #require(try JSONSerialization.jsonObject(with: Data(object.utf8)) as? [String: Any])
            #expect((parsed["series"] as? [Any])?.count == 20_000)
            #expect((parsed["provisional_stations"] as? [Any])?.count == 20_000)
            #expect(parsed["provisional_station_count"] as? Int == 20_003)
            #expect(parsed["other_observations"] as? Int == 3)
        }

        @Test("Without a registry every station would be provisional, and a whole file is 0")
        func noRegistry() throws {
            let river = try ExampleRiver()
            let file = try river.write("batch.csv", Array(Self.rows.prefix(3)) + [Self.rows[4]])
            let checked = try Program.run(["check", file])
            #expect(checked.exitCode == 0)
            #expect(checked.output.contains("all 2 would be provisional: EX-DOWN-1 EX-NOWHERE-9\n"))
        }

        @Test("A table of instruments' checks is told as a node takes it, with its document or with every fault")
        func instrumentTable() throws {
            let river = try ExampleRiver()
            let table = river.folder.file("qa.csv")
            let head = "#issuer: Example company\n#document: QA-1\nstation,parameter,kind,time,result,reference,limit\n"
            let row = "EX-DOWN-1,codmn,zero,2026-05-01 08:30,0.05,0,0.1\n"
            try Data((head + row).utf8).write(to: URL(filePath: table))
            let good = try Program.run(["check", table, "--stations", river.stations])
            #expect(good.exitCode == 0)
            #expect(good.output.contains("qa.csv: every record would be filed\n"), "\(good.output)")
            #expect(good.output.contains("  document    Example company QA-1\n"))
            #expect(good.output.contains("  records     1 of instruments' checks"))
            let unknown = row.replacing("EX-DOWN-1", with: "EX-NOWHERE-9").replacing(",zero,", with: ",nought,")
            try Data((head + unknown).utf8).write(to: URL(filePath: table))
            let bad = try Program.run(["check", table, "--stations", river.stations])
            #expect(bad.exitCode == 65 && bad.output.contains("nought"), "\(bad.output)")
        }

        @Test("Every fixture is told as an ingest takes it", arguments: BadInputTests.outcomes)
        func agreesWithIngest(_ outcome: BadInputTests.Outcome) throws {
            let path = Program.root.appending(path: "fixtures/batches/\(outcome.file)").path
            let river = try ExampleRiver()
            let checked = try Program.run(["check", path, "--stations", river.stations, "--format", "json"])
            let parsed = try #require(
                try JSONSerialization.jsonObject(with: Data(checked.output.utf8)) as? [String: Any])
            let rows = try #require(parsed["rows"] as? [String: Int])
            let counts = outcome.counts.split(separator: " ").compactMap { Int($0) }
            #expect(rows["rejected"] == counts[3] && rows["quarantined"] == counts[4])
            // Duplicates and conflicts are known only to a book. Damaged rows are counted, and not taken.
            if outcome.file != "synthetic-damaged.csv.gz" {
                #expect(rows["observations"] == counts[0...2].reduce(0, +))
            }
            let isClean = counts[3] + counts[4] == 0
            let expected: Int32 = isClean ? 0 : outcome.isRefused && counts[0] == 0 ? 65 : 1
            #expect(checked.exitCode == expected)
            let causes = try #require(parsed["causes"] as? [[String: Any]])
            let reasons = Set(outcome.reasons.compactMap { $0.split(separator: " ").last.map(String.init) })
            #expect(Set(causes.compactMap { $0["reason"] as? String }) == reasons)
        }

        @Test("Several files and a registry at once: the greatest exit code, and what cannot be opened is said")
        func several() throws {
            let river = try ExampleRiver()
            let good = try river.write("good.csv", [Self.rows[0]])
            let checked = try Program.run(["check", river.stations, good, "/dev/null", "--stations", river.stations])
            #expect(checked.exitCode == 65)
            #expect(checked.output.contains("good.csv: every row would be taken"))
            #expect(checked.notes.contains("/dev/null cannot be read: it is no regular file"))
            #expect(try Program.run(["check", good, "--format", "csv"]).exitCode == 64)
        }
    }
}
