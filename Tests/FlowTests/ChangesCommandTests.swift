// Goal: `tributary changes` prefers none of unlike values at one time and takes no code for a level. Method: ninety days
// of synthetic four-hourly values with a step, written here.

import Foundation
import Testing

extension FlowTests {
    @Suite struct ChangesCommandTests {
        /// Readings of a level with a small saw on it, up by five from day 70 on.
        private static let rows = (0..<(90 * 6)).map { number in
            let (day, hour) = (number / 6, 4 * (number % 6))
            let date = String(format: "2026-%02d-%02d %02d:00", 1 + day / 28, 1 + day % 28, hour)
            let saw = Double((number * 7) % 11) / 10
            return "a,\(date),\(10 + saw + (day >= 70 ? 5 : 0))"
        }

        private func changes(_ rows: [String], _ more: [String] = []) throws -> ProgramResult {
            let folder = try TemporaryFolder()
            let path = folder.file("series.csv")
            let text = (["series,time,value"] + rows).joined(separator: "\n") + "\n"
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            return try Program.run(["changes", path, "--method", "pettitt", "--format", "csv"] + more)
        }

        @Test("Of unlike values at one time none is taken, and it is said; equal ones are one")
        func conflicts() throws {
            let plain = try changes(Self.rows)
            #expect(plain.exitCode == 0 && plain.lines.count == 2, "\(plain.output)\(plain.notes)")
            let doubled = try changes(Self.rows + Self.rows)
            #expect(doubled.exitCode == 0 && doubled.output == plain.output)
            let conflicting = try changes(Self.rows + Self.rows.prefix(6).map { $0 + "9" })
            #expect(conflicting.exitCode == 1)
            #expect(conflicting.notes.contains("a: 6 times have unlike values"), "\(conflicting.notes)")
            let without = try changes(Array(Self.rows.dropFirst(6)))
            #expect(conflicting.output == without.output)
        }

        @Test("A table without a row is no answer")
        func nothing() throws {
            let none = try changes([])
            #expect(none.exitCode == 1 && none.notes.contains("No series was read"), "\(none.notes)")
        }

        @Test("A code for nothing is pointed out, and left out where it is named")
        func codes() throws {
            let coded = Self.rows.enumerated().map { place, row in
                place % 6 == 1 ? row.split(separator: ",").dropLast().joined(separator: ",") + ",-999" : row
            }
            let told = try changes(coded)
            #expect(told.notes.contains("90 × -999, taken as measured"), "\(told.notes)")
            let named = try changes(coded, ["--missing", "-999"])
            #expect(!named.notes.contains("-999"))
            let without = try changes(coded.filter { !$0.hasSuffix("-999") })
            #expect(named.output == without.output && named.exitCode == 0)
        }

        /// The series' rows under another name.
        private func table(_ name: String) -> [String] { Self.rows.map { name + $0.dropFirst() } }

        @Test("A series is tuned or test by its parameter, whatever word a file has for it, and unread ones are told")
        func judgement() throws {
            let folder = try TemporaryFolder()
            func write(_ name: String, _ lines: [String]) throws -> String {
                let path = folder.file(name)
                try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
                return path
            }
            let series = try write("series.csv", ["series,time,value"] + table("S1/discharge") + table("S2/ec"))
            let step = #""onset":"2026-03-15T00:00:00+08:00","end":"2026-04-07T00:00:00+08:00""#
            let planted = try write(
                "truth.json",
                [
                    "[{\"kind\":\"step\",\"station\":\"S1\",\"parameter\":\"FLOW\",\(step)},",
                    "{\"kind\":\"step\",\"station\":\"S2\",\"parameter\":\"EC\",\(step)}]",
                ])
            let tuned = try write("tuned.txt", ["# drawn before", "S1/flow", "S9/ph"])
            let judged = try Program.run(
                ["changes", series, "--method", "pettitt", "--judge", planted, "--tuned", tuned, "--format", "csv"])
            let rows = judged.lines.dropFirst().map { $0.split(separator: ",").prefix(3).joined(separator: ",") }
            #expect(rows == ["tuned,1,1", "test,1,1"], "\(judged.output)\(judged.notes)")
            #expect(judged.notes.contains("1 of its 2 series were not read: S9/ph"), "\(judged.notes)")
        }

        @Test("Values beyond or below what squares can hold are a reason", arguments: ["cusum", "pettitt", "segments"])
        func extremes(method: String) throws {
            let least = try changes(
                (1...28).map { "a,2026-01-\($0 < 10 ? "0" : "")\($0) 00:00,\($0)e-310" }, ["--method", method])
            #expect(least.exitCode == 0 || least.exitCode == 1, "\(least.exitCode): \(least.notes)")
            let most = try changes(
                (1...28).map { "a,2026-01-\($0 < 10 ? "0" : "")\($0) 00:00,\($0 % 2 == 0 ? "-" : "")1e200" },
                ["--method", method])
            #expect(most.exitCode == 1 && most.notes.contains("beyond 1e150"), "\(most.exitCode): \(most.notes)")
        }
    }
}
