// The symbols a unit may be written with, in tables, feeds and agreements, English and Chinese.

extension UnitAtom {
    /// The atom of every accepted spelling. Case counts: `M` and `m`, `Mg` and `mg` are not the same.
    static let bySpelling: [String: UnitAtom] = {
        var table: [String: UnitAtom] = [:]
        for (spellings, dimension, factor) in rows {
            let names = spellings.split(separator: " ").map(String.init)
            let atom = UnitAtom(symbol: names[0], dimension: dimension, factor: factor)
            for name in names { table[name] = atom }
        }
        return table
    }()

    /// Spellings (the first is the canonical symbol), dimension, exact number of base units (kg, m, s, yuan …).
    private static let rows: [(String, Dimension, Fraction)] =
        masses + lengths + times + things
        + currencyCodes.map { ($0, Dimension(.money($0)), .one) }
        + [
            ("CNY 元 RMB", Dimension(.money("CNY")), .one),
            ("万元", Dimension(.money("CNY")), power(4)),
            ("百万元", Dimension(.money("CNY")), power(6)),
            ("亿元", Dimension(.money("CNY")), power(8)),
            ("万", .none, power(4)),
            ("亿", .none, power(8)),
            ("% 百分数", .none, power(-2)),
            ("‰", .none, power(-3)),
            ("ppm", .none, power(-6)),
            ("ppb", .none, power(-9)),
        ]

    private static let masses: [(String, Dimension, Fraction)] = [
        ("t 吨", Dimension(.mass), power(3)),
        ("kt", Dimension(.mass), power(6)),
        ("kg 千克 公斤", Dimension(.mass), .one),
        ("g 克", Dimension(.mass), power(-3)),
        ("mg 毫克", Dimension(.mass), power(-6)),
        ("ug 微克", Dimension(.mass), power(-9)),
        ("ng 纳克", Dimension(.mass), power(-12)),
        ("pg", Dimension(.mass), power(-15)),
        ("mol", Dimension(.substance), .one),
        ("mmol", Dimension(.substance), power(-3)),
        ("umol", Dimension(.substance), power(-6)),
    ]

    private static let lengths: [(String, Dimension, Fraction)] = [
        ("m 米", Dimension(.length), .one),
        ("km 千米 公里", Dimension(.length), power(3)),
        ("dm", Dimension(.length), power(-1)),
        ("cm 厘米", Dimension(.length), power(-2)),
        ("mm 毫米", Dimension(.length), power(-3)),
        ("um", Dimension(.length), power(-6)),
        // The international foot of 1959, as in the ft3/s of gauging stations; the survey foot is not meant.
        ("ft", Dimension(.length), Fraction(3_048, 10_000)),
        ("L l 升", Dimension(.length).raised(to: 3), power(-3)),
        ("mL ml 毫升", Dimension(.length).raised(to: 3), power(-6)),
        ("uL", Dimension(.length).raised(to: 3), power(-9)),
        ("立方米", Dimension(.length).raised(to: 3), .one),
        ("平方米", Dimension(.length).raised(to: 2), .one),
        ("平方公里 平方千米", Dimension(.length).raised(to: 2), power(6)),
        ("ha 公顷", Dimension(.length).raised(to: 2), power(4)),
        ("mu 亩", Dimension(.length).raised(to: 2), Fraction(2_000, 3)),
    ]

    private static let times: [(String, Dimension, Fraction)] = [
        ("s 秒", Dimension(.time), .one),
        ("min 分钟", Dimension(.time), Fraction(60)),
        ("h 小时 hour", Dimension(.time), Fraction(3_600)),
        ("d 天 日 day", Dimension(.time), Fraction(86_400)),
        ("month 月 个月", Dimension(.month), .one),
        ("year 年 a", Dimension(.year), .one),
    ]

    private static let things: [(String, Dimension, Fraction)] = [
        ("Cel ℃ °C degC", Dimension(.temperature), .one),
        ("Pa", pressure, .one),
        ("hPa", pressure, power(2)),
        ("kPa", pressure, power(3)),
        ("MPa", pressure, power(6)),
        ("S", Dimension(.conductance), .one),
        ("mS", Dimension(.conductance), power(-3)),
        ("uS", Dimension(.conductance), power(-6)),
        ("V", Dimension(.voltage), .one),
        ("mV", Dimension(.voltage), power(-3)),
        ("deg °", Dimension(.angle), .one),
        ("[pH] pH", Dimension(.acidity), .one),
        ("NTU", Dimension(.turbidity), .one),
        ("point 百分点 个百分点", Dimension(.counted("point")), .one),
        ("class 类别", Dimension(.counted("class")), .one),
        ("rank 位次", Dimension(.counted("rank")), .one),
        ("score", Dimension(.counted("score")), .one),
        ("个 cells MPN", .none, .one),
    ]

    private static let pressure = Dimension(.mass) / Dimension(.length) / Dimension(.time).raised(to: 2)

    private static let currencyCodes = [
        "CHF", "DEM", "EUR", "FRF", "GBP", "HKD", "JPY", "KZT", "MNT", "NLG", "RUB", "USD", "VND",
    ]

    private static func power(_ exponent: Int) -> Fraction { Fraction(10).raised(to: exponent) }
}
