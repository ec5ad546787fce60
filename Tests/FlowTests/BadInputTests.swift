// Goal: whatever a station sends has a defined outcome, nothing of it is lost, and nothing stops the daemon.
// Method: each file of fixtures/batches goes into a folder of its own, and the outcome that fixtures/batches/README.md
// promises is compared; then all of them go through one running daemon, and every byte is looked up in the archive.

import Foundation
import Testing

extension FlowTests {
    @Suite struct BadInputTests {
        /// What must come of a fixture: counts as in `accepted duplicate conflict rejected quarantined`, and reasons.
        struct Outcome: Sendable, CustomTestStringConvertible {
            let file: String
            let counts: String
            let reasons: [String]
            var isRefused = false

            var testDescription: String { file }
        }

        static let outcomes: [Outcome] =
            [
                Outcome(file: "synthetic-tributary.csv.gz", counts: "60 0 0 0 0", reasons: []),
                Outcome(file: "synthetic-two-members.csv.gz", counts: "120 0 0 0 0", reasons: []),
                Outcome(file: "synthetic-tributary.ndjson", counts: "5 0 0 0 0", reasons: []),
                Outcome(file: "synthetic-bom-crlf.csv", counts: "60 0 0 0 0", reasons: []),
                Outcome(file: "synthetic-not-gzip.csv.gz", counts: "60 0 0 0 0", reasons: []),
                Outcome(
                    file: "synthetic-columns-in-another-order.csv", counts: "3 0 0 1 0", reasons: ["5 not-a-time"]),
                Outcome(file: "synthetic-national-air.csv", counts: "38 0 0 0 0", reasons: []),
                Outcome(
                    file: "synthetic-national-water-2026-05-02.json", counts: "20 0 0 1 0", reasons: ["3 missing-field"]
                ),
                // 27 readings, nine of them in a row that came twice.
                Outcome(
                    file: "synthetic-national-water-2026-05.csv", counts: "18 9 0 1 0", reasons: ["5 missing-field"]),
                Outcome(file: "synthetic-china-sites.csv", counts: "8 0 0 0 1", reasons: ["7 unknown-parameter"]),
                Outcome(file: "synthetic-beijing-sites.csv", counts: "18 0 0 1 0", reasons: ["4 not-a-time"]),
                Outcome(file: "synthetic-empty.csv", counts: "0 0 0 1 0", reasons: ["0 empty-file"], isRefused: true),
                Outcome(
                    file: "synthetic-empty.csv.gz", counts: "0 0 0 1 0", reasons: ["0 empty-file"], isRefused: true),
                Outcome(
                    file: "synthetic-truncated.csv.gz", counts: "399 0 0 1 0", reasons: ["0 truncated-compression"],
                    isRefused: true),
                Outcome(
                    file: "synthetic-damaged.csv.gz", counts: "0 0 0 1 0", reasons: ["0 damaged-compression"],
                    isRefused: true),
                Outcome(
                    file: "synthetic-neither.gz", counts: "0 0 0 1 0", reasons: ["0 wrong-encoding"], isRefused: true),
                Outcome(
                    file: "synthetic-gb18030.csv", counts: "0 0 0 1 0", reasons: ["0 wrong-encoding"], isRefused: true),
                Outcome(
                    file: "synthetic-utf16.csv", counts: "0 0 0 1 0", reasons: ["0 wrong-encoding"], isRefused: true),
                Outcome(file: "synthetic-unknown-station.csv", counts: "1 0 0 0 1", reasons: ["3 unknown-station"]),
                Outcome(file: "synthetic-unknown-parameter.csv", counts: "1 0 0 0 1", reasons: ["3 unknown-parameter"]),
                Outcome(file: "synthetic-time-in-2099.csv", counts: "1 0 0 0 1", reasons: ["3 time-in-future"]),
                Outcome(file: "synthetic-decimal-comma.csv", counts: "1 0 0 1 0", reasons: ["2 not-a-number"]),
                Outcome(
                    file: "synthetic-negative-concentration.csv", counts: "1 0 0 1 0",
                    reasons: ["2 negative-concentration"]
                ),
                Outcome(file: "synthetic-duplicate-row.csv", counts: "1 1 0 0 0", reasons: []),
                Outcome(file: "synthetic-other-value-same-key.csv", counts: "1 0 1 0 0", reasons: []),
                Outcome(
                    file: "synthetic-bad-rows.csv", counts: "1 0 0 6 0",
                    reasons: [
                        "2 missing-field", "3 extra-field", "4 not-a-time", "5 number-out-of-range", "6 missing-field",
                        "7 missing-field",
                    ]),
            ] + feeds + evidence + containers

