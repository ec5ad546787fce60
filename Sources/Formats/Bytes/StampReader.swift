// Reads time stamps: ISO 8601 with an offset, or without one at the profile's offset or in its zone.

internal import Monitoring

/// Time texts to UTC milliseconds, remembering the last text so that a column of equal or near times is cheap.
///
/// Accepted: `YYYY-MM-DD`, then optionally `T`, `t` or a blank and `HH`, `HHMM`, `HH:MM`, `HH:MM:SS[.fraction]`, then
/// optionally `Z`, `±HH`, `±HHMM` or `±HH:MM`. A date alone is its first instant. 24:00 is the next day's 00:00.
/// Where the profile has a named zone, one of its abbreviations (`CEST`) may stand in place of the offset.
struct StampReader {
    private var offsetMilliseconds: Int64
    /// The last text of 25 bytes, `YYYY-MM-DDTHH:MM:SS±HH:MM`, in four overlapping words, and what it stands for.
    private var word0: UInt64 = 0
    private var word8: UInt64 = 0
    private var word16: UInt64 = 0
    private var word17: UInt64 = 0
    private var last: Int64 = 0
    /// Milliseconds of the last text's date and offset, its clock at 00:00:00.
    private var lastMidnight: Int64 = 0
    private var hasLast = false
    /// Texts without an offset stand in this zone.
    private var zone: SourceZone?
    /// Why the last text was no instant, where its zone is the cause.
    private var fault: ZoneFault?

    init(offset: UTCOffset) {
        offsetMilliseconds = Int64(offset.minutes) * 60_000
        zone = nil
    }

    init(_ profile: SourceProfile) {
        offsetMilliseconds = Int64(profile.offset.minutes) * 60_000
        zone = profile.zone
    }

    /// Reads texts without an offset by another profile from here on. The last text stays: it has its own offset.
    mutating func turn(to profile: SourceProfile) {
        offsetMilliseconds = Int64(profile.offset.minutes) * 60_000
        zone = profile.zone
    }

    /// The stamp in UTC milliseconds, or `nil` when the text is not a time.
    @inline(__always)
    mutating func read(_ cell: Cell) -> Int64? {
        guard cell.count == 25 else { return parse(cell) }
        let first = loadWord(cell.start)
        let second = loadWord(cell.start + 8)
        let fourth = loadWord(cell.start + 17)
        let third = loadWord(cell.start + 16)
        if hasLast, first == word0, fourth >> 16 == word17 >> 16, second & 0xFF_FFFF == word8 & 0xFF_FFFF {
            if second == word8, third == word16 { return last }
            // The same date and offset: only the clock, bytes 11…18, is new.
            if let clock = Self.clock(loadWord(cell.start + 11)) {
                (word8, word16, word17) = (second, third, fourth)
                last = lastMidnight + clock
                return last
            }
        }
        guard let parsed = parse(cell) else { return nil }
        if let clock = Self.clock(loadWord(cell.start + 11)) {
            (word0, word8, word16, word17) = (first, second, third, fourth)
            last = parsed
            lastMidnight = parsed - clock
            hasLast = Self.isOffset(cell.start + 19)
        }
        return parsed
    }

    /// The stamp in the 25 bytes at `text` when it has the date and offset of the one before; else `nil`.
    ///
    /// - Precondition: 25 readable bytes.
    @inline(__always)
    mutating func readLike(_ text: UnsafePointer<UInt8>) -> Int64? {
        let first = loadWord(text)
        let second = loadWord(text + 8)
        let third = loadWord(text + 16)
        let fourth = loadWord(text + 17)
        guard hasLast, first == word0, fourth >> 16 == word17 >> 16, second & 0xFF_FFFF == word8 & 0xFF_FFFF else {
            return nil
        }
        if second == word8, third == word16 { return last }
        guard let clock = Self.clock(loadWord(text + 11)) else { return nil }
        (word8, word16, word17) = (second, third, fourth)
        last = lastMidnight + clock
        return last
    }

