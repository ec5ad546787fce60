// The windowed spike rule as it is said, each reading gathering its window anew; `windowSpikes` must say the same.

package import Monitoring

/// `suspect` where a value lies further from the median of its neighbours than the threshold.
package func windowSpikesReference(
    _ values: [Double], usable: [UInt8], start: [Int64], reach: Int64, _ threshold: WindowSpikeThreshold
) -> [QualityVerdict] {
    func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return (sorted[sorted.count / 2 - 1] + sorted[sorted.count / 2]) * 0.5
    }
    return values.indices.map { index in
        let before = usable.indices.filter { $0 < index && usable[$0] == 1 }.suffix(threshold.side)
        let after = usable.indices.filter { $0 > index && usable[$0] == 1 }.prefix(threshold.side)
        guard !values[index].isNaN, before.count == threshold.side, after.count == threshold.side,
            let first = before.first, let last = after.last, start[index] - start[first] <= reach,
            start[last] - start[index] <= reach
        else { return .notTested }
        let window = (before + after).map { values[$0] }
        let middle = median(window)
        let scatter = 1.4826 * median(window.map { abs($0 - middle) })
        return abs(values[index] - middle) > max(threshold.absolute, threshold.deviations * scatter)
            ? .suspect : .valid
    }
}
