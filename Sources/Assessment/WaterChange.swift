// How water quality changed between two periods (水质变化): by grade, and by the shares of classes.

package import Exact
package import Monitoring
package import Standards

/// Which way and how far.
package enum WaterChange: String, Sendable, CaseIterable {
    case markedlyBetter = "markedly-better"
    case better
    case unchanged
    case worse
    case markedlyWorse = "markedly-worse"

    package var name: BilingualName {
        switch self {
        case .markedlyBetter: BilingualName(chinese: "明显好转", english: "markedly better")
        case .better: BilingualName(chinese: "有所好转", english: "somewhat better")
        case .unchanged: BilingualName(chinese: "无明显变化", english: "no obvious change")
        case .worse: BilingualName(chinese: "有所下降", english: "somewhat worse")
        case .markedlyWorse: BilingualName(chinese: "明显下降", english: "markedly worse")
        }
    }

    /// By grade: the same no obvious change, one grade some change, two and more marked. Source: 环办〔2011〕22号 (mark B).
    package init(from before: WaterStatus, to now: WaterStatus) {
        let steps = before.rawValue - now.rawValue
        self = Self.of(steps > 0, isChange: steps != 0, isMarked: abs(steps) >= 2)
    }

    /// By shares, with x = ΔG − ΔD in points, G the share of Ⅰ–Ⅲ and D that of worse than Ⅴ: |x| ≤ 10 no obvious change,
    /// up to 20 some, above 20 marked; above zero better. `nil` where one period has no section.
    ///
    /// Source: 环办〔2011〕22号 (mark A above 20, B for the rest); shares are compared unrounded.
    package init?(from before: ClassShares, to now: ClassShares) {
        guard let points = Self.points(from: before, to: now) else { return nil }
        self = Self.of(
            points > .zero, isChange: points.magnitude > Fraction(10), isMarked: points.magnitude > Fraction(20))
    }

    /// ΔG − ΔD in percentage points.
    package static func points(from before: ClassShares, to now: ClassShares) -> Fraction? {
        guard let good = now.good, let worst = now.worst, let oldGood = before.good, let oldWorst = before.worst else {
            return nil
        }
        return (good - oldGood) - (worst - oldWorst)
    }

    private static func of(_ isBetter: Bool, isChange: Bool, isMarked: Bool) -> WaterChange {
        if !isChange { return .unchanged }
        if isMarked { return isBetter ? .markedlyBetter : .markedlyWorse }
        return isBetter ? .better : .worse
    }
}

/// The change of one section: by the grades of its classes in two periods.
///
/// - Returns: not assessable when one period is, or when the item lists differ: unlike things are not compared.
package func sectionChange(
    from before: WaterClassification, to now: WaterClassification
) -> Result<WaterChange, NotAssessable> {
    guard before.profile.items == now.profile.items, before.standard == now.standard else {
        return .failure(NotAssessable(.notComparable, "the two periods have unlike items or standards"))
    }
    return before.result.flatMap { old in
        now.result.map { WaterChange(from: WaterStatus(old), to: WaterStatus($0)) }
    }
}
