// The water feed prints times without a year: the year comes from the file's name and folders, else from its receipt.

internal import Monitoring

/// The last day a reading of the feed may belong to.
struct YearHint {
    /// Readings are looked for up to this long after the hinted day or month.
    static let tolerance = Duration64.days(2)

    /// The first instant that no reading of the feed may reach.
    let limit: Instant
    private let offset: UTCOffset

    /// Looks for `2020-09-19`, `20260821` or `2021-04` in the names, innermost first; else takes the time of receipt.
    init(names: [String], received: Instant, offset: UTCOffset) {
        self.offset = offset
        let end = names.reversed().lazy.compactMap { Self.lastDay(in: $0) }.first.map {
            $0.advanced(byDays: 1).start(at: offset)
        }
        limit = (end ?? received).advanced(by: Self.tolerance)
    }

    /// A month, day and clock time in the latest year that does not put it beyond the limit, in milliseconds as if it were
    /// UTC.
    func clockTime(month: Int, day: Int, millisecondOfDay: Int) -> Int64? {
        let year = CivilTime(limit, at: offset).date.year
        // A leap day may need more than one step back.
        for candidate in stride(from: year, to: year - 9, by: -1) {
            guard let date = CivilDate(year: candidate, month: month, day: day) else { continue }
            let time = CivilTime(date: date, millisecondOfDay: millisecondOfDay)
            if time.instant(at: offset) <= limit { return time.instant(at: .utc).milliseconds }
        }
        return nil
    }

    /// The last day of the date or month that `name` contains.
    static func lastDay(in name: String) -> CivilDate? {
        let bytes = Array(name.utf8)
        for start in bytes.indices where start == 0 || !isDigit(bytes[start - 1]) {
            guard let year = number(bytes, start, 4), (1_980...2_200).contains(year) else { continue }
            let hasDash = start + 4 < bytes.count && bytes[start + 4] == 0x2D
            let monthStart = start + (hasDash ? 5 : 4)
            guard let month = number(bytes, monthStart, 2) else { continue }
            let dayStart = monthStart + (hasDash ? 3 : 2)
            let hasDay = !hasDash || (dayStart <= bytes.count && bytes[dayStart - 1] == 0x2D)
            if hasDay, let day = number(bytes, dayStart, 2), !isDigitAt(bytes, dayStart + 2),
                let date = CivilDate(year: year, month: month, day: day)
            {
                return date
            }
            if hasDash, !isDigitAt(bytes, monthStart + 2),
                let first = CivilDate(year: year, month: month, day: 1)
            {
                return first.advanced(byDays: CivilDate.dayCount(year: year, month: month) - 1)
            }
        }
        return nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    private static func isDigitAt(_ bytes: [UInt8], _ index: Int) -> Bool {
        index < bytes.count && isDigit(bytes[index])
    }

    private static func number(_ bytes: [UInt8], _ start: Int, _ count: Int) -> Int? {
        guard start + count <= bytes.count else { return nil }
        var value = 0
        for byte in bytes[start..<start + count] {
            guard isDigit(byte) else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
    }
}
