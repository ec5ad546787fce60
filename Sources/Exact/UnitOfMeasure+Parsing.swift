// Reading a unit as people write it, and saying what is wrong when it is none.

/// Why a text is not a unit, and which symbols are near to it.
package struct UnitProblem: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Reason: Equatable, Sendable {
        case empty
        /// More than `UnitOfMeasure.textLimit` characters.
        case tooLong
        case unknownSymbol(String)
        /// A number that is no power of ten.
        case multiplier(String)
        /// An exponent outside ±9, at this part.
        case exponentOutOfRange(String)
        /// An operator or parenthesis where a unit should stand, or none where one should: the rest of the text.
        case unexpected(String)
    }

    package let text: String
    package let reason: Reason
    /// Accepted symbols that differ little from the unknown one, nearest first; at most three.
    package let suggestions: [String]

    package var description: String {
        let cause =
            switch reason {
            case .empty: "it is empty; a pure number is written 1"
            case .tooLong: "it has more than \(UnitOfMeasure.textLimit) characters"
            case .unknownSymbol(let symbol): "\"\(symbol)\" is not a known symbol"
            case .multiplier(let number): "\(number) is not a power of ten, and no other number multiplies a unit"
            case .exponentOutOfRange(let part): "the exponent in \"\(part)\" is not within ±9"
            case .unexpected(let rest):
                rest.isEmpty ? "it ends where a symbol should follow" : "\"\(rest)\" stands where it cannot"
            }
        let hint = suggestions.isEmpty ? "" : "; did you mean \(suggestions.joined(separator: " or "))?"
        return "\"\(text)\" is not a unit: \(cause)\(hint.isEmpty ? "." : hint)"
    }
}

extension UnitOfMeasure {
    /// A unit's text is a table cell or a YAML scalar; the longest in use has about 20 characters.
    package static let textLimit = 64

    /// The unit written in `text`: `mg/L`, `µg/m³`, `ug/(dm2.d)`, `m3 s-1`, `10k CNY`, `万元/t`, `亿m3`, `{sample}`.
    ///
    /// Products are `·`, `*`, `×`, `.` or a space; `/` divides by the next part only; exponents follow the symbol.
    /// Both µ (U+00B5) and μ (U+03BC) are read as `u`, superscripts as exponents: `10⁴ m³`
    /// is 10,000 m3.
    package init(parsing text: String) throws(UnitProblem) {
        guard text.count <= Self.textLimit else {
            throw UnitProblem(text: String(text.prefix(Self.textLimit)), reason: .tooLong, suggestions: [])
        }
        var reader = UnitReader(text)
        self = try reader.unit()
    }
}

/// Reads one unit from normalised characters, left to right.
private struct UnitReader {
    let text: String
    let characters: [Character]
    var index = 0

    init(_ text: String) {
        self.text = text
        let plain = text.replacing("10k CNY", with: "万元").replacing("10k 元", with: "万元")
        // Blanks count only between two parts, where they are a product.
        let parts = plain.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        var normalised: [Character] = []
        var (isExponent, isExponentOfNumber) = (false, false)
        for scalar in parts.unicodeScalars {
            if Self.products.contains(scalar) {
                if normalised.last == " " { normalised.removeLast() }
                normalised.append("·")
            } else if scalar == "/" || scalar == ")" {
                if normalised.last == " " { normalised.removeLast() }
                normalised.append(Character(scalar))
            } else if scalar == " ", let last = normalised.last, "·/(".contains(last) {
                continue
            } else {
                let isRaised = Self.raised.contains(scalar)
                if isRaised, !isExponent, let last = normalised.last, last.isASCII, last.isNumber {
                    // A raised digit behind a number is its exponent, never one more of its digits: 10⁴ is not 104.
                    normalised.append("^")
                    isExponentOfNumber = true
                } else if !isRaised, isExponentOfNumber, scalar != " " {
                    normalised.append("·")
                }
                if !isRaised { isExponentOfNumber = false }
                isExponent = isRaised
                normalised.append(Character(Self.plainForms[scalar] ?? scalar))
                continue
            }
            (isExponent, isExponentOfNumber) = (false, false)
        }
        characters = normalised
    }

    private static let products = Set("·*×.⋅•".unicodeScalars)
    private static let raised = Set("⁻⁰¹²³⁴⁵⁶⁷⁸⁹".unicodeScalars)
    private static let plainForms: [Unicode.Scalar: Unicode.Scalar] = [
        "\u{B5}": "u", "\u{3BC}": "u", "⁻": "-", "−": "-", "（": "(", "）": ")",
        "⁰": "0", "¹": "1", "²": "2", "³": "3", "⁴": "4", "⁵": "5", "⁶": "6", "⁷": "7", "⁸": "8", "⁹": "9",
    ]

    mutating func unit() throws(UnitProblem) -> UnitOfMeasure {
        if characters.isEmpty { throw problem(.empty) }
        let unit = try product()
        if index < characters.count { throw unexpected() }
        return unit
    }

