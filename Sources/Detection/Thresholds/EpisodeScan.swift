// Runs of rows over a limit become episodes, as `EpisodeFinder` makes them of readings, without a step a reading.

package import Exact
package import Monitoring

/// A stretch over a limit in a whole history.
package struct LimitEpisode: Hashable, Sendable {
    /// The reading that left the limit furthest; the first of equals.
    package struct Peak: Hashable, Sendable {
        package let value: ExactDecimal
        package let limit: TargetLimit

        package init(value: ExactDecimal, limit: TargetLimit) {
            self.value = value
            self.limit = limit
        }
    }

    /// The first reading over the limit.
    package let start: Instant
    package var lastOver: Instant
    /// The first reading within the limit after the last one over it; `nil` where the history ends before.
    package var end: Instant?
    /// Readings over the limit.
    package var overCount: Int
    package var peak: Peak
}

/// Finds the episodes of one series; runs are added in order of time.
///
/// - Reference: `EpisodeFinder`; the same episodes.
package struct EpisodeScan: Sendable {
    package let rule: EpisodeRule
    package private(set) var closed: [LimitEpisode] = []
    private var candidate: LimitEpisode?
    private var withinCount = 0
    private var firstWithin: Instant?

    package init(rule: EpisodeRule) { self.rule = rule }

    /// Whether readings within the limit change nothing: most blocks need not be looked at.
    package var isIdle: Bool { candidate == nil }

    /// Adds `count` readings over the limit.
    package mutating func addOver(from first: Instant, to last: Instant, count: Int, peak: LimitEpisode.Peak) {
        if var episode = candidate {
            episode.lastOver = last
            episode.overCount += count
            if peak.exceeds(episode.peak) { episode.peak = peak }
            candidate = episode
        } else {
            candidate = LimitEpisode(start: first, lastOver: last, end: nil, overCount: count, peak: peak)
        }
        withinCount = 0
        firstWithin = nil
    }

    /// Adds `count` readings within the limit, the first of which starts at `first`.
    package mutating func addWithin(from first: Instant, count: Int) {
        guard var episode = candidate else { return }
        if episode.overCount < rule.holdOn {
            candidate = nil
            return
        }
        withinCount += count
        firstWithin = firstWithin ?? first
        guard withinCount >= rule.holdOff else { return }
        episode.end = firstWithin
        closed.append(episode)
        candidate = nil
        withinCount = 0
        firstWithin = nil
    }

    /// The episodes in order of time; the last may be open.
    package var episodes: [LimitEpisode] {
        guard let open = candidate, open.overCount >= rule.holdOn else { return closed }
        return closed + [open]
    }
}

extension LimitEpisode.Peak {
    /// Whether this one lies further beyond its limit.
    package func exceeds(_ other: Self) -> Bool {
        switch (limit, other.limit) {
        case (.maximum(let one), .maximum(let two)) where one.isIdentical(to: two): value > other.value
        case (.minimum(let one), .minimum(let two)) where one.isIdentical(to: two): value < other.value
        default: excess > other.excess
        }
    }

    private var excess: Fraction {
        if case .over(let excess) = limit.judge(value, .none) { excess } else { Fraction(.zero) }
    }
}
