// Goal: a file whose values go over a limit every few minutes opens an alert for each time, at a cost and in a memory that
// do not grow with the alerts there are. Method: more alerts than a node holds, from one file; then late data for one of the
// first, for one in the middle and for the last; the alerts that stand are counted and named.

import Foundation
import Testing

extension FlowTests {
    @Suite struct ManyAlertsTests {
        /// Of every ten, four are over the limit.
        private static let minutes = 90_000

        /// 2025-01-01 00:00 and so many minutes, as a clock of UTC writes it.
        private func text(_ minute: Int) -> String {
            Date(timeIntervalSince1970: Double(1_735_689_600 + minute * 60)).ISO8601Format()
        }

        private func time(_ minute: Int) -> String { text(minute).dropLast() + "+08:00" }

        @Test(
            "Nine thousand alerts of one file: each is there, late data take back and open those they touch, whoever holds them",
            .timeLimit(.minutes(2)))
        func many() throws {
            let river = try ExampleRiver()
            try Data(
                try String(contentsOfFile: river.stations + "/example-river-xinan/boundary.yaml", encoding: .utf8)
                    .replacing("cadence: 4h", with: "cadence: 1min").utf8
            ).write(to: URL(filePath: river.stations + "/example-river-xinan/boundary.yaml"))
            try FileManager.default.removeItem(atPath: river.stations + "/checks")
            let rows = (0..<Self.minutes).map { minute in
                "EX-DOWN-1,codmn,\(time(minute)),\(minute % 10 >= 6 ? "6.1" : "2.1")\(minute % 7 + 1),N"
            }
            let data = river.folder.file("many")
            let first = try Program.run(
                ["ingest", try river.write("many.csv", rows), "--data", data, "--stations", river.stations])
            #expect(first.exitCode == 0, "\(first.notes)")
            func alerts() throws -> Set<String> {
                let listed = try Program.run(["alerts", "--data", data, "--format", "csv"])
                return Set(
                    listed.lines.dropFirst().map { String($0.prefix { $0 != "," }) }.filter {
                        $0.hasSuffix("threshold")
                    })
            }
            func id(_ minute: Int) -> String {
                let stamp = text(minute - 8 * 60)
                return "A-EX-DOWN-EX-DOWN-1-codmn-\(stamp.filter { $0 != "-" && $0 != ":" })-threshold"
            }
            var expected = Set((0..<Self.minutes / 10).map { id($0 * 10 + 6) })
            #expect(try alerts() == expected)
            // Another value for the first reading over: unlike versions take no part, and the episode begins a minute later.
            for (place, begun) in [16, 45_006, Self.minutes - 14].enumerated() {
                let late = try river.write("late-\(place).csv", ["EX-DOWN-1,codmn,\(time(begun)),2.99,N"])
                let taken = try Program.run(["ingest", late, "--data", data])
                #expect(taken.exitCode == 0, "\(taken.output)\(taken.notes)")
                expected.remove(id(begun))
                expected.insert(id(begun + 1))
                #expect(try alerts() == expected, "late data at minute \(begun)")
            }
            let one = try Program.run(["explain", id(16), "--data", data])
            #expect(one.exitCode == 0 && one.output.contains("withdrawn"), "\(one.output)\(one.notes)")
        }
    }
}
