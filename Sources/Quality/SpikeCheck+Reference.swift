// The spike rule as it is said, each reading looking for its neighbours anew; `spikes` must say the same.

package import Monitoring

/// `suspect` where a value is above both neighbours, or below both, by more than the threshold.
package func spikesReference(
    _ values: [Double], usable: [UInt8], start: [Int64], reach: Int64, _ threshold: SpikeThreshold
) -> [QualityVerdict] {
    values.indices.map { index in
        guard !values[index].isNaN, let before = usable.indices.last(where: { $0 < index && usable[$0] == 1 }),
            let after = usable.indices.first(where: { $0 > index && usable[$0] == 1 }),
            start[index] - start[before] <= reach, start[after] - start[index] <= reach
        else { return .notTested }
        let (previous, value, next) = (values[before], values[index], values[after])
        let allowed = max(threshold.absolute, threshold.relative * max(abs(previous), abs(next)))
        let isAbove = value - previous > allowed && value - next > allowed
        let isBelow = previous - value > allowed && next - value > allowed
        return isAbove || isBelow ? .suspect : .valid
    }
}
