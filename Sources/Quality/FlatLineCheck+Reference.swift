// The flat-line rule as it is said: count the equal values on both sides of each; `flatLines` must say the same.

package import Monitoring

/// `suspect` where a value and the equal present values directly before and after it are at least `limit`.
package func flatLinesReference(_ values: [Double], limit: Int) -> [QualityVerdict] {
    let present = values.indices.filter { !values[$0].isNaN }
    var verdicts = [QualityVerdict](repeating: .notTested, count: values.count)
    if present.count < limit { return verdicts }
    for (place, index) in present.enumerated() {
        let before = present[..<place].reversed().prefix { values[$0] == values[index] }.count
        let after = present[(place + 1)...].prefix { values[$0] == values[index] }.count
        verdicts[index] = before + 1 + after >= limit ? .suspect : .valid
    }
    return verdicts
}
