// Reads back what the canonical writer wrote: the log's payloads, receipts, a node's short answers.

extension CanonicalJSON {
    /// The deepest nesting that is read, whoever wrote it; our own payloads stay below ten.
    package static let depthLimit = 64

    /// The value that `text` is, or `nil` when it is not one JSON value.
    ///
    /// Numbers keep their digits. Of a key that stands twice the whole text is refused.
    package init?(reading text: String) {
        var reader = CanonicalReader(bytes: Array(text.utf8))
        guard let value = reader.value(depth: 0), reader.isAtEnd else { return nil }
        self = value
    }

    /// The member `key` of an object, `nil` when there is none or it is `null`.
    package subscript(key: String) -> CanonicalJSON? {
        guard case .object(let members) = self, let member = members[key], member != .null else { return nil }
        return member
    }

    package var string: String? { if case .string(let text) = self { text } else { nil } }
    /// The digits of a number.
    package var number: String? { if case .number(let text) = self { text } else { nil } }
    package var array: [CanonicalJSON]? { if case .array(let items) = self { items } else { nil } }
}

private struct CanonicalReader {
    let bytes: [UInt8]
    var place = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool {
        mutating get {
            skipSpace()
            return place == bytes.count
        }
    }

    private mutating func skipSpace() {
        while place < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[place]) { place += 1 }
    }

    private mutating func take(_ text: StaticString) -> Bool {
        let wanted = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard bytes[place...].starts(with: wanted) else { return false }
        place += wanted.count
        return true
    }

    mutating func value(depth: Int) -> CanonicalJSON? {
        skipSpace()
        guard depth <= CanonicalJSON.depthLimit, place < bytes.count else { return nil }
        switch bytes[place] {
        case UInt8(ascii: "{"): return object(depth: depth)
        case UInt8(ascii: "["): return array(depth: depth)
        case UInt8(ascii: "\""): return quoted().map { .string($0) }
        default: break
        }
        if take("true") { return .bool(true) }
        if take("false") { return .bool(false) }
        if take("null") { return .null }
        let digits = bytes[place...].prefix { $0 &- 0x30 < 10 || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains($0) }
        let text = String(decoding: digits, as: UTF8.self)
        guard CanonicalJSON.isNumber(text) else { return nil }
        place += digits.count
        return .number(text)
    }

    private mutating func array(depth: Int) -> CanonicalJSON? {
        place += 1
        var items: [CanonicalJSON] = []
        skipSpace()
        if take("]") { return .array(items) }
        while let item = value(depth: depth + 1) {
            items.append(item)
            skipSpace()
            if take("]") { return .array(items) }
            guard take(",") else { return nil }
        }
        return nil
    }

    private mutating func object(depth: Int) -> CanonicalJSON? {
        place += 1
        var members: [String: CanonicalJSON] = [:]
        skipSpace()
        if take("}") { return .object(members) }
        while true {
            skipSpace()
            guard let key = quoted() else { return nil }
            skipSpace()
            guard take(":"), let member = value(depth: depth + 1), members.updateValue(member, forKey: key) == nil
            else {
                return nil
            }
            skipSpace()
            if take("}") { return .object(members) }
            guard take(",") else { return nil }
        }
    }

    /// A string with its quotes; `\u` escapes of surrogate pairs are joined.
    private mutating func quoted() -> String? {
        guard take("\"") else { return nil }
        var text: [UInt8] = []
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            switch byte {
            case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
            case 0..<0x20: return nil
            case UInt8(ascii: "\\"):
                guard let scalar = escaped() else { return nil }
                text.append(contentsOf: UTF8.encode(scalar) ?? .init())
            default: text.append(byte)
            }
        }
        return nil
    }

    private mutating func escaped() -> Unicode.Scalar? {
        guard place < bytes.count else { return nil }
        let byte = bytes[place]
        place += 1
        switch byte {
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "u"):
            guard let first = fourDigits() else { return nil }
            guard UTF16.isLeadSurrogate(first) else { return Unicode.Scalar(first) }
            guard take("\\u"), let second = fourDigits(), UTF16.isTrailSurrogate(second) else { return nil }
            return Unicode.Scalar(0x1_0000 + (UInt32(first & 0x3FF) << 10) + UInt32(second & 0x3FF))
        default: return nil
        }
    }

    private mutating func fourDigits() -> UInt16? {
        guard place + 4 <= bytes.count else { return nil }
        let digits = bytes[place..<place + 4]
        guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
        place += 4
        return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
