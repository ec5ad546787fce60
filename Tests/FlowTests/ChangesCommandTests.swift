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
    }
}
