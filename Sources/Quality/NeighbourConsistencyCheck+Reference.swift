// The neighbour rule as it is said, each reading gathering the other station's anew; `neighbourConsistency` must say
// the same for one rule.

package import Monitoring

/// `suspect` where a usable value leaves the range of the other's readings of a travel time before by more than the
/// tolerance.
package func neighbourConsistencyReference(
    _ values: [Double], usable: [UInt8], start: [Int64], otherStart: [Int64], otherValue: [Double],
    _ rule: NeighbourRule
) -> [QualityVerdict] {
    values.indices.map { index in
        let middle = start[index] - rule.travel.milliseconds
        let half = rule.window.milliseconds / 2
        let near = otherStart.indices.filter { (middle - half...middle + half).contains(otherStart[$0]) }
        guard usable[index] == 1, let low = near.map({ otherValue[$0] }).min(),
            let high = near.map({ otherValue[$0] }).max()
        else { return .notTested }
        let isAbove = values[index] > high + max(rule.absolute, rule.relative * abs(high))
        let isBelow = values[index] < low - max(rule.absolute, rule.relative * abs(low))
        return isAbove || isBelow ? .suspect : .valid
    }
}
