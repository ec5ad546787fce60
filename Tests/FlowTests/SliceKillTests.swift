// Goal: a large batch, and a large admission, killed between their slices again and again come to the store of a calm
// run. Method: the built program on a batch of many chunks; it is killed when its write-ahead log has grown past a size
// drawn from a seed, so that the kill falls where it writes, and nobody waits for a clock.

import Foundation
import Glibc
import Testing

extension FlowTests {
    @Suite struct SliceKillTests {
        private static let cycles = 6
        private static let seed: UInt64 = 20_261_121

        /// Twelve readings a day, ten minutes apart, of ten stations over 2,400 days: 24,000 chunks, 16 slices.
        private func write(_ path: String) throws {
            let first = try #require(ISO8601DateFormatter().date(from: "2015-01-01T00:00:00Z"))
            var text = "station,parameter,time,value\n"
            text.reserveCapacity(12 << 20)
            for day in 0..<2_400 {
                let date = first.addingTimeInterval(Double(day) * 86_400).ISO8601Format().prefix(10)
                for station in 0..<10 {
                    for place in 0..<12 {
                        let (hour, minute) = (2 + place / 6, place % 6 * 10)
                        text += "S\(station),tn,\(date)T0\(hour):\(minute == 0 ? "00" : "\(minute)"):00+08:00,"
                        text += "\(1 + (day + place) % 9).\((day * 7 + station * 3 + place) % 100)\n"
                    }
                }
            }
            try Data(text.utf8).write(to: URL(filePath: path))
        }

        /// Runs the program and kills it once its write-ahead log is longer than `limit` bytes.
        ///
        /// - Returns: whether it was killed.
        private func run(_ arguments: [String], data: String, killBeyond limit: Int) throws -> Bool {
            let (process, output, notes) = try Program.start(arguments)
            let drained = BackgroundCall { output.fileHandleForReading.readDataToEndOfFile() }
            let noted = BackgroundCall { notes.fileHandleForReading.readDataToEndOfFile() }
            var status = stat()
            while process.isRunning {
                if stat(data + "/book.sqlite-wal", &status) == 0, Int(status.st_size) > limit {
                    kill(process.processIdentifier, SIGKILL)
                    break
                }
                sched_yield()
            }
            process.waitUntilExit()
            _ = try drained.value()
            let said = String(decoding: try noted.value(), as: UTF8.self)
            let isKilled = process.terminationReason == .uncaughtSignal
            #expect(isKilled || process.terminationStatus < 2, "\(said)")
            return isKilled
        }

        private func dump(_ data: String) throws -> [String] {
            let observations = try Program.run(["dump", "observations", "--data", data, "--format", "csv"]).output
            let names = ["batch", "accepted", "duplicate", "quarantined", "admitted", "waiting"]
            let batches = try Program.run(["dump", "batches", "--data", data, "--format", "json"]).records.map {
                record in
                names.map { record[$0] ?? "" }.joined(separator: " ")
            }
            return [observations] + batches
        }

        @Test("Killed between the slices of a large batch, again and again, it comes to the store of a calm run")
        func batch() throws {
            let folder = try TemporaryFolder()
            let (file, data, calm) = (folder.file("large.csv"), folder.file("data"), folder.file("calm"))
            try write(file)
            try Program.run(["ingest", file, "--data", calm])
            var numbers = SeededNumbers(seed: Self.seed)
            var killed = 0
            for cycle in 0..<Self.cycles {
                let limit = Int.random(in: 64 << 10..<4 << 20, using: &numbers)
                let wasKilled = try run(["ingest", file, "--data", data], data: data, killBeyond: limit)
                killed += wasKilled ? 1 : 0
                let contents = try BookContents(data)
                #expect(contents.faults.isEmpty, "cycle \(cycle): \(contents.faults)")
                // In part it is in no view.
                if contents.batches.isEmpty { #expect(contents.accepted == 0) }
            }
            let whole = try Program.run(["ingest", file, "--data", data])
            #expect(whole.exitCode == 0, "\(whole.notes)")
            #expect(killed >= Self.cycles / 2, "The loop did what it is for: \(killed).")
            #expect(try BookContents(data) == BookContents(calm))
            #expect(try dump(data) == dump(calm))
        }

        @Test("Killed between the slices of a large admission, again and again, it comes to the store of a calm run")
        func admission() throws {
            let river = try ExampleRiver()
            let (file, data, calm) = (
                river.folder.file("large.csv"), river.folder.file("data"), river.folder.file("calm")
            )
            try write(file)
            try Program.run(["ingest", file, "--data", data, "--stations", river.stations])
            try register(river)
            try FileManager.default.copyItem(atPath: data, toPath: calm)
            func arguments(_ folder: String) -> [String] {
                [
                    "admit", "--all", "--data", folder, "--stations", river.stations, "--by", "Lin", "--reason",
                    "registered",
                ]
            }
            let straight = try Program.run(arguments(calm))
            #expect(straight.exitCode == 0 && straight.output.contains("accepted 288000"), "\(straight.output)")
            var numbers = SeededNumbers(seed: Self.seed)
            var killed = 0
            for cycle in 0..<Self.cycles / 2 {
                let limit = Int.random(in: 64 << 10..<4 << 20, using: &numbers)
                killed += try run(arguments(data), data: data, killBeyond: limit) ? 1 : 0
                let contents = try BookContents(data)
                #expect(contents.faults.isEmpty, "cycle \(cycle): \(contents.faults)")
            }
            #expect(killed > 0, "The loop did what it is for.")
            #expect(try Program.run(arguments(data)).exitCode == 0)
            #expect(try BookContents(data) == BookContents(calm))
            #expect(try dump(data) == dump(calm))
        }

        /// Registers the ten stations, with a day a chunk as the first test has it.
        private func register(_ river: ExampleRiver) throws {
            let boundary = river.stations + "/example-river-xinan/boundary.yaml"
            let profiles = river.stations + "/profiles"
            let profile = try String(contentsOfFile: profiles + "/example-water-4h.yaml", encoding: .utf8)
                .replacing("id: example-water-4h", with: "id: ten-minutes")
                .replacing("cadence: 4h ", with: "cadence: 10min ")
            try Data(profile.utf8).write(to: URL(filePath: profiles + "/ten-minutes.yaml"))
            var text = try String(contentsOfFile: boundary, encoding: .utf8)
            for station in 0..<10 {
                text += """
                      - id: S\(station)
                        name: {zh: 新站\(station), en: New station \(station)}
                        medium: water
                        region: huangshan
                        water-body: river
                        cadence: 10min
                        profile: ten-minutes
                        parameters: [tn]

                    """
            }
            try Data(text.utf8).write(to: URL(filePath: boundary))
        }
    }
}
