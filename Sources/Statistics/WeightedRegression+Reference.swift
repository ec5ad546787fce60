// One weighted regression as its formula is printed, solved by elimination: the measure of the kernel beside it.

/// The same fit from the uncentred normal equations, solved by elimination with pivots.
package func weightedFitReference(
    _ samples: DischargeSamples, time: Double, logDischarge: Double, years: Double, logReach: Double
) -> WeightedFit? {
    func design(_ time: Double, _ logDischarge: Double) -> [Double] {
        [1, time - 2_000, logDischarge, sine(turns: time), cosine(turns: time)]
    }
    var matrix = [[Double]](repeating: Array(repeating: 0, count: 6), count: 5)
    let weights = samples.times.indices.map { index in
        let elapsed = samples.times[index] - time
        return tricube(elapsed / years) * tricube((samples.logDischarges[index] - logDischarge) / logReach)
            * tricube((elapsed - elapsed.rounded(.toNearestOrEven)) / 0.5)
    }
    for index in samples.times.indices {
        let x = design(samples.times[index], samples.logDischarges[index])
        for row in 0..<5 {
            for column in 0..<5 { matrix[row][column] += weights[index] * x[row] * x[column] }
            matrix[row][5] += weights[index] * x[row] * samples.logConcentrations[index]
        }
    }
    for pivot in 0..<5 {
        guard let largest = (pivot..<5).max(by: { matrix[$0][pivot].magnitude < matrix[$1][pivot].magnitude }),
            matrix[largest][pivot].magnitude > 0
        else { return nil }
        matrix.swapAt(pivot, largest)
        for row in 0..<5 where row != pivot {
            let share = matrix[row][pivot] / matrix[pivot][pivot]
            for column in pivot..<6 { matrix[row][column] -= share * matrix[pivot][column] }
        }
    }
    let coefficients = (0..<5).map { matrix[$0][5] / matrix[$0][$0] }
    func fitted(_ x: [Double]) -> Double { zip(x, coefficients).map(*).reduce(0, +) }
    var squares = 0.0
    for index in samples.times.indices {
        let rest = samples.logConcentrations[index] - fitted(design(samples.times[index], samples.logDischarges[index]))
        squares += weights[index] * rest * rest
    }
    return WeightedFit(
        logConcentration: fitted(design(time, logDischarge)),
        spread: (squares / weights.reduce(0, +)).squareRoot())
}
