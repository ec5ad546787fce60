// Columns for the tests of this module: all tiny ones, and seeded random ones with ties and gaps.

import Testing

/// A small congruential generator (Knuth's MMIX constants): the same columns on every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}

/// Every column of `length` elements out of `symbols`.
func everyColumn(_ symbols: [Double], length: Int) -> [[Double]] {
    var columns: [[Double]] = [[]]
    for _ in 0..<length { columns = columns.flatMap { column in symbols.map { column + [$0] } } }
    return columns
}

/// A random column: few distinct values (many ties), a drift, or missing readings.
func randomColumn(_ count: Int, using generator: inout SeededGenerator) -> [Double] {
    let kind = Int.random(in: 0..<4, using: &generator)
    return (0..<count).map { index in
        if kind == 3, Int.random(in: 0..<5, using: &generator) == 0 { return .nan }
        switch kind {
        case 0: return Double(Int.random(in: -2...2, using: &generator))
        case 1: return Double.random(in: -1...1, using: &generator) + Double(index) * 0.01
        default: return Double.random(in: 0..<1_000, using: &generator).rounded() / 100
        }
    }
}

/// Times that do not decrease, some equal.
func randomTimes(_ count: Int, using generator: inout SeededGenerator) -> [Double] {
    var time = -5.0
    return (0..<count).map { _ in
        time += [0, 0.25, 1, 1, 3][Int.random(in: 0..<5, using: &generator)]
        return time
    }
}

func near(_ left: Double, _ right: Double, relative: Double) -> Bool {
    abs(left - right) <= relative * max(abs(left), abs(right), 1e-300)
}