        /// Feeds of others: what each keeps aside or rejects.
        private static let feeds: [Outcome] = [
            Outcome(file: "synthetic-wide.csv", counts: "6 0 0 1 0", reasons: ["1 extra-field"]),
            Outcome(file: "synthetic-extra-column.csv", counts: "1 0 0 1 0", reasons: ["1 extra-field"]),
            Outcome(file: "synthetic-zhejiang-air.csv", counts: "18 0 0 0 0", reasons: []),
            Outcome(file: "synthetic-zhejiang-air-numbered.csv", counts: "3 0 0 1 0", reasons: ["3 not-a-time"]),
            Outcome(file: "synthetic-zhejiang-air-names.csv", counts: "18 0 0 0 0", reasons: []),
            Outcome(
                file: "synthetic-openaq.csv", counts: "4 0 0 2 0",
                reasons: ["4 unknown-unit", "7 negative-concentration"]),
            Outcome(
                file: "synthetic-openaq.csv.gz", counts: "4 0 0 2 0",
                reasons: ["4 unknown-unit", "7 negative-concentration"]),
            Outcome(
                file: "synthetic-usgs.rdb", counts: "7 0 0 3 1",
                reasons: ["9 not-a-time", "10 missing-field", "12 extra-field", "12 unknown-parameter"]),
            Outcome(file: "synthetic-usgs-features.json", counts: "3 0 0 0 1", reasons: ["4 unknown-parameter"]),
            Outcome(
                file: "synthetic-usgs-features.csv", counts: "1 0 0 2 0", reasons: ["1 extra-field", "3 unknown-unit"]),
            Outcome(
                file: "synthetic-aqs-hourly.csv", counts: "1 0 0 3 0",
                reasons: ["3 unknown-unit", "4 unknown-unit", "5 not-a-time"]),
            Outcome(
                file: "synthetic-wqp.csv", counts: "6 0 0 4 0",
                reasons: ["5 unknown-unit", "7 missing-field", "9 unknown-flag", "11 not-a-time"]),
            Outcome(
                file: "synthetic-sensorthings-upload.json", counts: "0 0 0 1 3",
                reasons: ["3 missing-field", "1 unknown-station", "2 unknown-station", "4 unknown-station"]),
            Outcome(
                file: "synthetic-sensorthings-reading.json", counts: "0 0 0 1 1",
                reasons: ["2 not-a-number", "1 unknown-station"]),
            Outcome(
                file: "synthetic-gb18030-station.csv", counts: "0 0 0 1 0", reasons: ["0 wrong-encoding"],
                isRefused: true),
            Outcome(
                file: "synthetic-latin1-station.csv", counts: "0 0 0 1 0", reasons: ["0 wrong-encoding"],
                isRefused: true),
        ]

        /// Tables of other evidence: unknown columns are quarantined, unknown units of a heading rejected.
        private static let evidence: [Outcome] = [
            Outcome(
                file: "synthetic-lab-results.csv", counts: "5 0 0 3 1",
                reasons: ["10 missing-field", "11 missing-field", "12 not-a-time", "4 unknown-parameter"]),
            Outcome(file: "synthetic-lab-results-english.csv", counts: "2 0 0 0 0", reasons: []),
            Outcome(
                file: "synthetic-lab-without-document.csv", counts: "0 0 0 1 0", reasons: ["0 missing-document"],
                isRefused: true),
            Outcome(
                file: "synthetic-lab-results.xlsx", counts: "5 0 0 4 0",
                reasons: ["10 not-a-number", "11 not-a-number", "0 hidden-sheet", "0 unknown-format"]),
            Outcome(
                file: "synthetic-section-months.csv", counts: "8 0 0 2 0", reasons: ["3 unknown-unit", "6 not-a-time"]),
            Outcome(file: "synthetic-section-months.xlsx", counts: "6 0 0 1 0", reasons: ["4 unknown-unit"]),
            Outcome(
                file: "synthetic-river-flow.csv", counts: "10 0 0 3 0",
                reasons: ["6 not-a-time", "6 unknown-flag", "7 missing-document"]),
            Outcome(file: "synthetic-river-flow-1904.xlsx", counts: "3 0 0 0 0", reasons: []),
        ]

