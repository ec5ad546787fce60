// Cuts the text of a formula into words; full-width and ASCII forms of an operator are the same word.

internal import Exact

struct ExpressionLexer {
    private let scalars: [Unicode.Scalar]
    private var index = 0

    private init(_ text: String) { scalars = Array(text.unicodeScalars) }

    /// The words of `text`, ended by `.end`.
    static func tokens(of text: String) throws(ExpressionProblem) -> [ExpressionToken] {
        var lexer = ExpressionLexer(text)
        if lexer.scalars.count > ExpressionLimits.scalarCount {
            throw ExpressionProblem(
                check: "expression.length", range: 0..<1,
                message: "This expression is longer than \(ExpressionLimits.scalarCount) characters.",
                remedy: "Divide it into named formulas.")
        }
        var tokens: [ExpressionToken] = []
        while let token = try lexer.next() { tokens.append(token) }
        tokens.append(ExpressionToken(kind: .end, range: lexer.scalars.count..<lexer.scalars.count))
        return tokens
    }

    private mutating func next() throws(ExpressionProblem) -> ExpressionToken? {
        while index < scalars.count, scalars[index].properties.isWhitespace { index += 1 }
        guard index < scalars.count else { return nil }
        let start = index
        if isDigit(scalars[index]) { return try number() }
        if isNameStart(scalars[index]) {
            let word = takeName()
            let kind = ExpressionToken.Keyword(rawValue: word).map(ExpressionToken.Kind.keyword) ?? .name(word)
            return ExpressionToken(kind: kind, range: start..<index)
        }
        guard let symbol = takeSymbol() else {
            throw ExpressionProblem(
                check: "expression.syntax", range: start..<start + 1,
                message: "“\(scalars[start])” has no meaning in an expression.",
                remedy: "Use numbers with units, names, + − × ÷, comparisons and parentheses.")
        }
        return ExpressionToken(kind: .symbol(symbol), range: start..<index)
    }

    private mutating func number() throws(ExpressionProblem) -> ExpressionToken {
        let start = index
        var text = ""
        while index < scalars.count, isDigit(scalars[index]) || scalars[index] == "." {
            text.unicodeScalars.append(scalars[index])
            index += 1
        }
        let end = index
        guard let value = ExactDecimal(text), text.last != "." else {
            throw ExpressionProblem(
                check: "expression.number", range: start..<end,
                message: "“\(text)” is not a number we can hold exactly.",
                remedy: "Write at most 18 digits with one decimal point, such as 0.85.")
        }
        let (unit, unitStart) = takeUnit()
        return ExpressionToken(
            kind: .number(value, unit: unit), range: start..<(unit.isEmpty ? end : index), unitStart: unitStart)
    }

    /// The unit right after a number: `万元/class`, `mg/L`, `%`. It holds no space; `÷` or spaces around `/` divide.
    private mutating func takeUnit() -> (text: String, start: Int?) {
        let afterNumber = index
        while index < scalars.count, scalars[index] == " " { index += 1 }
        let start = index
        var text = ""
        while index < scalars.count {
            let scalar = scalars[index]
            if scalar == "{", let end = scalars[index...].firstIndex(of: "}") {
                // A counted thing of one's own: {EC}, {lb}.
                for part in scalars[index...end] { text.unicodeScalars.append(part) }
                index = end + 1
                continue
            }
            let follows = index + 1 < scalars.count ? scalars[index + 1] : " "
            let isSlash = scalar == "/" && !text.isEmpty && (isNameStart(follows) || follows == "%" || follows == "{")
            guard isUnitScalar(scalar, first: text.isEmpty) || isSlash else { break }
            text.unicodeScalars.append(scalar)
            index += 1
        }
        if text.isEmpty || ExpressionToken.Keyword(rawValue: text) != nil {
            index = afterNumber
            return ("", nil)
        }
        return (text, start)
    }

    private mutating func takeName() -> String {
        var word = ""
        while index < scalars.count, isNameStart(scalars[index]) || isDigit(scalars[index]) {
            word.unicodeScalars.append(scalars[index])
            index += 1
        }
        return word
    }

    private mutating func takeSymbol() -> ExpressionToken.Symbol? {
        let follows = index + 1 < scalars.count ? scalars[index + 1] : " "
        let isOrEqual = follows == "=" || follows == "＝"
        let (symbol, length): (ExpressionToken.Symbol?, Int) =
            switch scalars[index] {
            case "+", "＋": (.plus, 1)
            case "-", "−", "－": (.minus, 1)
            case "*", "×", "·", "＊": (.times, 1)
            case "/", "÷", "／": (.divide, 1)
            case "≤", "⩽": (.lessOrEqual, 1)
            case "≥", "⩾": (.greaterOrEqual, 1)
            case "≠": (.notEqual, 1)
            case "<", "＜": isOrEqual ? (.lessOrEqual, 2) : follows == ">" ? (.notEqual, 2) : (.less, 1)
            case ">", "＞": isOrEqual ? (.greaterOrEqual, 2) : (.greater, 1)
            case "=", "＝": (.equal, isOrEqual ? 2 : 1)
            case "!": isOrEqual ? (.notEqual, 2) : (nil, 1)
            case "(", "（": (.open, 1)
            case ")", "）": (.close, 1)
            case "[": (.openIndex, 1)
            case "]": (.closeIndex, 1)
            case ",", "，": (.comma, 1)
            case ":", "：": (.colon, 1)
            default: (nil, 1)
            }
        if symbol != nil { index += length }
        return symbol
    }
}

private func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

private func isNameStart(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || (scalar.properties.isAlphabetic && !isDigit(scalar))
}

private func isUnitScalar(_ scalar: Unicode.Scalar, first: Bool) -> Bool {
    if isNameStart(scalar) || scalar == "%" || scalar == "µ" || scalar == "μ" { return true }
    return !first && (isDigit(scalar) || scalar == "²" || scalar == "³" || scalar == "^")
}
