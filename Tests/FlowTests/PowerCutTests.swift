// Goal: a machine that loses its power keeps every batch that was acknowledged, whole. Method: every call of the built
// program to its disk is written down; at instants drawn from a seed the folder is laid down with only what had been
// synced and a random part of the rest, opened, and compared with the receipts that were out by then.

import Formats
import Foundation
import Monitoring
import Storage
import Testing

extension FlowTests {
    @Suite struct PowerCutTests {
        private static let environment = ProcessInfo.processInfo.environment
        private static let cuts = environment["TRIBUTARY_POWER_CUTS"].flatMap { Int($0) } ?? 60
        private static let seed = environment["TRIBUTARY_SEED"].flatMap { UInt64($0) } ?? 20_261_122

        @Test("The power goes away at any instant: every batch with a receipt is there, in the book and in the archive")
        func powerCuts() throws {
            let folder = try memoryFolder()
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let files = try Self.writeBatches(folder)
            let data = folder + "/data"
            let begun = try Program.run(["ingest", files[0], "--data", data, "--format", "json"])
            try #require(begun.exitCode == 0, "\(begun.notes)")
            var disk = try PowerCut(data)
            var acknowledged = try printedReceipts(begun.output)

            let traced = try FaultShim.environment(["ROOT": data, "TRACE": folder + "/trace"])
            let run = try Program.run(
                ["ingest"] + files.dropFirst() + ["--data", data, "--format", "json", "--commit-each"],
                environment: traced)
            try #require(run.exitCode == 0, "\(run.notes)")
            let calm = try BookContents(data)
            try #require(calm.batches.count == files.count && calm.faults.isEmpty)

            let calls = try DiskCall.all(in: folder + "/trace")
            let synced = calls.count { $0.kind == .synced }
            // One wait for the disk a small batch, and few beside: else this tests another way of writing.
            #expect((files.count..<files.count * 5 / 4).contains(synced), "\(synced) waits for \(files.count) batches")
            var numbers = SeededNumbers(seed: Self.seed)
            let instants = Set((0..<Self.cuts).map { _ in Int.random(in: 0...calls.count, using: &numbers) })
            for (index, call) in calls.enumerated() {
                disk.take(call)
                if call.kind == .said {
                    acknowledged.merge(try printedReceipts(String(decoding: call.bytes, as: UTF8.self))) { $1 }
                }
                guard instants.contains(index) else { continue }
                let left = folder + "/left"
                try disk.lay(at: left, using: &numbers)
                let problems = try Self.problems(left, acknowledged)
                try #require(problems.isEmpty, "seed \(Self.seed), call \(index): \(problems.joined(separator: "\n"))")
                try FileManager.default.removeItem(atPath: left)
            }
            #expect(acknowledged.count == files.count, "The trace has what the program said.")
        }

        /// Batches of every way into the archive: small ones, some that are too large for the tail, one of its own segment.
        private static func writeBatches(_ folder: String) throws -> [String] {
            var numbers = SeededNumbers(seed: 7)
            return try (0..<330).map { number in
                let rows = number == 200 ? 40_000 : number % 50 == 30 ? 2_000 : 6
                var text = "station,parameter,time,value\n"
                for row in 0..<rows {
                    let time = Instant(milliseconds: 1_700_000_000_000 + Int64(number % 7 * 50_000 + row) * 60_000)
                    let value = Int.random(in: 0..<100_000, using: &numbers)
                    text += "S\(number / 7),tn,\(time),0.\(100_000 + value)\n"
                }
                let path = folder + "/batch-\(1_000 + number).csv"
                try Data(text.utf8).write(to: URL(filePath: path))
                return path
            }
        }

        /// What does not hold in a folder after its machine came back.
        private static func problems(_ data: String, _ acknowledged: [String: String]) throws -> [String] {
            let contents: BookContents
            do { contents = try BookContents(data) } catch { return ["it does not open: \(error)"] }
            let stored = try storedReceipts(data)
            var problems = contents.faults
            for (digest, receipt) in acknowledged where stored[digest] != receipt {
                problems.append("receipt \(receipt), stored \(stored[digest] ?? "nothing")")
            }
            let book = try Book(folder: data, create: false) { Instant(milliseconds: 0) }
            defer { try? book.close() }
            for record in try book.read({ try $0.batches(limit: 1_000_000) }) {
                let bytes = try book.rawBytes(record.place)
                let digest = bytes.withUnsafeBytes { sha256($0) }
                if digest != record.receipt.digest { problems.append("\(record.receipt.name) has other bytes") }
            }
            return problems
        }
    }
}
