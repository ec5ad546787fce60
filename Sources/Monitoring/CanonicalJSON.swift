// The one JSON writer for machine output and for what is digested: equal values give equal bytes everywhere.

/// A JSON value that prints in one canonical way.
///
/// - Text: no white space, object keys in the order of their UTF-8 bytes, only what must be escaped is escaped.
/// - Numbers are kept as text, so that a decimal prints with the digits it was received with.
package enum CanonicalJSON: Hashable, Sendable {
    case string(String)
    /// A number as JSON writes it; anything else stops the program when it is printed.
    case number(String)
    case bool(Bool)
    case null
    case array([CanonicalJSON])
    case object([String: CanonicalJSON])

    /// The value as JSON text on one line.
    package func text() -> String {
        var output: [UInt8] = []
        write(to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// A whole number.
    package static func integer(_ value: some BinaryInteger) -> CanonicalJSON { .number(String(value)) }

    /// `text` as a string, `nil` as `null`.
    package static func optional(_ text: String?) -> CanonicalJSON { text.map { .string($0) } ?? .null }
}

extension CanonicalJSON {
    /// Appends the value's UTF-8 bytes to `output`.
    package func write(to output: inout [UInt8]) {
        switch self {
        case .string(let text): Self.writeQuoted(text, to: &output)
        case .number(let text):
            precondition(Self.isNumber(text), "A JSON number is written as JSON writes numbers: \(text)")
            output.append(contentsOf: text.utf8)
        case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
        case .null: output.append(contentsOf: "null".utf8)
        case .array(let items):
            output.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                item.write(to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let members):
            Self.write(ordered: Self.ordered(members), to: &output)
        }
    }

    /// A member of an object.
    package typealias Member = (key: String, value: CanonicalJSON)

    /// Members in the order in which an object writes them: of their keys' bytes, not `String.<`, which compares by
    /// Unicode equivalence. Other programs can redo this order.
    package static func ordered(_ members: [String: CanonicalJSON]) -> [Member] {
        members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { ($0.key, $0.value) }
    }

    /// Appends the object of `members`.
    ///
    /// - Precondition: `members` are in order, no key twice.
    package static func write(ordered members: [Member], to output: inout [UInt8]) {
        output.append(UInt8(ascii: "{"))
        for (index, member) in members.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            writeQuoted(member.key, to: &output)
            output.append(UInt8(ascii: ":"))
            member.value.write(to: &output)
        }
        output.append(UInt8(ascii: "}"))
    }

    private static func writeQuoted(_ text: String, to output: inout [UInt8]) {
        let quote = UInt8(ascii: "\"")
        let backslash = UInt8(ascii: "\\")
        output.append(quote)
        var text = text
        let isPlain = text.withUTF8 { bytes in
            let isPlain = bytes.allSatisfy { $0 >= 0x20 && $0 != quote && $0 != backslash }
            if isPlain { output.append(contentsOf: bytes) }
            return isPlain
        }
        if isPlain { return output.append(quote) }
        for byte in text.utf8 {
            switch byte {
            case quote, backslash: output.append(contentsOf: [backslash, byte])
            case 0x0A: output.append(contentsOf: [backslash, UInt8(ascii: "n")])
            case 0x0D: output.append(contentsOf: [backslash, UInt8(ascii: "r")])
            case 0x09: output.append(contentsOf: [backslash, UInt8(ascii: "t")])
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                output.append(contentsOf: "\\u00\(digits.count == 1 ? "0" : "")\(digits)".utf8)
            default: output.append(byte)
            }
        }
        output.append(quote)
    }

    /// `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`. Source: RFC 8259, section 6.
    static func isNumber(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        func digitCount() -> Int { rest.prefix { $0 &- 0x30 < 10 }.count }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let whole = digitCount()
        guard whole == 1 || (whole > 1 && rest.first != 0x30) else { return false }
        rest = rest.dropFirst(whole)
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            let places = digitCount()
            guard places > 0 else { return false }
            rest = rest.dropFirst(places)
        }
        guard rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") else { return rest.isEmpty }
        rest = rest.dropFirst()
        if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let power = digitCount()
        return power > 0 && power == rest.count
    }
}

/// The keys of many objects that have the same ones: sorted and quoted once, the same bytes as `CanonicalJSON.object`.
package struct JSONRow: Sendable {
    /// Each with the bytes before its value.
    private let prefixes: [[UInt8]]

    /// - Precondition: `keys` are in the order of their UTF-8 bytes, none twice.
    package init(_ keys: [String]) {
        for (key, next) in zip(keys, keys.dropFirst()) {
            precondition(key.utf8.lexicographicallyPrecedes(next.utf8), "The keys of a row are sorted.")
        }
        prefixes = keys.enumerated().map { place, key in
            var bytes = [place == 0 ? UInt8(ascii: "{") : UInt8(ascii: ",")]
            CanonicalJSON.string(key).write(to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            return bytes
        }
    }

    /// Appends an object with these values, one a key.
    package func write(_ values: [CanonicalJSON], to output: inout [UInt8]) {
        precondition(values.count == prefixes.count, "A row has a value for each key.")
        for (prefix, value) in zip(prefixes, values) {
            output.append(contentsOf: prefix)
            value.write(to: &output)
        }
        output.append(UInt8(ascii: "}"))
    }
}
