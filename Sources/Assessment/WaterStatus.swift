// The five grades in which the water of a section, river or basin is spoken of (水质状况).

package import Exact
package import Monitoring

/// A grade of water quality (水质状况), best first.
///
/// Source: 环办〔2011〕22号, tables on sections and on rivers: grade, class and colour (mark A).
package enum WaterStatus: Int, Comparable, Sendable, CaseIterable {
    case excellent = 1
    case good, light, moderate, heavy

    package static func < (left: WaterStatus, right: WaterStatus) -> Bool { left.rawValue < right.rawValue }

    /// The grade of a section of that class: Ⅰ and Ⅱ excellent, Ⅲ good, Ⅳ light, Ⅴ moderate, worse heavy.
    package init(_ waterClass: WaterClass) {
        self =
            switch waterClass.rank {
            case 1, 2: .excellent
            case 3: .good
            case 4: .light
            case 5: .moderate
            default: .heavy
            }
    }

    package var name: BilingualName {
        switch self {
        case .excellent: BilingualName(chinese: "优", english: "excellent")
        case .good: BilingualName(chinese: "良好", english: "good")
        case .light: BilingualName(chinese: "轻度污染", english: "light pollution")
        case .moderate: BilingualName(chinese: "中度污染", english: "moderate pollution")
        case .heavy: BilingualName(chinese: "重度污染", english: "heavy pollution")
        }
    }

    package var colour: BilingualName {
        switch self {
        case .excellent: BilingualName(chinese: "蓝色", english: "blue")
        case .good: BilingualName(chinese: "绿色", english: "green")
        case .light: BilingualName(chinese: "黄色", english: "yellow")
        case .moderate: BilingualName(chinese: "橙色", english: "orange")
        case .heavy: BilingualName(chinese: "红色", english: "red")
        }
    }
}

/// How the classes of a set of sections are distributed (断面水质类别比例).
package struct ClassShares: Hashable, Sendable {
    /// Sections of class Ⅰ…Ⅴ and worse, in that order.
    package let counts: [Int]

    package init(_ classes: some Sequence<WaterClass>) {
        var counts = Array(repeating: 0, count: 6)
        for waterClass in classes { counts[waterClass.rank - 1] += 1 }
        self.counts = counts
    }

    package var total: Int { counts.reduce(0, +) }

    /// Percent of the sections in class Ⅰ…Ⅲ; `nil` of no sections.
    package var good: Fraction? { percent(of: counts[0...2]) }

    /// Percent of the sections worse than Ⅴ; `nil` of no sections.
    package var worst: Fraction? { percent(of: counts[5...5]) }

    private func percent(of part: ArraySlice<Int>) -> Fraction? {
        total == 0 ? nil : Fraction(100 * part.reduce(0, +), total)
    }

    /// The grade by the proportion method; `nil` of no sections.
    ///
    /// Ⅰ–Ⅲ ≥ 90 % excellent, ≥ 75 % good; below that worse than Ⅴ < 20 % light, < 40 % moderate, else heavy. Shares are
    /// compared unrounded.
    ///
    /// Source: 环办〔2011〕22号, river and basin table. One transcription bounds the last row by Ⅰ–Ⅲ < 60 %, another by
    /// < 75 %: they differ at exactly 60 % and 40 % only, where we take heavy.
    package var status: WaterStatus? {
        guard let good, let worst else { return nil }
        if good >= Fraction(90) { return .excellent }
        if good >= Fraction(75) { return .good }
        return worst < Fraction(20) ? .light : worst < Fraction(40) ? .moderate : .heavy
    }
}
