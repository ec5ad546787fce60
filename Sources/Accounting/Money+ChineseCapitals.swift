// Amounts in Chinese capitals (大写金额), as a statement must print them beside the figures.

extension Money {
    /// The amount in capitals without the leading 人民币: `壹仟肆佰零玖元伍角整`; `nil` for other currencies than CNY.
    ///
    /// Where the rules leave a choice: 零 is written between a zero 元 digit and 角 (壹仟陆佰捌拾元零叁角贰分), and 整
    /// closes after 角 as well as after 元. A negative amount begins with 负; zero is 零元整.
    /// - Source: 《支付结算办法》(银发〔1997〕393号) 附一《正确填写票据和结算凭证的基本规定》一至四.
    package var chineseCapitals: String? {
        guard currency == .cny else { return nil }
        let total = minorUnits.magnitude
        if total == 0 { return "零元整" }
        let yuan = total / 100
        let jiao = Int(total / 10 % 10)
        let fen = Int(total % 10)
        var text = minorUnits < 0 ? "负" : ""
        if yuan > 0 { text += capitalInteger(yuan) + "元" }
        if jiao > 0 {
            if yuan > 0, yuan % 10 == 0 { text += "零" }
            text += capitalDigits[jiao] + "角"
        }
        if fen > 0 {
            if yuan > 0, jiao == 0 { text += "零" }
            text += capitalDigits[fen] + "分"
        } else {
            text += "整"
        }
        return text
    }
}

private let capitalDigits = ["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"]

/// A positive whole number: what stands above 亿 is read as a number of its own, then 万, then the last four digits.
private func capitalInteger(_ value: UInt64) -> String {
    if value >= 100_000_000 {
        return join(capitalInteger(value / 100_000_000) + "亿", value % 100_000_000, below: 100_000_000)
    }
    if value >= 10_000 { return join(capitalInteger(value / 10_000) + "万", value % 10_000, below: 10_000) }
    return capitalSection(Int(value))
}

/// `head`, then `rest` of the next section; one 零 when that section's first digit is zero.
private func join(_ head: String, _ rest: UInt64, below limit: UInt64) -> String {
    if rest == 0 { return head }
    return head + (rest < limit / 10 ? "零" : "") + capitalInteger(rest)
}

/// 1…9999 without a leading 零; a run of zeros inside is one 零.
private func capitalSection(_ value: Int) -> String {
    let digits = [value / 1_000, value / 100 % 10, value / 10 % 10, value % 10]
    let marks = ["仟", "佰", "拾", ""]
    var text = ""
    var zeroPending = false
    for (digit, mark) in zip(digits, marks) {
        if digit == 0 {
            zeroPending = !text.isEmpty
            continue
        }
        if zeroPending { text += "零" }
        zeroPending = false
        text += capitalDigits[digit] + mark
    }
    return text
}
