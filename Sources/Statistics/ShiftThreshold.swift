// The shift chart's threshold beyond what was played, and raised by what a short history does not know of the noise.

/// How fast the excursions of a chart of sums become rare with their height: e^(−θ h), by the history's own steps.
package struct ExcursionDecay: Equatable, Sendable {
    /// θ: the positive root of mean e^(θ S) = 1 over the sums S of blocks; ∞ where no block rises.
    package let rate: Double
    /// The squared standard error of θ, as a share of θ², by the history's length.
    package let relativeVariance: Double
}

/// The decay of the excursions of a sum of steps that are drawn from a history block by block.
///
/// - Parameters:
///   - history: standardised innovations; those of a fall with their sign turned.
///   - later: what a shift adds to each; a step is later · (value − later / 2).
/// - Returns: `nil` where the sums do not fall on average: their excursions do not end.
/// - Complexity: O(n × blockLength), and some ten exponentials a reading.
/// - Source: the adjustment coefficient of Lundberg and Cramér (Asmussen, Applied Probability and Queues, 2003, XIII.5);
///   its error by the first-order expansion of the root.
/// - Reference: `excursionDecayReference(_:blockLength:later:)`; apart by rounding.
package func excursionDecay(_ history: Span<Double>, blockLength: Int, later: Double) -> ExcursionDecay? {
    let count = history.count
    var sums = [Double](repeating: 0, count: count)
    for start in 0..<count {
        var place = start
        for _ in 0..<blockLength {
            sums[start] += later * history[place] - later * later / 2
            place = place + 1 == count ? 0 : place + 1
        }
    }
    let mean = sums.reduce(0, +) / Double(count)
    guard count > 0, mean < 0 else { return nil }
    guard sums.contains(where: { $0 > 0 }) else { return ExcursionDecay(rate: .infinity, relativeVariance: 0) }
    let spread = sums.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
    // Newton's method on the logarithm of the mean, which is convex: once beyond the root it comes down to it.
    var rate = -2 * mean / spread
    for _ in 0..<decayStepLimit {
        let (size, slope) = exponentialMeans(sums, rate: rate)
        if slope <= 0 {
            rate *= 2
            continue
        }
        let next = rate - naturalLogarithm(size) * size / slope
        let isThere = (next - rate).magnitude <= 1e-12 * rate
        rate = next > 0 ? next : rate / 2
        if isThere { break }
    }
    let (_, slope) = exponentialMeans(sums, rate: rate)
    let errors = sums.map { exponential(rate * $0) - 1 }
    // Blocks that overlap err together.
    var variance = 0.0
    for place in errors.indices {
        variance += errors[place] * errors[place]
        for lag in 1..<blockLength { variance += 2 * errors[place] * errors[(place + lag) % count] }
    }
    let scale = Double(count) * slope * rate
    return ExcursionDecay(rate: rate, relativeVariance: max(variance, 0) / (scale * scale))
}

/// Steps of Newton's method at most; ten are enough for any history seen.
private let decayStepLimit = 100

/// The means of e^(θ S) and of S e^(θ S).
private func exponentialMeans(_ sums: [Double], rate: Double) -> (size: Double, slope: Double) {
    var (size, slope) = (0.0, 0.0)
    for sum in sums {
        let weight = exponential(rate * sum)
        size += weight
        slope += sum * weight
    }
    return (size / Double(sums.count), slope / Double(sums.count))
}

/// The factor m by which a threshold is raised so that, over the errors of its estimate, the mean rate of signals is the one
/// asked for.
///
/// A threshold h for the rate e^(−L) is passed at the rate e^(−L m (1 + ε)) when the decay is wrong by the share ε. For
/// a normal ε of variance s² the mean rate is e^(−L m + L² m² s² / 2), which is e^(−L) at the smaller root m.
///
/// - Parameter logarithm: L.
/// - Parameter variance: s².
/// - Returns: 1 … 2; 2 where no threshold has that mean rate, which squares the run length.
/// - Source: the correction of Gandy and Kvaløy, Guaranteed conditional performance of control charts via bootstrap
///   methods, Scandinavian Journal of Statistics 40, 2013, for the mean rate and in closed form.
package func thresholdRaise(logarithm: Double, variance: Double) -> Double {
    let share = logarithm * variance
    if share <= 0 { return 1 }
    return 2 * share >= 1 ? 2 : (1 - (1 - 2 * share).squareRoot()) / share
}
