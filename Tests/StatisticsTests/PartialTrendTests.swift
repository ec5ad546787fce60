// Goal: the partial test in O(n log n) says what its pairs say. Method: all tiny columns, then seeded ones with ties and
// missing values.

import Statistics
import Testing

@Suite struct PartialTrendTests {
    private func compare(_ values: [Double], _ covariate: [Double]) {
        let found = partialTrend(values, covariate: covariate)
        let expected = partialTrendReference(values, covariate: covariate)
        guard let found, let expected else {
            #expect(found == nil && expected == nil, "\(values) | \(covariate)")
            return
        }
        #expect(abs(found.s - expected.s) < 1e-9, "\(values) | \(covariate)")
        #expect(abs(found.variance - expected.variance) < 1e-9 * max(1, expected.variance))
    }

    @Test func `All columns of four and five readings of three levels`() {
        for length in 4...5 {
            let count = length == 4 ? 81 : 243
            func column(_ number: Int) -> [Double] {
                var rest = number
                return (0..<length).map { _ in
                    defer { rest /= 3 }
                    return Double(rest % 3)
                }
            }
            for own in 0..<count {
                // Of five, every seventh covariate: all of them would be 59,049 pairs.
                for other in stride(from: 0, to: count, by: length == 4 ? 1 : 7) { compare(column(own), column(other)) }
            }
        }
    }

    @Test(arguments: [UInt64(3), 14, 15]) func `Seeded columns with ties and gaps`(seed: UInt64) {
        var state = seed
        func next(_ bound: UInt64) -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double((state >> 33) % bound)
        }
        for levels in [UInt64(2), 6, 1_000] {
            let values = (0..<70).map { _ in next(12) == 0 ? .nan : next(levels) }
            compare(values, (0..<70).map { next(15) == 0 ? .nan : next(levels) + Double($0) / 20 })
        }
    }
}
