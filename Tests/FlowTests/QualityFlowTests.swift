// Goal: `tributary qc` prints each observation with the verdict of each check, and a backtest compares two check sets.
// Method: small files made here, verdicts worked out by hand; a synthetic month in a data folder.

import Foundation
import Testing

extension FlowTests {
    @Suite struct QualityFlowTests {
        private static let rows = [
            "EX-DOWN-1,codmn,2025-05-01T00:00:00+08:00,2.3,N", "EX-DOWN-1,codmn,2025-05-01T04:00:00+08:00,2.4,N",
            "EX-DOWN-1,codmn,2025-05-01T08:00:00+08:00,14.0,N", "EX-DOWN-1,codmn,2025-05-01T12:00:00+08:00,2.5,N",
            "EX-DOWN-1,codmn,2025-05-01T20:00:00+08:00,,M",
            "EX-DOWN-1,nh3n,2025-05-01T00:00:00+08:00,3.0,N", "EX-DOWN-1,tn,2025-05-01T00:00:00+08:00,1.0,N",
        ]

        private func cells(_ output: String) -> [[String: String]] {
            let lines = output.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
            guard let header = lines.first else { return [] }
            return lines.dropFirst().map { line in
                Dictionary(zip(header.map(String.init), line.map(String.init))) { first, _ in first }
            }
        }

        @Test("A row an observation, the roll-up, and a cell for each check with its reason")
        func listing() throws {
            let river = try ExampleRiver()
            let file = try river.write("batch.csv", Self.rows)
            let listed = try Program.run(["qc", file, "--stations", river.stations, "--format", "csv"])
            #expect(listed.exitCode == 0 && listed.notes.isEmpty, "\(listed.notes)")
            let found = cells(listed.output)
            #expect(found.count == 7)
            let codmn = found.filter { $0["parameter"] == "codmn" }
            #expect(codmn.map { $0["rollup"] } == ["valid", "valid", "suspect", "valid", "invalid"])
            #expect(
                codmn.map { $0["spike"] } == [
                    "not-tested:no-neighbour", "valid", "suspect", "not-tested:no-neighbour",
                    "not-tested:missing-value",
                ])
            #expect(codmn[2]["time"] == "2025-05-01T08:00:00+08:00" && codmn[2]["value"] == "14.0")
            #expect(codmn[0]["climatology"] == "not-tested:no-configuration")
            let pair = found.filter { $0["parameter"] == "nh3n" || $0["parameter"] == "tn" }
            #expect(pair.map { $0["cross-parameter"] } == ["suspect", "suspect"])
            let json = try Program.run(["qc", file, "--stations", river.stations, "--format", "json"])
            #expect(json.lines.count == 7 && json.lines[0].contains("\"rollup\":\"valid\""))
        }

