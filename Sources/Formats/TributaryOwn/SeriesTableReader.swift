// Reads `series,time,value` tables, plain or compressed, into one column of times and values a series.
//
// These are whole histories for statistics: values are binary numbers here, nothing of them is stored.

package import Monitoring

/// One series of a table: its rows as they come.
package struct SeriesColumn: Sendable {
    package let name: String
    /// Milliseconds of the clock as written, or the numbers as written.
    package var times: [Double] = []
    /// NaN where there is no value.
    package var values: [Double] = []
    /// −1 for `<`, 1 for `>`; empty as long as the series has none.
    package var sides: [Int8] = []

    package init(name: String) { self.name = name }

    /// Appends a row.
    package mutating func append(time: Double, value: Double, side: Int8) {
        if side != 0 || !sides.isEmpty {
            while sides.count < values.count { sides.append(0) }
            sides.append(side)
        }
        times.append(time)
        values.append(value)
    }
}

/// What a table of series holds.
package struct SeriesTable: Sendable {
    /// In order of appearance.
    package var columns: [SeriesColumn] = []
    /// Times are plain numbers: years, or steps.
    package var hasNumberTimes = false
    package var rowCount = 0
    /// Rows whose value is written as NaN or infinite: taken as missing.
    package var notFiniteCount = 0
    /// The first of the rows that could not be read, and how many there were.
    package var problems: [Rejection] = []
    package var problemCount = 0
    /// The text was read to its end.
    package var isWhole = true

    package init() {}
}

/// The most rows of one table: 24 bytes each, 1.2 GB.
package let seriesRowLimit = 50_000_000

/// Reads the table in `bytes`.
///
/// - Parameter missingCodes: texts that stand for a missing value, beside an empty one.
/// - Returns: `nil` when the first line does not name `series`, `time` and `value`.
package func readSeriesTable(
    _ bytes: UnsafeRawBufferPointer, missingCodes: Set<String>, limits: ReadLimits = ReadLimits(),
    workspace: DecodeWorkspace = DecodeWorkspace()
) -> SeriesTable? {
    if bytes.isEmpty || ZipArchive.isZip(bytes) { return nil }
    var source = TextSource(bytes, limits: limits, workspace: workspace)
    let beginning = source.begin()
    var end = 0
    while end < beginning.count, beginning.start[end] != 0x0A { end += 1 }
    guard let header = Cell(start: beginning.start, count: end).text else { return nil }
    let names = header.split(separator: ",", omittingEmptySubsequences: false).map { name in
        name.filter { !" \"\r\t\u{FEFF}".contains($0) }.lowercased()
    }
    guard let series = names.firstIndex(of: "series"), let time = names.firstIndex(of: "time"),
        let value = names.firstIndex(of: "value"), names.count <= TributaryCSVReader.columnLimit
    else { return nil }
    var rows = SeriesRows(
        series: series, time: time, value: value, columnCount: names.count, missingCodes: missingCodes)
    while rows.take(source.next()) {}
    return rows.table
}

/// The rows of one table on their way into columns.
private struct SeriesRows: ~Copyable {
    private static let problemLimit = 20

    private(set) var table = SeriesTable()
    private let (seriesPlace, timePlace, valuePlace): (Int, Int, Int)
    private let columnCount: Int
    private let missingCodes: Set<String>
    private var fields = LineFields(capacity: TributaryCSVReader.columnLimit)
    private var places: [String: Int] = [:]
    /// The series of the row before and its name's bytes: rows of one series mostly stand together.
    private var current = -1
    private var currentName: [UInt8] = []
    /// The column that rows are appended to, out of the table meanwhile.
    private var open = SeriesColumn(name: "")
    private var stamps = StampReader(offset: UTCOffset(minutes: 0))
    /// The offset of the clock that the first stamp shows, in milliseconds.
    private var clockOffset: Int64?
    private var line = 0

    init(series: Int, time: Int, value: Int, columnCount: Int, missingCodes: Set<String>) {
        (seriesPlace, timePlace, valuePlace) = (series, time, value)
        self.columnCount = columnCount
        self.missingCodes = missingCodes
    }

    /// Takes what the source gives; `false` at the end.
    mutating func take(_ step: TextSource.Step) -> Bool {
        switch step {
        case .lines(let window):
            var place = window.start
            while place < window.end {
                line += 1
                if fields.split(place) == .fields, line > 1 {
                    if fields.count == columnCount { takeRow() } else { refuseShape() }
                }
                place = fields.next
            }
            if table.rowCount > seriesRowLimit {
                refuse(
                    Rejection(
                        .inflatedTooLarge, row: line, excerpt: "more than \(seriesRowLimit) rows",
                        remedy: "Split the table by series and run the command on each part."))
                table.isWhole = false
                return close()
            }
            return true
        case .longLine(let excerpt):
            line += 1
            refuse(
                Rejection(
                    .lineTooLong, row: line, excerpt: excerpt, remedy: "Write one row of series, time and value a line."
                ))
            return true
        case .stopped(let reason, let excerpt, let remedy, _):
            refuse(Rejection(reason, row: line, excerpt: excerpt, remedy: remedy))
            table.isWhole = false
            return close()
        case .end: return close()
        }
    }

    private mutating func close() -> Bool {
        putBack()
        return false
    }

    private mutating func refuseShape() {
        let excerpt = fields.count > 0 ? fields[0].excerpt : ""
        refuse(
            Rejection(
                fields.count < columnCount ? .missingField : .extraField, row: line, excerpt: excerpt,
                remedy: "The header names \(columnCount) fields and this line has \(fields.count): send as many."))
    }