    private static func isOffset(_ bytes: UnsafePointer<UInt8>) -> Bool {
        (bytes[0] == 0x2B || bytes[0] == 0x2D) && bytes[3] == 0x3A
    }

    /// Milliseconds of `HH:MM:SS` in a word, or `nil` when it is not such a clock time before 24:00.
    @inline(__always)
    private static func clock(_ word: UInt64) -> Int64? {
        let digits = word ^ 0x3030_3A30_303A_3030
        // Digits are 0…9 and colons 0 after the exclusive or; anything else reaches a high bit.
        let beyond = (digits &+ 0x7676_7F76_767F_7676) | digits
        if beyond & 0x8080_8080_8080_8080 != 0 { return nil }
        let hour = Int64((digits & 0xF) * 10 + (digits >> 8 & 0xF))
        let minute = Int64((digits >> 24 & 0xF) * 10 + (digits >> 32 & 0xF))
        let second = Int64((digits >> 48 & 0xF) * 10 + (digits >> 56 & 0xF))
        if hour > 23 || minute > 59 || second > 59 { return nil }
        return hour * 3_600_000 + minute * 60_000 + second * 1_000
    }

    /// The instant of a clock time (milliseconds as if it were UTC) that stands without an offset.
    mutating func instant(ofLocal local: Int64) -> Int64? {
        guard let zone else { return local - offsetMilliseconds }
        return resolve(local, nil, zone)
    }

    /// The same beside an abbreviation of the profile's zone.
    mutating func instant(ofLocal local: Int64, named name: String) -> Int64? {
        guard let zone else { return nil }
        return resolve(local, name, zone)
    }

    /// The first instant of a day.
    mutating func start(of date: CivilDate) -> Int64? {
        fault = nil
        guard let zone else { return Int64(date.dayNumber) * 86_400_000 - offsetMilliseconds }
        if let start = zone.zone.start(ofDay: date.dayNumber) { return start.milliseconds }
        fault = .skipped
        return nil
    }

    /// Why the text that was just read is no instant.
    mutating func refusal(_ cell: Cell, row: Int, field: String) -> Rejection {
        zoneRefusal(cell.excerpt, row: row, field: field) ?? .badTime(cell, row: row, field: field)
    }

    /// Why it is none where the zone is the cause, else `nil`.
    mutating func zoneRefusal(_ excerpt: String, row: Int, field: String) -> Rejection? {
        guard let fault, let zone else { return nil }
        // Told once: a later text may fail before the zone is asked.
        self.fault = nil
        return fault.rejection(in: zone.zone, excerpt: excerpt, row: row, field: field)
    }

    @inline(never)
    private mutating func parse(_ cell: Cell) -> Int64? {
        guard let zone else { return Self.parse(cell, offset: offsetMilliseconds) }
        fault = nil
        var text = StampText(cell)
        guard let date = text.date() else { return nil }
        if text.isAtEnd { return start(of: date) }
        guard text.takeSeparator(), let clock = text.clock() else { return nil }
        let local = Int64(date.dayNumber) * 86_400_000 + clock
        if text.isAtEnd { return resolve(local, nil, zone) }
        if let name = text.abbreviation() { return resolve(local, name, zone) }
        guard let distance = text.offset(default: 0), text.isAtEnd else { return nil }
        return local - distance
    }

    private mutating func resolve(_ local: Int64, _ abbreviation: String?, _ zone: SourceZone) -> Int64? {
        fault = nil
        switch zone.zone.meaning(ofLocal: local, abbreviation: abbreviation) {
        case .once(let instant): return instant.milliseconds
        case .twice(let earlier, let later):
            switch zone.doubledHour {
            case .earlier: return earlier.milliseconds
            case .later: return later.milliseconds
            case nil: fault = .doubled(zone.zone.offset(at: earlier), zone.zone.offset(at: later))
            }
        case .skipped: fault = abbreviation.map { .foreign($0) } ?? .skipped
        }
        return nil
    }

