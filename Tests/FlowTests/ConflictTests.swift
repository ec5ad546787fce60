// Goal: two unlike values for one key are both kept, shown as disputed, and stop the settlement that needs them.
// Method: after two synthetic months one more batch sends another value for one reading that is there.

import Foundation
import Testing

extension FlowTests {
    @Suite struct ConflictTests {
        @Test("Unlike values for one key are both kept, marked disputed, and the month they lie in does not settle")
        func conflict() throws {
            let river = try ExampleRiver(until: "2025-06-01")
            let data = river.folder.file("data")
            try Program.run(["ingest", river.batches, "--data", data, "--stations", river.stations])
            let start = "2025-05-10T08:00:00+08:00"
            func dumped(_ subject: String) throws -> [[String: String]] {
                try Program.run([
                    "dump", subject, "--data", data, "--station", "EX-DOWN-1", "--parameter", "codmn", "--from",
                    "2025-05-10", "--until", "2025-05-11", "--format", "json",
                ]).records.filter { $0["start"] == start }
            }
            func settle(_ period: String) throws -> ProgramResult {
                try Program.run([
                    "settle", "--data", data, "--agreement", "example-class-step", "--period", period, "--format",
                    "json",
                ])
            }
            let before = try #require(try dumped("observations").first?["value"])
            #expect(before != "9.99")
            let april = try settle("2025-04")
            #expect(april.exitCode == 0)
            #expect(try settle("2025-05").exitCode == 0, "Before the conflict the month settles.")

            let batch = try river.write("other.csv", ["EX-DOWN-1,codmn,\(start),9.99,N"])
            let taken = try Program.run(["ingest", batch, "--data", data, "--format", "json"])
            #expect(taken.records.last?["conflict"] == "1" && taken.records.last?["accepted"] == "0")
            #expect(try dumped("versions").compactMap { $0["value"] } == [before, "9.99"])
            #expect(try dumped("observations").compactMap { $0["state"] } == ["disputed"])

            let stopped = try settle("2025-05")
            #expect(stopped.exitCode == 1)
            let obstacles = stopped.records.filter { $0["kind"] == "disputed-input" }
            #expect(!obstacles.isEmpty && obstacles.count == stopped.records.count)
            #expect(
                obstacles.allSatisfy {
                    $0["why"] == "1 values of codmn at EX-DOWN-1 were sent in unlike versions, the first for \(start)."
                })
            #expect(try settle("2025-04").output == april.output, "April has no dispute.")
        }
    }
}
