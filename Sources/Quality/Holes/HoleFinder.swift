// From slots heard to holes: a pure function of the data, the records and the clock that it is given.

package import Monitoring

/// The lengths that holes are judged by; ours, no law's, and a deployer may set others.
package struct HoleRule: Hashable, Sendable {
    /// Cadences after a slot's end before its reading is called missing: one, since a mean is sent after its hour.
    package var graceCadences = 1
    /// How long a series was silent before readings in order count as a refill: batches of a day are no silence.
    package var silenceBeforeRefill = Duration64.days(1)

    package init() {}

    package func grace(of cadence: Duration64) -> Duration64 {
        Duration64(milliseconds: cadence.milliseconds * Int64(graceCadences))
    }
}

/// Finds the holes of one series.
package struct HoleFinder: Sendable {
    package let series: SeriesKey
    package let grid: SlotGrid
    let rule: HoleRule
    let notices: [NoticeRecord]
    let marks: [HoleMark]
    let firstNotDue: Int64

    /// - Parameters:
    ///   - notices: those of the station, in any order; the ones that do not concern the parameter are left out here.
    ///   - marks: those of the series, in any order.
    package init(
        _ series: SeriesKey, grid: SlotGrid, rule: HoleRule, notices: [NoticeRecord], marks: [HoleMark], now: Instant
    ) {
        self.series = series
        self.grid = grid
        self.rule = rule
        self.notices = notices.filter { $0.notice.station == series.station && $0.notice.concerns(series.parameter) }
            .sorted { $0.sequence < $1.sequence }
        self.marks = marks.filter { $0.series == series }.sorted { $0.sequence < $1.sequence }
        firstNotDue = grid.firstNotDue(at: now, grace: rule.grace(of: grid.cadence))
    }

    /// The slots that were due: from the one that holds `expectedFrom` to the last overdue one.
    package func due(from expectedFrom: Instant) -> Range<Int64> {
        let first = grid.slot(of: expectedFrom.milliseconds)
        return first..<max(first, firstNotDue)
    }

    /// The holes among `due` that have a slot in `wanted`.
    ///
    /// Every slot of `due` has a value or stands in exactly one hole. The order in which batches came does not matter,
    /// except for `knownSince`.
    ///
    /// - Parameters:
    ///   - runs: what was heard, of all of `due`, or at least from a slot with a value before `wanted` to one after it.
    ///   - heardSince: since when the book has known the series, `nil` when nothing earlier than `runs` says so.
    ///   - received: when the batch at a log position came.
    package func holes(
        _ runs: [HeardSlots.Run], due: Range<Int64>, wanted: Range<Int64>, heardSince: Instant? = nil,
        received: (Int64) throws -> Instant?
    ) rethrows -> SeriesHoles {
        let wanted = wanted.clamped(to: due)
        var found = SeriesHoles()
        found.expectedCount = wanted.count
        for run in runs where run.hasValue { found.presentCount += run.slots.clamped(to: wanted).count }
        for stretch in missing(runs, due: due) where stretch.slots.overlaps(wanted) {
            found.holes.append(try hole(stretch, heardSince: heardSince, received: received))
        }
        return found
    }

    /// Consecutive slots without a value.
    private struct Stretch {
        let slots: Range<Int64>
        let statedCount: Int
        /// The log position that brought the reading before it, `nil` when there is none.
        let heardBefore: Int64?
    }

    private func missing(_ runs: [HeardSlots.Run], due: Range<Int64>) -> [Stretch] {
        var stretches: [Stretch] = []
        var next = due.lowerBound
        var statedCount = 0
        var heardBefore: Int64?
        for run in runs {
            let slots = run.slots.clamped(to: due)
            guard run.hasValue else {
                statedCount += slots.count
                continue
            }
            if !slots.isEmpty {
                if slots.lowerBound > next {
                    stretches.append(
                        Stretch(slots: next..<slots.lowerBound, statedCount: statedCount, heardBefore: heardBefore))
                }
                statedCount = 0
                next = slots.upperBound
            }
            heardBefore = run.valueSequence
        }
        if next < due.upperBound {
            stretches.append(
                Stretch(slots: next..<due.upperBound, statedCount: statedCount, heardBefore: heardBefore))
        }
        return stretches
    }

    private func hole(
        _ stretch: Stretch, heardSince: Instant?, received: (Int64) throws -> Instant?
    ) rethrows -> Hole {
        let acts = acts(over: stretch.slots)
        let overdue = overdue(stretch.slots.lowerBound)
        // The reading before it may itself have been brought late: the first word of the series is as good a witness.
        let heard = [heardSince, try stretch.heardBefore.flatMap { try received($0) }].compactMap(\.self).min()
        return Hole(
            id: HoleID(series: series, from: grid.start(of: stretch.slots.lowerBound)),
            interval: grid.interval(of: stretch.slots), expectedCount: stretch.slots.count,
            missingCount: stretch.slots.count, statedCount: stretch.statedCount,
            knownSince: heard.map { max($0, overdue) } ?? overdue,
            isSilence: stretch.slots.upperBound == firstNotDue, state: acts.state, notices: acts.notices,
            words: acts.words, unexplainedCount: acts.unexplainedCount, refill: nil)
    }

    /// When the reading of a slot is called missing.
    func overdue(_ slot: Int64) -> Instant { grid.start(of: slot + 1).advanced(by: rule.grace(of: grid.cadence)) }

    // MARK: What people said

    func beside(_ slots: Range<Int64>) -> [HoleNotice] {
        notices.compactMap { record in
            let covered = grid.slots(touching: record.notice.interval).clamped(to: slots)
            if covered.isEmpty { return nil }
            return HoleNotice(
                id: record.id, kind: record.notice.kind, standing: record.standing,
                isAfterTheFact: record.notice.isAfterTheFact, reason: record.notice.reason,
                coveredCount: covered.count)
        }
    }

    /// What the acts over some missing slots add up to: counted between the places where one of them begins or ends.
    private func acts(
        over slots: Range<Int64>
    ) -> (state: HoleState, notices: [HoleNotice], words: [HoleWord], unexplainedCount: Int) {
        let beside = beside(slots)
        let confirmed = notices.filter { $0.standing == .confirmed }
            .map { grid.slots(touching: $0.notice.interval).clamped(to: slots) }.filter { !$0.isEmpty }
        let marked = marks.map { (mark: $0, slots: grid.slots(beginningIn: $0.interval).clamped(to: slots)) }
            .filter { !$0.slots.isEmpty }
        let ends = (confirmed + marked.map(\.slots)).flatMap { [$0.lowerBound, $0.upperBound] }
        let cuts = Set(ends + [slots.lowerBound, slots.upperBound]).sorted()
        var unexplained = 0
        var unrecoverable = 0
        var counted: Set<Int64> = []
        var isDisputed = beside.contains { $0.standing == .disputed }
        for (from, until) in zip(cuts, cuts.dropFirst()) {
            let count = Int(until - from)
            if !confirmed.contains(where: { $0.contains(from) }) { unexplained += count }
            // The last word of each side counts; marks stand in the order of the log.
            var words: [RegionID: HoleMark] = [:]
            for (mark, marked) in marked where marked.contains(from) { words[mark.side] = mark }
            counted.formUnion(words.values.map(\.sequence))
            switch Set(words.values.map(\.kind)) {
            case [.unrecoverable]: unrecoverable += count
            case [.unrecoverable, .recoverable]: isDisputed = true
            default: break
            }
        }
        let state: HoleState = isDisputed ? .disputed : unrecoverable == slots.count ? .unrecoverable : .open
        let words = marked.map(\.mark).filter { counted.contains($0.sequence) }.map { mark in
            HoleWord(kind: mark.kind, region: mark.region, person: mark.person, reason: mark.reason)
        }
        return (state, beside, words, unexplained)
    }
}
