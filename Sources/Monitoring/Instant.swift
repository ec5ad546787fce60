// Time inside the program: UTC milliseconds and half-open intervals. Civil calendars stay at the edges.

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
package struct Instant: Hashable, Comparable, Sendable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }

    package func advanced(by duration: Duration64) -> Instant {
        Instant(milliseconds: milliseconds + duration.milliseconds)
    }

    package func duration(since earlier: Instant) -> Duration64 {
        Duration64(milliseconds: milliseconds - earlier.milliseconds)
    }
}

/// A signed length of time in milliseconds.
package struct Duration64: Hashable, Comparable, Sendable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static let zero = Duration64(milliseconds: 0)
    package static func seconds(_ count: Int) -> Duration64 { Duration64(milliseconds: Int64(count) * 1_000) }
    package static func minutes(_ count: Int) -> Duration64 { Duration64(milliseconds: Int64(count) * 60_000) }
    package static func hours(_ count: Int) -> Duration64 { Duration64(milliseconds: Int64(count) * 3_600_000) }
    package static func days(_ count: Int) -> Duration64 { Duration64(milliseconds: Int64(count) * 86_400_000) }

    package static func < (left: Duration64, right: Duration64) -> Bool { left.milliseconds < right.milliseconds }
    package static prefix func - (value: Duration64) -> Duration64 { Duration64(milliseconds: -value.milliseconds) }
}

/// A half-open span of time: `start` belongs to it, `end` does not.
package struct Interval: Hashable, Sendable {
    package let start: Instant
    package let end: Instant

    /// - Precondition: `start` is not after `end`.
    package init(start: Instant, end: Instant) {
        precondition(start <= end, "An interval does not end before it starts.")
        self.start = start
        self.end = end
    }

    package func contains(_ instant: Instant) -> Bool { start <= instant && instant < end }
    package func overlaps(_ other: Interval) -> Bool { start < other.end && other.start < end }
    package var duration: Duration64 { end.duration(since: start) }
}
