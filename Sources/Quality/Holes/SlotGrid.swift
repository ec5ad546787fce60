// When readings are due: the cadence laid over the calendar, the same for every order of arrival.

package import Monitoring

/// The slots of a series: one reading is due in each.
///
/// Slot 0 begins at civil midnight of 1970-01-01 at the station's offset, slot `n` begins `n` cadences later. The grid
/// does not follow the data, so that a late reading never moves a hole that is known.
package struct SlotGrid: Hashable, Sendable {
    package let cadence: Duration64
    private let anchor: Int64
    /// Where the source's clock changes: the slots follow it.
    private let zone: CivilZone?

    /// A reading may come an eighth of a cadence before its slot: station clocks run fast as well as slow.
    package static let earlyShare: Int64 = 8

    /// - Parameter zone: the source's named zone. A cadence of more than an hour follows its clock, so that a day has
    ///   23 or 25 hours twice a year; a change of an hour stays within a slot, whether instruments follow it or not.
    ///   Shorter ones go on in UTC.
    /// - Precondition: the cadence is longer than nothing.
    package init(cadence: Duration64, offset: UTCOffset, zone: CivilZone? = nil) {
        precondition(cadence > .zero, "A cadence is longer than nothing.")
        self.cadence = cadence
        anchor = -Int64(offset.minutes) * 60_000
        self.zone = cadence > .hours(1) ? zone : nil
    }

    /// Time since the beginning of slot 0, by the clock that the slots follow.
    private func elapsed(_ milliseconds: Int64) -> Int64 {
        guard let zone else { return milliseconds - anchor }
        return milliseconds + Int64(zone.offset(at: Instant(milliseconds: milliseconds)).minutes) * 60_000
    }

    /// The slot that a reading starting at `start` (ms UTC) belongs to.
    package func slot(of start: Int64) -> Int64 {
        floorDivide(elapsed(start + cadence.milliseconds / Self.earlyShare), cadence.milliseconds)
    }

    package func start(of slot: Int64) -> Instant {
        zone?.start(ofLocal: slot * cadence.milliseconds)
            ?? Instant(milliseconds: anchor + slot * cadence.milliseconds)
    }

    package func interval(of slots: Range<Int64>) -> Interval {
        Interval(start: start(of: slots.lowerBound), end: start(of: slots.upperBound))
    }

    /// The slots that begin within `interval`.
    package func slots(beginningIn interval: Interval) -> Range<Int64> {
        // A clock put back may show an earlier time at the end than at the beginning.
        let first = ceilDivide(elapsed(interval.start.milliseconds))
        return first..<max(first, ceilDivide(elapsed(interval.end.milliseconds)))
    }

    /// The slots that have a moment in common with `interval`.
    package func slots(touching interval: Interval) -> Range<Int64> {
        let first = floorDivide(elapsed(interval.start.milliseconds), cadence.milliseconds)
        return first..<max(first, ceilDivide(elapsed(interval.end.milliseconds)))
    }

    /// The first slot that is not yet overdue: it ends later than `grace` before `now`.
    package func firstNotDue(at now: Instant, grace: Duration64) -> Int64 {
        floorDivide(elapsed(now.milliseconds - grace.milliseconds), cadence.milliseconds)
    }

    private func ceilDivide(_ distance: Int64) -> Int64 { -floorDivide(-distance, cadence.milliseconds) }
}

private func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
}
