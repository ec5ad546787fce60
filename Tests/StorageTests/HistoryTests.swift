// Goal: what the book comes to depends on what was sent, not on when or how it came. Method: seeded histories with
// conflicts, refills, repeats and gaps, taken in other orders, in other commits, more than once, under a clock that
// jumps, with the folder closed and opened in between; the snapshot and every current value must be equal.

import Foundation
import Monitoring
import Storage
import Synchronization
import Testing

@Suite struct HistoryTests {
    /// SplitMix64: the same seed gives the same history on every machine.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private struct Outcome: Equatable {
        let snapshot: Digest256
        let values: [[String]]
        let batches: Int
    }

    private static let stations = ["a", "b", "c"]

    /// Few starts and few values, so that they often meet.
    private func history(_ numbers: inout Numbers) -> [(name: String, rows: [TestRow])] {
        let values = ["", "0.2", "0.20", "1.5", "<0.05", "7", "-3"]
        return (0..<Int.random(in: 1...14, using: &numbers)).map { number in
            let rows = (0..<Int.random(in: 0...12, using: &numbers)).map { _ in
                TestRow(
                    Self.stations[Int.random(in: 0..<3, using: &numbers)],
                    newYear + Int64.random(in: 0..<10, using: &numbers) * 100 * hour,
                    values[Int.random(in: 0..<values.count, using: &numbers)],
                    flag: Int.random(in: 0..<4, using: &numbers) == 0 ? "D" : "")
            }
            return ("batch \(number)", rows)
        }
    }

    /// Takes `batches` in commits of seeded sizes under a clock that jumps by up to forty years either way.
    private func take(_ batches: [(name: String, rows: [TestRow])], _ numbers: inout Numbers) throws -> Outcome {
        let folder = try TemporaryFolder()
        let clock = Mutex<Int64>(newYear)
        func open() throws -> Book {
            try Book(folder: folder.path + "/data", create: true) { Instant(milliseconds: clock.withLock(\.self)) }
        }
        var rest = batches[...]
        while !rest.isEmpty {
            // The lock goes with the book: each round is a life of its own.
            let book = try open()
            defer { try? book.close() }
            for _ in 0..<Int.random(in: 1...6, using: &numbers) {
                clock.withLock { $0 = newYear + Int64.random(in: -350_000...350_000, using: &numbers) * hour }
                let group = rest.prefix(Int.random(in: 1...4, using: &numbers))
                rest = rest.dropFirst(group.count)
                try book.write { writer in
                    for batch in group { try writer.ingest(batch.name, batch.rows) }
                }
            }
        }
        let book = try open()
        defer { try? book.close() }
        #expect(try book.read { try $0.verifyLog() + $0.checkIntegrity() } == [])
        return Outcome(
            snapshot: try book.snapshot(Self.stations),
            // Of two spellings of one number the first that came is kept (docs/data-file.md): it is the same number.
            values: try Self.stations.map { try book.texts($0).map { $0 == "0.20" ? "0.2" : $0 } },
            batches: try book.read { try $0.batches(limit: 100).count })
    }

    @Test(arguments: Array(1...24))
    func `any order, repetition, grouping, clock and restart gives the same store`(seed: Int) throws {
        var numbers = Numbers(state: UInt64(seed))
        let batches = history(&numbers)
        let inOrder = try take(batches, &numbers)
        for _ in 0..<3 {
            let repeated = batches.filter { _ in Bool.random(using: &numbers) }
            let shuffled = (batches + repeated).shuffled(using: &numbers)
            let outcome = try take(shuffled, &numbers)
            #expect(outcome == inOrder, "seed \(seed): \(shuffled.map(\.name))")
        }
    }
}
