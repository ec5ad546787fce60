// Holes as people read them: what one stop did to all parameters of a station is one line.

package import Monitoring

/// Holes of one station that differ in nothing but their series.
package struct HoleGroup: Hashable, Sendable {
    /// At least one, in order of their series.
    package let holes: [Hole]

    /// The first hole: what the others have in common with it, it says for all.
    package var first: Hole { holes[0] }
    package var expectedCount: Int { holes.reduce(0) { $0 + $1.expectedCount } }
    package var missingCount: Int { holes.reduce(0) { $0 + $1.missingCount } }
    package var statedCount: Int { holes.reduce(0) { $0 + $1.statedCount } }
    package var knownSince: Instant { holes.reduce(first.knownSince) { min($0, $1.knownSince) } }

    /// Groups holes and puts first what people must work: disputed, unexplained, explained, unrecoverable, refilled;
    /// among equals silences that last, then the latest.
    package static func groups(_ holes: [Hole]) -> [HoleGroup] {
        let groups = Dictionary(grouping: holes) { Likeness($0) }.values.map { alike in
            HoleGroup(holes: alike.sorted { $0.series.canonicalText < $1.series.canonicalText })
        }
        return groups.sorted { $0.isBefore($1) }
    }

    private struct Likeness: Hashable {
        let station: StationID
        let interval: Interval
        let state: HoleState
        let isSilence: Bool
        let notices: [HoleNotice]
        let words: [HoleWord]
        let refill: Hole.Refill?

        init(_ hole: Hole) {
            station = hole.series.station
            interval = hole.interval
            state = hole.state
            isSilence = hole.isSilence
            notices = hole.notices
            words = hole.words
            refill = hole.refill
        }
    }

    private var urgency: Int {
        switch first.state {
        case .disputed: 0
        case .open: first.unexplainedCount > 0 ? 1 : 2
        case .unrecoverable: 3
        case .refilled: 4
        }
    }

    private func isBefore(_ other: HoleGroup) -> Bool {
        if urgency != other.urgency { return urgency < other.urgency }
        if first.isSilence != other.first.isSilence { return first.isSilence }
        let (start, otherStart) = (first.interval.start, other.first.interval.start)
        if start != otherStart { return start > otherStart }
        return first.series.canonicalText < other.first.series.canonicalText
    }
}
