// What every line format has in common: rows come one at a time, and a line that does not fit costs itself only.

internal import Monitoring

/// Reads the data lines of one text format.
protocol LineReader: ~Copyable {
    /// Reads the line at `line` and returns the place after it, or `nil` when the slice must be handed on first.
    ///
    /// - Precondition: a line feed and eight readable bytes follow.
    mutating func read(
        _ line: UnsafePointer<UInt8>, number: Int, into sink: inout SliceBuilder
    ) -> UnsafePointer<UInt8>?

    /// Reads lines of the reader's everyday shape one after another, until one is of another or `limit` are read; the
    /// place after them, and how many they were. Their rows are counted by the sink.
    ///
    /// - Parameter number: the line's, the first being 1.
    /// - Precondition: lines end before `end`; the sink has room for `limit` rows.
    mutating func readRun(
        _ line: UnsafePointer<UInt8>, until end: UnsafePointer<UInt8>, number: Int, atMost limit: Int,
        into sink: inout SliceBuilder
    ) -> (next: UnsafePointer<UInt8>, count: Int)
}

extension LineReader where Self: ~Copyable {
    /// Most readers take every line alike.
    mutating func readRun(
        _ line: UnsafePointer<UInt8>, until end: UnsafePointer<UInt8>, number: Int, atMost limit: Int,
        into sink: inout SliceBuilder
    ) -> (next: UnsafePointer<UInt8>, count: Int) { (line, 0) }
}

extension Rejection {
    /// A line whose fields do not match its header.
    static func unevenLine(
        _ split: LineSplit, _ line: UnsafePointer<UInt8>, _ found: Int, expected: Int, number: Int
    ) -> Rejection {
        var end = line
        while end.pointee != 0x0A { end += 1 }
        if end > line, end[-1] == 0x0D { end -= 1 }
        let excerpt = Cell(start: line, count: end - line).excerpt
        switch split {
        case .unclosedQuote:
            return Rejection(
                .missingField, row: number, excerpt: excerpt,
                remedy: "Close the quoted field on its own line; a quote inside one is written twice.")
        case .textAfterQuote:
            return Rejection(
                .extraField, row: number, excerpt: excerpt,
                remedy: "Put a comma after the closing quote; a quote inside a quoted field is written twice.")
        case .fields, .blank, .tooManyFields:
            let isShort = split != .tooManyFields && found < expected
            let count = split == .tooManyFields ? "more than \(found)" : "\(found)"
            let hint = isShort ? "" : " A decimal comma splits a value in two: use a point."
            return Rejection(
                isShort ? .missingField : .extraField, row: number, excerpt: excerpt,
                remedy: "The header names \(expected) fields and this line has \(count): send as many.\(hint)")
        }
    }
}

extension Rejection {
    static func badTime(_ cell: Cell, row: Int, field: String) -> Rejection {
        Rejection(
            cell.isEmpty ? .missingField : .notATime, row: row, field: field, excerpt: cell.excerpt,
            remedy: "Write the time as 2026-05-01T08:00:00+08:00.")
    }
}

extension SliceBuilder {
    /// The text of a cell that names something, or `nil` after a rejection when it is empty or not UTF-8.
    mutating func name(_ cell: Cell, row: Int, field: String) -> String? {
        let cell = cell.trimmed
        if cell.isEmpty {
            reject(Rejection(.missingField, row: row, field: field, remedy: "Name the \(field) on every row."))
            return nil
        }
        guard let text = cell.text else {
            reject(
                Rejection(
                    .wrongEncoding, row: row, field: field, excerpt: cell.excerpt, remedy: "Write the file as UTF-8."))
            return nil
        }
        return text
    }
}

extension LineFields {
    /// The cells as texts without blanks at their ends, damaged bytes shown as U+FFFD.
    var texts: [String] { (0..<count).map { self[$0].trimmed.excerpt } }
}
