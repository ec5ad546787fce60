// How a river or basin changed between two periods: by grade and by the shares of classes, of the same sections and items.

package import Exact
internal import Monitoring
package import Standards

/// The change of a river or basin, both ways the method knows.
package struct RiverChange: Sendable {
    package let byGrade: Result<WaterChange, NotAssessable>
    package let byShares: Result<WaterChange, NotAssessable>
    /// ΔG − ΔD, in points.
    package let points: Fraction?
}

/// The change of a river between two assessments of the same sections by the same items.
///
/// By shares only where both periods were assessed by the proportion method.
package func riverChange(from before: RiverAssessment, to now: RiverAssessment) -> RiverChange {
    func refusal(_ detail: String) -> RiverChange {
        let reason = Result<WaterChange, NotAssessable>.failure(NotAssessable(.notComparable, detail))
        return RiverChange(byGrade: reason, byShares: reason, points: nil)
    }
    if Set(before.assessed) != Set(now.assessed) {
        let unlike = Set(before.assessed).symmetricDifference(now.assessed).sorted().joined(separator: " ")
        return refusal("sections of one period only: \(unlike)")
    }
    if before.profile.items != now.profile.items { return refusal("the two periods have unlike items") }
    let byGrade = before.status.flatMap { old in now.status.map { WaterChange(from: old, to: $0) } }
    guard let old = before.shares, let new = now.shares, case .success = before.status, case .success = now.status,
        let change = WaterChange(from: old, to: new)
    else {
        let reason = NotAssessable(.notComparable, "not both periods were assessed by the proportion method")
        return RiverChange(byGrade: byGrade, byShares: .failure(reason), points: nil)
    }
    return RiverChange(
        byGrade: byGrade, byShares: .success(change), points: WaterChange.points(from: old, to: new))
}
