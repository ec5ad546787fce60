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
            #expect(sections.map { $0["exceeding"] } == ["codmn(1.25)", "codmn(0.25)", "", "codmn(0.25)"])
            #expect(sections[0]["counts"]?.contains("codmn=168/186") == true && sections[0]["review"] == "raw")
            let changes = result.records.filter { $0["record"] == "change" && $0["period"] == "2025-02" }
            #expect(changes.map { $0["by_grade"] } == ["markedly-better", "unchanged"])
            let switches = result.records.filter { $0["record"] == "switch" }.compactMap { $0["switch"] }
            #expect(switches.contains("comparison") && switches.contains("below-detection"))
        }

        @Test func `Concentrations are weighted by the discharge of their windows where the rule asks for it`() throws {
            let folder = try folder()
            defer { try? FileManager.default.removeItem(at: folder) }
            // 4 h values of 1 and 3 mg/L in turns, discharge 10 m3/s while it is 1 and 30 while it is 3: (10 + 90) / 40.
            var text = "station,parameter,time,value,flag\n"
            for day in 1...31 {
                for hour in 0..<24 {
                    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
                    let stamp = "2025-01-\(two(day))T\(two(hour)):00:00+08:00"
                    let isHigh = hour / 4 % 2 == 1
                    text += "EX-UP-1,discharge,\(stamp),\(isHigh ? 30 : 10),N\n"
                    if hour % 4 == 0 { text += "EX-UP-1,codmn,\(stamp),\(isHigh ? 3 : 1),N\n" }
                }
            }
            let path = folder.appending(path: "values.csv")
            try text.write(to: path, atomically: true, encoding: .utf8)
            let rule = folder.appending(path: "rule.yaml")
            let weighting = "  flow-weighting: {flow-cadence: 1h, flow-needs: {share: 1}, pair-needs: {share: 1}}\n"
            try (try Program.read(Self.rule) + weighting).write(to: rule, atomically: true, encoding: .utf8)
            let call = ["assess", path.path, "--period", "month", "--stations", "stations", "--rule", rule.path]
            let records = try Program.run(call + ["--format", "json"]).records
            let found = try #require(records.first { $0["record"] == "flow-weighted" })
            #expect(found["value"] == "2.5" && found["pairs"] == "186/186" && found["parameter"] == "codmn")
            #expect(records.contains { $0["switch"] == "flow-weighting" })
            let sentence = try Program.run(call).output
            #expect(sentence.contains("流量加权均值 2.5000（186/186 对）") && sentence.contains("flow-weighted mean 2.5000"))
            let blank = "  flow-weighting: {flow-cadence: 1h}\n"
            try (try Program.read(Self.rule) + blank).write(to: rule, atomically: true, encoding: .utf8)
            let refused = try Program.run(call + ["--format", "json"]).records.first { $0["record"] == "flow-weighted" }
            #expect(refused?["value"] == "" && refused?["reason"]?.hasPrefix("rule-incomplete") == true)
        }

        @Test func `From a data folder the same values are assessed, with the verdicts of its check sets`() throws {
            let folder = try folder()
            defer { try? FileManager.default.removeItem(at: folder) }
            let data = folder.appending(path: "data").path
            let values = folder.appending(path: "values.csv").path
            let taken = try Program.run(["ingest", values, "--data", data, "--stations", "stations"])
            #expect(taken.exitCode == 0, "\(taken.notes)")
            let call = ["assess", "--data", data, "--period", "month", "--format", "json"]
            let stored = try Program.run(call + ["--rule", Self.rule, "--change", "previous", "--rivers"])
            #expect(stored.exitCode == 0, "\(stored.notes)")
            let sections = stored.records.filter { $0["record"] == "section" }
            // The check set calls these flat lines suspect; the rule takes what is valid or was not tested.
            #expect(sections.map { $0["review"] } == Array(repeating: "auto-checked", count: 4))
            #expect(sections.allSatisfy { $0["verdict"] == "not-assessable" && $0["class"] == "" })
            // Without check sets nobody doubts them, and the figures are those of the file.
            let plainStations = folder.appending(path: "stations")
            try FileManager.default.copyItem(
                at: Program.root.appending(path: "stations"), to: plainStations)
            try FileManager.default.removeItem(at: plainStations.appending(path: "checks"))
            let other = folder.appending(path: "other").path
            let again = try Program.run(["ingest", values, "--data", other, "--stations", plainStations.path])
            #expect(again.exitCode == 0, "\(again.notes)")
            let all = try Program.run([
                "assess", "--data", other, "--period", "month", "--format", "json", "--rule", Self.rule,
            ])
            let fromFile = try assess(folder)
            let kept = ["section", "period", "class", "verdict", "values", "counts", "main_pollutants"]
            func plain(_ result: ProgramResult) -> [[String?]] {
                result.records.filter { $0["record"] == "section" }.map { record in kept.map { record[$0] } }
            }
            #expect(plain(all) == plain(fromFile) && plain(all).count == 4, "\(all.notes)")
            let bad = try Program.run(call + ["--rule", values])
            #expect(bad.exitCode == 65 && bad.notes.contains("is not a rule"))
            #expect(try Program.run(call + ["--rule", Self.rule, "--stations", "stations"]).exitCode == 64)
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

        @Test func `A city's index and the shares of a river stand with and without exclusions`() throws {
            let folder = try folder()
            defer { try? FileManager.default.removeItem(at: folder) }
            let stations = folder.appending(path: "stations")
            try FileManager.default.copyItem(at: Program.root.appending(path: "stations"), to: stations)
            try """
            cities:
              - id: example-city
                name: {zh: 示例市, en: Example city}
                lists:
                  - {from: 2025-01-01, document: example, sections: [EX-DOWN]}
            """.write(to: stations.appending(path: "lists.yaml"), atomically: true, encoding: .utf8)
            let values = folder.appending(path: "values.csv")
            // CODMn 9 on the first five days, 3 afterwards.
            let lines = try String(contentsOf: values, encoding: .utf8).split(separator: "\n").map(String.init)
            let text = lines.map { line in
                let isAfter = line.hasPrefix("EX-DOWN-1,codmn,2025-01-") && line.dropFirst(24).prefix(2) > "05"
                return isAfter ? line.replacing(",9.0,", with: ",3.0,") : line
            }.joined(separator: "\n")
            try text.write(to: values, atomically: true, encoding: .utf8)
            let records = folder.appending(path: "records.csv")
            try """
            id,kind,places,parameters,from,until,offset,applicant,evidence,approver,document
            example-1,construction,EX-DOWN-1,codmn,2025-01-01,2025-01-06,+08:00,x,y,z,example-9

            """.write(to: records, atomically: true, encoding: .utf8)
            let result = try Program.run([
                "assess", values.path, "--period", "month", "--rule", Self.rule, "--stations", stations.path,
                "--rivers",
                "--format", "json", "--exclusions", records.path,
            ])
            let city = try #require(
                result.records.first { $0["record"] == "city" && $0["period"] == "2025-01" }, "\(result.notes)")
            // CODMn 3/6 and, as measured, (5 × 9 + 23 × 3) / 28 / 6 = 114/168; pH 0.1 (7.2), DO 5/8.1, NH3-N 0.1, TP 0.05/0.2.
            #expect(city["cwqi"] == "1.5673" && city["cwqi_as_measured"] == "1.7459", "\(city)")
            #expect(city["class"] == "2" && city["class_as_measured"] == "3")
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
            // CODMn 5 is within Ⅲ and no main pollutant; it is (5 − 4) / 4 above the target.
            #expect(text.contains("2025-01 EX-UP：未达标，目标Ⅱ类；水质Ⅲ类，良好；劣于目标：高锰酸盐指数(0.25)；原始数据。"))
            #expect(text.contains("2025-01 EX-DOWN：未达标，目标Ⅱ类；水质Ⅳ类，轻度污染；主要污染指标：高锰酸盐指数(0.50)；原始数据。"))
            #expect(
                text.contains(
                    "not-met, target class Ⅱ; class Ⅳ, light pollution; main pollutants: codmn(0.50); raw data."))
        }
    }
}
