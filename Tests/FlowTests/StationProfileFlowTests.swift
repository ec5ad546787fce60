// Goal: a file of several stations is taken as each station's own profile says, from the door to the book, and rows that
// the file as a whole contradicts wait until the profile is mended. Method: the example river, its lower station under a
// profile of its own, through the built program.

import Foundation
import Testing

extension FlowTests {
    @Suite struct StationProfileFlowTests {
        /// The lower station measures hourly means in µg/L and writes −77 where it has no value.
        private func declare(_ river: ExampleRiver, _ more: String = "") throws {
            let boundary = river.stations + "/example-river-xinan/boundary.yaml"
            let text = try String(contentsOfFile: boundary, encoding: .utf8)
            let lines = text.components(separatedBy: "\n")
            var isDown = false
            let moved = lines.map { line -> String in
                if line.contains("- id: ") { isDown = line.contains("EX-DOWN-1") }
                return isDown ? line.replacing("profile: example-water-4h", with: "profile: own-hourly") : line
            }
            try #require(moved.contains { $0.contains("profile: own-hourly") })
            try Data(moved.joined(separator: "\n").utf8).write(to: URL(filePath: boundary))
            let profile = """
                profiles:
                  - id: own-hourly
                    name: {zh: 示例·小时, en: "Example: hourly"}
                    offset: "+00:00"
                    stamp: end
                    statistic: mean
                    window: 1h
                    cadence: 1h
                    origin: automatic
                    adopts: false
                    revises: true
                    missing: ["-77"]
                    units: {tp: ug/L}
                    flags: {N: valid}
                    future-tolerance: 10min
                \(more)
                """
            try Data(profile.utf8).write(to: URL(filePath: river.stations + "/profiles/own-hourly.yaml"))
        }

        private static let rows = [
            "EX-UP-1,tp,2025-10-20T08:00:00,0.2,N", "EX-DOWN-1,tp,2025-10-20T08:00:00,200,N",
            "EX-DOWN-1,nh3n,2025-10-20T08:00:00,-77,N",
        ]

        private func observations(_ data: String) throws -> [String] {
            try Program.run(["dump", "observations", "--data", data, "--format", "csv"]).lines.dropFirst().map {
                $0.split(separator: ",", omittingEmptySubsequences: false).prefix(8).joined(separator: ",")
            }.sorted()
        }

        @Test("One file of two stations gives what two files give; check names both profiles")
        func mixed() throws {
            let river = try ExampleRiver()
            try declare(river)
            let file = try river.write("both.csv", Self.rows)
            let checked = try Program.run(["check", file, "--stations", river.stations])
            for text in [
                "  profile     example-water-4h (",
                "  profile     own-hourly (示例·小时 · Example: hourly): that of other ",
                "EX-DOWN-1/tp 2025-10-20T07:00:00Z (", ") 0.200 flag N\n",
            ] {
                #expect(checked.output.contains(text), "\(text)\nis not in\n\(checked.output)")
            }
            let together = river.folder.file("together")
            let apart = river.folder.file("apart")
            let taken = try Program.run([
                "ingest", file, "--data", together, "--stations", river.stations, "--format", "json", "--commit-each",
            ])
            #expect(taken.records.first?["accepted"] == "3", "\(taken.output)\(taken.notes)")
            let up = try river.write("up.csv", Array(Self.rows.prefix(1)))
            let down = try river.write("down.csv", Array(Self.rows.dropFirst()))
            let each = try Program.run(["ingest", up, down, "--data", apart, "--stations", river.stations])
            #expect(each.exitCode == 0, "\(each.notes)")
            #expect(try observations(together) == observations(apart))
            #expect(try observations(together).contains { $0.contains("0.200") })
        }

        @Test("Rows of a station whose profile declares the other shape wait, and are admitted once it does not")
        func waiting() throws {
            let river = try ExampleRiver()
            try declare(river, "    shape: wide")
            let file = try river.write("both.csv", Self.rows)
            let data = river.folder.file("data")
            let taken = try Program.run([
                "ingest", file, "--data", data, "--stations", river.stations, "--format", "json", "--commit-each",
            ])
            #expect(taken.records.first?["accepted"] == "1", "\(taken.output)\(taken.notes)")
            #expect(taken.records.first?["quarantined"] == "2")
            let kept = try Program.run(["dump", "quarantine", "--data", data, "--format", "json"]).output
            #expect(kept.contains("other-profile"), "\(kept)")
            try declare(river)
            let admitted = try Program.run([
                "admit", "--all", "--data", data, "--stations", river.stations, "--by", "Lin Min", "--reason", "shape",
                "--format", "json",
            ])
            #expect(admitted.output.contains("\"accepted\":2"), "\(admitted.output)\(admitted.notes)")
        }
    }
}
