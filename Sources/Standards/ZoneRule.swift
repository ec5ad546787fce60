// The rule by which a zone changes its clocks every year, in the notation of POSIX.

internal import Monitoring

/// `CET-1CEST,M3.5.0,M10.5.0/3`: standard and summer time with their names, and on which weekday of which month each begins.
///
/// Read is what the built-in table has: two names, and dates of the form `M`. Distances are written west positive.
/// Source: RFC 8536, section 3.3.1, and the POSIX TZ string it extends (hours of −167 to 167).
struct ZoneRule {
    /// `M3.5.0/2`: the last Sunday of March at 02:00 by the clock that holds before.
    private struct Change {
        let month: Int
        /// 1…4, or 5 for the last one.
        let week: Int
        /// 0 is Sunday.
        let weekday: Int
        /// Seconds after midnight of that day; may be negative or beyond the day.
        let clock: Int64
    }

    private let standard: (offset: UTCOffset, name: String)
    private let summer: (offset: UTCOffset, name: String)
    private let summerBegins: Change
    private let summerEnds: Change

    init?(_ text: String) {
        let parts = text.split(separator: ",").map(String.init)
        guard parts.count == 3, let begins = Self.change(parts[1]), let ends = Self.change(parts[2]) else { return nil }
        var rest = Substring(parts[0])
        guard let first = Self.name(&rest), let west = Self.clock(&rest), let second = Self.name(&rest) else {
            return nil
        }
        let summerWest = rest.isEmpty ? west - 3_600 : Self.clock(&rest)
        guard let summerWest, rest.isEmpty, west % 60 == 0, summerWest % 60 == 0 else { return nil }
        standard = (UTCOffset(minutes: Int(-west / 60)), first)
        summer = (UTCOffset(minutes: Int(-summerWest / 60)), second)
        (summerBegins, summerEnds) = (begins, ends)
    }

    /// The spans that begin in these years, in order.
    func spans(in years: ClosedRange<Int>) -> [CivilZone.Span] {
        years.flatMap { year in
            [
                CivilZone.Span(
                    start: Self.instant(summerBegins, year, standard.offset), offset: summer.offset,
                    abbreviation: summer.name),
                CivilZone.Span(
                    start: Self.instant(summerEnds, year, summer.offset), offset: standard.offset,
                    abbreviation: standard.name),
            ].sorted { $0.start < $1.start }
        }
    }

    private static func instant(_ change: Change, _ year: Int, _ before: UTCOffset) -> Instant {
        guard let first = CivilDate(year: year, month: change.month, day: 1) else {
            preconditionFailure("A rule names a month of 1…12.")
        }
        // 1970-01-01 was a Thursday (4).
        let weekday = ((first.dayNumber + 4) % 7 + 7) % 7
        var day = first.dayNumber + (change.weekday - weekday + 7) % 7 + 7 * (change.week - 1)
        if day >= first.dayNumber + CivilDate.dayCount(year: year, month: change.month) { day -= 7 }
        return Instant(
            milliseconds: Int64(day) * 86_400_000 + change.clock * 1_000 - Int64(before.minutes) * 60_000)
    }

    private static func change(_ text: String) -> Change? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let date = parts[0].dropFirst().split(separator: ".", omittingEmptySubsequences: false).compactMap { Int($0) }
        var rest = parts.count == 2 ? parts[1] : "2"
        guard parts.count <= 2, parts[0].first == "M", date.count == 3, (1...12).contains(date[0]),
            (1...5).contains(date[1]), (0...6).contains(date[2]), let clock = clock(&rest), rest.isEmpty
        else { return nil }
        return Change(month: date[0], week: date[1], weekday: date[2], clock: clock)
    }

    /// Letters, or anything between `<` and `>`.
    private static func name(_ rest: inout Substring) -> String? {
        let name: Substring
        if rest.first == "<" {
            guard let end = rest.firstIndex(of: ">") else { return nil }
            name = rest[rest.index(after: rest.startIndex)..<end]
            rest = rest[rest.index(after: end)...]
        } else {
            name = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(name.count)
        }
        return name.count >= 3 ? String(name) : nil
    }

    /// `[±]hhh[:mm]` in seconds.
    private static func clock(_ rest: inout Substring) -> Int64? {
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest = rest.dropFirst() }
        let hours = rest.prefix { $0.isASCIIDigit }
        rest = rest.dropFirst(hours.count)
        var minutes = Substring("0")
        if rest.first == ":" {
            minutes = rest.dropFirst().prefix { $0.isASCIIDigit }
            rest = rest.dropFirst(1 + minutes.count)
        }
        guard let hour = Int64(hours), let minute = Int64(minutes), hour <= 167, minute < 60 else { return nil }
        return (isNegative ? -1 : 1) * (hour * 3_600 + minute * 60)
    }
}
