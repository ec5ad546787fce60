// The rate rule as it is said, each reading looking for its neighbour anew; `ratesOfChange` must say the same.

package import Monitoring

/// `suspect` where a value has moved from the last usable one by more than the rate allows in the time between.
package func ratesOfChangeReference(
    _ values: [Double], usable: [UInt8], start: [Int64], reach: Int64, _ limit: RateLimit
) -> [QualityVerdict] {
    values.indices.map { index in
        guard !values[index].isNaN, let before = usable.indices.last(where: { $0 < index && usable[$0] == 1 })
        else { return .notTested }
        let step = start[index] - start[before]
        guard step > 0, step <= reach else { return .notTested }
        let allowed = limit.perHour * (Double(step) / 3_600_000)
        return abs(values[index] - values[before]) > allowed ? .suspect : .valid
    }
}
