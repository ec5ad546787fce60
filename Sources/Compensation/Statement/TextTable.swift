// Columns of plain text that line up where Chinese characters take two cells.

/// Rows of cells, padded to the widest of each column.
struct TextTable {
    private var rows: [[String]] = []
    private let indent: String

    init(indent: Int) { self.indent = String(repeating: " ", count: indent) }

    mutating func add(_ cells: String...) { rows.append(cells) }
    mutating func add(_ cells: [String]) { rows.append(cells) }

    var isEmpty: Bool { rows.isEmpty }

    /// The lines, each ended by a line end, without blanks at their ends.
    var text: String {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                // The last cell of a row needs no room for a neighbour.
                if column < row.count - 1 { widths[column] = max(widths[column], displayWidth(cell)) }
            }
        }
        return rows.map { row in
            var line = indent
            for (column, cell) in row.enumerated() {
                line += cell
                if column < row.count - 1 {
                    line += String(repeating: " ", count: widths[column] - displayWidth(cell) + 2)
                }
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}

/// Cells a text takes in a terminal: two for East Asian wide characters.
func displayWidth(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { sum, scalar in sum + (isWide(scalar) ? 2 : 1) }
}

private func isWide(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
        0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
        true
    default: false
    }
}
