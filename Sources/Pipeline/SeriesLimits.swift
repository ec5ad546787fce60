// What a history is held against, series by series, and what is counted of it.

package import Detection
package import Monitoring

/// Which readings count, by their flags.
package enum FlagRule: Hashable, Sendable {
    /// Those with one of these flags, and those without a flag where `unflagged` says so.
    case listed(Set<String>, unflagged: Bool)
    /// All but those whose flag the source's profile calls suspect or invalid.
    case verdicts([String: QualityVerdict])

    package func counts(_ flag: String) -> Bool {
        switch self {
        case .listed(let flags, let unflagged): flag.isEmpty ? unflagged : flags.contains(flag)
        case .verdicts(let verdicts): verdicts[flag] != .suspect && verdicts[flag] != .invalid
        }
    }
}

/// The limits of a parameter over a span of time.
package struct LimitSpan: Hashable, Sendable {
    package let interval: Interval
    package let limits: ClassLimits
    /// Readings worse than this class are over the limit; `nil` where no target is set: classes are counted all the same.
    package let overRank: Int?
    /// For a range: beyond which end of it readings are over the limit.
    package let overEnd: RangeEnd

    package init(interval: Interval, limits: ClassLimits, overRank: Int?, overEnd: RangeEnd = .both) {
        self.interval = interval
        self.limits = limits
        self.overRank = overRank
        self.overEnd = overEnd
    }

    /// What readings are held against for episodes.
    package var overLimit: TargetLimit? {
        guard let overRank else { return nil }
        switch (limits.limit(of: overRank), overEnd) {
        case (.range(_, let highest), .highest): return .maximum(highest)
        case (.range(let lowest, _), .lowest): return .minimum(lowest)
        case (let limit, _): return limit
        }
    }
}

/// How one series is judged.
package struct SeriesLimits: Hashable, Sendable {
    package let series: SeriesKey
    /// In order of time, none overlapping; empty where nothing sets limits for the series.
    package let spans: [LimitSpan]
    package let flags: FlagRule
    package let episode: EpisodeRule

    package init(series: SeriesKey, spans: [LimitSpan], flags: FlagRule, episode: EpisodeRule) {
        self.series = series
        self.spans = spans
        self.flags = flags
        self.episode = episode
    }
}

/// What was counted, over any number of series; in any order the same.
package struct LimitCounts: Hashable, Sendable {
    package var rows = 0
    /// Readings with a value that count.
    package var values = 0
    /// The source said that there is no value.
    package var missing = 0
    /// Left out for their flag.
    package var leftOut = 0
    /// Below or above what the instrument can tell: in no class and no hour mean, but judged where the limit decides.
    package var censored = 0
    /// Starts with unlike versions.
    package var disputed = 0
    /// Values without a limit: in no class.
    package var unjudged = 0
    /// Values of class Ⅰ…Ⅴ and worse.
    package var classes = [0, 0, 0, 0, 0, 0]

    package init() {}

    package mutating func add(_ other: LimitCounts) {
        rows += other.rows
        values += other.values
        missing += other.missing
        leftOut += other.leftOut
        censored += other.censored
        disputed += other.disputed
        unjudged += other.unjudged
        for index in classes.indices { classes[index] += other.classes[index] }
    }

    /// Values worse than class Ⅲ.
    package var worseThanThree: Int { classes[3] + classes[4] + classes[5] }
}
