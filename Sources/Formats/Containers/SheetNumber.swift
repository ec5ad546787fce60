// What a number in a workbook's cell says: a decimal, or a day and time by its serial number.

internal import Exact
internal import Monitoring

/// How a number format shows a date.
enum DateStyle {
    case date
    /// With the clock, or the clock alone.
    case time

    /// The style of a format that every program knows by its number; `nil` for plain numbers.
    ///
    /// Source: ECMA-376, part 1, 18.8.30 (numFmt): 14…22 and 45…47 everywhere, 27…36 and 50…58 in Chinese, Japanese
    /// and Korean programs.
    init?(builtIn id: Int) {
        switch id {
        case 14...17, 27...31, 36, 50...54, 57, 58: self = .date
        case 18...22, 32...35, 45...47, 55, 56: self = .time
        default: return nil
        }
    }

    /// The style of a written format code; `nil` when it shows no part of a date.
    ///
    /// Texts in quotes, brackets and behind `\`, `_` and `*` are not codes; `General` and `E+` are numbers.
    init?(code: String) {
        var letters: Set<Character> = []
        var rest = Substring(code.lowercased())
        if rest.contains("general") { return nil }
        while let character = rest.popFirst() {
            switch character {
            case "\"": rest = rest.drop { $0 != "\"" }.dropFirst()
            case "[":
                // [h], [mm], [ss] are elapsed times; other brackets hold colours, conditions and languages.
                let inside = rest.prefix { $0 != "]" }
                if !inside.isEmpty, inside.allSatisfy({ $0 == "h" }) { letters.insert("h") }
                rest = rest.drop { $0 != "]" }.dropFirst()
            case "\\", "_", "*": rest = rest.dropFirst()
            case "y", "m", "d", "h", "s": letters.insert(character)
            default: break
            }
        }
        if letters.isEmpty { return nil }
        self = letters.contains("h") || letters.contains("s") ? .time : .date
    }
}

/// Reads the numbers of one workbook.
struct SheetNumberReader {
    let isFrom1904: Bool

    /// The number in `text` as plain text: the shortest decimal that is the same binary number.
    ///
    /// A workbook's numbers are binary doubles, and programs write them with up to 17 digits: what was typed as 0.2 may
    /// stand in the file as 0.20000000000000001. The shortest decimal that reads back as the same double is what was
    /// typed, for every number of at most 15 digits. `nil` when the text is no number.
    func plain(_ text: String) -> String? {
        guard let value = Double(text), value.isFinite else { return nil }
        guard let exact = ExactDecimal(value.description) else { return value.description }
        // A whole number is described as 2.0.
        let (mantissa, power) = exact.canonical
        guard ExactDecimal.exponentRange.contains(power) else { return exact.description }
        return ExactDecimal(mantissa: mantissa, exponent: Int8(power)).description
    }

    /// The day or time of a serial number: `2026-05-01`, `2026-05-01 08:20:00`, or `08:20:00` for a clock time alone.
    ///
    /// Serial 1 is 1900-01-01 and 60 a 29 February 1900 that never was (so numbers below 61 are refused), or serial 0
    /// is 1904-01-01. Rounded to the second: a serial number is a binary fraction of a day. `nil` when it is no date.
    func moment(_ text: String, _ style: DateStyle) -> String? {
        guard let serial = Double(text), serial.isFinite, serial >= 0, serial < 2_958_466 else { return nil }
        let seconds = Int((serial * 86_400).rounded())
        let (day, clock) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let time = CivilTime(date: CivilDate(dayNumber: 0), millisecondOfDay: clock * 1_000)
        let shown = [time.hour, time.minute, time.second].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
        if day == 0, style == .time { return shown }
        guard isFrom1904 || day >= 61 else { return nil }
        let epoch = isFrom1904 ? CivilDate(year: 1904, month: 1, day: 1)! : CivilDate(year: 1899, month: 12, day: 30)!
        let date = epoch.advanced(byDays: day)
        return style == .date && clock == 0 ? "\(date)" : "\(date) \(shown)"
    }
}
