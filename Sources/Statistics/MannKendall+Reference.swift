// The Mann–Kendall test as its formulas are printed: slow, and the measure of the kernels beside it.

/// The same test pair by pair; for tests and for reading.
///
/// - Returns: `nil` when fewer than `trendCountMinimum` readings are present.
package func mannKendallReference(_ values: [Double]) -> MannKendall? {
    mannKendallReference(values, times: values.indices.map(Double.init))
}

/// The same test pair by pair, pairs of one time left out.
package func mannKendallReference(_ values: [Double], times: [Double]) -> MannKendall? {
    let present = zip(values, times).filter(\.0.isFinite)
    let n = present.count
    if n < trendCountMinimum { return nil }
    var s = 0
    for i in 0..<n {
        for j in (i + 1)..<max(n, i + 1) where present[j].1 != present[i].1 {
            if present[j].0 > present[i].0 { s += 1 }
            if present[j].0 < present[i].0 { s -= 1 }
        }
    }
    let (values, times) = (tieSums(present.map(\.0)), tieSums(present.map(\.1)))
    let count = Double(n)
    let sorted = Double(n * (n - 1) * (2 * n + 5) - values.correction - times.correction) / 18
    let triples = Double(values.triples) * Double(times.triples) / (9 * count * (count - 1) * (count - 2))
    let pairs = 4 * Double(values.pairs) * Double(times.pairs) / (2 * count * (count - 1))
    let variance = sorted + triples + pairs
    let z = variance > 0 ? Double(s - s.signum()) / variance.squareRoot() : 0
    let all = n * (n - 1) / 2
    let possible = (Double(all - values.pairs) * Double(all - times.pairs)).squareRoot()
    return MannKendall(
        count: n, s: s, variance: variance, z: z, p: normalTwoSidedProbability(z),
        tau: possible > 0 ? Double(s) / possible : 0)
}

/// Sums over groups of t equal elements: t (t − 1) / 2, t (t − 1) (2 t + 5) and t (t − 1) (t − 2).
func tieSums(_ column: [Double]) -> (pairs: Int, correction: Int, triples: Int) {
    var sums = (pairs: 0, correction: 0, triples: 0)
    for value in Set(column) {
        let t = column.count(where: { $0 == value })
        sums.pairs += t * (t - 1) / 2
        sums.correction += t * (t - 1) * (2 * t + 5)
        sums.triples += t * (t - 1) * (t - 2)
    }
    return sums
}
