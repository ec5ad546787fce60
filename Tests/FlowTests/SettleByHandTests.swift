// Goal: by hand no declared rule is passed by, and what a person states stands on the statement; windows are judged by
// recorded events. Method: the example agreement with one line changed at a time, settled from a table.

import Foundation
import Testing

extension FlowTests {
    @Suite struct SettleByHandTests {
        private struct Table {
            let folder: TemporaryFolder
            let agreement: String

            /// The example agreement with `old` replaced, and a table of four annual means beside it.
            init(_ old: String = "", _ new: String = "") throws {
                folder = try TemporaryFolder()
                agreement = folder.file("agreement.yaml")
                let text = try String(
                    contentsOf: Program.root.appending(path: "fixtures/agreements/example-xinan.yaml"), encoding: .utf8)
                try (old.isEmpty ? text : text.replacing(old, with: new)).write(
                    toFile: agreement, atomically: true, encoding: .utf8)
                try write(
                    "t.csv",
                    """
                    name,party,section,period,value,unit
                    c[codmn],,border,,2.19,mg/L
                    c[nh3n],,border,,0.23,mg/L
                    c[tn],,border,,1.38,mg/L
                    c[tp],,border,,0.05,mg/L

                    """)
            }

            func write(_ name: String, _ text: String) throws {
                try text.write(toFile: folder.file(name), atomically: true, encoding: .utf8)
            }

            func settle(_ more: [String] = []) throws -> ProgramResult {
                try Program.run(
                    ["settle", "--agreement", agreement, "--inputs", folder.file("t.csv"), "--period", "2025"] + more)
            }
        }

        @Test("A text whose own examples fail, or whose weights do not add up, settles nothing by hand")
        func checked() throws {
            #expect(try Table().settle(["--kind", "final"]).exitCode == 0)
            let draft = try Table("k0: {value: 0.80", "k0: {value: 1.10").settle(["--kind", "final"])
            #expect(draft.exitCode == 65 && draft.output.isEmpty)
            #expect(draft.notes.contains("Example “at-the-baseline”"), "\(draft.notes)")
            let weights = try Table("{codmn: 0.25, nh3n: 0.25", "{codmn: 0.35, nh3n: 0.25").settle()
            #expect(weights.exitCode == 65 && weights.output.isEmpty)
        }

        @Test("Typed means under a gate need a person's statement, which the statement prints")
        func reviewed() throws {
            let gate = "gates: [{run: final, minimum-share: 0.95, review: final, clause: Example clause 7}]\n"
            let table = try Table("missing-data:\n", gate + "missing-data:\n")
            let refused = try table.settle(["--kind", "final"])
            #expect(refused.exitCode == 1 && refused.output.contains("[not-reviewed]"), "\(refused.output)")
            #expect(refused.output.contains("--reviewed final --document TEXT"))
            let stated = ["--kind", "final", "--reviewed", "final", "--document", "minutes of 2026-02-01"]
            let settled = try table.settle(stated)
            #expect(settled.exitCode == 0)
            #expect(settled.output.contains("审核声明 stated by a person"))
            #expect(settled.output.contains("minutes of 2026-02-01: c[codmn], c[nh3n], c[tn], c[tp]"))
            #expect(try table.settle(stated + ["--derivation", "tree"]).output.contains("minutes of 2026-02-01"))
            #expect(try table.settle(["--kind", "final", "--reviewed", "final"]).exitCode == 64)
        }

        @Test("Windows stand on the statement with their dates; events and a day say how they stand")
        func windows() throws {
            let window =
                "windows: [{name: objection, from: notified, days: 10, calendar: civil, kept-by: objected, "
                + "on-expiry: the statement stands, clause: Example clause 8}]\n"
            let table = try Table("missing-data:\n", window + "missing-data:\n")
            let plain = try table.settle()
            #expect(plain.output.contains("七、期限  7. Windows") && plain.output.contains("起算事件无记录"), "\(plain.output)")
            try table.write("e.csv", "event,party,at,document\nnotified,,2026-02-01,letter 5\n")
            let late = try table.settle(["--events", table.folder.file("e.csv"), "--as-of", "2026-02-12"])
            #expect(
                late.output.contains("2026-02-01 … 2026-02-11, 已届满 expired (截至 as of 2026-02-12)"), "\(late.output)")
            #expect(try table.settle(["--as-of", "2999-01-01"]).exitCode == 65)
        }
    }
}
