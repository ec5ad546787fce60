// The baseline's line by sorting: the measure of the kernel beside it.

/// The median of all pairs' slopes, and the median of the levels carried along it to the following day.
package func levelLineReference(_ levels: [Double]) -> LevelLine? {
    let days = levels.indices.filter { levels[$0].isFinite }
    var slopes: [Double] = []
    for (index, first) in days.enumerated() {
        for second in days[(index + 1)...] {
            slopes.append((levels[second] - levels[first]) / Double(second - first) + 0)
        }
    }
    guard let slope = medianReference(slopes),
        let level = medianReference(days.map { levels[$0] + slope * Double(levels.count - $0) })
    else { return nil }
    return LevelLine(level: level, slope: slope, count: days.count)
}
