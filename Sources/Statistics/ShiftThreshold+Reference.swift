// The decay of excursions as it is defined: the sums' root by halving, its error from the sums as they are.

/// - Complexity: O(n × blockLength) and some hundred exponentials a reading.
package func excursionDecayReference(_ history: [Double], blockLength: Int, later: Double) -> ExcursionDecay? {
    let sums = history.indices.map { start in
        (0..<blockLength).reduce(0.0) { sum, step in
            sum + later * (history[(start + step) % history.count] - later / 2)
        }
    }
    func mean(_ term: (Double) -> Double) -> Double { sums.reduce(0) { $0 + term($1) } / Double(sums.count) }
    guard !sums.isEmpty, mean({ $0 }) < 0 else { return nil }
    if sums.allSatisfy({ $0 <= 0 }) { return ExcursionDecay(rate: .infinity, relativeVariance: 0) }
    var (low, high) = (0.0, 1.0)
    while mean({ exponential(high * $0) }) < 1 { (low, high) = (high, 2 * high) }
    for _ in 0..<200 {
        let middle = (low + high) / 2
        if mean({ exponential(middle * $0) }) < 1 { low = middle } else { high = middle }
    }
    let slope = mean { $0 * exponential(low * $0) }
    let errors = sums.map { exponential(low * $0) - 1 }
    // Each with the blocks that share readings with it, before and behind, round the end.
    let variance = errors.indices.reduce(0.0) { sum, place in
        sum
            + (1 - blockLength..<blockLength).reduce(0.0) { inner, lag in
                let other = ((place + lag) % errors.count + errors.count) % errors.count
                return inner + errors[place] * errors[other]
            }
    }
    let scale = Double(errors.count) * slope * low
    return ExcursionDecay(rate: low, relativeVariance: max(variance, 0) / (scale * scale))
}