        private static let containers: [Outcome] =
            [
                Outcome(file: "synthetic-zlib.csv.z", counts: "60 0 0 0 0", reasons: []),
                Outcome(file: "synthetic-stored.zip", counts: "60 0 0 0 0", reasons: []),
                Outcome(file: "synthetic-streamed.zip", counts: "60 0 0 0 0", reasons: []),
                Outcome(file: "synthetic-two-tables.zip", counts: "62 0 0 1 0", reasons: ["0 unknown-format"]),
            ]
            + [
                ("truncated.zip", "damaged-compression"), ("damaged.zip", "damaged-compression"),
                ("bomb.zip", "inflated-too-large"), ("outside.zip", "unsafe-container"),
                ("nested.zip", "unsafe-container"), ("encrypted.zip", "unsafe-container"),
                ("overlapping.zip", "unsafe-container"), ("only-text.zip", "unknown-format"),
                ("entities.xlsx", "unsafe-container"), ("no-sheet.xlsx", "empty-file"),
            ].map { file, reason in
                Outcome(file: "synthetic-" + file, counts: "0 0 0 1 0", reasons: ["0 " + reason], isRefused: true)
            }

        private static func path(_ file: String) -> String {
            Program.root.appending(path: "fixtures/batches/\(file)").path
        }

        @Test("Every fixture that lies there has its outcome in this table")
        func table() throws {
            let files = try FileManager.default.contentsOfDirectory(atPath: Self.path("")).filter {
                $0.hasPrefix("synthetic-")
            }
            #expect(Set(files) == Set(Self.outcomes.map(\.file)))
        }

        @Test("A batch alone has the counts, reasons and exit code that are promised", arguments: outcomes)
        func outcome(_ outcome: Outcome) throws {
            let river = try ExampleRiver()
            let data = river.folder.file("data")
            let taken = try Program.run([
                "ingest", Self.path(outcome.file), "--data", data, "--stations", river.stations, "--format", "json",
            ])
            #expect(taken.exitCode == (outcome.isRefused ? 1 : 0))
            let total = try #require(taken.records.last)
            let names = ["accepted", "duplicate", "conflict", "rejected", "quarantined"]
            #expect(names.map { total[$0] ?? "?" }.joined(separator: " ") == outcome.counts)
            if outcome.reasons.isEmpty { return }
            let refused = try ["rejections", "quarantine"].flatMap { subject in
                try Program.run(["dump", subject, "--data", data, "--format", "json"]).records
            }
            #expect(refused.map { "\($0["row"] ?? "") \($0["reason"] ?? "")" } == outcome.reasons)
            #expect(refused.allSatisfy { $0["remedy"]?.hasSuffix(".") ?? false }, "Each says what to do.")
        }

        @Test(
            "A running daemon takes all of it, keeps every byte, sets refused files aside, and takes the next good one")
        func daemon() throws {
            let river = try ExampleRiver()
            let (data, drop) = (river.folder.file("data"), river.folder.file("drop"))
            try FileManager.default.createDirectory(atPath: drop, withIntermediateDirectories: true)
            let daemon = try Daemon(data: data, stations: river.stations, drop: drop)
            for outcome in Self.outcomes {
                try FileManager.default.copyItem(atPath: Self.path(outcome.file), toPath: drop + "/" + outcome.file)
            }
            func batches() throws -> [[String: String]] {
                try Program.run(["dump", "batches", "--data", data, "--format", "json"]).records
            }
            #expect(try poll { try batches().count == Self.outcomes.count })
            #expect(
                try poll { try !batches().isEmpty && FileManager.default.contentsOfDirectory(atPath: drop).isEmpty })