        @Test("Stations of the files are held against each other, and of unlike values at one time both are suspect")
        func neighbours() throws {
            let river = try ExampleRiver()
            // Upstream 2.0 four hours before; downstream may leave its range by 0.5: 2.4 does not, 2.6 does.
            let hours = ["00", "04", "08", "12"]
            let upstream = hours.map { "EX-UP-1,codmn,2025-05-01T\($0):00:00+08:00,2.0,N" }
            let downstream = zip(hours, ["2.0", "2.4", "2.6", "2.0"]).map {
                "EX-DOWN-1,codmn,2025-05-01T\($0):00:00+08:00,\($1),N"
            }
            let again = ["EX-DOWN-1,codmn,2025-05-01T12:00:00+08:00,2.1,N"]
            let file = try river.write("batch.csv", upstream + downstream + again)
            let checks = river.folder.file("checks.yaml")
            try """
            checks:
              id: neighbours
              version: "1"
              stations: [EX-DOWN-1, EX-UP-1]
              required: [gross-range]
              parameters:
                - parameter: codmn
                  source: test
                  gross-range: {possible: [0, 1000], plausible: [0, 100]}
              neighbours:
                - {station: EX-DOWN-1, other: EX-UP-1, parameter: codmn, travel: 4h, window: 2h, absolute: 0.5, relative: 0, source: test}
            """.write(toFile: checks, atomically: true, encoding: .utf8)
            let listed = try Program.run(
                ["qc", file, "--checks", checks, "--stations", river.stations, "--format", "csv"])
            let found = cells(listed.output).filter { $0["station"] == "EX-DOWN-1" }
            #expect(
                found.map { $0["neighbour-consistency"] } == [
                    "not-tested:no-counterpart", "valid", "suspect", "not-tested:no-counterpart",
                    "not-tested:no-counterpart",
                ], "\(listed.output)\(listed.notes)")
            #expect(found.map { $0["gap"] } == ["not-tested:first-reading", "valid", "valid", "suspect", "suspect"])
            #expect(found.map { $0["rollup"] } == ["valid", "valid", "suspect", "suspect", "suspect"])
        }

        @Test("Without a check set nothing is called valid, and a faulty one is refused with places")
        func sets() throws {
            let river = try ExampleRiver()
            let file = try river.write("batch.csv", Self.rows)
            let bare = try Program.run(["qc", file, "--format", "csv"])
            #expect(bare.exitCode == 0 && bare.notes.contains("no check set holds at EX-DOWN-1"))
            #expect(cells(bare.output).allSatisfy { $0["rollup"] != "valid" })
            let bad = river.folder.file("bad.yaml")
            try
                "checks:\n  id: a\n  version: \"1\"\n  stations: [X]\n  required: []\n  parameters:\n    - parameter: codmm\n"
                .write(toFile: bad, atomically: true, encoding: .utf8)
            let refused = try Program.run(["qc", file, "--checks", bad])
            #expect(refused.exitCode == 65 && refused.notes.contains("bad.yaml:7:18: "), "\(refused.notes)")
            try "checks:\n  id: a\n  version: \"1\"\n  stations: [NOBODY]\n  required: [gap]\n"
                .write(toFile: river.stations + "/checks/a.yaml", atomically: true, encoding: .utf8)
            let checked = try Program.run(["check", river.stations])
            #expect(checked.exitCode == 1 && checked.output.contains("checks/a.yaml:4:14: "), "\(checked.output)")
        }

        @Test("A backtest counts what a set would have said and how far it differs from the set in force")
        func backtest() throws {
            let river = try ExampleRiver(from: "2025-04-01", until: "2025-04-15")
            let data = river.folder.file("data")
            let taken = try Program.run(["ingest", river.batches, "--data", data, "--stations", river.stations])
            try #require(taken.exitCode == 0, "\(taken.notes)")
            let strict = river.folder.file("strict.yaml")
            try """
            checks:
              id: strict
              version: "1"
              stations: [EX-DOWN-1]
              required: [gross-range]
              parameters:
                - parameter: codmn
                  gross-range: {possible: [0, 100], plausible: [0, 0.01], source: test}

            """.write(toFile: strict, atomically: true, encoding: .utf8)
            let tested = try Program.run([
                "qc", "--backtest", "--data", data, "--checks", strict, "--to", "2025-04-08", "--format", "csv",
            ])
            try #require(tested.exitCode == 0, "\(tested.notes)")
            let found = cells(tested.output)
            let rolled = try #require(
                found.first { $0["station"] == "EX-DOWN-1" && $0["parameter"] == "codmn" && $0["check"] == "rollup" })
            // Seven days of six cycles; every level is above 0.01.
            #expect(rolled["valid"] == "0" && rolled["set"] == "strict/1")
            let counted = ["valid", "suspect", "invalid", "not_tested"].compactMap { rolled[$0].flatMap { Int($0) } }
            #expect(counted.reduce(0, +) == rolled["readings"].flatMap { Int($0) })
            #expect((30...42).contains(counted.reduce(0, +)))
            #expect(rolled["set_in_force"] == "example-checks/1")
            let other = try #require(
                found.first { $0["station"] == "EX-DOWN-1" && $0["parameter"] == "ph" && $0["check"] == "gross-range" })
            #expect(other["not_tested_share"] == "100.0%" && other["not_tested_in_force"] != other["readings"])
        }
    }
}
