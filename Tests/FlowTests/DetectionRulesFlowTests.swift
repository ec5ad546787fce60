// Goal: what a registry says of detection is what is looked for as readings come. Method: one day of the example river's
// station, registries that differ in one thing each, and the alerts of each.

import Foundation
import Testing

extension FlowTests {
    @Suite struct DetectionRulesFlowTests {
        /// Copper at five times its limit, phosphorus between the limits of lakes and rivers, the permanganate index twice over its.
        private static let rows = (0..<12).flatMap { step in
            let hour = step * 4
            let stamp = String(format: "2025-05-%02dT%02d:00:00+08:00", 1 + hour / 24, hour % 24)
            return [
                "EX-DOWN-1,cu,\(stamp),5.0\(step % 7),N", "EX-DOWN-1,tp,\(stamp),0.06\(step % 7),N",
                "EX-DOWN-1,codmn,\(stamp),\(4...5 ~= step ? "8" : "2").\(step % 7)1,N",
            ]
        }

        /// The parameters of the exceedances, and what went to standard error.
        private func alerts(
            _ changes: [(String, String)], rules: String? = nil
        ) throws -> (found: [String], notes: String) {
            let river = try ExampleRiver()
            let path = river.stations + "/example-river-xinan/boundary.yaml"
            var text = try String(contentsOfFile: path, encoding: .utf8)
            for (old, new) in changes { text = text.replacing(old, with: new) }
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            if let rules {
                try rules.write(toFile: river.stations + "/detection.yaml", atomically: true, encoding: .utf8)
            }
            let batch = try river.write("batch.csv", Self.rows)
            let data = river.folder.file("data")
            let taken = try Program.run(["ingest", batch, "--data", data, "--stations", river.stations])
            #expect(taken.exitCode == 0, "\(taken.notes)")
            let found = try Program.run(["alerts", "--data", data, "--format", "json"]).records
                .filter { $0["kind"] == "threshold" }.compactMap { $0["parameter"] }
            let check = try Program.run(["check", river.stations])
            #expect(check.exitCode == 0, "\(check.notes)")
            return (found.sorted(), check.notes)
        }

        @Test("An item that the boundary names beside the five is judged, one that it does not name is not")
        func items() throws {
            #expect(try alerts([]).found == ["codmn"])
            #expect(try alerts([("extra: []", "extra: [cu]")]).found == ["codmn", "cu"])
        }

        @Test(
            "Without the kind of water, what lies between the limits of rivers and lakes is no alert, and check says so"
        )
        func waterBody() throws {
            let lake = try alerts([("water-body: river", "water-body: lake")])
            #expect(lake.found == ["codmn", "tp"] && !lake.notes.contains("kind of water"))
            let unstated = try alerts([("    water-body: river", "    # not stated:")])
            #expect(unstated.found == ["codmn"] && unstated.notes.contains("nobody said the kind of water"))
        }

        @Test("Readings that begin an episode are as many as detection.yaml says")
        func rules() throws {
            let rules = "detection:\n  source: example\n  episode: {hold-on: 3}\n"
            #expect(try alerts([], rules: rules).found == [])
        }
    }
}