    private mutating func product() throws(UnitProblem) -> UnitOfMeasure {
        var result = try part()
        while index < characters.count {
            switch characters[index] {
            case "·", " ":
                index += 1
                result = result * (try part())
            case "/":
                index += 1
                result = result / (try part())
            default: return result
            }
        }
        return result
    }

    private mutating func part() throws(UnitProblem) -> UnitOfMeasure {
        guard index < characters.count else { throw unexpected() }
        if characters[index] == "(" {
            index += 1
            let inner = try product()
            guard index < characters.count, characters[index] == ")" else { throw unexpected() }
            index += 1
            return inner
        }
        let start = index
        while index < characters.count, !"·/() ".contains(characters[index]) { index += 1 }
        if index == start { throw unexpected() }
        return try unit(named: String(characters[start..<index]))
    }

    /// A symbol with an optional multiplier before it and an exponent behind it: `亿m3`, `s-1`, `m^2`, `1`.
    private func unit(named name: String) throws(UnitProblem) -> UnitOfMeasure {
        if let atom = Self.atom(name) { return Self.unit(atom, power: 1) }
        if let first = name.first, first == "万" || first == "亿", let multiplier = Self.atom(String(first)) {
            return Self.unit(multiplier, power: 1) * (try unit(named: String(name.dropFirst())))
        }
        let symbol = String(name.reversed().drop { $0.isASCII && $0.isNumber }.reversed())
        let digits = name.dropFirst(symbol.count)
        let isNegative = symbol.hasSuffix("-")
        let bare = String((isNegative ? symbol.dropLast() : symbol[...]))
        guard !digits.isEmpty, !bare.isEmpty else { throw unknown(name) }
        guard let atom = Self.atom(bare.hasSuffix("^") ? String(bare.dropLast()) : bare) else { throw unknown(bare) }
        if atom.symbol.allSatisfy(\.isNumber), !bare.hasSuffix("^") { throw unknown(name) }
        guard let power = Int(digits), (1...9).contains(power) else { throw problem(.exponentOutOfRange(name)) }
        return Self.unit(atom, power: isNegative ? -power : power)
    }

    private static func unit(_ atom: UnitAtom, power: Int) -> UnitOfMeasure {
        // A factor of exactly one leaves no trace in the symbol.
        atom.symbol == "1" ? .one : UnitOfMeasure(terms: [UnitTerm(atom: atom, power: power)])
    }

    private static func atom(_ name: String) -> UnitAtom? {
        if let known = UnitAtom.bySpelling[name] { return known }
        // A multiplier is a power of ten; 104 m³ is 10⁴ m³ that lost its raised digit.
        if name.count <= 10, name.first == "1", name.dropFirst().allSatisfy({ $0 == "0" }), let number = Int(name) {
            return UnitAtom(symbol: String(number), dimension: .none, factor: Fraction(number))
        }
        guard name.first == "{", name.last == "}", name.count > 2 else { return nil }
        let thing = String(name.dropFirst().dropLast())
        if let known = UnitAtom.bySpelling[thing], known.dimension == Dimension(.counted(thing)) { return known }
        return UnitAtom(symbol: name, dimension: Dimension(.counted(thing)), factor: .one)
    }

    private func unexpected() -> UnitProblem { problem(.unexpected(String(characters[index...]))) }

    private func problem(_ reason: UnitProblem.Reason) -> UnitProblem {
        UnitProblem(text: text, reason: reason, suggestions: [])
    }

    private func unknown(_ symbol: String) -> UnitProblem {
        if symbol.allSatisfy({ $0.isASCII && $0.isNumber }) {
            return UnitProblem(text: text, reason: .multiplier(symbol), suggestions: Self.powers(like: symbol))
        }
        return UnitProblem(text: text, reason: .unknownSymbol(symbol), suggestions: nearSymbols(symbol))
    }

    /// `10^4` for 104, whose raised digit was lost.
    private static func powers(like digits: String) -> [String] {
        guard digits.count == 3, digits.hasPrefix("10"), let power = digits.last else { return [] }
        return ["10^\(power)"]
    }
}

/// Up to three accepted spellings that differ from `symbol` in case or in a third of its characters, nearest first.
private func nearSymbols(_ symbol: String) -> [String] {
    let wanted = Array(symbol.lowercased())
    let limit = max(1, wanted.count / 3)
    return UnitAtom.bySpelling.keys
        .map { (spelling: $0, distance: editDistance(wanted, Array($0.lowercased()))) }
        // A one-letter symbol is one edit from every other, so only its case may differ.
        .filter { $0.distance <= limit && ($0.distance == 0 || wanted.count > 1 && $0.spelling.count > 1) }
        .sorted { ($0.distance, $0.spelling) < ($1.distance, $1.spelling) }
        .prefix(3).map(\.spelling)
}

/// Insertions, deletions and replacements between two short texts (Levenshtein).
private func editDistance(_ left: [Character], _ right: [Character]) -> Int {
    var previous = Array(0...right.count)
    for (row, character) in left.enumerated() {
        var current = [row + 1]
        for (column, other) in right.enumerated() {
            current.append(
                min(previous[column] + (character == other ? 0 : 1), previous[column + 1] + 1, current[column] + 1))
        }
        previous = current
    }
    return previous[right.count]
}
