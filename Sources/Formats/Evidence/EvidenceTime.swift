// When evidence was taken: a moment, a day or a month, in the ways tables write dates.

internal import Monitoring

/// What a time cell says, no finer than it is written.
enum EvidenceTime: Equatable {
    case moment(EvidenceMoment)
    case day(CivilDate)
    /// The first day of the month.
    case month(CivilDate)

    /// Reads `2026-05-01T08:00+08:00`, `2026-05-01 08:30`, `2026/5/1`, `2026年5月1日8时30分`, `20260501`, `2026年5月`,
    /// `2026-05`, `202605`; `nil` for anything else.
    ///
    /// - Behind a clock time may stand `Z`, `UTC`, an offset, or an abbreviation of the table's zone, also after a blank.
    ///   A negative offset needs seconds or a `T` before it: `09:30-10:30` may as well be a span of time.
    /// - `2026.5` is not read: a workbook cannot tell it from 2026.50.
    init?(_ text: String) {
        var digits: [String] = []
        var marks: [String] = []
        var zone = ""
        for character in text {
            if zone.isEmpty, character.isASCIIDigit {
                if marks.count == digits.count { digits.append("") }
                digits[digits.count - 1].append(character)
            } else if !zone.isEmpty {
                zone.append(character)
            } else if digits.count >= 5, character == "+" || character == "-" || character.isASCIILetter {
                zone.append(character)
            } else if digits.isEmpty {
                return nil
            } else if marks.count < digits.count {
                marks.append(String(character))
            } else {
                marks[marks.count - 1].append(character)
            }
        }
        if !zone.isEmpty, marks.count == digits.count, marks.last?.allSatisfy(\.isWhitespace) == true {
            marks.removeLast()
        }
        if zone.hasPrefix("-"), digits.count < 6, marks.count < 3 || marks[2].lowercased() != "t" { return nil }
        guard let place = EvidenceMoment.Place(zone) else { return nil }
        self.init(digits, marks, place)
    }

    private init?(_ digits: [String], _ marks: [String], _ place: EvidenceMoment.Place) {
        if digits.count == 1, marks.isEmpty {
            self.init(compact: digits[0])
            return
        }
        let numbers = digits.compactMap { Int($0) }
        guard digits.first?.count == 4, digits.dropFirst().allSatisfy({ $0.count <= 2 }),
            numbers.count == digits.count, numbers.count >= 2, Self.areUsual(marks, count: numbers.count)
        else { return nil }
        if numbers.count == 2 {
            guard marks[0] != ".", let first = CivilDate(year: numbers[0], month: numbers[1], day: 1) else {
                return nil
            }
            self = .month(first)
            return
        }
        guard let date = CivilDate(year: numbers[0], month: numbers[1], day: numbers[2]) else { return nil }
        if numbers.count == 3 {
            self = .day(date)
            return
        }
        let clock = numbers.dropFirst(3) + [0, 0]
        // 24:00 is the next day's 00:00.
        guard numbers.count <= 6, clock[4] < 60, clock[5] < 60,
            numbers[3] < 24 || (numbers[3] == 24 && clock[4] + clock[5] == 0)
        else { return nil }
        let seconds = numbers[3] * 3_600 + clock[4] * 60 + clock[5]
        self = .moment(
            EvidenceMoment(local: Int64(date.dayNumber) * 86_400_000 + Int64(seconds) * 1_000, place: place))
    }

    /// `20260501` and `202605`.
    private init?(compact: String) {
        guard compact.count == 6 || compact.count == 8, let number = Int(compact) else { return nil }
        let day = compact.count == 8 ? number % 100 : 1
        let month = compact.count == 8 ? number / 100 : number
        guard let date = CivilDate(year: month / 100, month: month % 100, day: day) else { return nil }
        self = compact.count == 8 ? .day(date) : .month(date)
    }

    private static func areUsual(_ marks: [String], count: Int) -> Bool {
        let usual: [Set<String>] = [
            ["-", "/", ".", "年"], ["-", "/", ".", "月", "月份"], [" ", "T", "t", "日", "日 ", "号", "　"],
            [":", "：", "时", "点", "h"], [":", "：", "分"], ["秒"],
        ]
        if marks.count > usual.count || marks.count < count - 1 { return false }
        return zip(marks, usual).allSatisfy { $1.contains($0) }
    }
}

/// A clock time of a table, and where it is one.
struct EvidenceMoment: Equatable {
    enum Place: Equatable {
        /// Where the table's clock stands.
        case unsaid
        case offset(UTCOffset)
        /// An abbreviation of the table's zone.
        case named(String)

        init?(_ zone: String) {
            switch zone.uppercased() {
            case "": self = .unsaid
            case "UTC", "GMT", "Z": self = .offset(.utc)
            default:
                if let offset = UTCOffset(zone) {
                    self = .offset(offset)
                } else if (3...6).contains(zone.count), zone.allSatisfy(\.isASCIILetter) {
                    self = .named(zone)
                } else {
                    return nil
                }
            }
        }
    }

    /// Milliseconds as if the clock showed UTC.
    let local: Int64
    let place: Place

    /// The instant by the clock of `stamps`; `nil` where that has no such time, or shows it twice.
    func instant(by stamps: inout StampReader) -> Int64? {
        switch place {
        case .unsaid: stamps.instant(ofLocal: local)
        case .offset(let offset): local - Int64(offset.minutes) * 60_000
        case .named(let name): stamps.instant(ofLocal: local, named: name)
        }
    }
}

extension Character {
    var isASCIILetter: Bool { isASCII && isLetter }
}
