// The Mann–Kendall test as its formulas are printed: slow, and the measure of the kernel beside it.

/// The same test pair by pair; for tests and for reading.
///
/// - Returns: `nil` when fewer than `trendCountMinimum` readings are present.
package func mannKendallReference(_ values: [Double]) -> MannKendall? {
    let present = values.filter(\.isFinite)
    let n = present.count
    if n < trendCountMinimum { return nil }
    var s = 0
    var tiedPairs = 0
    for i in 0..<n {
        for j in (i + 1)..<max(n, i + 1) {
            if present[j] > present[i] { s += 1 }
            if present[j] < present[i] { s -= 1 }
            if present[j] == present[i] { tiedPairs += 1 }
        }
    }
    var tieCorrection = 0
    for value in Set(present) {
        let t = present.count(where: { $0 == value })
        tieCorrection += t * (t - 1) * (2 * t + 5)
    }
    return MannKendall(count: n, s: s, tiedPairs: tiedPairs, tieCorrection: tieCorrection)
}
