// What an assessment may say. Four values everywhere, and no default among them.

/// The verdict of an assessment (评价结论).
package enum AssessmentVerdict: String, Sendable, CaseIterable {
    /// 达标
    case met
    /// 未达标
    case notMet = "not-met"
    /// 无法判定
    case notAssessable = "not-assessable"
    /// 有争议
    case disputed
}

/// A surface-water class (水质类别): 1…5 are Ⅰ…Ⅴ, 6 is worse than Ⅴ (劣Ⅴ). Source: GB 3838-2002, table 1.
package struct WaterClass: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rank: Int

    /// - Precondition: 1…6.
    package init(rank: Int) {
        precondition((1...6).contains(rank), "A water class is one of 1…6.")
        self.rank = rank
    }

    package static func < (left: WaterClass, right: WaterClass) -> Bool { left.rank < right.rank }

    package var description: String { ["Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "劣Ⅴ"][rank - 1] }
}
