// The variance rule as it is said, stretch by stretch; `varianceDrops` must say the same.

package import Monitoring

/// `suspect` in a stretch whose standard deviation is below the share of the median of the stretches before it.
package func varianceDropsReference(
    _ values: [Double], usable: [UInt8], start: [Int64], _ limit: VarianceDropLimit
) -> [QualityVerdict] {
    var stretches: [(number: Int64, members: [Int])] = []
    for index in values.indices where usable[index] == 1 {
        let length = limit.stretch.milliseconds
        let number = Int64((Double(start[index]) / Double(length)).rounded(.down))
        if stretches.last?.number == number {
            stretches[stretches.count - 1].members.append(index)
        } else {
            stretches.append((number, [index]))
        }
    }
    var verdicts = [QualityVerdict](repeating: .notTested, count: values.count)
    var before: [Double] = []
    for stretch in stretches where stretch.members.count >= limit.readings {
        let own = stretch.members.map { values[$0] }
        let mean = own.reduce(0, +) / Double(own.count)
        let variance = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(own.count - 1)
        if before.count >= limit.baseline {
            let sorted = before.suffix(limit.baseline).sorted()
            let half = sorted.count / 2
            let median = sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) * 0.5
            for index in stretch.members {
                verdicts[index] = variance.squareRoot() < limit.share * median ? .suspect : .valid
            }
        }
        before.append(variance.squareRoot())
    }
    return verdicts
}
