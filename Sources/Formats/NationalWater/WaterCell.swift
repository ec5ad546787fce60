// A cell of the national water feed: plain text, or a span whose title carries the unrounded value or a reason.

/// The shown text and the title of a cell.
struct WaterCell {
    /// What the page shows: the rounded value, `--` (no value) or `*` (not measured here).
    var shown: Cell
    /// The unrounded value behind `原始值：`, when the title gives one.
    var original: Cell?
    /// Any other title: why no value is shown (极值过滤, 当天质控不合格).
    var reason: Cell?

    private static let originalMark = Array("原始值".utf8)

    init(_ cell: Cell) {
        shown = cell
        guard cell.count > 5, cell.start[0] == 0x3C, let close = cell.index(of: 0x3E, from: 0) else { return }
        let text = Cell(start: cell.start + close + 1, count: cell.count - close - 1)
        shown = Cell(start: text.start, count: text.index(of: 0x3C, from: 0) ?? text.count).trimmed
        guard let title = Self.title(in: Cell(start: cell.start, count: close)), !title.isEmpty else { return }
        let mark = Self.originalMark
        let isOriginal = title.count > mark.count && mark.indices.allSatisfy { title.start[$0] == mark[$0] }
        guard isOriginal else {
            reason = title
            return
        }
        var value = Cell(start: title.start + mark.count, count: title.count - mark.count)
        if value.start[0] == 0x3A {
            value = Cell(start: value.start + 1, count: value.count - 1)
        } else if value.count >= 3, value.start[0] == 0xEF, value.start[1] == 0xBC, value.start[2] == 0x9A {
            value = Cell(start: value.start + 3, count: value.count - 3)
        }
        original = value.trimmed
    }

    /// The text between the quotes of ` title=`.
    private static func title(in tag: Cell) -> Cell? {
        let name: StaticString = " title="
        let length = name.utf8CodeUnitCount
        var place = 0
        while place + length < tag.count {
            if bytesEqual(tag.start + place, name.utf8Start, length) {
                let quote = tag.start[place + length]
                let first = place + length + 1
                guard quote == 0x27 || quote == 0x22, let last = tag.index(of: quote, from: first) else { return nil }
                return Cell(start: tag.start + first, count: last - first)
            }
            place += 1
        }
        return nil
    }
}

extension Cell {
    func index(of byte: UInt8, from first: Int) -> Int? {
        var index = first
        while index < count {
            if start[index] == byte { return index }
            index += 1
        }
        return nil
    }
}
