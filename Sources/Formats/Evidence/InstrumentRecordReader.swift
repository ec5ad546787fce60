// Records of instruments' checks as a table that people send: issuer and number of the document, then one record a row.

internal import Exact
package import Monitoring

/// The records of one table, and the document they stand in.
package struct InstrumentRecordTable: Sendable, Equatable {
    package let document: EvidenceDocument.Name
    /// Stations by the names the table uses.
    package let records: [InstrumentRecord]

    /// A year of hourly checks of ten parameters, rounded up.
    package static let recordLimit = 100_000
}

/// The table in `text`, or every fault of it: records are taken all or none.
///
/// - Shape: CSV. Lines `#issuer: …` and `#document: …` (发布单位、文号) before the header, or columns of these names that
///   say the same in every row. Columns in any order, headings in Chinese or English; a cell may be blank where the
///   formula of its kind needs no number. Times need a clock; without an offset they are those of +08:00.
package func readInstrumentRecords(
    _ text: String, file: String, parameters: ParameterCatalogue
) -> (table: InstrumentRecordTable?, problems: [Problem]) {
    var copy = text
    let lines = copy.withUTF8 { bytes -> [(row: Int, cells: [String])] in
        guard let base = bytes.baseAddress else { return [] }
        var lines = EvidenceLines(Cell(start: base, count: bytes.count))
        var found: [(row: Int, cells: [String])] = []
        while let cells = lines.next() { found.append((lines.row, cells)) }
        return found
    }
    var reader = InstrumentTableReader(file: file, parameters: parameters)
    reader.read(lines)
    return reader.finish()
}

/// A column of the table by its headings.
private enum InstrumentColumn: String, CaseIterable {
    case station, parameter, kind, time, result, reference, span, limit
    case upperLimit = "upper_limit"
    case issuer, document

    static let required: [InstrumentColumn] = [.station, .parameter, .kind, .time, .result]

    var chinese: [String] {
        switch self {
        case .station: ["站点", "站名", "站点编码", "断面名称", "断面编码"]
        case .parameter: ["监测项目", "项目", "监测因子"]
        case .kind: ["核查类型", "质控类型"]
        case .time: ["时间", "核查时间"]
        case .result: ["结果", "测定值", "测量值"]
        case .reference: ["参考值", "标准值"]
        case .span: ["量程", "跨度"]
        case .limit: ["限值", "下限"]
        case .upperLimit: ["上限"]
        case .issuer: ["发布单位", "出具单位"]
        case .document: ["文号", "报告编号"]
        }
    }

    init?(heading: String) {
        let plain = heading.lowercased().replacing(" ", with: "_").replacing("-", with: "_")
        guard let column = Self.allCases.first(where: { $0.rawValue == plain || $0.chinese.contains(heading) }) else {
            return nil
        }
        self = column
    }
}

extension Cell {
    /// Whether a text begins as a table of instruments' checks: no other table has their kind, station, parameter, time
    /// and result.
    var isInstrumentTable: Bool {
        var lines = EvidenceLines(self)
        while lines.seen < EvidenceLayout.preambleLimit, let cells = lines.next() {
            let columns = Set(cells.compactMap { InstrumentColumn(heading: InstrumentTableReader.trimmed($0)) })
            if columns.isSuperset(of: InstrumentColumn.required) { return true }
        }
        return false
    }
}

/// The text of a batch that is a table of instruments' checks, `nil` of any other.
///
/// - Parameter bytes: as sent, plain or gzip.
package func instrumentTableText(_ bytes: UnsafeRawBufferPointer) -> String? {
    var limits = ReadLimits()
    limits.inflatedBytes = instrumentTableLimit
    let (text, _) = inflatedText(bytes, limits: limits, zlibOnly: false)
    let isTable = text.withUnsafeBufferPointer { buffer in
        buffer.baseAddress.map {
            Cell(start: $0, count: min(buffer.count, TextSource.sniffBytes)).isInstrumentTable
        } ?? false
    }
    return isTable ? String(decoding: text, as: UTF8.self) : nil
}

/// Bytes of such a table: `recordLimit` rows of 320.
private let instrumentTableLimit = 32 << 20

extension Rejection {
    static func instrumentTable(_ text: Cell) -> Rejection {
        Rejection(
            .unknownFormat, row: 0, excerpt: text.excerpt,
            remedy:
                "It is a table of instruments' checks (质控记录), no observations: a node takes it as it is, up to 1 MB; a larger "
                + "one is filed with `tributary instrument file TABLE --by NAME`.")
    }
}

private struct InstrumentTableReader {
    let file: String
    let parameters: ParameterCatalogue
    private var preamble = PreambleReader()
    private var columns: [InstrumentColumn]?
    private var documents: [EvidenceDocument.Name] = []
    private var records: [InstrumentRecord] = []
    private var seen: [InstrumentRecord: Int] = [:]
    private var problems: [Problem] = []

    init(file: String, parameters: ParameterCatalogue) {
        self.file = file
        self.parameters = parameters
    }

    mutating func read(_ lines: [(row: Int, cells: [String])]) {
        for line in lines {
            let cells = line.cells.map(Self.trimmed)
            if let columns {
                readRow(cells, columns, line.row)
            } else if cells.first?.hasPrefix("#") == true || cells.contains(where: { $0.contains("：") }) {
                preamble.take(cells)
            } else if !readHeader(cells, line.row) {
                return
            }
        }
        if columns == nil { report(0, "header", "There is no header.", "Write the columns \(Self.names).") }
    }

