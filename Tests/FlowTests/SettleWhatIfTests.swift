// Goal: a draft is replayed over stored observations and issues nothing; a run's derivation reaches the batch bytes.
// Method: two synthetic months; a draft with another price; a month without data; the digest a tree ends at is asked for.

import Foundation
import Testing

extension FlowTests {
    @Suite struct SettleWhatIfTests {
        /// The registered text with another price per class, in force from a later year on; it carries no case of its own.
        private static func draft(_ river: ExampleRiver) throws -> String {
            let file = river.stations + "/example-river-xinan/agreements/example-class-step.yaml"
            let text = try String(contentsOfFile: file, encoding: .utf8)
            let terms = try #require(text.components(separatedBy: "\nexamples:").first)
                .replacing("per_class: {value: 100,", with: "per_class: {value: 150,")
                .replacing("from: 2024-01-01, until: 2027-01-01", with: "from: 2027-01-01, until: 2030-01-01")
            let path = river.folder.file("draft.yaml")
            try (terms + "\nexamples:\n  - {name: none, source: invented, inputs: {}, expect: {refuses: Supply}}\n")
                .write(toFile: path, atomically: true, encoding: .utf8)
            return path
        }

        @Test(
            "A draft is replayed over stored months beside the text in force; a month without data says so in its row")
        func replay() throws {
            let river = try ExampleRiver(until: "2025-06-01")
            let data = river.folder.file("data")
            try Program.run(["ingest", river.batches, "--data", data, "--stations", river.stations])
            let draft = try Self.draft(river)
            func compare(_ period: String, _ more: [String] = []) throws -> ProgramResult {
                try Program.run(["settle", "--data", data, "--draft", draft, "--period", period] + more)
            }
            let both = try compare("2025-04/2025-06", ["--format", "json"])
            #expect(both.exitCode == 0, "\(both.output)\(both.notes)")
            #expect(both.records.count == 4, "Two parties in two months.")
            for row in both.records {
                #expect(row["agreement"] == "example-class-step" && row["in_force_reason"] == "")
                let net = { (name: String) in Double(row[name] ?? "") ?? .nan }
                #expect(net("draft") - net("in_force") == net("difference"))
            }
            #expect(both.records.contains { $0["difference"] != "0" })
            // What the replay says of the text in force is what a settlement says.
            let settled = try Program.run([
                "settle", "--data", data, "--agreement", "example-class-step", "--period", "2025-04", "--format", "csv",
            ])
            let april = try #require(both.records.first { $0["party"] == "anhui" }?["in_force"])
            #expect(settled.output.contains(april.replacing("-", with: "")), "\(april) \(settled.output)")
            #expect(try Program.run(["dump", "runs", "--data", data]).lines.count == 1, "Only the settlement is kept.")

            let gap = try compare("2025-04/2025-07")
            #expect(gap.exitCode == 1)
            let june = gap.output.split(separator: "\n").filter { $0.contains("2025-06-01/2025-07-01") }
            #expect(june.first?.contains("未能核算 not settled: ") == true, "\(gap.output)")
            #expect(gap.output.contains("The totals leave out 1 periods"))
            #expect(try compare("2999-04/2999-06").exitCode == 1, "It has not closed.")
        }

        @Test(
            "The tree of a run ends at batches whose bytes are in the archive, in every form; sensitivity stands beside"
        )
        func derivation() throws {
            let river = try ExampleRiver(until: "2025-05-01")
            let data = river.folder.file("data")
            try Program.run(["ingest", river.batches, "--data", data, "--stations", river.stations])
            let settled = try Program.run([
                "settle", "--data", data, "--agreement", "example-class-step", "--period", "2025-04", "--sensitivity",
                "--uncertainty", "0.05",
            ])
            #expect(settled.exitCode == 0, "\(settled.output)\(settled.notes)")
            #expect(settled.output.contains("敏感性 SENSITIVITY") && settled.output.contains("不确定性 UNCERTAINTY"))
            func explain(_ form: String) throws -> String {
                try Program.run(["explain", "latest", "--data", data, "--derivation", form]).output
            }
            let tree = try explain("tree")
            #expect(tree.contains("  = ") && tree.contains(" @ ") && tree.contains("sha256:"), "\(tree)")
            let json = try explain("json")
            let digest = try #require(json.firstMatch(of: /"digest":"([0-9a-f]{64})"/)?.1)
            #expect(tree.contains(digest))
            let html = try explain("html")
            #expect(html.hasPrefix("<!doctype html>") && html.contains(digest) && html.hasSuffix("</html>\n"))
            let bytes = try Program.run(["explain", String(digest), "--data", data])
            #expect(bytes.output.contains("archive=bytes agree with the digest"))
            let text = try explain("text")
            #expect(text == (try Program.run(["explain", "latest", "--data", data]).output))
        }
    }
}
