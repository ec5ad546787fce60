// Civil dates and clock times, used only where bytes become instants and where a period is cut.

/// A fixed distance from UTC in minutes, east positive (+08:00 is 480).
package struct UTCOffset: Hashable, Sendable, CustomStringConvertible {
    package let minutes: Int

    /// - Precondition: within ±18 hours.
    package init(minutes: Int) {
        precondition(abs(minutes) <= 18 * 60, "An offset lies within 18 hours of UTC.")
        self.minutes = minutes
    }

    /// `Z`, `+08:00`, `+0800`, `+08`.
    package init?(_ text: String) {
        if text == "Z" || text == "z" {
            self.init(minutes: 0)
            return
        }
        let digits = text.dropFirst().filter { $0 != ":" }
        guard let sign = text.first, sign == "+" || sign == "-", digits.allSatisfy(\.isASCIIDigit),
            digits.count == 2 || digits.count == 4, let hours = Int(digits.prefix(2)),
            let rest = digits.count == 4 ? Int(digits.suffix(2)) : 0, rest < 60, hours <= 18,
            hours * 60 + rest <= 18 * 60
        else { return nil }
        self.init(minutes: (sign == "-" ? -1 : 1) * (hours * 60 + rest))
    }

    package static let utc = UTCOffset(minutes: 0)
    /// China standard time, UTC+08:00, without daylight saving since 1992.
    package static let china = UTCOffset(minutes: 480)

    package var description: String {
        if minutes == 0 { return "Z" }
        let size = abs(minutes)
        return (minutes < 0 ? "-" : "+") + twoDigits(size / 60) + ":" + twoDigits(size % 60)
    }
}

/// A day of the proleptic Gregorian calendar.
package struct CivilDate: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let year: Int
    package let month: Int
    package let day: Int

    /// The date, or `nil` when the calendar has no such day (years 1…9999).
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9_999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.dayCount(year: year, month: month)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// `YYYY-MM-DD`.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count == 4, parts[1].count == 2, parts[2].count == 2,
            parts.allSatisfy({ $0.allSatisfy(\.isASCIIDigit) }), let year = Int(parts[0]), let month = Int(parts[1]),
            let day = Int(parts[2])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    package static func dayCount(year: Int, month: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    package static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    package static func < (left: CivilDate, right: CivilDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }

    /// Days since 1970-01-01.
    package var dayNumber: Int {
        // Years start in March here, so that the leap day is the last of its year.
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The date `dayNumber` days after 1970-01-01.
    ///
    /// - Precondition: the result lies in years 1…9999.
    package init(dayNumber: Int) {
        let shifted = dayNumber + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthIndex + 2) / 5 + 1
        month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        precondition((1...9_999).contains(year), "A civil date lies in years 1…9999.")
    }

    package func advanced(byDays count: Int) -> CivilDate { CivilDate(dayNumber: dayNumber + count) }

    /// The instant at which this day begins at `offset`.
    package func start(at offset: UTCOffset) -> Instant {
        Instant(milliseconds: Int64(dayNumber) * 86_400_000 - Int64(offset.minutes) * 60_000)
    }

    /// `YYYY-MM-DD`.
    package var description: String { fourDigits(year) + "-" + twoDigits(month) + "-" + twoDigits(day) }
}

/// A date and a clock time without a zone.
package struct CivilTime: Hashable, Sendable {
    package let date: CivilDate
    package let millisecondOfDay: Int

    /// - Precondition: `millisecondOfDay` lies in one day.
    package init(date: CivilDate, millisecondOfDay: Int) {
        precondition((0..<86_400_000).contains(millisecondOfDay), "A clock time lies within one day.")
        self.date = date
        self.millisecondOfDay = millisecondOfDay
    }

    package init(_ instant: Instant, at offset: UTCOffset) {
        let local = instant.milliseconds + Int64(offset.minutes) * 60_000
        let day = local >= 0 ? local / 86_400_000 : (local - 86_399_999) / 86_400_000
        self.init(date: CivilDate(dayNumber: Int(day)), millisecondOfDay: Int(local - day * 86_400_000))
    }

    package func instant(at offset: UTCOffset) -> Instant {
        Instant(milliseconds: date.start(at: offset).milliseconds + Int64(millisecondOfDay))
    }

    package var hour: Int { millisecondOfDay / 3_600_000 }
    package var minute: Int { millisecondOfDay / 60_000 % 60 }
    package var second: Int { millisecondOfDay / 1_000 % 60 }
}

extension Instant {
    /// `2025-03-01T08:00:00+08:00`, `…T08:00:00.250+08:00` (one to three digits), `…T08:00+08:00` or `…Z`.
    package init?(iso8601 text: String) {
        guard let date = CivilDate(String(text.prefix(10))), text.dropFirst(10).first == "T" else { return nil }
        let clock = text.dropFirst(11)
        guard let zone = clock.firstIndex(where: { "Z+-".contains($0) }), let offset = UTCOffset(String(clock[zone...]))
        else { return nil }
        let parts = clock[..<zone].split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), let hour = Self.number(parts[0], 2...2), (0..<24).contains(hour),
            let minute = Self.number(parts[1], 2...2), (0..<60).contains(minute)
        else { return nil }
        var millisecond = 0
        if parts.count == 3 {
            let seconds = parts[2].split(separator: ".", omittingEmptySubsequences: false)
            guard (1...2).contains(seconds.count), let second = Self.number(seconds[0], 2...2),
                (0..<60).contains(second)
            else { return nil }
            millisecond = second * 1_000
            if seconds.count == 2 {
                guard let fraction = Self.number(seconds[1], 1...3) else { return nil }
                millisecond += [100, 10, 1][seconds[1].utf8.count - 1] * fraction
            }
        }
        self = CivilTime(date: date, millisecondOfDay: (hour * 60 + minute) * 60_000 + millisecond).instant(at: offset)
    }

    /// A number of so many digits.
    private static func number(_ text: Substring, _ lengths: ClosedRange<Int>) -> Int? {
        lengths.contains(text.utf8.count) && text.allSatisfy(\.isASCIIDigit) ? Int(text) : nil
    }

    /// ISO 8601 with the offset, seconds always, milliseconds only when not zero: `2026-04-01T05:00:00+08:00`.
    package func iso8601(at offset: UTCOffset) -> String {
        let civil = CivilTime(self, at: offset)
        let rest = civil.millisecondOfDay % 1_000
        let fraction = rest == 0 ? "" : "." + String(String(1_000 + rest).dropFirst())
        return "\(civil.date)T\(twoDigits(civil.hour)):\(twoDigits(civil.minute)):\(twoDigits(civil.second))"
            + "\(fraction)\(offset)"
    }
}

extension Character {
    package var isASCIIDigit: Bool { isASCII && isWholeNumber }
}

private func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
private func fourDigits(_ value: Int) -> String { String(String(10_000 + value).dropFirst()) }
