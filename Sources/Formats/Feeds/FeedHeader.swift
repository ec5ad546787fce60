// The header line of a feed: where its columns stand, whatever their order, and which it has beyond them.

internal import Monitoring

/// Column names by place.
struct FeedHeader {
    let names: [String]
    let separator: FieldSeparator
    private let places: [String: Int]

    init(_ names: [String], separator: FieldSeparator = .comma) {
        self.names = names
        self.separator = separator
        places = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    subscript(name: String) -> Int? { places[name] }

    func has(_ required: [String]) -> Bool { required.allSatisfy { places[$0] != nil } }

    /// Names that are neither empty nor in `known`, in order.
    func extra(besides known: Set<String>) -> [String] { names.filter { !$0.isEmpty && !known.contains($0) } }
}

/// The cells of one row by the column they were asked for under; absent columns are empty.
struct FeedCells {
    private let cells: UnsafePointer<Cell>

    init(_ cells: UnsafePointer<Cell>) { self.cells = cells }

    subscript(place: Int?) -> Cell {
        place.map { cells[$0].trimmed } ?? Cell(start: cells[0].start, count: 0)
    }

    /// The text of a cell, damaged bytes shown as U+FFFD: for codes and units, which must match a table to matter.
    func text(_ place: Int?) -> String { String(decoding: self[place].bytes, as: UTF8.self) }
}

extension Rejection {
    /// A column no reader of the format knows: told once, the rows are read without it.
    static func extraColumn(_ name: String, row: Int = 1) -> Rejection {
        Rejection(
            .extraField, row: row, field: name, excerpt: name,
            remedy:
                "This column is none of the format's: it is kept in the batch only, and the rows are read without it.")
    }
}

/// Takes the rows of one CSV feed.
protocol FeedRows {
    /// Columns the header may have.
    static var columnLimit: Int { get }
    var header: FeedHeader { get }
    /// Columns to be told as extra.
    var extra: [String] { get }
    /// Takes a row of as many cells as the header has names.
    mutating func take(_ cells: FeedCells, row: Int, into sink: inout SliceBuilder)
}

extension FeedRows {
    static var columnLimit: Int { 256 }
}

/// Splits the lines of a CSV feed and hands their cells on.
struct FeedCSVReader<Rows: FeedRows>: LineReader, ~Copyable {
    private var fields = LineFields(capacity: Rows.columnLimit)
    private var rows: Rows
    private let count: Int
    private let first: [UInt8]

    init(_ rows: Rows) {
        self.rows = rows
        count = rows.header.names.count
        first = Array((rows.header.names.first { !$0.isEmpty } ?? "").utf8)
    }

    mutating func read(
        _ line: UnsafePointer<UInt8>, number: Int, into sink: inout SliceBuilder
    ) -> UnsafePointer<UInt8>? {
        let split = fields.split(line, by: rows.header.separator.byte)
        guard split == .fields, fields.count == count else {
            sink.reject(.unevenLine(split, line, fields.count, expected: count, number: number))
            return fields.next
        }
        if isHeader {
            sink.uncountRow()
            return fields.next
        }
        fields.withCells { rows.take(FeedCells($0), row: number, into: &sink) }
        return fields.next
    }

    /// Joined files repeat their header line.
    private var isHeader: Bool {
        (0..<min(2, count)).contains { fields[$0].bytes.elementsEqual(first) } && fields.texts == rows.header.names
    }
}
