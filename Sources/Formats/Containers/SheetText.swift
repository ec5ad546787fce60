// A worksheet as comma-separated text, row by row: the table readers then take it as they take CSV.

internal import Monitoring

/// What a sheet's rows need beforehand, found by reading the sheet once: merged cells stand behind the rows.
final class SheetShape: XMLPartReader {
    /// Columns up to the last cell that says something.
    private(set) var width = 0
    /// Merged cells that go over several rows, by their first row: its value counts for each of them.
    private(set) var merges: [SheetPlace: Int] = [:]
    private(set) var fault: ContainerFault?
    private let limits: ReadLimits
    private var cursor = SheetCursor()

    /// Merged cells of one sheet; a table merges a few for each station.
    static let mergeLimit = 100_000

    init(limits: ReadLimits) { self.limits = limits }

    func start(_ name: String, _ attributes: XMLAttributes) {
        switch name {
        case "row": fault = cursor.startRow(attributes["r"])
        case "c": fault = cursor.startCell(attributes["r"], limit: limits.sheetColumns)
        case "v", "is", "f": width = max(width, cursor.column + 1)
        case "mergeCell": addMerge(attributes["ref"] ?? "")
        default: break
        }
    }

    func end(_ name: String) {}
    func text(_ bytes: UnsafeBufferPointer<UInt8>) {}

    private func addMerge(_ range: String) {
        let ends = range.split(separator: ":").compactMap { SheetPlace(String($0)) }
        guard ends.count == 2, ends[1].row > ends[0].row else { return }
        merges[ends[0]] = ends[1].row
        if merges.count > Self.mergeLimit {
            fault = ContainerFault(
                .inflatedTooLarge, excerpt: "more than \(Self.mergeLimit) merged cells",
                remedy: "Send the table without merged cells.")
        }
    }
}

/// A cell's place: row from 1, column from 0.
struct SheetPlace: Hashable {
    let row: Int
    let column: Int

    init(row: Int, column: Int) {
        self.row = row
        self.column = column
    }

    /// `C12` is row 12, column 2.
    init?(_ text: String) {
        let letters = text.prefix { $0.isASCII && $0.isLetter }
        guard (1...3).contains(letters.count), let row = Int(text.dropFirst(letters.count)), row > 0 else { return nil }
        var column = 0
        for letter in letters.uppercased().utf8 { column = column * 26 + Int(letter) - 64 }
        self.init(row: row, column: column - 1)
    }
}

/// Follows the places of rows and cells, which a sheet may leave out.
struct SheetCursor {
    /// Rows a sheet may have (ECMA-376 programs know no more).
    static let rowLimit = 1_048_576

    private(set) var row = 0
    private(set) var column = -1

    mutating func startRow(_ stated: String?) -> ContainerFault? {
        let next = stated.flatMap { Int($0) } ?? row + 1
        guard next > row, next <= Self.rowLimit else {
            return ContainerFault(
                .malformedDocument, excerpt: "row \(stated ?? "") after row \(row)",
                remedy: "Open the workbook and save it anew: its rows are not in order.")
        }
        row = next
        column = -1
        return nil
    }

    mutating func startCell(_ stated: String?, limit: Int) -> ContainerFault? {
        let next = stated.flatMap { SheetPlace($0)?.column } ?? column + 1
        guard next > column, next < limit else {
            return ContainerFault(
                .malformedDocument, excerpt: "cell \(stated ?? "") in row \(row)",
                remedy: "Keep a table within \(limit) columns, and its cells in order.")
        }
        column = next
        return nil
    }
}

/// Gives a sheet as comma-separated text.
///
/// - A line is a row: what is absent is a blank line, so that line numbers are the sheet's row numbers.
/// - Texts are as the sheet has them, line breaks inside them become blanks; numbers and dates as `SheetNumberReader`
///   says; TRUE and FALSE; an error as its code (`#N/A`), which no reader takes for a value; a formula as the value the
///   program stored, and where it stored none as `=` and the formula, which is refused as a value too.
/// - A cell merged over several rows counts for each of them. Cells hidden by a filter count.
final class SheetText: TextSupply {
    let container = "worksheet"
    let consumed: Int
    let memberCount = 0
    private let part: XMLPart
    private let rows: SheetRows
    /// Text that is ready, and how much of it was given.
    private var given = 0

    init(_ sheet: Workbook.Sheet, of book: Workbook, limits: ReadLimits) throws(ContainerFault) {
        let shape = SheetShape(limits: limits)
        try XMLPart(sheet.name, try ZipMember(sheet.entry, of: book.archive), reader: shape).readAll()
        rows = SheetRows(book: book, shape: shape, limits: limits)
        part = XMLPart(sheet.name, try ZipMember(sheet.entry, of: book.archive), reader: rows)
        consumed = max(1, sheet.entry.compressedByteCount)
    }

