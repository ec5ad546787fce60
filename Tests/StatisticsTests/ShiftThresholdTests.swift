// Goal: the decay of a chart's excursions is the root it is defined as, and the raise is that of the mean rate.
// Method: the closed form of normal steps, the definition by halving, histories nobody wishes for.

import Statistics
import Testing

struct ShiftThresholdTests {
    private func decay(_ history: [Double], _ block: Int, _ later: Double) -> ExcursionDecay? {
        excursionDecay(history.span, blockLength: block, later: later)
    }

    @Test func `The decay is the one by halving, for histories and blocks of every kind`() throws {
        var generator = SeededGenerator(state: 71)
        for _ in 0..<400 {
            let count = Int.random(in: 1...60, using: &generator)
            let history = (0..<count).map { _ in Double.random(in: -3...2.5, using: &generator) }
            let block = Int.random(in: 1...4, using: &generator)
            let later = Double.random(in: 0.05...2, using: &generator)
            let (found, wanted) = (
                decay(history, block, later), excursionDecayReference(history, blockLength: block, later: later)
            )
            #expect((found == nil) == (wanted == nil))
            guard let found, let wanted, wanted.rate < 1e6 else { continue }
            #expect((found.rate - wanted.rate).magnitude <= 1e-8 * wanted.rate, "\(history) \(block) \(later)")
            let gap = (found.relativeVariance - wanted.relativeVariance).magnitude
            #expect(gap <= 1e-6 * max(wanted.relativeVariance, 1e-3))
        }
    }

    @Test func `Normal steps have the decay of a likelihood ratio, which is 1`() throws {
        var generator = SeededGenerator(state: 72)
        let history = (0..<200_000).map { _ in
            (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &generator) }
        }
        for later in [0.5, 1] {
            let found = try #require(decay(history, 2, later))
            #expect(abs(found.rate - 1) < 0.05 && found.relativeVariance < 1e-3)
        }
    }

    @Test func `A history that rises has none, one that never rises an endless one`() {
        #expect(decay([3, 3, 3], 2, 1) == nil && decay([], 2, 1) == nil)
        #expect(decay([-1, -2], 1, 1)?.rate == .infinity)
    }

    @Test func `The raise gives the mean rate asked for`() {
        // −L m + L² m² s² / 2 = −L.
        for (logarithm, variance) in [(10, 0.01), (5, 0.05), (14, 0.002)] as [(Double, Double)] {
            let factor = thresholdRaise(logarithm: logarithm, variance: variance)
            let raised = logarithm * factor
            let mean: Double = raised * raised * variance / 2 - raised
            #expect(abs(mean + logarithm) < 1e-9)
            #expect(factor > 1 && factor < 2)
        }
        #expect(thresholdRaise(logarithm: 10, variance: 0) == 1)
        #expect(thresholdRaise(logarithm: 10, variance: 0.05) == 2 && thresholdRaise(logarithm: 10, variance: 9) == 2)
    }
}
