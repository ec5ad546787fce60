// Holes of the past: readings that came after all, by which batch and when.

package import Monitoring

extension HoleFinder {
    /// Stretches that were missing and were refilled, one for each batch that brought some, in order of time.
    ///
    /// A reading came as a refill when the series had been heard earlier and, by batches received before it,
    /// (1) a later slot had been heard, or (2) its own slot had been stated to have no value, or (3) a person had
    /// marked the slot; or (4) it came longer overdue than `HoleRule.silenceBeforeRefill`. This is what was known when,
    /// and so depends on the order of arrival, unlike the holes that are left.
    ///
    /// - Parameter runs: what was heard, from the series' first slot to its last.
    package func refills(
        _ runs: [HeardSlots.Run], wanted: Range<Int64>, received: (Int64) throws -> Instant?
    ) rethrows -> [Hole] {
        let heard = try runs.map { try received($0.heardSequence) ?? Instant(milliseconds: .max) }
        var heardLater = [Instant](repeating: Instant(milliseconds: .max), count: runs.count + 1)
        for index in runs.indices.reversed() { heardLater[index] = min(heardLater[index + 1], heard[index]) }
        var heardEarlier = Instant(milliseconds: .max)
        var parts: [Part] = []
        for (index, run) in runs.enumerated() {
            defer { heardEarlier = min(heardEarlier, heard[index]) }
            guard run.hasValue, let came = try received(run.valueSequence) else { continue }
            let stated = heard[index] < came
            let known = min(heardEarlier, heard[index])
            var candidates = markedBefore(run)
            if stated || (heardEarlier < came && heardLater[index + 1] < came) { candidates.append(run.slots) }
            if let overdue = overdueBefore(run, came: came, known: known) { candidates.append(overdue) }
            for slots in merged(candidates) {
                add(
                    Part(slots: slots, refill: Hole.Refill(sequence: run.valueSequence, at: came), known: known), &parts
                )
            }
        }
        return parts.filter { $0.slots.overlaps(wanted) }.map(hole)
    }

    /// Consecutive slots that one batch refilled.
    private struct Part {
        var slots: Range<Int64>
        let refill: Hole.Refill
        /// When the series had first been heard.
        let known: Instant
    }

    private func add(_ part: Part, _ parts: inout [Part]) {
        if let last = parts.last, last.slots.upperBound == part.slots.lowerBound, last.refill == part.refill {
            parts[parts.count - 1].slots = last.slots.lowerBound..<part.slots.upperBound
        } else {
            parts.append(part)
        }
    }

    private func markedBefore(_ run: HeardSlots.Run) -> [Range<Int64>] {
        marks.filter { $0.sequence < run.valueSequence }
            .map { grid.slots(beginningIn: $0.interval).clamped(to: run.slots) }
    }

    private func overdueBefore(_ run: HeardSlots.Run, came: Instant, known: Instant) -> Range<Int64>? {
        let silent = rule.silenceBeforeRefill
        guard known < came, known.advanced(by: silent) < came else { return nil }
        let end = grid.firstNotDue(
            at: came, grace: Duration64(milliseconds: rule.grace(of: grid.cadence).milliseconds + silent.milliseconds))
        return run.first..<min(max(run.first, end), run.slots.upperBound)
    }

    private func merged(_ ranges: [Range<Int64>]) -> [Range<Int64>] {
        var merged: [Range<Int64>] = []
        for range in ranges.filter({ !$0.isEmpty }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }

    private func hole(_ part: Part) -> Hole {
        Hole(
            id: HoleID(series: series, from: grid.start(of: part.slots.lowerBound)),
            interval: grid.interval(of: part.slots), expectedCount: part.slots.count, missingCount: 0, statedCount: 0,
            knownSince: min(max(part.known, overdue(part.slots.lowerBound)), part.refill.at), isSilence: false,
            state: .refilled, notices: beside(part.slots), words: [],
            unexplainedCount: 0, refill: part.refill)
    }
}
