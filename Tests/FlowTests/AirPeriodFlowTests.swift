// Goal: `tributary assess --period` on air says the same from files and from a data folder, with exclusions and without,
// for stations and regions. Method: March 2025 of two example stations with constant values, one day of dust.

import Foundation
import Testing

extension FlowTests {
    @Suite struct AirPeriodFlowTests {
        private let folder: TemporaryFolder
        private let batch: String
        private var stations: String { folder.file("stations") }

        init() throws {
            folder = try TemporaryFolder()
            let source = Program.root.appending(path: "stations")
            try FileManager.default.createDirectory(
                atPath: folder.file("stations"), withIntermediateDirectories: true)
            for name in ["regions.yaml", "profiles", "example-air-xuancheng-huzhou"] {
                try FileManager.default.copyItem(
                    at: source.appending(path: name), to: folder.url.appending(path: "stations/\(name)"))
            }
            let points = """
                points:
                  - {region: huzhou, from: 2025-01-01, stations: [EX-AIR-1, EX-AIR-2], minimum: 2, source: example}

                """
            try points.write(toFile: folder.file("stations/points.yaml"), atomically: true, encoding: .utf8)
            let records = """
                id,kind,places,parameters,from,until,offset,applicant,evidence,approver,document
                example-dust-1,dust,EX-AIR-1,,2025-03-05,2025-03-06,+08:00,example,example,example,example-1

                """
            try records.write(toFile: folder.file("dust.csv"), atomically: true, encoding: .utf8)
            batch = folder.file("march.csv")
            try Self.march.write(toFile: batch, atomically: true, encoding: .utf8)
        }

        /// SO2 10, NO2 20, CO 0.8, O3 100, PM10 50 (500 on the 5th at the first station), PM2.5 30 and 40.
        private static let march: String = {
            var rows = ["station,parameter,time,value,flag"]
            for (station, particles) in [("EX-AIR-1", 30), ("EX-AIR-2", 40)] {
                for day in 1...31 {
                    for hour in 0..<24 {
                        let stamp = String(format: "2025-03-%02d", day) + String(format: "T%02d:00:00+08:00", hour)
                        let dust = station == "EX-AIR-1" && day == 5 ? 500 : 50
                        for (item, value) in [
                            ("so2", "10"), ("no2", "20"), ("pm10", "\(dust)"), ("co", "0.8"), ("pm25", "\(particles)"),
                            ("o3", "100"),
                        ] {
                            rows.append("\(station),\(item),\(stamp),\(value),N")
                        }
                    }
                }
            }
            return rows.joined(separator: "\n") + "\n"
        }()

        private func find(
            _ records: [[String: String]], _ place: String, _ item: String, _ statistic: String,
            _ exclusions: String = ""
        ) throws -> [String: String] {
            try #require(
                records.first {
                    $0["place"] == place && $0["item"] == item && $0["statistic"] == statistic
                        && $0["exclusions"] == exclusions
                })
        }

        @Test("A month of air: means, regions, both figures of an exclusion, and the same from a data folder")
        func month() throws {
            let call = [
                "--period", "month", "--exclusions", folder.file("dust.csv"), "--change", "previous", "--format",
                "json",
            ]
            let assessed = try Program.run(["assess", batch, "--stations", stations] + call)
            #expect(assessed.exitCode == 0, "\(assessed.notes)")
            let records = assessed.records
            // 50 + 450 ÷ 31 = 2000/31.
            #expect(try find(records, "EX-AIR-1", "pm10", "mean", "without")["value"] == "2000/31")
            #expect(try find(records, "EX-AIR-1", "pm10", "mean", "with example-dust-1")["value"] == "50")
            #expect(try find(records, "EX-AIR-1", "pm10", "mean", "with example-dust-1")["left_out"] == "1")
            #expect(try find(records, "EX-AIR-2", "pm25", "mean")["value"] == "40")
            #expect(try find(records, "huzhou", "pm25", "mean")["value"] == "35")
            // 50 + 225 ÷ 31: the record names the station, not the region.
            #expect(try find(records, "huzhou", "pm10", "mean")["value"] == "1775/31")
            // PM10 500 is 400: 30 good days of 31; PM2.5 40 is 50 + ⌈50·5/40⌉ = 57: all days good.
            #expect(try find(records, "EX-AIR-1", "", "good-days", "without")["value"] == "30/31")
            #expect(try find(records, "EX-AIR-1", "", "good-days", "with example-dust-1")["value"] == "1")
            #expect(try find(records, "EX-AIR-2", "", "good-days")["rounded"] == "100.0 %")
            #expect(try find(records, "EX-AIR-1", "", "composite", "with example-dust-1")["rounded"] == "3.063")
            let verdicts = records.filter { $0["statistic"] == "verdict" }
            #expect(verdicts.count == 4 && verdicts.allSatisfy { $0["verdict"] == "not-assessable" })
            #expect(verdicts.allSatisfy { $0["reason"]?.hasPrefix("no-limit") == true })
            #expect(try find(records, "EX-AIR-2", "pm25", "mean")["change"]?.hasPrefix("no-values") == true)

            let data = folder.file("data")
            #expect(try Program.run(["ingest", batch, "--data", data, "--stations", stations]).exitCode == 0)
            let stored = try Program.run(["assess", "--data", data] + call)
            #expect(stored.exitCode == 0, "\(stored.notes)")
            #expect(stored.output == assessed.output)
        }

