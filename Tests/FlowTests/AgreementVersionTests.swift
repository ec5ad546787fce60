// Goal: of two texts of one agreement the one in force is settled, and neither is taken when both or none are. Method: a second
// text of the example beside the first, with dates that overlap and that follow each other.

import Foundation
import Testing

extension FlowTests {
    @Suite struct AgreementVersionTests {
        /// Puts a second text of the example agreement beside the first, with other dates and another price.
        private static func add(_ river: ExampleRiver, from: String, first: String) throws {
            let folder = river.stations + "/example-river-xinan/agreements/"
            let text = try String(contentsOfFile: folder + "example-class-step.yaml", encoding: .utf8)
            let known = "from: 2024-01-01, until: 2027-01-01"
            try #require(text.contains(known))
            try text.replacing(known, with: "from: 2024-01-01, until: \(first)")
                .write(toFile: folder + "example-class-step.yaml", atomically: true, encoding: .utf8)
            let terms = try #require(text.components(separatedBy: "\nexamples:").first)
                .replacing("per_class: {value: 100,", with: "per_class: {value: 150,")
                .replacing(known, with: "from: \(from), until: 2027-01-01")
            try (terms + "\nexamples:\n  - {name: none, source: invented, inputs: {}, expect: {refuses: Supply}}\n")
                .write(toFile: folder + "a-later.yaml", atomically: true, encoding: .utf8)
        }

        @Test(
            "Texts of one id that overlap are a fault and settle nothing; texts that follow each other settle their periods"
        )
        func versions() throws {
            let river = try ExampleRiver(until: "2025-05-01")
            let data = river.folder.file("data")
            try Self.add(river, from: "2025-04-01", first: "2027-01-01")
            let overlap = try Program.run(["check", river.stations])
            #expect(overlap.exitCode == 1 && overlap.output.contains("[agreement.dates.overlap]"), "\(overlap.output)")
            try Program.run(["ingest", river.batches, "--data", data, "--stations", river.stations])
            let settle = ["settle", "--data", data, "--agreement", "example-class-step", "--period", "2025-04"]
            let both = try Program.run(settle)
            #expect(both.exitCode != 0)
            #expect(
                (both.output + both.notes).contains("2 texts of example-class-step are in force over"), "\(both.notes)")
        }

        @Test("A hole between two texts is a notice, and its periods are refused with the dates of both")
        func hole() throws {
            let river = try ExampleRiver(until: "2025-05-01")
            let data = river.folder.file("data")
            try Self.add(river, from: "2025-04-01", first: "2025-03-01")
            let checked = try Program.run(["check", river.stations])
            #expect(checked.exitCode == 0, "\(checked.output)")
            #expect(checked.notes.contains("is in force in no file from 2025-03-01 to the day before 2025-04-01"))
            try Program.run(["ingest", river.batches, "--data", data, "--stations", river.stations])
            let settle = ["settle", "--data", data, "--agreement", "example-class-step", "--period"]
            let none = try Program.run(settle + ["2025-03"])
            #expect(none.exitCode != 0)
            #expect(
                (none.output + none.notes).contains("No text of example-class-step is in force on all of"),
                "\(none.notes)")
            let later = try Program.run(settle + ["2025-04", "--format", "json"])
            #expect(later.exitCode == 0, "\(later.output)\(later.notes)")
            #expect(later.output.contains("150"), "The later price: \(later.output.prefix(2000))")
        }
    }
}
