// Goal: the same batches give the same statement, snapshot digests and alerts, however they come in.
// Method: two synthetic months of the example river go in in order, one commit a file, and through a drop folder in
// an order that has nothing to do with time, under another zone and language; outputs are compared byte for byte.

import Foundation
import Testing

extension FlowTests {
    @Suite struct SameAnswerTests {
        private struct Answer: Equatable {
            let statement: String
            let digests: [String]
            let alerts: Set<String>
            let observations: String

            init(_ data: String, _ environment: [String: String] = [:]) throws {
                let settled = try Program.run(
                    ["settle", "--data", data, "--agreement", "example-class-step", "--period", "2025-05"],
                    environment: environment)
                try #require(settled.exitCode == 0, "\(settled.output)\(settled.notes)")
                statement = settled.output
                let runs = try Program.run(
                    ["dump", "runs", "--data", data, "--format", "json"], environment: environment)
                digests = try runs.records.map { "\(try #require($0["statement"])) \(try #require($0["inputs"]))" }
                let list = try Program.run(["alerts", "--data", data, "--format", "csv"], environment: environment)
                alerts = Set(list.lines.dropFirst().map { String($0.prefix { $0 != "," }) })
                observations = try Program.run(
                    ["dump", "observations", "--data", data, "--format", "csv"], environment: environment
                ).output
            }
        }

        @Test("Order, time zone, language and commit size change neither statement, digests, alerts nor observations")
        func orders() throws {
            let river = try ExampleRiver(until: "2025-06-01", irregular: true)
            let (plain, each, halves, dropped) = (
                river.folder.file("plain"), river.folder.file("each"), river.folder.file("halves"),
                river.folder.file("dropped")
            )
            func ingest(_ paths: [String], _ data: String, _ more: [String] = []) throws {
                let taken = try Program.run(["ingest"] + paths + ["--data", data, "--stations", river.stations] + more)
                try #require(taken.exitCode == 0, "\(taken.notes)")
            }
            try ingest([river.batches], plain)
            let expected = try Answer(plain)
            #expect(expected.alerts.contains { $0.contains("nh3n") }, "The planted episode opens an alert.")
            #expect(expected.digests.count == 1)

            try ingest([river.batches], each, ["--commit-each"])
            #expect(try Answer(each) == expected, "one commit for each file")

            // Later days first, every second one after all others: alerts are opened on half of the data.
            let names = try river.batchNames().reversed().map { river.batches + "/" + $0 }
            try ingest(names.enumerated().filter { $0.offset % 2 == 0 }.map(\.element), halves)
            try ingest(names.enumerated().filter { $0.offset % 2 == 1 }.map(\.element), halves)
            #expect(try Answer(halves) == expected, "every second day first")

            let drop = try river.drop(into: "drop") { place, name in "\((place * 71 + 13) % 997 + 1_000)-\(name)" }
            let abroad = ["TZ": "America/St_Johns", "LANG": "tr_TR.UTF-8", "LC_ALL": "de_DE.UTF-8"]
            let served = try Program.run(
                ["serve", "--data", dropped, "--stations", river.stations, "--drop", drop, "--once"],
                environment: abroad)
            #expect(served.exitCode == 0)
            #expect(try FileManager.default.contentsOfDirectory(atPath: drop).isEmpty)
            #expect(try Answer(dropped, abroad) == expected, "shuffled, in another zone and language")
        }
    }
}
