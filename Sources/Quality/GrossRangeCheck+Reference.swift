// The gross-range rule as it is printed, value by value; `grossRange` must say the same.

package import Monitoring

/// `invalid` outside the possible range, `suspect` outside the plausible one, `notTested` without a value.
package func grossRangeReference(_ values: [Double], _ range: ValueRange) -> [QualityVerdict] {
    values.map { value in
        if value.isNaN { return .notTested }
        if !range.possible.contains(value) { return .invalid }
        if !range.plausible.contains(value) { return .suspect }
        return .valid
    }
}
