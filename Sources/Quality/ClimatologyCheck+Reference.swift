// The season rule as it is said, value by value; `ClimatologyCheck` must say the same.

package import Monitoring

/// `suspect` outside the season's range, `notTested` without a value.
package func climatologyReference(_ values: [Double], _ range: SeasonRange) -> [QualityVerdict] {
    values.map { value in
        if value.isNaN { return .notTested }
        return range.usual.contains(value) ? .valid : .suspect
    }
}
