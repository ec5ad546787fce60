// The national surface-water feed as JSON: one document with a `thead` of headings and a `tbody` of rows.

internal import Monitoring

/// Reads the document row by row; rows are numbered from 1 in `tbody`.
struct NationalWaterJSONReader: DocumentReader, ~Copyable {
    private enum Place {
        case keys, rows, done
    }

    private let profile: SourceProfile
    private let context: ReadContext
    private var scanner = JSONScanner()
    private var place = Place.keys
    private var rows: WaterRowReader?
    private var rowNumber = 0
    private var cells: [Cell] = []

    init(_ document: Cell, profile: SourceProfile, context: ReadContext) {
        self.profile = profile
        self.context = context
        scanner.begin(document)
    }

    mutating func read(into sink: inout SliceBuilder) -> DocumentProgress {
        if place == .keys, rowNumber == 0, !scanner.take(0x7B) { return malformed("An object is expected.") }
        while true {
            switch place {
            case .keys:
                if let problem = readKeys(into: &sink) { return problem }
            case .rows:
                if sink.isFull { return .sliceFull }
                if let problem = readRow(into: &sink) { return problem }
            case .done:
                scanner.skipBlanks()
                return scanner.isAtEnd ? .end : malformed("Nothing may follow the document.")
            }
        }
    }

    /// Reads keys up to the first row of `tbody`, or to the end of the object.
    private mutating func readKeys(into sink: inout SliceBuilder) -> DocumentProgress? {
        if scanner.take(0x7D) {
            place = .done
            return rows == nil ? malformed("The document has no thead.") : nil
        }
        _ = scanner.take(0x2C)
        guard let key = scanner.string(), scanner.take(0x3A) else { return malformed("A key is expected.") }
        if key.equals("thead") {
            guard let header = headings() else { return malformed("thead is an array of texts.") }
            guard let columns = WaterColumns(header: header, headerRow: 0, profile: profile, context: context) else {
                return malformed("thead names 省份, 流域, 断面名称 and 监测时间.")
            }
            for problem in columns.problems { sink.reject(problem) }
            rows = WaterRowReader(columns: columns, profile: profile, context: context)
        } else if key.equals("tbody") {
            if rows == nil { return malformed("thead comes before tbody.") }
            guard scanner.take(0x5B) else { return malformed("tbody is an array of rows.") }
            place = scanner.take(0x5D) ? .keys : .rows
        } else if !scanner.skipValue() {
            return malformed("A value is expected.")
        }
        return nil
    }

    private mutating func headings() -> [String]? {
        guard scanner.take(0x5B) else { return nil }
        var texts: [String] = []
        repeat {
            guard let text = scanner.string()?.text else { return nil }
            texts.append(text)
        } while scanner.take(0x2C)
        return scanner.take(0x5D) ? texts : nil
    }

    private mutating func readRow(into sink: inout SliceBuilder) -> DocumentProgress? {
        scanner.forget()
        cells.removeAll(keepingCapacity: true)
        guard scanner.take(0x5B) else { return malformed("A row is an array of cells.") }
        if !scanner.take(0x5D) {
            repeat {
                guard let value = scanner.value() else { return malformed("A cell is expected.") }
                switch value {
                case .string(let text), .number(let text), .other(let text): cells.append(text)
                case .null: cells.append(Cell(start: scanner.place, count: 0))
                }
            } while scanner.take(0x2C)
            guard scanner.take(0x5D) else { return malformed("A row ends with a bracket.") }
        }
        rowNumber += 1
        sink.countRow()
        takeRow(into: &sink)
        if scanner.take(0x2C) { return nil }
        guard scanner.take(0x5D) else { return malformed("tbody ends with a bracket.") }
        place = .keys
        return nil
    }

    private mutating func takeRow(into sink: inout SliceBuilder) {
        guard let expected = rows?.columns.count, cells.count == expected else {
            let isShort = cells.count < rows?.columns.count ?? 0
            sink.reject(
                Rejection(
                    isShort ? .missingField : .extraField, row: rowNumber,
                    excerpt: cells.prefix(4).map(\.excerpt).joined(separator: ","),
                    remedy: "thead names \(rows?.columns.count ?? 0) columns and this row has \(cells.count)."))
            return
        }
        cells.withUnsafeBufferPointer { buffer in
            if let start = buffer.baseAddress { rows?.take(start, row: rowNumber, into: &sink) }
        }
    }

    private func malformed(_ remedy: String) -> DocumentProgress {
        let rest = Cell(start: scanner.place, count: scanner.end - scanner.place)
        return .malformed(
            Rejection(.malformedDocument, row: rowNumber + 1, excerpt: rest.excerpt, remedy: remedy))
    }
}
