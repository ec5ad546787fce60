// Goal: amounts in capitals follow the payment rules. Method: the printed examples of the rules and a written table,
// then a reader of our own that takes thousands of capitals back to the same amount.

import Accounting
import Testing

/// The amount in fen that capitals say, or `nil` when they are not well formed.
private func fen(_ capitals: String) -> Int64? {
    var rest = Substring(capitals)
    let isNegative = rest.hasPrefix("负")
    if isNegative { rest = rest.dropFirst() }
    var total: Int64 = 0
    if let yuan = rest.firstIndex(of: "元") {
        guard let value = integer(rest[..<yuan]) else { return nil }
        total = value * 100
        rest = rest[rest.index(after: yuan)...]
    }
    for (mark, size) in [("角", Int64(10)), ("分", 1)] {
        if rest.hasPrefix("零") { rest = rest.dropFirst() }
        guard rest.count >= 2, rest.dropFirst().hasPrefix(mark) else { continue }
        guard let digit = rest.first.flatMap(digitValue) else { return nil }
        total += digit * size
        rest = rest.dropFirst(2)
    }
    return rest.isEmpty || rest == "整" ? (isNegative ? -total : total) : nil
}

private func digitValue(_ character: Character) -> Int64? {
    "零壹贰叁肆伍陆柒捌玖".firstIndex(of: character).map {
        Int64("零壹贰叁肆伍陆柒捌玖".distance(from: "零壹贰叁肆伍陆柒捌玖".startIndex, to: $0))
    }
}

private func integer(_ text: Substring) -> Int64? {
    for (mark, size) in [(Character("亿"), Int64(100_000_000)), ("万", 10_000)] {
        guard let split = text.lastIndex(of: mark) else { continue }
        guard let head = integer(text[..<split]), let tail = integer(text[text.index(after: split)...]) else {
            return nil
        }
        return head * size + tail
    }
    var value: Int64 = 0
    var digit: Int64 = 0
    for character in text {
        switch character {
        case "仟": value += digit * 1_000; digit = 0
        case "佰": value += digit * 100; digit = 0
        case "拾": value += digit * 10; digit = 0
        default:
            guard let next = digitValue(character) else { return nil }
            digit = next
        }
    }
    return value + digit
}

struct ChineseCapitalsTests {
    // The first seven are examples printed in the rules (银发〔1997〕393号 附一); a closing 整 after 角 is our choice.
    @Test(arguments: [
        (Int64(140_950), "壹仟肆佰零玖元伍角整"),
        (600_714, "陆仟零柒元壹角肆分"),
        (168_032, "壹仟陆佰捌拾元零叁角贰分"),
        (10_700_053, "壹拾万柒仟元零伍角叁分"),
        (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
        (32_504, "叁佰贰拾伍元零肆分"),
        (0, "零元整"),
        (1, "壹分"),
        (10, "壹角整"),
        (11, "壹角壹分"),
        (100, "壹元整"),
        (101, "壹元零壹分"),
        (1_000, "壹拾元整"),
        (1_001, "壹拾元零壹分"),
        (1_050, "壹拾元零伍角整"),
        (10_000, "壹佰元整"),
        (10_100, "壹佰零壹元整"),
        (1_000_000, "壹万元整"),
        (1_000_100, "壹万零壹元整"),
        (1_010_000, "壹万零壹佰元整"),
        (1_100_000, "壹万壹仟元整"),
        (100_100_000, "壹佰万壹仟元整"),
        (3_960_000_000, "叁仟玖佰陆拾万元整"),
        (10_000_000_000, "壹亿元整"),
        (10_000_000_100, "壹亿零壹元整"),
        (10_000_100_000, "壹亿零壹仟元整"),
        (10_010_000_000, "壹亿零壹拾万元整"),
        (13_200_000_000, "壹亿叁仟贰佰万元整"),
        (-3_960_000_050, "负叁仟玖佰陆拾万元零伍角整"),
        (.max, "玖亿贰仟贰佰叁拾叁万柒仟贰佰零叁亿陆仟捌佰伍拾肆万柒仟柒佰伍拾捌元零柒分"),
        (.min, "负玖亿贰仟贰佰叁拾叁万柒仟贰佰零叁亿陆仟捌佰伍拾肆万柒仟柒佰伍拾捌元零捌分"),
    ])
    func `Amounts are written in capitals`(minorUnits: Int64, capitals: String) {
        #expect(Money(.cny, minorUnits: minorUnits).chineseCapitals == capitals)
    }

    @Test func `Capitals read back to the same amount`() throws {
        var amounts = Array(Int64(-2_000)...2_000)
        // Every mix of zero and non-zero places, which is where 零 goes wrong.
        for pattern in 0..<(1 << 13) {
            var amount: Int64 = 0
            for place in 0..<13 {
                let isSet = (pattern >> place) & 1 == 1
                amount = amount * 10 + (isSet ? Int64(1 + place % 9) : 0)
            }
            amounts.append(amount)
        }
        var state: UInt64 = 20_260_331
        for _ in 0..<5_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            amounts.append(Int64(bitPattern: state) >> Int64(state % 50))
        }
        for amount in amounts where amount != .min {
            let capitals = try #require(Money(.cny, minorUnits: amount).chineseCapitals)
            if fen(capitals) != amount { Issue.record("\(amount): \(capitals) reads as \(fen(capitals) ?? 0)") }
            if capitals.contains("零零") || capitals.contains("零元") && amount != 0 || capitals.contains("零万") {
                Issue.record("\(amount): \(capitals) has a 零 out of place")
            }
        }
    }

    @Test func `Other currencies have no Chinese capitals`() {
        #expect(Money(Currency(code: "EUR", minorUnitDigits: 2), minorUnits: 100).chineseCapitals == nil)
    }
}