    static func trimmed(_ cell: String) -> String {
        String(cell.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    private static let names = InstrumentColumn.allCases.map(\.rawValue).joined(separator: ",")

    private mutating func report(_ line: Int, _ check: String, _ message: String, _ remedy: String) {
        problems.append(
            Problem(check: "instrument." + check, file: file, line: line, message: message, remedy: remedy))
    }

    private mutating func readHeader(_ cells: [String], _ row: Int) -> Bool {
        var found: [InstrumentColumn] = []
        for cell in cells {
            guard let column = InstrumentColumn(heading: cell) else {
                report(row, "header", "The column `\(cell)` is not known.", "Leave it out; known are \(Self.names).")
                continue
            }
            if found.contains(column) {
                report(row, "header", "The column `\(cell)` stands twice.", "Leave one of them out.")
            }
            found.append(column)
        }
        for column in InstrumentColumn.required where !found.contains(column) {
            report(row, "header", "The column `\(column.rawValue)` is missing.", "Write the columns \(Self.names).")
        }
        columns = found
        return problems.isEmpty
    }

    private mutating func readRow(_ cells: [String], _ columns: [InstrumentColumn], _ row: Int) {
        guard cells.count == columns.count else {
            return report(
                row, "row", "The row has \(cells.count) fields, not \(columns.count).",
                "Put a field with a comma into double quotes.")
        }
        if records.count == InstrumentRecordTable.recordLimit {
            if problems.last?.check != "instrument.limit" {
                report(
                    row, "limit", "There are more than \(InstrumentRecordTable.recordLimit) records.",
                    "Divide the table into several.")
            }
            return
        }
        let fields = Dictionary(zip(columns, cells)) { first, _ in first }
        let before = problems.count
        take(document: fields, row)
        func text(_ column: InstrumentColumn) -> String { fields[column] ?? "" }
        if text(.station).isEmpty { report(row, "station", "The row names no station.", "Name it by id or alias.") }
        let parameter = parameters.id(for: text(.parameter))
        if parameter == nil {
            report(
                row, "parameter", "The parameter `\(text(.parameter))` is not in the code table.",
                "Use an id of the table, such as codmn, nh3n, tp.")
        }
        let kind = InstrumentRecord.Kind.allCases.first {
            $0.rawValue == text(.kind) || $0.name.chinese == text(.kind)
        }
        if kind == nil {
            let known = InstrumentRecord.Kind.allCases.map { "\($0.rawValue) \($0.name.chinese)" }
            report(
                row, "kind", "`\(text(.kind))` is no kind of check.", "Known are \(known.joined(separator: ", ")).")
        }
        let time = moment(text(.time), row)
        let numbers = [InstrumentColumn.result, .reference, .span, .limit, .upperLimit].map {
            number(text($0), $0, row)
        }
        guard problems.count == before, let parameter, let kind, let time else { return }
        let record = InstrumentRecord(
            kind: kind, station: StationID(text(.station)), parameter: parameter, time: time, result: numbers[0],
            reference: numbers[1], span: numbers[2], limit: numbers[3], upperLimit: numbers[4])
        if let first = seen[record] {
            return report(row, "duplicate", "The row says the same as row \(first).", "Leave one of them out.")
        }
        seen[record] = row
        records.append(record)
    }

    /// The document a row stands in: its own cells, else what the lines before the header say.
    private mutating func take(document fields: [InstrumentColumn: String], _ row: Int) {
        func said(_ column: InstrumentColumn, _ stated: EvidenceColumn) -> String {
            if let own = fields[column], !own.isEmpty { return own }
            return preamble.stated[stated] ?? ""
        }
        let name = EvidenceDocument.Name(issuer: said(.issuer, .issuer), number: said(.document, .document))
        if name.issuer.isEmpty || name.number.isEmpty {
            if documents.isEmpty {
                report(
                    row, "document", "The records stand on no document: issuer or number is missing.",
                    "Write `#issuer: …` and `#document: …` before the header.")
                documents.append(name)
            }
        } else if documents.isEmpty {
            documents.append(name)
        } else if documents[0] != name {
            report(
                row, "document", "The row stands on another document: \(name.issuer) \(name.number).",
                "File the records of each document by themselves.")
        }
    }

    private mutating func moment(_ text: String, _ row: Int) -> Instant? {
        let clock = preamble.clocks.isEmpty ? UTCOffset.china : UTCOffset(preamble.clocks[0])
        guard let clock, preamble.clocks.count <= 1 else {
            report(
                row, "time", "The lines before the header name the clock `\(preamble.clocks.joined(separator: ", "))`.",
                "Write one line `#offset: +08:00`, or the offset behind each time.")
            return nil
        }
        var stamps = StampReader(offset: clock)
        if case .moment(let moment) = EvidenceTime(text), let instant = moment.instant(by: &stamps) {
            return Instant(milliseconds: instant)
        }
        report(
            row, "time", "`\(text)` is no moment.",
            "Write date and clock, such as 2026-05-01 08:30: values before and after the check depend on it.")
        return nil
    }

    private mutating func number(_ text: String, _ column: InstrumentColumn, _ row: Int) -> ExactDecimal? {
        if text.isEmpty { return nil }
        if let number = ExactDecimal(text) { return number }
        report(
            row, "number", "`\(text)` in `\(column.rawValue)` is no number.",
            "Write digits and a decimal point, or leave the cell blank.")
        return nil
    }

    func finish() -> (table: InstrumentRecordTable?, problems: [Problem]) {
        guard problems.isEmpty, let document = documents.first else {
            let empty = Problem(
                check: "instrument.row", file: file, line: 0, message: "There is no record.",
                remedy: "Write one record a row.")
            return (nil, problems.isEmpty ? [empty] : problems)
        }
        return (InstrumentRecordTable(document: document, records: records), [])
    }
}