        @Test("Composite indices are ranked among stations; the US index takes particles by their NowCast")
        func ranksAndForeignIndex() throws {
            let month = try Program.run([
                "assess", batch, "--stations", stations, "--period", "month", "--exclusions", folder.file("dust.csv"),
                "--format", "json",
            ]).records
            // 30/35 + 50/70, with the dust 30/35 + (2000/31)/70, both below 40/35 + 50/70 of the other; the rest is alike.
            #expect(try find(month, "EX-AIR-1", "", "composite", "with example-dust-1")["rank"] == "1")
            #expect(try find(month, "EX-AIR-1", "", "composite", "without")["rank"] == "1")
            #expect(try find(month, "EX-AIR-2", "", "composite")["rank"] == "2")
            #expect(try find(month, "EX-AIR-2", "pm25", "mean")["rank"] == "")
            let hours = try Program.run([
                "assess", batch, "--stations", stations, "--period", "hour", "--index", "us", "--format", "json",
            ])
            #expect(hours.exitCode == 0, "\(hours.notes)")
            let first = try #require(hours.records.first)
            // One hour is no NowCast: it needs two of the newest three.
            #expect(first["aqi"] == "" && first["reason"]?.contains("NowCast") == true)
            #expect(first["not_converted"] == "o3 co so2 no2" && first["standard"] == "us-epa-aqi-2024")
            // 30 of PM2.5: 51 + 49·(30 − 9.1)/26.3 = 89.9; 50 of PM10: 50·50/54 = 46.3.
            #expect(hours.records[1]["aqi"] == "90" && hours.records[1]["pm10"] == "46")
            #expect(hours.records[1]["category"] == "Moderate" && hours.records[1]["responsible"] == "pm25")
            let day = ["assess", batch, "--period", "day", "--index", "us"]
            #expect(try Program.run(day).exitCode == 64)
        }

        @Test("Days have verdicts and an index, hours an index, and a faulty switch or record says what to do")
        func daysAndHours() throws {
            let days = try Program.run([
                "assess", batch, "--stations", stations, "--period", "day", "--format", "json",
            ]).records.filter { $0["period"] == "2025-03-05" && $0["place"] == "EX-AIR-1" }
            #expect(try find(days, "EX-AIR-1", "pm10", "mean")["verdict"] == "not-met")
            #expect(try find(days, "EX-AIR-1", "pm10", "mean")["multiple"] == "2.33")
            #expect(try find(days, "EX-AIR-1", "o3", "max8h")["verdict"] == "met")
            #expect(try find(days, "EX-AIR-1", "", "aqi")["value"] == "400")
            #expect(try find(days, "EX-AIR-1", "", "verdict")["verdict"] == "not-met")
            let hours = try Program.run([
                "assess", batch, "--stations", stations, "--period", "hour", "--format", "csv",
            ])
            try #require(hours.lines.count == 1 + 2 * 31 * 24)
            #expect(hours.lines[1] == "EX-AIR-1,2025-03-01T00:00:00+08:00,50,优,,,HJ 633-2012,raw,")
            for faulty in [
                ["--switch", "grade=III"], ["--switch", "unheard=of"], ["--exclusions", folder.file("none.csv")],
                ["--exclusions", batch],
            ] {
                let refused = try Program.run(["assess", batch, "--stations", stations, "--period", "month"] + faulty)
                #expect(refused.exitCode == 65 && refused.output.isEmpty, "\(faulty): \(refused.notes)")
                #expect(!refused.notes.isEmpty)
            }
            #expect(try Program.run(["assess", "--period", "month"]).exitCode == 64)
        }
    }
}
