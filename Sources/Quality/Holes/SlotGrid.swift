// When readings are due: the cadence laid over the calendar, the same for every order of arrival.

package import Monitoring

/// The slots of a series: one reading is due in each.
///
/// Slot 0 begins at civil midnight of 1970-01-01 at the station's offset, slot `n` begins `n` cadences later. The grid
/// does not follow the data, so that a late reading never moves a hole that is known.
package struct SlotGrid: Hashable, Sendable {
    package let cadence: Duration64
    private let anchor: Int64

    /// A reading may come an eighth of a cadence before its slot: station clocks run fast as well as slow.
    package static let earlyShare: Int64 = 8

    /// - Precondition: the cadence is longer than nothing.
    package init(cadence: Duration64, offset: UTCOffset) {
        precondition(cadence > .zero, "A cadence is longer than nothing.")
        self.cadence = cadence
        anchor = -Int64(offset.minutes) * 60_000
    }

    /// The slot that a reading starting at `start` (ms UTC) belongs to.
    package func slot(of start: Int64) -> Int64 {
        floorDivide(start - anchor + cadence.milliseconds / Self.earlyShare, cadence.milliseconds)
    }

    package func start(of slot: Int64) -> Instant { Instant(milliseconds: anchor + slot * cadence.milliseconds) }

    package func interval(of slots: Range<Int64>) -> Interval {
        Interval(start: start(of: slots.lowerBound), end: start(of: slots.upperBound))
    }

    /// The slots that begin within `interval`.
    package func slots(beginningIn interval: Interval) -> Range<Int64> {
        ceilDivide(interval.start.milliseconds - anchor)..<ceilDivide(interval.end.milliseconds - anchor)
    }

    /// The slots that have a moment in common with `interval`.
    package func slots(touching interval: Interval) -> Range<Int64> {
        let first = floorDivide(interval.start.milliseconds - anchor, cadence.milliseconds)
        return first..<max(first, ceilDivide(interval.end.milliseconds - anchor))
    }

    /// The first slot that is not yet overdue: it ends later than `grace` before `now`.
    package func firstNotDue(at now: Instant, grace: Duration64) -> Int64 {
        floorDivide(now.milliseconds - grace.milliseconds - anchor, cadence.milliseconds)
    }

    private func ceilDivide(_ distance: Int64) -> Int64 { -floorDivide(-distance, cadence.milliseconds) }
}

private func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
}
