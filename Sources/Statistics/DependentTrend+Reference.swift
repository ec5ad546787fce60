// The corrections for serial dependence as their formulas are printed: the measure of the functions beside it.

/// The autocorrelations lag by lag, one sum after another.
package func autocorrelationsReference(_ values: [Double], lagCount: Int) -> [Double] {
    let present = values.filter(\.isFinite)
    let mean = meanReference(present) ?? 0
    let distances = values.map { $0.isFinite ? $0 - mean : 0 }
    let whole = distances.map { $0 * $0 }.reduce(0, +)
    return (1...max(lagCount, 1)).prefix(max(lagCount, 0)).map { lag in
        let products = distances.indices.dropLast(min(lag, distances.count)).map { distances[$0] * distances[$0 + lag] }
        return whole > 0 ? products.reduce(0, +) / whole : 0
    }
}

/// Hamed and Rao's factor on the variance.
package func hamedRaoReference(_ values: [Double], slope: Double) -> Double {
    let n = Double(values.count(where: \.isFinite))
    let detrended = values.indices.map { values[$0] - Double($0 + 1) * slope }
    // The rank of a reading: one more than those below it, and half of those equal to it.
    let ranks = detrended.map { value in
        !value.isFinite
            ? .nan
            : Double(detrended.count { $0 < value }) + Double(detrended.count { $0 == value } + 1) / 2
    }
    let limit = 1.959_963_984_540_054 / n.squareRoot()
    let correlations = autocorrelationsReference(ranks, lagCount: values.count - 1)
    var factor = 1.0
    for lag in 1..<values.count where abs(correlations[lag - 1]) > limit {
        let i = Double(lag)
        factor += 2 / (n * (n - 1) * (n - 2)) * max((n - i) * (n - i - 1) * (n - i - 2), 0) * correlations[lag - 1]
    }
    return factor
}

/// Yue and Wang's factor on the variance, over all lags.
package func yueWangReference(_ values: [Double], slope: Double) -> Double {
    let n = Double(values.count(where: \.isFinite))
    let detrended = values.indices.map { values[$0] - Double($0 + 1) * slope }
    let correlations = autocorrelationsReference(detrended, lagCount: values.count - 1)
    var sum = 0.0
    for lag in 1..<values.count { sum += max(1 - Double(lag) / n, 0) * correlations[lag - 1] }
    return 1 + 2 * sum
}
