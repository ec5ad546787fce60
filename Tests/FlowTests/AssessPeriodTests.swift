// Goal: `tributary assess --period` says of a station's months what a person can redo with a pencil, as measured and with
// exclusions, and refuses what it cannot do. Method: two months of synthetic values at two sections, one figure a day.

import Foundation
import Testing

extension FlowTests {
    @Suite struct AssessPeriodTests {
        private static let rule = "fixtures/assessment/example-water-month.yaml"

        /// January and February 2025 at EX-UP-1 (CODMn 5, class Ⅲ) and EX-DOWN-1 (CODMn 9 in January, 3 in February).
        private func folder(downJanuary: String = "9.0", days: ClosedRange<Int> = 1...28) throws -> URL {
            let folder = FileManager.default.temporaryDirectory.appending(path: "assess-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            var text = "station,parameter,time,value,flag\n"
            let clean = [("ph", "7.2"), ("do", "8.1"), ("nh3n", "0.10"), ("tp", "0.050")]
            for (station, codmn) in [("EX-UP-1", ["5.0", "5.0"]), ("EX-DOWN-1", [downJanuary, "3.0"])] {
                for month in 1...2 {
                    for day in days {
                        for hour in stride(from: 0, to: 24, by: 4) {
                            func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
                            let stamp = "2025-\(two(month))-\(two(day))T\(two(hour)):00:00+08:00"
                            for (name, value) in clean + [("codmn", codmn[month - 1])] {
                                text += "\(station),\(name),\(stamp),\(value),N\n"
                            }
                        }
                    }
                }
            }
            try text.write(to: folder.appending(path: "values.csv"), atomically: true, encoding: .utf8)
            return folder
        }

        private func assess(_ folder: URL, _ more: [String] = []) throws -> ProgramResult {
            try Program.run(
                [
                    "assess", folder.appending(path: "values.csv").path, "--period", "month", "--rule", Self.rule,
                    "--stations", "stations", "--format", "json",
                ] + more)
        }

        @Test func `Months of two sections get class, verdict, pollutants and change`() throws {
            let folder = try folder()
            defer { try? FileManager.default.removeItem(at: folder) }
            let result = try assess(folder, ["--change", "previous"])
            #expect(result.exitCode == 0, "\(result.notes)")
            let sections = result.records.filter { $0["record"] == "section" }
            #expect(sections.map { $0["section"] } == ["EX-DOWN", "EX-UP", "EX-DOWN", "EX-UP"])
            #expect(sections.map { $0["class"] } == ["4", "3", "2", "3"])
            // Both have the target Ⅱ of the example registry.
            #expect(sections.map { $0["verdict"] } == ["not-met", "not-met", "met", "not-met"])
            #expect(sections[0]["main_pollutants"] == "codmn(0.50)" && sections[0]["status"] == "light pollution")
            #expect(sections[0]["values"] == "ph=7 do=8.1 codmn=9 nh3n=0.1 tp=0.05")
            #expect(sections[0]["counts"]?.contains("codmn=168/186") == true && sections[0]["review"] == "raw")
            let changes = result.records.filter { $0["record"] == "change" && $0["period"] == "2025-02" }
            #expect(changes.map { $0["by_grade"] } == ["markedly-better", "unchanged"])
            let switches = result.records.filter { $0["record"] == "switch" }.compactMap { $0["switch"] }
            #expect(switches.contains("comparison") && switches.contains("below-detection"))
        }

        @Test func `An approved exclusion changes the figure and both are printed`() throws {
            let folder = try folder()
            defer { try? FileManager.default.removeItem(at: folder) }
            let records = folder.appending(path: "records.csv")
            let header = "id,kind,places,parameters,from,until,offset,applicant,evidence,approver,document\n"
            // Ten of January's days out: 18 of 31 are left, below three fifths; five out leave 23.
            for (until, verdict) in [("2025-01-11", "not-assessable"), ("2025-01-06", "not-met")] {
                let row = "example-1,construction,EX-DOWN-1,codmn,2025-01-01,\(until),+08:00,x,y,z,example-9\n"
                try (header + row).write(to: records, atomically: true, encoding: .utf8)
                let result = try assess(folder, ["--exclusions", records.path])
                let section = try #require(result.records.first { $0["record"] == "section" })
                #expect(section["verdict"] == verdict && section["verdict_as_measured"] == "not-met")
                #expect(section["exclusions"] == "example-1")
            }
            let unapproved = "example-1,construction,EX-DOWN-1,codmn,2025-01-01,2025-01-11,+08:00,x,y,,\n"
            try (header + unapproved).write(to: records, atomically: true, encoding: .utf8)
            let pending = try assess(folder, ["--exclusions", records.path])
            let section = try #require(pending.records.first { $0["record"] == "section" })
            #expect(section["verdict"] == "not-met" && section["not_approved"] == "example-1")
            try (header + "example-1,fog,,,,,,,,,\n").write(to: records, atomically: true, encoding: .utf8)
            #expect(try assess(folder, ["--exclusions", records.path]).exitCode == 65)
        }

        @Test func `Too few days, no rule, a faulty rule and no water give no verdict`() throws {
            let thin = try folder(days: 1...9)
            defer { try? FileManager.default.removeItem(at: thin) }
            let result = try assess(thin)
            let verdicts = result.records.filter { $0["record"] == "section" }.map { $0["verdict"] }
            #expect(verdicts.allSatisfy { $0 == "not-assessable" } && verdicts.count == 4)
            let values = thin.appending(path: "values.csv").path
            // Without a rule only air is assessed, and there is none.
            let ruleless = try Program.run(["assess", values, "--period", "month"])
            #expect(ruleless.exitCode == 1 && ruleless.output.isEmpty && ruleless.notes.contains("--rule"))
            let bad = thin.appending(path: "rule.yaml")
            try "water-rule: {id: x}\n".write(to: bad, atomically: true, encoding: .utf8)
            let refused = try Program.run(["assess", values, "--period", "month", "--rule", bad.path])
            #expect(refused.exitCode == 65 && refused.notes.contains("rule.yaml:1"))
            let air = try Program.run([
                "assess", "fixtures/batches/synthetic-national-air.csv", "--period", "month", "--rule", Self.rule,
            ])
            #expect(air.exitCode == 1 && air.output.isEmpty)
        }

        @Test func `People read both languages`() throws {
            let folder = try folder()
            defer { try? FileManager.default.removeItem(at: folder) }
            let text = try Program.run([
                "assess", folder.appending(path: "values.csv").path, "--period", "month", "--rule", Self.rule,
                "--stations", "stations",
            ]).output
            #expect(text.contains("2025-01 EX-DOWN：未达标，目标Ⅱ类；水质Ⅳ类，轻度污染；主要污染指标：高锰酸盐指数(0.50)；原始数据。"))
            #expect(
                text.contains(
                    "not-met, target class Ⅱ; class Ⅳ, light pollution; main pollutants: codmn(0.50); raw data."))
        }
    }
}
