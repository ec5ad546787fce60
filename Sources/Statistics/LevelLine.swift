// The line of a baseline: Theil's median slope through the levels of the latest days, told for the day after them.

/// A robust line, told for the day that follows the levels it was drawn through.
package struct LevelLine: Equatable, Sendable {
    /// The level on the following day.
    package let level: Double
    /// A day.
    package let slope: Double
    /// Days that had a level.
    package let count: Int
}

/// Draws the line through daily levels, oldest first.
///
/// - Shape: `levels`, at most 64, NaN where a day has none; `scratch`, `levelLineScratchCount(levels.count)`.
/// - Returns: `nil` when fewer than two days have a level.
/// - Complexity: O(d²) for d days, once a day.
/// - Source: Theil, A rank-invariant method of linear regression analysis, 1950; the intercept as the median of the
///   levels less the slope.
/// - Reference: `levelLineReference(_:)`; equal bits.
package func levelLine(_ levels: Span<Double>, scratch: inout MutableSpan<Double>) -> LevelLine? {
    precondition(levels.count <= baselineDaysLimit, "A baseline reaches back at most 64 days.")
    precondition(scratch.count >= levelLineScratchCount(levels.count), "The scratch holds every pair of days.")
    return scratch.withUnsafeMutableBufferPointer { buffer in
        var pairs = 0
        var count = 0
        for first in 0..<levels.count where levels[first].isFinite {
            count += 1
            for second in (first + 1)..<max(levels.count, first + 1) where levels[second].isFinite {
                buffer[pairs] = (levels[second] - levels[first]) / Double(second - first) + 0
                pairs += 1
            }
        }
        if pairs == 0 { return nil }
        let slope = middle(buffer, count: pairs)
        var kept = 0
        for day in 0..<levels.count where levels[day].isFinite {
            buffer[kept] = levels[day] + slope * Double(levels.count - day) + 0
            kept += 1
        }
        return LevelLine(level: middle(buffer, count: kept), slope: slope, count: count)
    }
}

/// Doubles of scratch that `levelLine` needs for that many days.
package func levelLineScratchCount(_ dayCount: Int) -> Int { max(dayCount * (dayCount - 1) / 2, dayCount) }

/// The median of the first `count` elements, at least one, which it reorders.
func middle(_ buffer: UnsafeMutableBufferPointer<Double>, count: Int) -> Double {
    let upper = selectElement(buffer, count: count, rank: count / 2)
    if count % 2 == 1 { return upper }
    return (selectElement(buffer, count: count, rank: count / 2 - 1) + upper) / 2
}

/// The median of the finite elements; NaN when there is none.
func finiteMedian(_ values: some Sequence<Double>) -> Double {
    var kept = values.filter(\.isFinite)
    let count = kept.count
    return count == 0 ? .nan : kept.withUnsafeMutableBufferPointer { middle($0, count: count) }
}
