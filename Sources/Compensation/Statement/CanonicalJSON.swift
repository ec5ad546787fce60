// JSON with one spelling: sorted keys, no blanks, exact numbers as strings. The same value gives the same bytes.

/// A JSON value; there are no floating-point numbers in it.
package indirect enum CanonicalJSON: Hashable, Sendable {
    case null
    case truth(Bool)
    case integer(Int)
    case text(String)
    case list([CanonicalJSON])
    case object([String: CanonicalJSON])

    /// The bytes as text, without a line end.
    package var serialized: String {
        var output = ""
        write(to: &output)
        return output
    }

    private func write(to output: inout String) {
        switch self {
        case .null: output += "null"
        case .truth(let value): output += value ? "true" : "false"
        case .integer(let value): output += String(value)
        case .text(let value): Self.quote(value, to: &output)
        case .list(let items):
            output += "["
            for (position, item) in items.enumerated() {
                if position > 0 { output += "," }
                item.write(to: &output)
            }
            output += "]"
        case .object(let members):
            output += "{"
            // Swift orders strings by canonical equivalence; bytes have one order everywhere.
            let keys = members.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            for (position, key) in keys.enumerated() {
                if position > 0 { output += "," }
                Self.quote(key, to: &output)
                output += ":"
                members[key]?.write(to: &output)
            }
            output += "}"
        }
    }

    private static func quote(_ text: String, to output: inout String) {
        output += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": output += "\\\""
            case "\\": output += "\\\\"
            case "\n": output += "\\n"
            case "\r": output += "\\r"
            case "\t": output += "\\t"
            case "\u{0}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: output.unicodeScalars.append(scalar)
            }
        }
        output += "\""
    }
}
