// What people say of a hole: whether its readings can still be brought. Records over intervals, never in the values.

/// The identity of a hole (缺测): a series and the first slot without a value. Derived, never a row of its own.
package struct HoleID: Hashable, Sendable, CustomStringConvertible {
    package let series: SeriesKey
    package let from: Instant

    package init(series: SeriesKey, from: Instant) {
        self.series = series
        self.from = from
    }

    /// `station/parameter/statistic/window seconds/origin@2025-03-01T08:00:00+08:00`.
    package var description: String { "\(series.canonicalText)@\(from.iso8601(at: .china))" }
}

/// One side's word on whether the readings of a stretch can still be brought; a later word of the same side replaces it.
package struct HoleMark: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        /// The readings will never come (无法补回).
        case unrecoverable
        /// They can still be brought (可补回): contradicts the other side, or takes back one's own word.
        case recoverable

        package var name: BilingualName {
            switch self {
            case .unrecoverable: BilingualName(chinese: "无法补回", english: "unrecoverable")
            case .recoverable: BilingualName(chinese: "可补回", english: "recoverable")
            }
        }
    }

    package let series: SeriesKey
    package let interval: Interval
    package let kind: Kind
    package let region: RegionID
    /// The side of the boundary that region speaks for.
    package let side: RegionID
    package let person: String
    package let reason: String
    package let markedAt: Instant
    /// Its place in the log; 0 before it is in the book.
    package let sequence: Int64

    package init(
        series: SeriesKey, interval: Interval, kind: Kind, region: RegionID, side: RegionID, person: String,
        reason: String, markedAt: Instant, sequence: Int64 = 0
    ) {
        self.series = series
        self.interval = interval
        self.kind = kind
        self.region = region
        self.side = side
        self.person = person
        self.reason = reason
        self.markedAt = markedAt
        self.sequence = sequence
    }
}

extension SeriesKey {
    /// The key whose `canonicalText` is `text`; a feed's station id may have slashes of its own.
    package init?(canonicalText text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 5, let seconds = Int(parts[parts.count - 2]), seconds >= 0,
            let statistic = SeriesStatistic(rawValue: parts[parts.count - 3]),
            let origin = SeriesOrigin(rawValue: parts[parts.count - 1])
        else { return nil }
        self.init(
            station: StationID(parts.dropLast(4).joined(separator: "/")),
            parameter: ParameterID(parts[parts.count - 4]), statistic: statistic, window: .seconds(seconds),
            origin: origin)
        guard canonicalText == text else { return nil }
    }
}
