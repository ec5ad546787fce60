// Goal: the whole main job, from simulated batches to a statement, alerts and the way back to the bytes.
// Method: the built program runs on the full synthetic year 2025 of all example stations; its outputs are golden
// texts a person has read, and the figures that matter are written out here from an independent calculation
// (fixtures/flow/example_xinan_2025.py, Python fractions over the same batches; alerts against the planted events).

import Foundation
import Testing

extension FlowTests {
    @Suite struct MainFlowTests {
        @Test("A year of batches gives the alerts, the statement and the provenance that were read and checked")
        func year() throws {
            let folder = try TemporaryFolder()
            let (batches, data) = (folder.file("batches"), folder.file("data"))
            let simulated = try Program.run([
                "simulate", "--out", batches, "--stations", "stations", "--seed", "20250101", "--irregular",
            ])
            #expect(simulated.exitCode == 0 && simulated.output.isEmpty)
            let ingested = try Program.run([
                "ingest", batches, "--data", data, "--stations", "stations", "--format", "json",
            ])
            #expect(ingested.exitCode == 0)
            try expectGolden("\(ingested.lines.last ?? "")\n", "year-2025.ingest.json")

            let alerts = try Program.run(["alerts", "--data", data, "--format", "csv"])
            try expectGolden(alerts.output, "year-2025.alerts.csv")
            checkAlerts(alerts.output)

            let settled = try Program.run([
                "settle", "--data", data, "--agreement", "example-xinan", "--period", "2025",
            ])
            #expect(settled.exitCode == 0)
            try expectGolden(settled.output, "year-2025.statement.txt")
            checkStatement(settled.output)
            #expect(
                try Program.run(["settle", "--data", data, "--agreement", "example-xinan", "--period", "2025"]).output
                    == settled.output, "Settled twice, the same run.")
            #expect(try Program.run(["dump", "runs", "--data", data]).lines.count == 1)

            let table = try Program.run(["statement", "latest", "--data", data, "--format", "csv"])
            try expectGolden(table.output, "year-2025.statement.csv")
            try expectGolden(
                try Program.run(["explain", "latest", "--data", data]).output, "year-2025.explain.txt")
            // The lump names no figure in its amount: the comparison that decided it leads to index, means and batches.
            let tree = try Program.run(["explain", "latest", "--data", data, "--derivation", "tree"]).output
            let lump = try #require(tree.components(separatedBy: "\n浙江省 Zhejiang → 安徽省 Anhui").first)
            for words in [
                "判断 decided = P ≤ 1: ", "base[tp] = 0.05 mg/L", "c[tp] = ", "EX-DOWN-1/tp/", " @ ", "采用 used 数值 values",
            ] {
                #expect(lump.contains(words), "\(words)")
            }
            try expectGolden(
                try Program.run(["dump", "series", "--data", data]).output, "year-2025.series.txt")
            // Every posting has its other half: what Zhejiang gives, Anhui receives.
            let postings = try Program.run(["dump", "postings", "--data", data, "--format", "json"]).records
            #expect(postings.count == 4)
            #expect(postings.compactMap { Int($0["minor_units"] ?? "") }.reduce(0, +) == 0)
        }

        /// Means, index and amounts as Python's fractions give them from the same batches.
        private func checkStatement(_ text: String) {
            let expected = [
                "(= 165532583/75516000)       mg/L       2086 / 2190",
                "(= 15660172669/67964400000)  mg/L       2086 / 2190",
                "(= 2087628301/1510320000)    mg/L       2083 / 2190",
                "(= 453029183/9061920000)     mg/L       2085 / 2190",
                "(= 5626140711169/7421712480000)",
                // 5000 万元 × (1 − P) = 1122232355519375/92771406 CNY, to 0.01 万元 half up: 12 096 700 CNY.
                "(= 1122232355519375/92771406) CNY", "→ 12096700\n", "金额 Amount    200000000.00 CNY",
                "Net transfer: 浙江省 Zhejiang → 安徽省 Anhui  212096700.00 CNY",
            ]
            for words in expected { #expect(text.contains(words), "\(words)") }
        }

        /// The planted episodes and the drift, each with its figures worked by hand from the peak reading.
        private func checkAlerts(_ csv: String) {
            let expected: [[String]] = [
                // Planted 27 to 29 May. 0.953 mg/L is class III (≤ 1.0) against Ⅱ (≤ 0.5): (0.953 − 0.5) ÷ 0.5 = 0.906.
                ["EX-DOWN-1-nh3n", "threshold,ended", "3,2,,,0.91,2025-05-27T00:00:00+08:00", "0.953"],
                // Planted from 8 August. 0.949: (0.949 − 0.5) ÷ 0.5 = 0.898.
                ["EX-CHI-1-A-nh3n", "threshold,ended", "3,2,,,0.90,2025-08-08T00:00:00+08:00", "0.949"],
                // Planted from 8 August. 158 µg/m³ between 150 (200) and 250 (300): 200 + 8 = 208.
                ["EX-AIR-2-pm25", "threshold,ended", "208,100,,2025-08-08T00:00:00+08:00", "158"],
                // PM10 follows: 179 between 150 (100) and 250 (150): 100 + 14.5, upwards 115.
                ["EX-AIR-2-pm10", "threshold,ended", "115,100,,2025-08-08T02:00:00+08:00", "179"],
                // The drift planted on 13 October, found once it is significant.
                ["EX-CHI-2-A-codmn", "trend,open", "2025-11-14T00:00:00+08:00", "<0.0001"],
            ]
            let rows = csv.split(separator: "\n").dropFirst()
            for words in expected {
                #expect(
                    rows.filter { row in words.allSatisfy { row.contains($0) } }.count == 1, "\(words[0])")
            }
            #expect(rows.filter { $0.contains(",threshold,") || $0.contains(",trend,") }.count == expected.count)
            #expect(rows.allSatisfy { $0.contains(",synthetic,") })
        }
    }
}
