// The shape of an RDB text: comments, a header of names, a line of formats, rows; all separated by tabs.

internal import Monitoring

/// Splits lines at tabs. RDB has no quotes.
struct TabFields {
    private(set) var cells: [Cell] = []
    /// The first byte after the line.
    private(set) var next: UnsafePointer<UInt8>

    /// Splits the line at `line`; a line feed follows.
    init(_ line: UnsafePointer<UInt8>) {
        var start = line
        var place = line
        while place.pointee != 0x0A {
            if place.pointee == 0x09 {
                cells.append(Cell(start: start, count: place - start))
                start = place + 1
            }
            place += 1
        }
        next = place + 1
        var count = place - start
        if count > 0, start[count - 1] == 0x0D { count -= 1 }
        cells.append(Cell(start: start, count: count))
    }

    var texts: [String] { cells.map { $0.trimmed.excerpt } }

    /// Every cell is a width and a kind, `15s`, `20d`, `14n`: the line below the names.
    var areFormats: Bool {
        cells.allSatisfy { cell in
            guard cell.count > 1, let kind = cell.bytes.last, (0x61...0x7A).contains(kind | 0x20) else { return false }
            return cell.bytes.dropLast().allSatisfy { $0 &- 0x30 < 10 }
        }
    }
}

enum RDBTable {
    /// The names of the first table: the first line that is no comment has tabs, and the next is a line of formats.
    static func header(of text: Cell) -> [String]? {
        let lines = text.bytes.split(separator: 0x0A, omittingEmptySubsequences: true).lazy
            .filter { $0.first != 0x23 && $0.first != 0x0D }.prefix(2)
        let split = lines.map { line in
            var copy = Array(line)
            copy.append(0x0A)
            return copy.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.map { address in
                    let fields = TabFields(address)
                    return (texts: fields.texts, areFormats: fields.areFormats)
                }
            }
        }
        let found = Array(split)
        guard found.count == 2, let header = found[0], header.texts.count > 1, found[1]?.areFormats == true else {
            return nil
        }
        return header.texts
    }
}
