// Mean, median and running mean as they are defined: the measure of the kernels beside them.

/// The mean with a compensated sum (Neumaier), which is right to the last place or two.
package func meanReference(_ values: [Double]) -> Double? {
    var sum = 0.0
    var lost = 0.0
    let present = values.filter(\.isFinite)
    for value in present {
        let next = sum + value
        lost += sum.magnitude >= value.magnitude ? (sum - next) + value : (value - next) + sum
        sum = next
    }
    return present.isEmpty ? nil : (sum + lost) / Double(present.count)
}

/// The median by sorting.
package func medianReference(_ values: [Double]) -> Double? {
    let sorted = values.filter(\.isFinite).map { $0 + 0 }.sorted()
    if sorted.isEmpty { return nil }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/// The running mean window by window.
package func runningMeanReference(_ values: [Double], window: Int, minimumCount: Int) -> [Double] {
    values.indices.map { index in
        let present = values[max(0, index - window + 1)...index].filter(\.isFinite)
        return present.count >= minimumCount ? meanReference(present) ?? .nan : .nan
    }
}
