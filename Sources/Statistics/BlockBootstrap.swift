// A threshold from a wanted false-alarm run length, calibrated on a series' own history by seeded block bootstrap.

/// What a calibration is asked for.
package struct RunLengthTarget: Hashable, Sendable {
    /// Readings from one false alarm to the next, on average.
    package var runLength: Int
    /// Runs of that length that are played through; more of them make the threshold steadier.
    package var runCount: Int
    /// Readings in a row that are drawn together, so that what remains of their dependence is kept.
    package var blockLength: Int
    package var seed: UInt64

    package init(runLength: Int, runCount: Int, blockLength: Int, seed: UInt64) {
        self.runLength = runLength
        self.runCount = runCount
        self.blockLength = blockLength
        self.seed = seed
    }

    /// - Precondition: the target can be played.
    func check() {
        precondition(1 <= runCount && runCount <= bootstrapRunLimit, "A calibration plays 1 to 64 runs.")
        precondition(runLength > 0 && blockLength > 0, "Runs and blocks hold readings.")
    }
}

/// Runs that one calibration plays through at most: what the largest excursions are kept for.
package let bootstrapRunLimit = 64

/// The threshold at which a chart signals once in `target.runLength` readings of a history without change.
///
/// Blocks of the history are drawn with replacement, end to end round the history, for `runCount` runs; of the
/// excursions of the chart's statistics from zero, `runCount` then lie above the threshold.
///
/// - Shape: `history`, what the chart is fed with, without missing values.
/// - Parameter step: feeds the chart and gives both statistics, 0 or less where there is nothing.
/// - Returns: `nil` for an empty history, or where the chart never left zero that often.
/// - Complexity: O(runLength × runCount) time, no allocation but for the runs' maxima.
/// - Source: Künsch, The jackknife and the bootstrap for general stationary observations, Annals of Statistics 17, 1989
///   (moving blocks); Politis and Romano 1992 (circular).
package func runLengthThreshold(
    _ history: Span<Double>, target: RunLengthTarget, step: (Double) -> (rise: Double, fall: Double)
) -> Double? {
    target.check()
    if history.isEmpty { return nil }
    var generator = SplitMix64(seed: target.seed)
    var largest = LargestExcursions(count: target.runCount)
    var (rise, fall) = (0.0, 0.0)
    var (place, left) = (0, 0)
    for _ in 0..<(target.runLength * target.runCount) {
        if left == 0 {
            place = generator.below(history.count)
            left = target.blockLength
        }
        let statistics = step(history[place])
        place = place + 1 == history.count ? 0 : place + 1
        left -= 1
        if statistics.rise > 0 {
            rise = max(rise, statistics.rise)
        } else if rise > 0 {
            largest.add(rise)
            rise = 0
        }
        if statistics.fall > 0 {
            fall = max(fall, statistics.fall)
        } else if fall > 0 {
            largest.add(fall)
            fall = 0
        }
    }
    return largest.least
}

/// The few largest excursions seen, largest first.
struct LargestExcursions {
    private let count: Int
    private var kept: [Double] = []

    init(count: Int) {
        self.count = count
        kept.reserveCapacity(count + 1)
    }

    /// The smallest of them once there are `count`.
    var least: Double? { kept.count == count ? kept.last : nil }

    mutating func add(_ excursion: Double) {
        if kept.count == count, excursion <= kept[count - 1] { return }
        var place = kept.count
        while place > 0, kept[place - 1] < excursion { place -= 1 }
        kept.insert(excursion, at: place)
        if kept.count > count { kept.removeLast() }
    }
}