    @inline(never)
    static func parse(_ cell: Cell, offset: Int64) -> Int64? {
        var text = StampText(cell)
        guard let date = text.date() else { return nil }
        let midnight = Int64(date.dayNumber) * 86_400_000
        if text.isAtEnd { return midnight - offset }
        guard text.takeSeparator(), let clock = text.clock() else { return nil }
        guard let distance = text.offset(default: offset), text.isAtEnd else { return nil }
        return midnight + clock - distance
    }
}

/// A cursor over the bytes of one time text.
private struct StampText {
    private var rest: Cell

    init(_ cell: Cell) { rest = cell }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ byte: UInt8) -> Bool {
        guard rest.count > 0, rest.start[0] == byte else { return false }
        advance(1)
        return true
    }

    mutating func digits(_ count: Int) -> Int? {
        guard rest.count >= count else { return nil }
        var value = 0
        for index in 0..<count {
            let digit = rest.start[index] &- 0x30
            if digit > 9 { return nil }
            value = value * 10 + Int(digit)
        }
        advance(count)
        return value
    }

    mutating func date() -> CivilDate? {
        guard let year = digits(4), take(0x2D), let month = digits(2), take(0x2D), let day = digits(2) else {
            return nil
        }
        return CivilDate(year: year, month: month, day: day)
    }

    /// `T`, `t` or a blank.
    mutating func takeSeparator() -> Bool { take(0x54) || take(0x74) || take(0x20) }

    /// The letters that end the text, after a blank or none; `nil` for fewer than three (`Z`) or anything else.
    mutating func abbreviation() -> String? {
        let given = rest
        _ = take(0x20)
        let name = rest.excerpt
        guard (3...6).contains(rest.count), name.allSatisfy({ $0.isASCII && $0.isLetter }) else {
            rest = given
            return nil
        }
        advance(rest.count)
        return name
    }

    mutating func clock() -> Int64? {
        guard let hour = digits(2) else { return nil }
        let hasColons = take(0x3A)
        var minute = 0
        var second = 0
        var thousandths = 0
        if hasColons || startsWithDigit {
            guard let value = digits(2) else { return nil }
            minute = value
            if hasColons ? take(0x3A) : startsWithDigit {
                guard let value = digits(2) else { return nil }
                second = value
                if take(0x2E) {
                    guard let value = fraction() else { return nil }
                    thousandths = value
                }
            }
        }
        guard minute < 60, second < 60, hour < 24 || (hour == 24 && minute + second + thousandths == 0) else {
            return nil
        }
        return Int64(hour * 3_600_000 + minute * 60_000 + second * 1_000 + thousandths)
    }

    /// Thousandths; further digits are accepted only when they are zero.
    private mutating func fraction() -> Int? {
        var value = 0
        var place = 100
        guard startsWithDigit else { return nil }
        while startsWithDigit {
            let digit = Int(rest.start[0] &- 0x30)
            if place == 0, digit != 0 { return nil }
            value += digit * place
            place /= 10
            advance(1)
        }
        return value
    }

    mutating func offset(default given: Int64) -> Int64? {
        if isAtEnd { return given }
        if take(0x5A) || take(0x7A) { return 0 }
        let sign: Int64 = rest.start[0] == 0x2D ? -1 : 1
        guard take(0x2B) || take(0x2D), let hours = digits(2) else { return nil }
        var minutes = 0
        if take(0x3A) || !isAtEnd {
            guard let value = digits(2) else { return nil }
            minutes = value
        }
        guard minutes < 60, hours * 60 + minutes <= 18 * 60 else { return nil }
        return sign * Int64(hours * 60 + minutes) * 60_000
    }

    private var startsWithDigit: Bool { rest.count > 0 && rest.start[0] &- 0x30 < 10 }

    private mutating func advance(_ count: Int) {
        rest.start += count
        rest.count -= count
    }
}