    private mutating func refuse(_ problem: Rejection) {
        if table.problems.count < Self.problemLimit { table.problems.append(problem) }
        table.problemCount += 1
    }

    private mutating func takeRow() {
        let name = fields[seriesPlace]
        if current < 0 || !isCurrent(name) { choose(name) }
        guard current >= 0 else { return }
        let timeCell = fields[timePlace]
        guard let time = time(timeCell) else { return refuse(.badTime(timeCell, row: line, field: "time")) }
        let (value, side) = value(fields[valuePlace])
        table.rowCount += 1
        open.append(time: time, value: value, side: side)
    }

    @inline(__always)
    private func isCurrent(_ name: Cell) -> Bool {
        if name.count != currentName.count { return false }
        for index in 0..<name.count where name.start[index] != currentName[index] { return false }
        return true
    }

    /// Opens the column of the series that `cell` names.
    private mutating func choose(_ cell: Cell) {
        putBack()
        guard let name = cell.trimmed.text, !name.isEmpty else {
            current = -1
            return refuse(
                Rejection(.missingField, row: line, field: "series", remedy: "Name the series on every row, in UTF-8."))
        }
        if let place = places[name] {
            current = place
        } else {
            current = table.columns.count
            places[name] = current
            table.columns.append(SeriesColumn(name: name))
        }
        currentName = Array(cell.bytes)
        open = SeriesColumn(name: "")
        swap(&open, &table.columns[current])
    }

    private mutating func putBack() {
        if current >= 0 { swap(&open, &table.columns[current]) }
        current = -1
    }

    /// Milliseconds of the clock as written, or the number where the table counts time in numbers.
    private mutating func time(_ cell: Cell) -> Double? {
        if table.hasNumberTimes { return number(cell) }
        guard let offset = clockOffset else { return firstTime(cell) }
        guard let stamp = stamps.read(cell) else { return nil }
        return Double(stamp + offset)
    }

    /// The first row's time tells how the table counts time, and which clock its stamps show.
    private mutating func firstTime(_ cell: Cell) -> Double? {
        guard let stamp = stamps.read(cell) else {
            guard let first = number(cell) else { return nil }
            table.hasNumberTimes = true
            return first
        }
        clockOffset = Self.offset(atEndOf: cell)
        return Double(stamp + (clockOffset ?? 0))
    }

    /// The offset `±HH:MM` that a stamp ends with, in milliseconds; 0 where there is none.
    private static func offset(atEndOf cell: Cell) -> Int64 {
        guard cell.count > 16, cell.start[cell.count - 3] == 0x3A else { return 0 }
        let sign = cell.start[cell.count - 6]
        guard sign == 0x2B || sign == 0x2D else { return 0 }
        func digit(_ back: Int) -> Int64 { Int64(cell.start[cell.count - back] &- 0x30) }
        let minutes = digit(5) * 600 + digit(4) * 60 + digit(2) * 10 + digit(1)
        return (sign == 0x2D ? -minutes : minutes) * 60_000
    }

    private func number(_ cell: Cell) -> Double? {
        guard let value = cell.trimmed.text.flatMap(Double.init), value.isFinite else { return nil }
        return value
    }

    /// The value of a cell and its side; NaN where there is none or the row is refused.
    private mutating func value(_ cell: Cell) -> (Double, Int8) {
        if let plain = plainNumber(cell) { return (plain, 0) }
        return valueSlowly(cell)
    }

    /// Fifteen digits at most, with at most one point: exact in a double before the one division, so rounded once.
    @inline(__always)
    private func plainNumber(_ cell: Cell) -> Double? {
        let count = cell.count
        if count == 0 || count > 16 || !missingCodes.isEmpty { return nil }
        var index = cell.start[0] == 0x2D ? 1 : 0
        let isNegative = index == 1
        var mantissa: Int64 = 0
        var places = -1
        if index == count { return nil }
        while index < count {
            let digit = cell.start[index] &- 0x30
            if digit <= 9 {
                mantissa = mantissa &* 10 &+ Int64(digit)
                if places >= 0 { places &+= 1 }
            } else if cell.start[index] == 0x2E, places < 0, index &+ 1 < count {
                places = 0
            } else {
                return nil
            }
            index &+= 1
        }
        if mantissa >= 1 << 53 { return nil }
        let whole = Double(isNegative ? -mantissa : mantissa)
        return places > 0 ? whole / decimalPowers[places] : whole
    }

    @inline(never)
    private mutating func valueSlowly(_ given: Cell) -> (Double, Int8) {
        let cell = given.trimmed
        if cell.isEmpty { return (.nan, 0) }
        let text = cell.excerpt
        if missingCodes.contains(text) { return (.nan, 0) }
        let side: Int8 = text.hasPrefix("<") ? -1 : text.hasPrefix(">") ? 1 : 0
        let digits = side == 0 ? text[...] : text.dropFirst().drop { $0 == " " }
        guard let value = Double(digits) else {
            refuse(
                Rejection(
                    .notANumber, row: line, field: "value", excerpt: text,
                    remedy: "Send a decimal number, or leave the value empty, or name the code with --missing."))
            return (.nan, 0)
        }
        if !value.isFinite {
            table.notFiniteCount += 1
            return (.nan, 0)
        }
        return (value, side)
    }
}

private let decimalPowers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
]
