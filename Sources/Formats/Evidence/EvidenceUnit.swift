// From the unit a table prints to the unit the catalogue keeps, by powers of ten only, so that digits stay.

internal import Exact

/// Units as people print them in tables.
enum EvidenceUnit {
    /// The power of ten by which a value in `printed` becomes one in `kept`; `nil` when the units are unlike, or their
    /// ratio is no power of ten (a volume an hour would have to be divided: nobody may round here).
    static func power(from printed: String, to kept: String) -> Int? {
        guard let target = unit(kept) else { return nil }
        if pureNumbers.contains(printed), target.dimension.isNone || kept == "[pH]" { return 0 }
        guard !printed.isEmpty, let source = unit(printed), let factor = source.conversionFactor(to: target) else {
            return nil
        }
        return (-18...18).first { Fraction(10).raised(to: $0) == factor }
    }

    /// How tables print that a number has no unit.
    private static let pureNumbers: Set<String> = ["", "无量纲", "/", "-", "—", "1", "dimensionless"]

    private static func unit(_ text: String) -> UnitOfMeasure? {
        var plain = text.filter { $0 != "{" && $0 != "}" }
        // Ten thousand is written in many ways; a superscript is a digit to the unit parser, which would read 104.
        for (spelling, word) in [
            ("10⁴", "万"), ("10^4", "万"), ("10⁸", "亿"), ("10^8", "亿"), ("立方米", "m3"), ("/升", "/L"), ("/秒", "/s"),
        ] {
            plain = plain.replacing(spelling + "·", with: word).replacing(spelling + "×", with: word)
            plain = plain.replacing(spelling, with: word)
        }
        if plain.hasPrefix("/") { plain = "1" + plain }
        return try? UnitOfMeasure(parsing: plain)
    }
}
