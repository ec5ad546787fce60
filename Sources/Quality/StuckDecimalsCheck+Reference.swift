// The stuck-decimals rule as it is said: each reading looks at the run around it; `stuckDecimals` must say the same.

package import Monitoring

/// `suspect` where a usable value and the usable ones directly before and after it with the same last digit are at least
/// `limit.readings`, and not all equal.
package func stuckDecimalsReference(
    _ values: [Double], usable: [UInt8], _ limit: StuckDecimalsLimit
) -> [QualityVerdict] {
    let present = values.indices.filter { usable[$0] == 1 }
    let digits = present.map { lastDigit(values[$0], scale: limit.scale) }
    var verdicts = [QualityVerdict](repeating: .notTested, count: values.count)
    for (place, index) in present.enumerated() where digits[place] < 10 {
        let before = digits[..<place].reversed().prefix { $0 == digits[place] }.count
        let after = digits[(place + 1)...].prefix { $0 == digits[place] }.count
        let run = present[(place - before)...(place + after)].map { values[$0] }
        verdicts[index] = run.count >= limit.readings && Set(run).count > 1 ? .suspect : .valid
    }
    return verdicts
}
