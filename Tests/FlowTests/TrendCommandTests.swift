// Goal: `tributary trend` answers every table with a row or a reason. Method: the program on files made here and on
// fixtures/trend, whose figures pyMannKendall and scipy gave.

import Foundation
import Testing

extension FlowTests {
    @Suite struct TrendCommandTests {
        private static let fixture = Program.root.appending(path: "fixtures/trend/series.csv").path

        private func trend(_ rows: [String], _ arguments: [String] = []) throws -> ProgramResult {
            let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let path = folder.appending(path: "series.csv")
            let text = (["series,time,value"] + rows).joined(separator: "\n") + "\n"
            try text.write(to: path, atomically: true, encoding: .utf8)
            return try Program.run(["trend", path.path] + arguments)
        }

        @Test("Rows carry their columns, the same for any number of threads")
        func columns() throws {
            let one = try Program.run(
                ["trend", Self.fixture, "--format", "csv"], environment: ["TRIBUTARY_THREADS": "1"])
            let three = try Program.run(
                ["trend", Self.fixture, "--format", "csv"], environment: ["TRIBUTARY_THREADS": "3"])
            #expect(one.exitCode == 0 && one.output == three.output)
            #expect(
                one.lines.first
                    == "series,n,s,variance,z,p,slope,lower,upper,method,verdict,left_out,quality,review")
            #expect(one.lines.count == 11)
            let short = try #require(one.lines.first { $0.hasPrefix("short,") }?.split(separator: ","))
            let expected = try expected("short", "mk")
            for (column, stat) in [(2, "s"), (3, "variance"), (4, "z"), (5, "p"), (6, "slope"), (8, "upper")] {
                let value = try #require(Double(short[column]))
                let wanted = try #require(expected[stat])
                #expect(abs(value - wanted) <= 1e-9 * max(1, abs(wanted)), "\(stat)")
            }
            #expect(
                one.lines.first { $0.hasPrefix("rising<,") }?.hasSuffix(",censored,,0,valid-or-untested,raw") == true)
        }

        // The verdicts by Kendall's formula in Python (math.erfc), window by window.
        @Test("A sliding window gives a row where its verdict changes")
        func sliding() throws {
            let values = ["1", "2", "3", "4", "5", "6", "5.5", "4", "3", "2", "1", "1", "1", "1", "1", "1"]
            let rows = values.enumerated().map { "a,\($0.offset),\($0.element)" } + ["short,0,1", "short,1,2"]
            let found = try trend(rows, ["--sliding", "5", "--format", "csv"])
            #expect(found.exitCode == 1 && found.notes.contains("short: 2 values"))
            let lines = found.lines.map { $0.split(separator: ",") }
            #expect(found.lines.first == "series,time,verdict,n,s,z,p,review")
            #expect(
                lines.dropFirst().map { "\($0[1]) \($0[2]) \($0[4])" }
                    == ["4.0 rising 10", "6.0 none 8", "9.0 falling -10", "12.0 none -7"])
            #expect(try trend(rows, ["--sliding", "5", "--method", "spearman"]).exitCode == 64)
            #expect(try trend(rows, ["--sliding", "3"]).exitCode == 64)
        }

        @Test("The summary is one object of sums")
        func summary() throws {
            let result = try Program.run(["trend", Self.fixture, "--summary", "json"])
            let sums = try #require(result.records.first)
            #expect(result.lines.count == 1 && sums["series"] == "10")
            let rows = try Program.run(["trend", Self.fixture, "--format", "json"]).records
            let slopes = rows.compactMap { $0["slope"].flatMap(Double.init) }.reduce(0, +)
            #expect(abs((Double(sums["chk_slope"] ?? "") ?? .nan) - slopes) < 1e-12)
        }

        @Test("A table without a row is no answer")
        func nothing() throws {
            let none = try trend([], ["--format", "csv"])
            #expect(none.exitCode == 1 && none.lines.count == 1 && none.notes.contains("No series was read"))
        }

        @Test("A sliding window tells a table's clock as it was written, and that of batches with its zone")
        func slidingClock() throws {
            let table = try trend(
                (1...9).map { "a,2026-05-0\($0) 00:00,\($0)" }, ["--sliding", "5", "--format", "csv"])
            #expect(
                table.lines.dropFirst().first?.hasPrefix("a,2026-05-05T00:00:00,rising,") == true, "\(table.output)")
            let folder = try TemporaryFolder()
            let path = folder.file("batch.csv")
            let rows = (1...9).map { "EX-UP-1,codmn,2026-05-0\($0)T00:00:00+08:00,2.\($0),N" }
            try (["station,parameter,time,value,flag"] + rows).joined(separator: "\n")
                .write(toFile: path, atomically: true, encoding: .utf8)
            let batch = try Program.run(["trend", path, "--sliding", "5", "--format", "csv"])
            #expect(
                batch.lines.dropFirst().first?.contains(",2026-05-05T00:00:00+08:00,rising,") == true, "\(batch.output)"
            )
        }

        @Test(
            "Methods agree with pyMannKendall through the command",
            arguments: ["hamed-rao", "pre-whitening", "tfpw", "seasonal", "correlated-seasonal"])
        func methods(method: String) throws {
            let rows = try Program.run(["trend", Self.fixture, "--method", method, "--format", "json"]).records
            let row = try #require(rows.first { $0["series"] == "rising" })
            for (stat, wanted) in try expected("rising", method) where stat != "censored" {
                let value = try #require(row[stat].flatMap(Double.init), "\(method) \(stat)")
                #expect(abs(value - wanted) <= 1e-9 * max(1, abs(wanted)), "\(method) \(stat)")
            }
            // A series of one year has no season twice.
            #expect(rows.contains { $0["series"] == "rising<" && $0["reason"]?.contains("< or >") == true })
        }

        @Test("A region is one row, a covariate is taken out, and a rank correlation names its table")
        func others() throws {
            let region = try trend(
                (0..<30).flatMap { ["a,\(2000 + $0)-01-01,\($0)", "b,\(2000 + $0)-01-01,\(60 - 2 * $0)"] },
                ["--method", "regional", "--format", "json"])
            #expect(region.records.first?["s"] == "0" && region.records.first?["slope_per"] == "year")
            let partial = try Program.run(
                ["trend", Self.fixture, "--method", "partial", "--covariate", "covariate", "--format", "json"])
            let rising = try #require(partial.records.first { $0["series"] == "rising" })
            let z = try #require(try expected("rising|covariate", "partial")["z"])
            #expect(abs((rising["z"].flatMap(Double.init) ?? .nan) - z) < 1e-9)
            let ranks = try trend(
                ["a,2001,1", "a,2002,2", "a,2003,3", "a,2004,5", "a,2005,4"],
                ["--method", "spearman", "--format", "json"])
            let row = try #require(ranks.records.first)
            #expect(row["s"] == "0.9" && row["wp_0.05"] == "0.900" && row["verdict_0.05"] == "significant")
            #expect(row["verdict_0.01"] == "not significant")
        }

        @Test("Input without a trend has a reason, and the exit code says so")
        func reasons() throws {
            let dates = (1...6).map { "2020-0\($0)-01" }
            let constant = dates.map { "constant,\($0),2" }
            let empty = dates.map { "empty,\($0)," }
            let codes = dates.map { "codes,\($0),-999" }
            let result = try trend(
                constant + empty + codes + ["one,2020-01-01,3", "nan,2020-01-01,NaN", "nan,2020-01-02,inf"]
                    + dates.map { "same,2020-01-01,\($0.suffix(1))" },
                ["--format", "csv", "--missing", "-999"])
            #expect(result.exitCode == 1)
            for line in [
                "constant,6,0,0.0,0.0,1.0,0.0,0.0,0.0,mk: all values are equal,,0,valid-or-untested,raw",
                "empty,0,,,,,,,,mk: no value is present,,0,valid-or-untested,raw",
                "codes,0,,,,,,,,mk: no value is present,,0,valid-or-untested,raw",
                "one,1,,,,,,,,mk: 1 values present; a trend takes at least 4,,0,valid-or-untested,raw",
                "nan,0,,,,,,,,mk: no value is present,,0,valid-or-untested,raw",
            ] {
                #expect(result.lines.contains(Substring(line)), "\(line)\nis not in\n\(result.output)")
            }
            #expect(result.notes.contains("2 values are NaN or infinite and are taken as missing."))
        }

        @Test("A rank correlation names its verdict in the row, at the edge of the table and by both readings of it")
        func ranks() throws {
            let rows = ["a,2001,1", "a,2002,2", "a,2003,3", "a,2004,5", "a,2005,4"]
            // rs 0.9 reaches Wp 0.900 and does not exceed it.
            let reach = try trend(rows, ["--method", "spearman", "--format", "csv"])
            #expect(reach.output.contains(",spearman,0.05 significant; 0.01 not significant,0,"), "\(reach.output)")
            let exceed = try trend(
                rows, ["--method", "spearman", "--format", "csv", "--spearman-edge", "exceed"])
            #expect(exceed.output.contains(",spearman,0.05 not significant; 0.01 not significant,0,"))
            // Six values of one time have no order of theirs, and two of one time none between them.
            let same = try trend(
                (1...6).map { "same,2020-01-01,\($0)" } + (1...6).map { "two,202\($0 / 2)-01-01,\($0)" },
                ["--method", "spearman", "--format", "csv"])
            #expect(same.exitCode == 1)
            #expect(same.lines.contains { $0.hasPrefix("same,6,,,,,,,,spearman: all values have one time") })
            #expect(same.lines.contains { $0.hasPrefix("two,6,,,,,,,,spearman: several values at one time") })
        }

        @Test("The summary adds up the series that have a result")
        func sums() throws {
            let rising = (0..<8).map { "rising,\(2001 + $0)-01-01,\($0)" }
            // More than half are limits: a slope of the whole is not given, and a constant has none that counts.
            let constant = (0..<8).map { "constant,\(2001 + $0)-01-01,5" }
            let found = try trend(rising + constant, ["--summary", "json"])
            let sums = try #require(found.records.first)
            #expect(sums["series"] == "2" && sums["with_slope"] == "1" && sums["without_result"] == "1")
            #expect(sums["chk_slope"].flatMap(Double.init) == 1 && sums["significant_5_percent"] == "1")
            #expect(sums["review"] == "raw" && sums["quality"] == "valid-or-untested")
        }

        @Test("Values that look like codes for nothing are pointed out, and a window says what it leaves out")
        func codes() throws {
            let rows = ["a,2001,1", "a,2002,-999", "a,2003,3", "a,2004,5", "a,2005,4", "a,2006,<2", "a,2007,6"]
            let told = try trend(rows, ["--format", "csv"])
            #expect(told.notes.contains("1 × -999, taken as measured") && told.notes.contains("--missing -999"))
            let named = try trend(rows, ["--format", "csv", "--missing", "-999"])
            #expect(!named.notes.contains("-999"))
            let window = try trend(rows, ["--sliding", "4", "--missing", "-999"])
            #expect(window.notes.contains("a: 1 values are < or > and take no part."))
        }

        @Test("Values that a flag or a check calls suspect or invalid take no part, and the row counts them")
        func quality() throws {
            let river = try ExampleRiver()
            // The flag M stands for maintenance: invalid by the profile. 999 and 2000 are beyond the set's ranges.
            var rows = (1...9).map { "EX-DOWN-1,codmn,2025-05-0\($0)T00:00:00+08:00,2.\($0),N" }
            rows += (10...12).map { "EX-DOWN-1,codmn,2025-05-\($0)T00:00:00+08:00,0.\($0),M" }
            rows += ["EX-DOWN-1,codmn,2025-05-13T00:00:00+08:00,2000,N"]
            let file = try river.write("batch.csv", rows)
            let direct = try #require(
                try Program.run(["trend", file, "--format", "json"]).records.first { $0["n"] == "10" })
            #expect(direct["left_out"] == "3" && direct["review"] == "raw")
            let store = river.folder.file("store")
            try Program.run(["ingest", file, "--data", store, "--stations", river.stations])
            let stored = try Program.run(["trend", "EX-DOWN-1", "--data", store, "--format", "json"])
            let row = try #require(stored.records.first, "\(stored.output)\(stored.notes)")
            #expect(row["n"] == "9" && row["left_out"] == "4" && row["review"] == "auto-checked", "\(stored.output)")
        }

        @Test("A value too large for arithmetic and seasons that cancel are reasons, and a level line has the slope 0")
        func odds() throws {
            let large = try trend(
                (0..<8).map { "large,\(2001 + $0)-01-01,\($0 % 2 == 0 ? "" : "-")1e308" },
                ["--method", "tfpw", "--format", "csv"])
            #expect(large.lines.last?.hasPrefix("large,8,,,,,,,,tfpw: a value is beyond 1e150") == true)
            // Two years: six months rise, six fall.
            let seasons = (1...12).flatMap { month in
                let date = (month < 10 ? "0" : "") + "\(month)-01"
                return ["a,2001-\(date),5", "a,2002-\(date),\(month % 2 == 0 ? 6 : 4)"]
            }
            let cancelled = try trend(seasons, ["--method", "correlated-seasonal", "--format", "csv"])
            #expect(
                cancelled.output.contains("the covariances between seasons leave no variance"), "\(cancelled.output)")
            let medians = try trend(
                ["a,2001-01-01,1", "a,2001-01-02,2", "a,2011-01-01,3", "a,2011-01-02,4"],
                ["--method", "correlated-seasonal", "--format", "csv"])
            #expect(medians.output.contains("2 medians of a season's year"), "\(medians.output)")
            let level = try trend(
                (0..<12).map { "l,\(2001 + $0)-01-01,\(["0.01", "<0.01", "0.012"][$0 % 3])" },
                ["--method", "censored", "--format", "json"])
            #expect(level.records.first?["slope"].flatMap(Double.init) == 0, "\(level.output)")
        }

        @Test("Rows that cannot be read are named, times going backwards are sorted, steps of ten years are steps")
        func rows() throws {
            let broken = try trend([
                "a,2020-01-01,1", "a,2020-13-01,1", "a,2020-02-01,x", "a,2020-03-01,2,9", "a,2020-04-01,3",
                "a,2020-05-01,4", "a,2020-06-01,5",
            ])
            #expect(broken.exitCode == 1)
            for part in ["series.csv:3: not-a-time", "series.csv:4: not-a-number", "series.csv:5: extra-field"] {
                #expect(broken.notes.contains(part), "\(part)\nis not in\n\(broken.notes)")
            }
            let backwards = try trend(
                (0..<8).reversed().map { "a,\(1_950 + 10 * $0)-01-01,\($0 * $0)" }, ["--format", "json"])
            #expect(backwards.records.first?["s"] == "28" && backwards.records.first?["slope_per"] == "10 years")
            let yearly = try trend(
                (0..<8).map { "a,\(1_950 + 10 * $0)-01-01,\($0)" }, ["--format", "json", "--unit", "year"])
            #expect(yearly.records.first?["slope"] == "0.1")
            let mixed = try trend(
                [0, 1, 3, 7, 20, 21, 400, 401].map { "a,\($0),\($0 * 2)" }, ["--format", "json", "--method", "tfpw"])
            #expect(mixed.records.first?["reason"]?.contains("irregular") == true)
        }

        @Test("Usage is checked before anything is read")
        func usage() throws {
            #expect(try Program.run(["trend", Self.fixture, "--confidence", "1.5"]).exitCode == 64)
            #expect(try Program.run(["trend", Self.fixture, "--method", "partial"]).exitCode == 64)
            #expect(try Program.run(["trend", Self.fixture, "--season", "1"]).exitCode == 64)
            let unknown = try Program.run(["trend", Self.fixture, "--method", "wrtds", "--covariate", "none"])
            #expect(unknown.exitCode == 65 && unknown.notes.contains("The covariate none is not among the 10 series"))
            #expect(try Program.run(["trend", "/nowhere.csv"]).exitCode == 65)
        }

        @Test("Any other format is one row a series, and a section of a data folder has the same rows")
        func otherSources() throws {
            let river = try ExampleRiver()
            let rows = (1...9).map { "EX-DOWN-1,codmn,2025-05-0\($0)T00:00:00+08:00,2.\($0),N" }
            let file = try river.write("batch.csv", rows)
            let direct = try Program.run(["trend", file, "--format", "csv"])
            #expect(direct.lines.last?.hasPrefix("EX-DOWN-1/codmn") == true, "\(direct.output)")
            #expect(direct.lines.last?.contains(",9,36,92.0,") == true, "\(direct.output)")
            let store = river.folder.file("store")
            try Program.run(["ingest", file, "--data", store, "--stations", river.stations])
            let stored = try Program.run(["trend", "EX-DOWN-1", "--data", store, "--format", "csv"])
            #expect(stored.lines.last?.contains(",9,36,92.0,") == true, "\(stored.output)\(stored.notes)")
            #expect(try Program.run(["trend", "NOWHERE", "--data", store]).exitCode == 65)
        }

        private func expected(_ series: String, _ method: String) throws -> [String: Double] {
            var figures: [String: Double] = [:]
            for line in try Program.read("fixtures/trend/expected.csv").split(separator: "\n") {
                let cells = line.split(separator: ",").map(String.init)
                if cells[0] == series, cells[1] == method { figures[cells[2]] = Double(cells[3]) }
            }
            return figures
        }
    }
}
