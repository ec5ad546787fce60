// A hole: readings that were due and are not there, with what is known and said of it.

package import Monitoring

/// Where a hole stands in its life.
package enum HoleState: String, Sendable, CaseIterable {
    /// Readings are missing; whatever the reason, nobody has said that they will never come.
    case open
    /// Readings came after all.
    case refilled
    /// A person said that the readings will never come, and no other side contradicts.
    case unrecoverable
    /// The acts of two sides contradict each other.
    case disputed

    package var name: BilingualName {
        switch self {
        case .open: BilingualName(chinese: "缺测", english: "open")
        case .refilled: BilingualName(chinese: "已补传", english: "refilled")
        case .unrecoverable: BilingualName(chinese: "无法补回", english: "unrecoverable")
        case .disputed: BilingualName(chinese: "有争议", english: "disputed")
        }
    }
}

/// A notice that lies over a hole, shown beside it.
package struct HoleNotice: Hashable, Sendable {
    package let id: String
    package let kind: NoticeKind
    package let standing: NoticeStanding
    package let isAfterTheFact: Bool
    package let reason: String
    /// Slots of the hole that the notice touches.
    package let coveredCount: Int
}

/// What a side last said of a hole, or of a part of it.
package struct HoleWord: Hashable, Sendable {
    package let kind: HoleMark.Kind
    package let region: RegionID
    package let person: String
    package let reason: String
}

/// Readings of one series that were due and are missing, or were missing for a while (缺测).
package struct Hole: Hashable, Sendable {
    /// The batch that brought the readings after all.
    package struct Refill: Hashable, Sendable {
        /// Its log position.
        package let sequence: Int64
        package let at: Instant

        package init(sequence: Int64, at: Instant) {
            self.sequence = sequence
            self.at = at
        }
    }

    package let id: HoleID
    /// First slot without a value until the next one with a value, half-open.
    package let interval: Interval
    /// Readings that were due in it.
    package let expectedCount: Int
    /// Readings that are missing now; 0 once refilled.
    package let missingCount: Int
    /// Of the missing ones, those of which the station said itself that there is no value.
    package let statedCount: Int
    /// Since when the book could know: the reading before it was there and the first slot overdue.
    package let knownSince: Instant
    /// It reaches to now: the series is silent.
    package let isSilence: Bool
    package let state: HoleState
    package let notices: [HoleNotice]
    /// What sides said of it, in the order of the log.
    package let words: [HoleWord]
    /// Missing readings that no confirmed notice touches.
    package let unexplainedCount: Int
    package let refill: Refill?

    package var series: SeriesKey { id.series }
    package var confirmed: [HoleNotice] { notices.filter { $0.standing == .confirmed } }
}

/// The holes of one series over an interval, and the counts that they add up to.
package struct SeriesHoles: Hashable, Sendable {
    /// Slots that begin in the interval asked for and were due.
    package var expectedCount = 0
    /// Of them, those with a value.
    package var presentCount = 0
    /// Holes that have a slot in the interval, whole, in order of time.
    package var holes: [Hole] = []

    package init() {}
}
