// Published monthly tables: one row a section and month, one column an item, the class as the publisher prints it.

internal import Exact
internal import Monitoring

extension EvidenceReader {
    /// Takes the items of one row as means over the calendar month, and the printed class as a reported verdict.
    mutating func takeMonth(_ row: EvidenceRow, into sink: inout SliceBuilder) {
        guard let first = month(row, into: &sink) else { return }
        guard let start = stamps.start(of: first).map({ Instant(milliseconds: $0) }) else {
            let refusal = stamps.zoneRefusal(monthText, row: row.number, field: "month")
            if let refusal { sink.reject(refusal) }
            return
        }
        for measure in layout.measures {
            let given = fields[measure.field].trimmed
            let none = Cell(start: given.start, count: 0)
            store(
                values.read(given, qualifier: none, limit: none), row.key(measure.parameter, .monthMean),
                start: start.milliseconds, power: measure.power, flag: text(.flag), row: row,
                field: measure.heading.text, cell: given, into: &sink)
        }
        let printed = cell(.waterClass)
        let bare = printed.excerpt.replacing("类", with: "").filter { !$0.isWhitespace }
        sink.report(
            ReportedVerdict(
                row: Int32(truncatingIfNeeded: row.number), station: row.station, name: row.station.rawValue,
                stamp: start, start: start, aqi: nil, primary: cell(.primary).excerpt,
                waterClass: WaterRowReader.classes[bare], outsidePlan: [],
                condition: EvidenceValueReader.reasons.contains(bare) ? bare : ""))
    }

    /// The first day of the row's month: from its column, a year and a month in columns, or a line before the header.
    private func month(_ row: EvidenceRow, into sink: inout SliceBuilder) -> CivilDate? {
        let text = monthText
        switch EvidenceTime(text) {
        case .month(let first): return first
        // A workbook keeps a month as its first day.
        case .day(let date) where date.day == 1: return date
        default:
            sink.reject(
                Rejection(
                    text.isEmpty ? .missingField : .notATime, row: row.number, field: "month", excerpt: text,
                    remedy: "Write the month as 2026-05 or 2026年5月."))
            return nil
        }
    }

    /// A month with its year, whichever columns and lines they stand in.
    var monthText: String {
        let month = text(.month)
        let year = text(.year).filter(\.isASCIIDigit)
        let bare = month.replacing("月份", with: "").replacing("月", with: "")
        guard !year.isEmpty, let number = Int(bare), number <= 12 else { return month }
        return "\(year)-\(number)"
    }
}
