// Tells whether the beginning of a batch is UTF-8, and if not, what it probably is.

internal import Monitoring

/// What the first bytes of a text say about its encoding.
enum TextEncoding {
    /// The fault in `text`, or `nil` when it is UTF-8.
    ///
    /// - `isWhole`: the text ends here; otherwise a character cut off at the end is no fault.
    static func fault(in text: Cell, isWhole: Bool) -> Rejection? {
        if text.count >= 2,
            text.start[0] == 0xFF && text.start[1] == 0xFE
                || text.start[0] == 0xFE && text.start[1] == 0xFF
        {
            return rejection(text, at: 0, "It begins as UTF-16: write the file as UTF-8.")
        }
        guard let offset = invalidOffset(in: text, isWhole: isWhole) else { return nil }
        return isGB18030(text)
            ? rejection(
                text, at: offset,
                "It reads as GB 18030 (GBK): convert it to UTF-8, or write `encoding: gb18030` into its profile.")
            : rejection(
                text, at: offset,
                "It is neither text we read nor gzip: write the rows as UTF-8, or declare the `encoding` in its profile."
            )
    }

    private static func rejection(_ text: Cell, at offset: Int, _ remedy: String) -> Rejection {
        let rest = Cell(start: text.start + offset, count: min(8, text.count - offset))
        let shown = rest.bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }
        return Rejection(
            .wrongEncoding, row: 0, excerpt: "byte \(offset + 1): \(shown.joined(separator: " "))", remedy: remedy)
    }

    /// Offset of the first byte that is not UTF-8 (The Unicode Standard, table 3-7), or `nil`.
    static func invalidOffset(in text: Cell, isWhole: Bool) -> Int? {
        var index = 0
        while index < text.count {
            let lead = text.start[index]
            if lead < 0x80 {
                index = endOfASCII(in: text, from: index + 1)
                continue
            }
            guard let (length, second) = shape(of: lead) else { return index }
            for step in 1..<length {
                guard index + step < text.count else { return isWhole ? index : nil }
                let byte = text.start[index + step]
                if step == 1 ? !second.contains(byte) : byte & 0xC0 != 0x80 { return index }
            }
            index += length
        }
        return nil
    }

    /// The first place from `index` on that may hold a byte beyond ASCII: 32 bytes at once, the last ones singly.
    private static func endOfASCII(in text: Cell, from index: Int) -> Int {
        var index = index
        while index + 32 <= text.count {
            let (first, second) = (loadWord(text.start + index), loadWord(text.start + index + 8))
            let (third, fourth) = (loadWord(text.start + index + 16), loadWord(text.start + index + 24))
            if (first | second | third | fourth) & 0x8080_8080_8080_8080 != 0 { break }
            index += 32
        }
        while index < text.count, text.start[index] < 0x80 { index += 1 }
        return index
    }

    private static func shape(of lead: UInt8) -> (length: Int, second: ClosedRange<UInt8>)? {
        switch lead {
        case 0xC2...0xDF: (2, 0x80...0xBF)
        case 0xE0: (3, 0xA0...0xBF)
        case 0xED: (3, 0x80...0x9F)
        case 0xE1...0xEF: (3, 0x80...0xBF)
        case 0xF0: (4, 0x90...0xBF)
        case 0xF1...0xF3: (4, 0x80...0xBF)
        case 0xF4: (4, 0x80...0x8F)
        default: nil
        }
    }

    /// Whether every byte beyond ASCII belongs to a two- or four-byte sequence of GB 18030, and text is around them.
    static func isGB18030(_ text: Cell) -> Bool {
        var index = 0
        while index < text.count {
            let lead = text.start[index]
            if lead < 0x80 {
                if lead < 0x20, lead != 0x09, lead != 0x0A, lead != 0x0D { return false }
                index += 1
                continue
            }
            guard (0x81...0xFE).contains(lead) else { return false }
            guard index + 1 < text.count else { return true }
            let second = text.start[index + 1]
            if (0x30...0x39).contains(second) {
                index += 4
            } else if (0x40...0xFE).contains(second), second != 0x7F {
                index += 2
            } else {
                return false
            }
        }
        return true
    }
}
