// The shift chart's threshold from the bootstrap, block by block: the same bits as playing every reading, a fraction of
// the steps.

/// What a block of the history does to one side of a shift chart, whatever the chart's statistic is before it.
///
/// A statistic x before the block is max(path from zero, x + sum of the gains) after each of its readings, so that six
/// numbers a block tell the statistic after it and a bound of it within.
private struct BlockEffect {
    /// The statistic after the block, from zero; exact bits.
    var end = 0.0
    /// The largest value of the excursion under way at the end, from zero; exact bits.
    var openPeak = 0.0
    /// The largest statistic within, from zero.
    var peak = 0.0
    /// The gains' sum, and their largest partial sum.
    var sum = 0.0
    var rise = -Double.infinity
    /// Statistics below this are zero at some reading at which the path from zero is zero too: whatever was before is
    /// forgotten.
    var forgets = -Double.infinity
}

/// The threshold at which a shift chart signals once in `target.runLength` readings of a history without change.
///
/// The chart is played block by block; a stretch of blocks from one that forgets what was before it to the next is played
/// reading by reading only where one of the excursions looked for may lie in it. The stretches are then exact, and rare.
///
/// - Shape: `history`, what the chart is fed with, finite.
/// - Parameters:
///   - first: what a shift adds at its first reading (`ShiftDesign.innovations`).
///   - later: what it adds at each after it.
/// - Returns: `nil` for an empty history, or where the chart never left zero that often.
/// - Complexity: O(n × blockLength + runLength × runCount / blockLength) typically; six numbers a reading.
/// - Source: as `runLengthThreshold`.
/// - Reference: `shiftThresholdReference(_:target:first:later:)`; equal bits.
package func shiftThreshold(
    _ history: Span<Double>, target: RunLengthTarget, first: Double, later: Double
) -> Double? {
    target.check()
    if history.isEmpty { return nil }
    var largest = LargestExcursions(count: target.runCount)
    for sign in [1.0, -1.0] {
        let player = BlockPlayer(history, sign: sign, target: target, first: first, later: later)
        player.play(into: &largest)
    }
    return largest.least
}

/// Plays one side of the chart.
private struct BlockPlayer {
    /// Blocks after which a stretch is played however it goes on, so that sums stay as exact as `margin` says.
    private static let stretchLimit = 1_024

    private let target: RunLengthTarget
    /// For each reading what it adds to a shift under way, and what one that begins with it stands at.
    private var gains: [Double] = []
    private var beginnings: [Double] = []
    private let half: Double
    private var effects: [BlockEffect] = []
    /// More than rounding can make of the sums of a stretch.
    private let margin: Double

    init(_ history: Span<Double>, sign: Double, target: RunLengthTarget, first: Double, later: Double) {
        self.target = target
        half = later * later / 2
        for index in history.indices {
            let value = sign * history[index]
            gains.append(later * value)
            beginnings.append(first * value - first * first / 2)
        }
        let most = gains.reduce(0) { max($0, $1.magnitude) } + half
        margin = 1e-6 * (1 + most * Double(target.blockLength))
        effects = gains.indices.map { effect(from: $0) }
    }

    /// The statistic after a reading; the operations of `ShiftCUSUM.add`, in its order.
    @inline(__always)
    private func next(_ statistic: Double, _ place: Int) -> Double {
        let continued = statistic + gains[place] - half
        return max(0, beginnings[place] >= continued ? beginnings[place] : continued)
    }

    private func effect(from start: Int) -> BlockEffect {
        var effect = BlockEffect()
        var place = start
        for _ in 0..<target.blockLength {
            effect.end = next(effect.end, place)
            effect.sum += gains[place] - half
            effect.rise = max(effect.rise, effect.sum)
            effect.peak = max(effect.peak, effect.end)
            if effect.end > 0 {
                effect.openPeak = max(effect.openPeak, effect.end)
            } else {
                effect.openPeak = 0
                effect.forgets = max(effect.forgets, -effect.sum)
            }
            place = place + 1 == gains.count ? 0 : place + 1
        }
        return effect
    }

    /// Where a stretch begins: exact.
    private struct Start {
        var generator: BootstrapGenerator
        var statistic = 0.0
        var openPeak = 0.0
    }

    func play(into largest: inout LargestExcursions) {
        let (blocks, rest) = (target.runLength * target.runCount).quotientAndRemainder(
            dividingBy: target.blockLength)
        var generator = BootstrapGenerator(seed: target.seed)
        var start = Start(generator: generator)
        var statistic = 0.0
        var count = 0
        /// Excursions that reach it are looked at exactly.
        var bar = -Double.infinity
        var isLookedAt = true
        for _ in 0..<blocks {
            let effect = effects[generator.below(gains.count)]
            count += 1
            if max(effect.peak, statistic + effect.rise) >= bar { isLookedAt = true }
            let forgets = statistic < effect.forgets - margin
            statistic = max(effect.end, statistic + effect.sum)
            guard forgets || count == Self.stretchLimit else { continue }
            if isLookedAt || !forgets {
                replay(&start, blocks: count, into: &largest)
                bar = largest.least.map { $0 - margin } ?? -.infinity
            }
            if forgets { start = Start(generator: generator, statistic: effect.end, openPeak: effect.openPeak) }
            statistic = start.statistic
            count = 0
            isLookedAt = start.openPeak >= bar
        }
        replay(&start, blocks: count, into: &largest)
        if rest > 0 { replayBlock(&start, readings: rest, into: &largest) }
    }

    /// Plays blocks reading by reading.
    private func replay(_ start: inout Start, blocks: Int, into largest: inout LargestExcursions) {
        for _ in 0..<blocks { replayBlock(&start, readings: target.blockLength, into: &largest) }
    }

    private func replayBlock(_ start: inout Start, readings: Int, into largest: inout LargestExcursions) {
        var place = start.generator.below(gains.count)
        for _ in 0..<readings {
            start.statistic = next(start.statistic, place)
            if start.statistic > 0 {
                start.openPeak = max(start.openPeak, start.statistic)
            } else if start.openPeak > 0 {
                largest.add(start.openPeak)
                start.openPeak = 0
            }
            place = place + 1 == gains.count ? 0 : place + 1
        }
    }
}
