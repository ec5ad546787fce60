// Goal: a period takes over what the run on record of the one before came to, by the digest of its statement, and refuses
// without it. Method: a pool over three years in a data folder, its balances computed by hand.

import Foundation
import Testing

extension FlowTests {
    @Suite struct CarriedResultFlowTests {
        private static let pool = """
            agreement: example-pool
            title: {zh: 示例, en: Example}
            example: true
            document: {title: Example agreement, source: invented, confidence: example}
            validity: {from: 2023-01-01, until: 2026-01-01}
            period: year
            parties:
              a: {name: {zh: 甲, en: A}, region: anhui, role: upstream}
              b: {name: {zh: 乙, en: B}, region: zhejiang, role: downstream}
              pool: {name: {zh: 池, en: Pool}, role: pool}
            evidence: [published]
            missing-data: {minimum-share: 0.75, clause: clause 5}
            inputs:
              brought: {measure: previous-result, result: balance, unit: 万元, opening: 5 万元, clause: clause 4}
              paid_in: {measure: given, unit: 万元, clause: clause 1}
              spent: {measure: given, unit: 万元, clause: clause 2}
            formulas:
              - {name: balance, expression: brought + paid_in − spent, unit: 万元, clause: clause 3}
            checks:
              - {name: cover, clause: clause 6, at-most: [spent, brought + paid_in]}
            payments:
              - {name: inflow, clause: clause 1, payer: b, payee: pool, amount: paid_in, signed: true}
              - {name: outflow, clause: clause 2, payer: pool, payee: a, amount: spent, signed: true}
            examples:
              - {name: one, source: invented, inputs: {paid_in: 10, spent: 4}, expect: {steps: {balance: 11}, net: {pool: 6 万元}}}
            """

        @Test(
            "A balance is carried from the run of the year before; without it, or with one that went less far, it refuses"
        )
        func chain() throws {
            let river = try ExampleRiver(from: "2025-01-01", until: "2025-02-01")
            let data = river.folder.file("data")
            try Program.run(["ingest", river.batches, "--data", data, "--stations", river.stations])
            let agreement = river.folder.file("pool.yaml")
            try Self.pool.write(toFile: agreement, atomically: true, encoding: .utf8)
            let table = river.folder.file("given.csv")
            try "name,party,section,period,value,unit\npaid_in,,,,10,\nspent,,,,4,\n"
                .write(toFile: table, atomically: true, encoding: .utf8)
            func settle(_ year: String, _ kind: String, _ more: [String] = []) throws -> ProgramResult {
                try Program.run(
                    [
                        "settle", "--data", data, "--agreement", agreement, "--inputs", table, "--period", year,
                        "--kind", kind,
                    ]
                        + more)
            }
            let alone = try settle("2024", "initial")
            #expect(alone.exitCode == 1)
            #expect(
                alone.output.contains("No run of 2023-01-01/2024-01-01 is on record."), "\(alone.output)\(alone.notes)")
            #expect(alone.output.contains("clause 4 of Example agreement takes over “balance”"))
            #expect(try settle("2023", "provisional").exitCode == 0)
            let early = try settle("2024", "initial")
            #expect(
                early.exitCode == 1 && early.output.contains("is provisional; a run of kind initial rests on none"),
                "\(early.output)")
            let first = try settle("2023", "initial")
            #expect(first.exitCode == 0 && first.output.contains("= 11 万元"), "\(first.output)\(first.notes)")
            let second = try settle("2024", "initial")
            #expect(second.exitCode == 0 && second.output.contains("= 17 万元"), "\(second.output)\(second.notes)")
            let digest = try #require(second.output.firstMatch(of: /上期核算单 statement of .*sha256:([0-9a-f]{64})/)?.1)
            let runs = try Program.run(["dump", "runs", "--data", data]).output
            #expect(runs.contains(digest), "\(runs)")
            #expect(try settle("2024", "initial").output == second.output, "The same again is the same run.")
            // The tree goes on into the run before, down to what the text began with.
            let tree = try Program.run(["explain", "latest", "--data", data, "--derivation", "tree"]).output
            #expect(tree.contains("balance = 17 万元") && tree.contains("balance = 11 万元"), "\(tree)")
            #expect(tree.contains("期初 opening, clause 4"), "\(tree)")
            // A table that says otherwise than the run on record makes it disputed.
            try "name,party,section,period,value,unit\npaid_in,,,,10,\nspent,,,,4,\nbrought,,,2023,12,\n"
                .write(toFile: table, atomically: true, encoding: .utf8)
            let other = try settle("2024", "initial")
            #expect(other.exitCode == 1 && other.output.contains("[disputed-input]"), "\(other.output)\(other.notes)")
        }
    }
}