    func fill(_ room: UnsafeMutableBufferPointer<UInt8>) -> SupplyOutcome {
        while given == rows.ready.count {
            rows.ready.removeAll(keepingCapacity: true)
            given = 0
            if part.isAtEnd { return .end(0) }
            do throws(ContainerFault) {
                try part.advance()
            } catch {
                return .refused(0, error.rejection)
            }
        }
        let count = min(room.count, rows.ready.count - given)
        rows.ready.withUnsafeBufferPointer { ready in
            room.baseAddress!.update(from: ready.baseAddress! + given, count: count)
        }
        given += count
        return .written(count)
    }
}

/// Writes the rows of one sheet as they are parsed.
private final class SheetRows: XMLPartReader {
    var ready: [UInt8] = []
    private(set) var fault: ContainerFault?
    private let book: Workbook
    private let shape: SheetShape
    private let limits: ReadLimits
    private let numbers: SheetNumberReader
    private var cursor = SheetCursor()
    private var writtenRow = 0
    private var cells: [String]
    /// Values that go on in the rows below, by column, and the last row they count for.
    private var carried: [Int: (text: String, lastRow: Int)] = [:]

    private var type = ""
    private var style = 0
    private var value: [UInt8] = []
    private var formula: [UInt8] = []
    private var isInValue = false
    private var isInFormula = false
    private var isInPhonetic = false

    init(book: Workbook, shape: SheetShape, limits: ReadLimits) {
        self.book = book
        self.shape = shape
        self.limits = limits
        numbers = SheetNumberReader(isFrom1904: book.isFrom1904)
        cells = [String](repeating: "", count: shape.width)
    }

    func start(_ name: String, _ attributes: XMLAttributes) {
        switch name {
        case "row": fault = cursor.startRow(attributes["r"])
        case "c":
            fault = cursor.startCell(attributes["r"], limit: limits.sheetColumns)
            type = attributes["t"] ?? "n"
            style = attributes["s"].flatMap { Int($0) } ?? 0
            value.removeAll(keepingCapacity: true)
            formula.removeAll(keepingCapacity: true)
        case "v": isInValue = true
        case "t": isInValue = !isInPhonetic
        case "f": isInFormula = true
        case "rPh": isInPhonetic = true
        default: break
        }
    }

    func text(_ bytes: UnsafeBufferPointer<UInt8>) {
        if isInValue { value.append(contentsOf: bytes) }
        if isInFormula, formula.count < Rejection.excerptLimit { formula.append(contentsOf: bytes) }
        if value.count > limits.fieldBytes || formula.count > limits.fieldBytes {
            fault = ContainerFault(
                .lineTooLong, excerpt: "a cell of row \(cursor.row)",
                remedy: "Keep a cell within \(limits.fieldBytes) bytes.")
        }
    }

    func end(_ name: String) {
        switch name {
        case "v", "t": isInValue = false
        case "f": isInFormula = false
        case "rPh": isInPhonetic = false
        case "c": if cursor.column >= 0, cursor.column < cells.count { cells[cursor.column] = cellText() }
        case "row": writeRow()
        default: break
        }
    }

    private func cellText() -> String {
        let raw = String(decoding: value, as: UTF8.self)
        if raw.isEmpty { return formula.isEmpty ? "" : "=" + String(decoding: formula, as: UTF8.self) }
        switch type {
        case "s":
            if let index = Int(raw), book.sharedTexts.indices.contains(index) { return book.sharedTexts[index] }
            fault = ContainerFault(
                .malformedDocument, excerpt: "shared text \(raw) in row \(cursor.row)",
                remedy: "Open the workbook and save it anew: it names a text it does not have.")
            return ""
        case "b": return raw == "1" ? "TRUE" : "FALSE"
        case "n":
            if book.dateStyles.indices.contains(style), let date = book.dateStyles[style],
                let moment = numbers.moment(raw, date)
            {
                return moment
            }
            return numbers.plain(raw) ?? raw
        default: return raw
        }
    }

    private func writeRow() {
        ready.append(contentsOf: repeatElement(0x0A, count: cursor.row - writtenRow - 1))
        writtenRow = cursor.row
        if !shape.merges.isEmpty { carryMerged() }
        if !cells.allSatisfy(\.isEmpty) {
            for (column, cell) in cells.enumerated() {
                if column > 0 { ready.append(0x2C) }
                append(cell)
            }
        }
        ready.append(0x0A)
        for column in cells.indices { cells[column] = "" }
    }

    /// Fills the cells below the first row of a merged one, and remembers those that begin here.
    private func carryMerged() {
        for column in cells.indices {
            if let last = shape.merges[SheetPlace(row: cursor.row, column: column)] {
                carried[column] = (cells[column], last)
            } else if let above = carried[column], cursor.row <= above.lastRow, cells[column].isEmpty {
                cells[column] = above.text
            }
        }
    }

    private func append(_ text: String) {
        let needsQuotes = text.utf8.contains { $0 == 0x2C || $0 == 0x22 }
        if needsQuotes { ready.append(0x22) }
        for byte in text.utf8 {
            // A line break inside a cell is a matter of its width on paper.
            ready.append(byte == 0x0A || byte == 0x0D || byte == 0x09 ? 0x20 : byte)
            if byte == 0x22 { ready.append(byte) }
        }
        if needsQuotes { ready.append(0x22) }
    }
}
