// The shift chart's threshold block by block is the threshold with every reading played.

import Statistics
import Testing

struct ShiftThresholdTests {
    /// Both, bit for bit.
    private func agree(_ history: [Double], _ target: RunLengthTarget, _ design: ShiftDesign) -> Bool {
        let steps = design.innovations(gap: 1)
        let played = shiftThresholdReference(history.span, target: target, first: steps.first, later: steps.later)
        let found = shiftThreshold(history.span, target: target, first: steps.first, later: steps.later)
        return played?.bitPattern == found?.bitPattern
    }

    private func design(_ persistence: Double, shift: Double = 2) -> ShiftDesign {
        ShiftDesign(persistence: persistence, scale: 1, shift: shift, clip: 3)
    }

    @Test func `Short histories, blocks and runs of every kind`() {
        var generator = SeededGenerator(state: 71)
        for _ in 0..<3_000 {
            let count = Int.random(in: 1...40, using: &generator)
            let step = [0.0, 0.5, 1][Int.random(in: 0...2, using: &generator)]
            // Off the middle too, where a side hardly ever comes back to zero; and rounded, where it does so exactly.
            let middle = Double.random(in: -2...2, using: &generator)
            let history = (0..<count).map { _ -> Double in
                let value = Double.random(in: -3...3, using: &generator) + middle
                return step > 0 ? (value / step).rounded() * step : value
            }
            let target = RunLengthTarget(
                runLength: Int.random(in: 1...600, using: &generator),
                runCount: Int.random(in: 1...9, using: &generator),
                blockLength: Int.random(in: 1...50, using: &generator),
                seed: UInt64.random(in: 0...9, using: &generator))
            let memory = [0, 0.3, 0.7, 0.95][Int.random(in: 0...3, using: &generator)]
            #expect(
                agree(history, target, design(memory, shift: Double.random(in: 0.1...3, using: &generator))),
                "\(history) \(target) \(memory)")
        }
    }

    @Test func `Four weeks of hours and a run of years`() {
        var generator = SeededGenerator(state: 72)
        for memory in [0, 0.5, 0.8, 0.95] {
            let history = (0..<672).map { _ in
                (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &generator) }
            }
            let target = RunLengthTarget(runLength: 24 * 1_461, runCount: 8, blockLength: 24, seed: 1)
            #expect(agree(history, target, design(memory)))
        }
    }

    @Test func `A history that only rises is played to its end, and an empty one has no threshold`() {
        let target = RunLengthTarget(runLength: 30_000, runCount: 2, blockLength: 7, seed: 3)
        #expect(agree([Double](repeating: 3, count: 50), target, design(0)))
        #expect(agree([3, 3, -3, 2.5], target, design(0.9)))
        #expect(shiftThreshold([Double]().span, target: target, first: 2, later: 2) == nil)
    }
}
