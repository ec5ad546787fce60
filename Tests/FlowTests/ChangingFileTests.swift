// Goal: a file that somebody cuts short or writes to while a command reads it ends with an error that says so, never with a
// signal or with verdicts on half of it. Method: the preloaded library truncates the file as soon as it is mapped.

import Foundation
import Testing

private let readingCommands = [["check"], ["qc"], ["assess"], ["trend"], ["changes"]]

extension FlowTests {
    @Suite struct ChangingFileTests {
        /// A batch of some hundred pages.
        private func batch(_ folder: String) throws -> String {
            let path = folder + "/EX-GROWING.csv"
            var text = "station,parameter,time,value,flag\n"
            for hour in 0..<6_000 {
                let day = hour / 24 % 28 + 1
                let (year, month) = (2000 + hour / 8_064, hour / 672 % 12 + 1)
                func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
                text +=
                    "EX-DOWN-1,codmn,\(year)-\(two(month))-\(two(day))T\(two(hour % 24)):00:00+08:00,2.\(hour % 90 + 10),N\n"
            }
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            return path
        }

        @Test(
            "Cut short while a command reads it, a file is said to have changed", arguments: readingCommands,
            [0, 40_000])
        func shrinks(command: [String], left: Int) throws {
            let folder = try TemporaryFolder()
            let path = try batch(folder.path)
            let whole = try Program.run(command + [path])
            #expect(whole.exitCode <= 1 && !whole.notes.contains("changed while it was read"))
            let cut = try Program.run(
                command + [path],
                environment: try FaultShim.environment(["SHRINK": "EX-GROWING.csv", "LEFT": String(left)]))
            #expect(cut.exitCode == 65 || cut.exitCode == 1, "\(command): \(cut.exitCode) \(cut.notes)")
            #expect(cut.notes.contains("EX-GROWING.csv changed while it was read"), "\(cut.notes)")
            if command == ["check"] { #expect(cut.exitCode == 65 && cut.output.isEmpty) }
        }
    }
}
