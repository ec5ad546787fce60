// Weighted regressions on time, discharge and season: concentration as it would have been at the usual discharges.

/// Windows of the weights and the fewest samples one regression rests on.
///
/// - Source: Hirsch, Moyer and Archfield, 2010; Hirsch and De Cicco, User guide to EGRET, 2015: half-windows of 7 years,
///   2 in ln Q, half a year of season; 100 samples, of short records four fifths of them.
package struct RegressionWindows: Sendable, Equatable {
    package var years = 7.0
    package var logDischarge = 2.0
    package var season = 0.5
    package var sampleCount = 100
    /// Windows narrower than the record's end allows are widened on the other side.
    package var isEdgeAdjusted = true

    package init() {}
}

/// Samples of concentration with the discharge of their day; columns of one length, in time order.
package struct DischargeSamples: Sendable {
    /// Decimal years.
    package let times: [Double]
    package let logDischarges: [Double]
    package let logConcentrations: [Double]
    /// Of the season, taken once.
    let sines: [Double]
    let cosines: [Double]

    init(
        times: [Double], logDischarges: [Double], logConcentrations: [Double], sines: [Double], cosines: [Double]
    ) {
        self.times = times
        self.logDischarges = logDischarges
        self.logConcentrations = logConcentrations
        self.sines = sines
        self.cosines = cosines
    }

    /// - Precondition: concentrations and discharges are positive, times in order.
    package init(times: [Double], concentrations: [Double], discharges: [Double]) {
        precondition(times.count == concentrations.count && times.count == discharges.count, "Columns of one length.")
        precondition(concentrations.allSatisfy { $0 > 0 } && discharges.allSatisfy { $0 > 0 }, "Logarithms need > 0.")
        self.times = times
        logDischarges = discharges.map(naturalLogarithm)
        logConcentrations = concentrations.map(naturalLogarithm)
        sines = times.map { sine(turns: $0) }
        cosines = times.map { cosine(turns: $0) }
    }
}

/// The fewest samples of a weighted regression: five coefficients and a spread that means something.
package let regressionSampleMinimum = 30

/// Steps by which windows grow until they hold enough samples, and how often at most.
private let windowGrowth = 1.1
private let windowGrowthLimit = 120

/// What one weighted regression says at its own point.
package struct WeightedFit: Sendable, Equatable {
    /// The expected logarithm of the concentration.
    package let logConcentration: Double
    /// The weighted spread of the residuals.
    package let spread: Double

    /// The expected concentration, the bias of the logarithm taken out: exp(y + s² / 2).
    package var concentration: Double { exponential(logConcentration + spread * spread / 2) }
}

/// Fits ln C = b₀ + b₁ t + b₂ ln Q + b₃ sin 2π t + b₄ cos 2π t about one time and discharge.
///
/// Weights are products of tricubes of the distances in time, ln Q and season; the windows grow by a tenth until they
/// hold enough samples. Sums run in the order of the samples, so that the bits are the same on every machine.
/// - Returns: `nil` when the samples, however wide the windows, do not determine the five coefficients.
/// - Complexity: O(n) time a growth of the windows, O(1) memory.
/// - Source: Hirsch, Moyer and Archfield, 2010, equations 1 to 4. Least squares where EGRET has a survival regression:
///   the same without censored samples.
/// - Reference: `weightedFitReference`, by a general solver without centring.
package func weightedFit(
    _ samples: DischargeSamples, time: Double, logDischarge: Double, windows: RegressionWindows
) -> WeightedFit? {
    let count = samples.times.count
    if count < regressionSampleMinimum { return nil }
    let wanted = min(windows.sampleCount, count * 4 / 5)
    var reach = windows
    let (seasonSine, seasonCosine) = (sine(turns: time), cosine(turns: time))
    if windows.isEdgeAdjusted, let first = samples.times.first, let last = samples.times.last {
        let toEdge = max(min(time - first, last - time), 0)
        if toEdge < windows.years { reach.years = 2 * windows.years - toEdge }
    }
    for _ in 0..<windowGrowthLimit {
        var sums = RegressionSums()
        for index in 0..<count {
            let elapsed = samples.times[index] - time
            let season = (elapsed - elapsed.rounded(.toNearestOrEven)).magnitude
            let weight =
                tricube(elapsed / reach.years)
                * tricube((samples.logDischarges[index] - logDischarge) / reach.logDischarge)
                * tricube(season / reach.season)
            if weight > 0 {
                // About the point itself: the constant is then the fit, and the sums stay well apart.
                sums.add(
                    SIMD8(
                        1, elapsed, samples.logDischarges[index] - logDischarge,
                        samples.sines[index] - seasonSine,
                        samples.cosines[index] - seasonCosine, 0, 0, 0),
                    samples.logConcentrations[index], weight)
            }
        }
        if sums.count >= wanted, let fit = sums.solve() { return fit }
        reach.years *= windowGrowth
        reach.logDischarge *= windowGrowth
        // A season's window of half a year already holds the whole year.
        reach.season = min(reach.season * windowGrowth, 0.5 + 1e-9)
    }
    return nil
}

/// (1 − |d|³)³ within 1, else 0.
@inline(__always)
func tricube(_ distance: Double) -> Double {
    let d = distance.magnitude
    if d >= 1 { return 0 }
    let rest = 1 - d * d * d
    return rest * rest * rest
}

/// The normal equations of one regression.
private struct RegressionSums {
    private static let size = 5
    var count = 0
    private var rows = [SIMD8<Double>](repeating: .zero, count: size)
    private var right = SIMD8<Double>.zero
    private var weights = 0.0
    private var squares = 0.0

    mutating func add(_ x: SIMD8<Double>, _ y: Double, _ weight: Double) {
        for row in 0..<Self.size { rows[row] += x * (weight * x[row]) }
        right += x * (weight * y)
        weights += weight
        squares += weight * y * y
        count += 1
    }

    /// By Cholesky's factors, the columns scaled to one; `nil` when they do not part.
    func solve() -> WeightedFit? {
        let size = Self.size
        var scale = SIMD8<Double>(repeating: 1)
        for row in 0..<size {
            guard rows[row][row] > 0 else { return nil }
            scale[row] = 1 / rows[row][row].squareRoot()
        }
        var factor = [SIMD8<Double>](repeating: .zero, count: size)
        for row in 0..<size {
            for column in 0...row {
                var sum = rows[row][column] * scale[row] * scale[column]
                for inner in 0..<column { sum -= factor[row][inner] * factor[column][inner] }
                if row == column {
                    guard sum > 1e-10 else { return nil }
                    factor[row][row] = sum.squareRoot()
                } else {
                    factor[row][column] = sum / factor[column][column]
                }
            }
        }
        var solution = SIMD8<Double>.zero
        for row in 0..<size {
            var sum = right[row] * scale[row]
            for inner in 0..<row { sum -= factor[row][inner] * solution[inner] }
            solution[row] = sum / factor[row][row]
        }
        // The residuals' squares are what the solution leaves of those of y.
        var explained = 0.0
        for row in 0..<size { explained += solution[row] * solution[row] }
        for row in stride(from: size - 1, through: 0, by: -1) {
            var sum = solution[row]
            for inner in (row + 1)..<max(size, row + 1) { sum -= factor[inner][row] * solution[inner] }
            solution[row] = sum / factor[row][row]
        }
        return WeightedFit(
            logConcentration: solution[0] * scale[0],
            spread: (max(squares - explained, 0) / weights).squareRoot())
    }
}
