// Which slots of a series were heard, and by which batch: a chunk's columns in, a few runs out.

internal import Monitoring

/// What was heard of one series, slot by slot, as runs of equal slots: millions of readings are a handful of runs.
package struct HeardSlots: Sendable {
    /// Consecutive slots of which the same can be said.
    package struct Run: Hashable, Sendable {
        package let first: Int64
        package internal(set) var count: Int64
        /// The log position that first brought a value; 0 where none stands (the station said that there is none).
        package let valueSequence: Int64
        /// The log position at which the slot was first heard of, with or without a value.
        package let heardSequence: Int64

        package var slots: Range<Int64> { first..<first + count }
        package var hasValue: Bool { valueSequence != 0 }
    }

    package let grid: SlotGrid
    private var closed: [Run] = []
    /// The slot being read: its next reading may lie in the next chunk.
    private var latest: Run?

    package init(grid: SlotGrid) { self.grid = grid }

    /// The runs in order of time; slots that were not heard of stand in none.
    package var runs: [Run] {
        guard let latest else { return closed }
        var runs = closed
        Self.append(latest, to: &runs)
        return runs
    }

    /// Takes the versions of one chunk.
    ///
    /// - Shape: columns of one length, in order of `start` (ms UTC), equal starts together, in the chunk's order;
    ///   `qualifier` holds `Qualifier` raw values, `sequence` log positions. Chunks come in order of time.
    /// - Parameters:
    ///   - revises: of several versions of a start, the last one stands; otherwise any value does.
    ///   - asKnownAt: later log positions are not seen.
    package mutating func append(
        start: [Int64], qualifier: [UInt8], sequence: [Int64], revises: Bool, asKnownAt: Int64
    ) {
        let missing = Qualifier.missing.rawValue
        var row = 0
        while row < start.count {
            let instant = start[row]
            var heard = Int64.max
            var value = Int64.max
            var lastHasValue = false
            while row < start.count, start[row] == instant {
                if sequence[row] <= asKnownAt {
                    heard = min(heard, sequence[row])
                    lastHasValue = qualifier[row] != missing
                    if lastHasValue { value = min(value, sequence[row]) }
                }
                row += 1
            }
            if heard == .max { continue }
            let stands = revises ? lastHasValue : value != .max
            note(grid.slot(of: instant), valueSequence: stands ? value : 0, heardSequence: heard)
        }
    }

    private mutating func note(_ slot: Int64, valueSequence: Int64, heardSequence: Int64) {
        guard let before = latest else {
            latest = Run(first: slot, count: 1, valueSequence: valueSequence, heardSequence: heardSequence)
            return
        }
        if before.first == slot {
            let values = [before.valueSequence, valueSequence].filter { $0 != 0 }
            latest = Run(
                first: slot, count: 1, valueSequence: values.min() ?? 0,
                heardSequence: min(before.heardSequence, heardSequence))
        } else {
            precondition(slot > before.first, "Chunks and their rows come in order of time.")
            Self.append(before, to: &closed)
            latest = Run(first: slot, count: 1, valueSequence: valueSequence, heardSequence: heardSequence)
        }
    }

    private static func append(_ run: Run, to runs: inout [Run]) {
        if let last = runs.last, last.first + last.count == run.first, last.valueSequence == run.valueSequence,
            last.heardSequence == run.heardSequence
        {
            runs[runs.count - 1].count += run.count
        } else {
            runs.append(run)
        }
    }
}
