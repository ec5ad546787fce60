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

        @Test("A settlement takes approved exclusions, names each with the figure as measured, and shows both amounts")
        func exclusions() throws {
            let river = try ExampleRiver(until: "2025-05-01")
            let data = river.folder.file("data")
            try Program.run(["ingest", river.batches, "--data", data, "--stations", river.stations])
            let records = river.folder.file("records.csv")
            let header = "id,kind,places,parameters,from,until,offset,applicant,evidence,approver,document\n"
            let row = "example-works,construction,EX-DOWN,codmn,2025-04-10,2025-04-12,+08:00,a,e"
            func settle(_ more: [String] = [], format: String = "json") throws -> ProgramResult {
                try Program.run(
                    [
                        "settle", "--data", data, "--agreement", "example-class-step", "--period", "2025-04",
                        "--format", format,
                    ] + more)
            }
            let plain = try settle()
            #expect(plain.exitCode == 0, "\(plain.output)")
            try (header + row + ",boss,no-7\n").write(toFile: records, atomically: true, encoding: .utf8)
            let with = try settle(["--exclusions", records])
            #expect(with.exitCode == 0 && with.output != plain.output, "\(with.notes)")
            let named = "剔除 exclusion example-works (施工 construction works, boss no-7): codmn 不剔除时 as measured "
            #expect(with.output.contains(named) && !plain.output.contains(named))
            let count = { (result: ProgramResult) in
                result.output.components(separatedBy: "\"as-measured\"").count - 1
            }
            #expect(count(with) > 0 && count(plain) == 0)
            let text = try settle(["--exclusions", records], format: "text").output
            #expect(text.contains("不剔除时（仅供对照，不出具）") && text.contains(named))
            // Nobody approved it: the figures stay, and the statement says so.
            try (header + row + ",,\n").write(toFile: records, atomically: true, encoding: .utf8)
            let pending = try settle(["--exclusions", records])
            #expect(pending.output.contains("剔除未批准 exclusion example-works"))
            try (header + row + ",boss,\n").write(toFile: records, atomically: true, encoding: .utf8)
            #expect(try settle(["--exclusions", records]).exitCode == 65)
        }
    }
}
