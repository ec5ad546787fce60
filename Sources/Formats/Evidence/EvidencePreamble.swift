// The lines before the header of an evidence table, and what they say for every row.

internal import Monitoring

/// Gathers what the lines before a header say.
struct PreambleReader {
    private(set) var stated: [EvidenceColumn: String] = [:]
    /// All that lines say of the clock; two different ones contradict each other.
    private(set) var clocks: [String] = []

    /// Columns that a line may state for every row.
    private static let allowed: Set<EvidenceColumn> = [
        .issuer, .document, .laboratory, .origin, .month, .year, .unit, .method, .flag,
    ]

    mutating func take(_ cells: [String]) {
        var open: EvidenceColumn?
        for cell in cells {
            let text = cell.drop { $0 == "#" || $0.isWhitespace }
            let mark = text.firstIndex { $0 == ":" || $0 == "：" }
            let name = String(text[..<(mark ?? text.endIndex)])
            if let column = Self.column(name) {
                open = column
                let value = mark.map { text[text.index(after: $0)...] } ?? ""
                append(String(value), to: column, isFirst: true)
            } else if let open, !text.isEmpty {
                append(String(text), to: open, isFirst: false)
            }
        }
    }

    /// A zone is no column: a time's own offset stands behind it.
    private static func column(_ name: String) -> EvidenceColumn? {
        let plain = name.lowercased().filter { !$0.isWhitespace && $0 != "_" && $0 != "-" }
        if ["zone", "timezone", "offset", "utcoffset", "时区"].contains(plain) { return .zone }
        return EvidenceHeading(name).column.flatMap { allowed.contains($0) ? $0 : nil }
    }

    /// The cells that a comma in a value made are one value again; the first line that states something holds.
    private mutating func append(_ text: String, to column: EvidenceColumn, isFirst: Bool) {
        let value = String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
        if value.isEmpty { return }
        if column == .zone, !clocks.contains(value) { clocks.append(value) }
        if let before = stated[column] {
            if !isFirst { stated[column] = before + "," + value }
        } else {
            stated[column] = value
        }
    }
}

/// The lines of a text's beginning, split into cells.
struct EvidenceLines {
    /// Lines that were not blank so far.
    private(set) var seen = 0
    /// The number of the last line given.
    private(set) var row = 0
    private let text: Cell
    private var place = 0

    init(_ text: Cell) { self.text = text }

    mutating func next() -> [String]? {
        while place < text.count {
            let end = text.index(of: 0x0A, from: place) ?? text.count
            var line = Array(UnsafeBufferPointer(start: text.start + place, count: end - place))
            place = end + 1
            row += 1
            if line.isEmpty || line == [0x0D] { continue }
            seen += 1
            line.append(0x0A)
            line.append(contentsOf: repeatElement(0, count: TextSource.padding))
            var fields = LineFields(capacity: EvidenceReader.columnLimit)
            return line.withUnsafeBufferPointer { buffer in
                fields.split(buffer.baseAddress!) == .fields ? fields.texts : []
            }
        }
        return nil
    }
}
