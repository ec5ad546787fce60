// Goal: evidence that people send stands beside station data with its documents, and is no real-time reading.
// Method: the fixtures through the built binary at the example river; dumps, receipts and alerts read back.

import Foundation
import Testing

extension FlowTests {
    @Suite struct EvidenceTests {
        private static func path(_ file: String) -> String {
            Program.root.appending(path: "fixtures/batches/\(file)").path
        }

        @Test("Laboratory results and flows keep their origin beside the station, and raise and end no alert")
        func besideStations() throws {
            let river = try ExampleRiver()
            let data = river.folder.file("data")
            let files = ["synthetic-lab-results.xlsx", "synthetic-river-flow.csv", "synthetic-section-months.csv"]
            let taken = try Program.run(
                ["ingest"] + files.map(Self.path) + ["--data", data, "--stations", river.stations, "--format", "json"])
            #expect(taken.exitCode == 0)
            #expect(
                taken.output.contains(
                    #""documents":[{"issuer":"示例水文局","number":"示例水情〔2026〕5号","rows":3},"#
                        + #"{"issuer":"示例水文局","number":"示例水情〔2026〕6号","rows":2}]"#))
            let observed = try Program.run([
                "dump", "observations", "--data", data, "--station", "EX-UP-1", "--parameter", "codmn", "--format",
                "json",
            ]).records
            #expect(
                observed.map { "\($0["statistic"]!) \($0["origin"]!) \($0["value"]!)" } == [
                    "instant third-party 2.3", "month-mean published 2.4",
                ])
            #expect(try Program.run(["alerts", "--data", data, "--format", "json"]).records.isEmpty)
            #expect(try Program.run(["doctor", "--data", data]).output.contains(/faults +0\n/))
        }

        @Test("The documents of every batch are listed, and a repeat gives the same receipt")
        func documents() throws {
            let river = try ExampleRiver()
            let data = river.folder.file("data")
            let arguments = [
                "ingest", Self.path("synthetic-lab-results.csv"), "--data", data, "--stations", river.stations,
                "--format", "json",
            ]
            let first = try Program.run(arguments)
            let again = try Program.run(arguments)
            #expect(first.lines.first == again.lines.first)
            let batches = try Program.run(["dump", "batches", "--data", data, "--format", "json"]).records
            #expect(
                batches.map { $0["documents"] } == ["示例监测总站 示例监测〔2026〕1号; 示例联合监测组 示例联测〔2026〕2号"])
        }
    }
}