            for batch in try batches() {
                let sent = try Data(contentsOf: URL(filePath: Self.path(batch["name"] ?? "")))
                let offset = try #require(batch["offset"].flatMap { Int($0) })
                let segment = try Data(contentsOf: URL(filePath: data + "/" + (batch["segment"] ?? "")))
                try #require(segment.count >= offset + sent.count)
                #expect(segment.dropFirst(offset).prefix(sent.count) == sent, "\(batch["name"] ?? "")")
                let explained = try Program.run(["explain", batch["batch"] ?? "", "--data", data])
                #expect(explained.output.contains("archive=bytes agree with the digest"))
            }
            try checkRejectedFolder(data + "/rejected")

            // A refused file that comes again is refused again, not thrown away as known.
            try FileManager.default.removeItem(atPath: data + "/rejected")
            for outcome in Self.outcomes where outcome.isRefused {
                try FileManager.default.copyItem(atPath: Self.path(outcome.file), toPath: drop + "/" + outcome.file)
            }
            #expect(
                try poll { try !batches().isEmpty && FileManager.default.contentsOfDirectory(atPath: drop).isEmpty })
            try checkRejectedFolder(data + "/rejected")
            #expect(try batches().count == Self.outcomes.count)

            let good = try river.write("good.csv", ["EX-DOWN-1,tn,2026-05-03T00:00:00+08:00,1.21,N"])
            try FileManager.default.moveItem(atPath: good, toPath: drop + "/good.csv")
            #expect(try poll { try batches().last?["name"] == "good.csv" })
            let observed = try Program.run([
                "explain", "EX-DOWN-1/tn@2026-05-03T00:00:00+08:00", "--data", data, "--format", "json",
            ]).records
            #expect(observed.map { $0["value"] } == ["1.21"])
            #expect(daemon.isRunning)
            #expect(daemon.end(with: SIGTERM) == 0)
        }

        private func checkRejectedFolder(_ folder: String) throws {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            let refused = Self.outcomes.filter(\.isRefused)
            #expect(names.count == refused.count * 2)
            for outcome in refused {
                let kept = try #require(names.first { $0.hasSuffix("-" + outcome.file) }, "\(outcome.file)")
                let sent = FileManager.default.contents(atPath: Self.path(outcome.file))
                #expect(FileManager.default.contents(atPath: folder + "/" + kept) == sent)
                let reason = try String(contentsOfFile: folder + "/" + kept + ".reason.json", encoding: .utf8)
                #expect(reason.contains("\"reason\":\"\(outcome.reasons[0].dropFirst(2))\""))
                #expect(reason.contains("\"name\":\"\(outcome.file)\"") && reason.contains("\"remedy\":"))
            }
        }

        @Test("check prints every problem of a cycle and of a missing region with file, line and remedy")
        func registries() throws {
            let cycle = try Program.run(["check", "fixtures/registry/cycle"])
            #expect(cycle.exitCode == 1)
            #expect(
                cycle.output == """
                    regions.yaml:5:5: The region a lies in itself: a → b → a. [registry.region.cycle] Correct one \
                    `parent`.
                    regions.yaml:6:5: The region b lies in itself: b → a → b. [registry.region.cycle] Correct one \
                    `parent`.

                    """)
            let missing = try Program.run(["check", "fixtures/registry/missing-region", "--format", "json"])
            #expect(missing.exitCode == 1)
            #expect(
                missing.records.map { "\($0["file"] ?? ""):\($0["line"] ?? "")" } == [
                    "boundary.yaml:3", "boundary.yaml:10", "boundary.yaml:18",
                ])
            #expect(missing.records.allSatisfy { $0["message"]?.contains("region up, which is not there") ?? false })
            #expect(missing.records.allSatisfy { $0["remedy"] == "Add it to regions.yaml or correct the id." })
            // A daemon does not start on such a registry, and says all of it.
            let folder = try TemporaryFolder()
            let served = try Program.run([
                "serve", "--data", folder.file("data"), "--stations", "fixtures/registry/missing-region", "--drop",
                folder.file("drop"), "--once",
            ])
            #expect(served.exitCode == 65)
            #expect(served.notes.contains("has 3 problems") && served.notes.contains("boundary.yaml:18"))
            let good = try Program.run(["check", "stations"])
            #expect(good.exitCode == 0 && good.output.isEmpty)
        }
    }
}
