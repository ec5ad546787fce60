// The attenuation rule as it is said, each reading gathering its stretch anew; `attenuatedSignals` must say the same.

package import Monitoring

/// `suspect` where the usable readings of the stretch that ends with a usable one lie within less than the range.
package func attenuatedSignalsReference(
    _ values: [Double], usable: [UInt8], start: [Int64], _ limit: AttenuationLimit
) -> [QualityVerdict] {
    values.indices.map { index in
        guard usable[index] == 1 else { return .notTested }
        let stretch = (0...index).filter { other in
            usable[other] == 1 && start[other] > start[index] - limit.window.milliseconds
        }
        guard stretch.count >= limit.readings, let high = stretch.map({ values[$0] }).max(),
            let low = stretch.map({ values[$0] }).min()
        else { return .notTested }
        return high - low < limit.range ? .suspect : .valid
    }
}
