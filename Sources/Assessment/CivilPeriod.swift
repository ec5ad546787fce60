// Spans of civil days, and the units of the calendar and the clock whose means are steps on the way to a period's.

package import Monitoring

/// A span of civil days, `from` included, `until` excluded, at a fixed offset from UTC.
package struct CivilPeriod: Hashable, Sendable {
    package let from: CivilDate
    package let until: CivilDate
    package let offset: UTCOffset

    /// - Precondition: `from` is before `until`.
    package init(from: CivilDate, until: CivilDate, offset: UTCOffset) {
        precondition(from < until, "A period has at least one day.")
        self.from = from
        self.until = until
        self.offset = offset
    }

    /// The month, quarter, year … that `date` lies in; units shorter than a day give the day.
    package init(_ unit: CivilUnit, containing date: CivilDate, offset: UTCOffset) {
        let whole = max(unit, .day)
        let start = whole.start(of: date)
        self.init(from: start, until: whole.end(from: start), offset: offset)
    }

    package var interval: Interval { Interval(start: from.start(at: offset), end: until.start(at: offset)) }

    /// The same months and days a year before; 29 February becomes 1 March as an end and 28 February as a beginning.
    package var yearBefore: CivilPeriod {
        func earlier(_ date: CivilDate, isEnd: Bool) -> CivilDate {
            CivilDate(year: date.year - 1, month: date.month, day: date.day)
                ?? CivilDate(year: date.year - 1, month: isEnd ? 3 : 2, day: isEnd ? 1 : 28) ?? date
        }
        return CivilPeriod(from: earlier(from, isEnd: false), until: earlier(until, isEnd: true), offset: offset)
    }

    /// `2025-03` for a whole month, `2025-Q1`, `2025`, otherwise `2025-03-01/2025-03-08`.
    package var text: String {
        for unit in [CivilUnit.year, .quarter, .month]
        where unit.start(of: from) == from && unit.end(from: from) == until {
            let year = from.description.prefix(4)
            switch unit {
            case .year: return String(year)
            case .quarter: return "\(year)-Q\((from.month - 1) / 3 + 1)"
            default: return String(from.description.prefix(7))
            }
        }
        return "\(from)/\(until)"
    }
}

/// A unit whose mean is a step on the way to the period's.
///
/// Four-hour units begin at 0, 4, 8 … o'clock of the civil day, as the stations' cycles do (HJ 915 practice).
package enum CivilUnit: String, Sendable, CaseIterable, Comparable {
    case hour
    case fourHours = "4-hour"
    case day, month, quarter, year

    package static func < (left: CivilUnit, right: CivilUnit) -> Bool { left.order < right.order }

    private var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// Part of a day.
    package var isOfClock: Bool { self < .day }

    /// The first day of the unit that `date` lies in; the day itself for units of the clock.
    package func start(of date: CivilDate) -> CivilDate {
        let month =
            switch self {
            case .hour, .fourHours, .day, .month: date.month
            case .quarter: (date.month - 1) / 3 * 3 + 1
            case .year: 1
            }
        return CivilDate(year: date.year, month: month, day: self <= .day ? date.day : 1) ?? date
    }

    /// The first day after the unit that begins on `start`; the next day for units of the clock.
    package func end(from start: CivilDate) -> CivilDate {
        let months =
            switch self {
            case .hour, .fourHours, .day: 0
            case .month: 1
            case .quarter: 3
            case .year: 12
            }
        if months == 0 { return start.advanced(byDays: 1) }
        let count = start.month - 1 + months
        return CivilDate(year: start.year + count / 12, month: count % 12 + 1, day: 1) ?? start
    }

    /// The beginning of the unit that `instant` lies in, where the clock stands `offset` from UTC.
    package func start(of instant: Instant, at offset: UTCOffset) -> Instant {
        let civil = CivilTime(instant, at: offset)
        guard let length = clockMilliseconds else { return start(of: civil.date).start(at: offset) }
        return CivilTime(date: civil.date, millisecondOfDay: civil.millisecondOfDay / length * length)
            .instant(at: offset)
    }

    /// The end of the unit that begins at `start`.
    package func end(from start: Instant, at offset: UTCOffset) -> Instant {
        if let length = clockMilliseconds { return Instant(milliseconds: start.milliseconds + Int64(length)) }
        return end(from: CivilTime(start, at: offset).date).start(at: offset)
    }

    private var clockMilliseconds: Int? {
        switch self {
        case .hour: 3_600_000
        case .fourHours: 4 * 3_600_000
        default: nil
        }
    }
}
