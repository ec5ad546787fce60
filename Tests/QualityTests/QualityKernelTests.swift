// Goal: each quality kernel says what its reference says. Method: all tiny inputs, then seeded random columns.

import Monitoring
import Quality
import Testing

/// Every sequence of `letters` up to `length`.
private func everySequence(of letters: [Double], upTo length: Int) -> [[Double]] {
    var all: [[Double]] = [[]]
    var last: [[Double]] = [[]]
    for _ in 0..<length {
        last = last.flatMap { prefix in letters.map { prefix + [$0] } }
        all += last
    }
    return all
}

/// A small seeded generator (xorshift64), enough to shuffle test values.
private struct TestRandom: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}

private func randomColumn(_ random: inout TestRandom, count: Int) -> [Double] {
    (0..<count).map { _ in
        switch Int.random(in: 0..<12, using: &random) {
        case 0: .nan
        case 1: Double.random(in: -50...50, using: &random)
        default: Double(Int.random(in: 0...6, using: &random))
        }
    }
}

private let letters: [Double] = [.nan, -1, 0, 1, 2, 9]
private let range = ValueRange(possible: 0...8, plausible: 0...1, source: "test")
private let threshold = SpikeThreshold(absolute: 1, relative: 0.5, source: "test")

private func rangeVerdicts(_ values: [Double]) -> [QualityVerdict] {
    var verdicts = [QualityVerdict](repeating: .notTested, count: values.count)
    var span = verdicts.mutableSpan
    grossRange(values.span, range, into: &span)
    return verdicts
}

private func spikeVerdicts(
    _ values: [Double], _ neighbours: [Double], _ start: [Int64], _ threshold: SpikeThreshold
) -> [QualityVerdict] {
    var verdicts = [QualityVerdict](repeating: .notTested, count: values.count)
    var span = verdicts.mutableSpan
    spikes(values.span, neighbours: neighbours.span, start: start.span, reach: 2, threshold, into: &span)
    return verdicts
}

private func flatVerdicts(_ values: [Double], limit: Int) -> [QualityVerdict] {
    var verdicts = [QualityVerdict](repeating: .notTested, count: values.count)
    var span = verdicts.mutableSpan
    flatLines(values.span, limit: limit, into: &span)
    return verdicts
}

@Suite struct QualityKernelTests {
    @Test func `Every kernel equals its reference on all tiny inputs`() {
        for values in everySequence(of: letters, upTo: 5) {
            #expect(rangeVerdicts(values) == grossRangeReference(values, range))
            let start = values.indices.map { Int64($0) }
            let neighbours = values.map { $0 == 9 ? Double.nan : $0 }
            #expect(
                spikeVerdicts(values, neighbours, start, threshold)
                    == spikesReference(values, neighbours: neighbours, start: start, reach: 2, threshold))
            #expect(flatVerdicts(values, limit: 3) == flatLinesReference(values, limit: 3))
        }
    }

    @Test(arguments: [UInt64](1...20))
    func `Every kernel equals its reference on random columns`(seed: UInt64) {
        var random = TestRandom(state: seed &* 0x9e37_79b9_7f4a_7c15)
        let count = Int.random(in: 1...300, using: &random)
        let values = randomColumn(&random, count: count)
        let neighbours = values.map { Bool.random(using: &random) ? $0 : .nan }
        var time: Int64 = 0
        let start = values.map { _ in
            time += Int64.random(in: 0...2, using: &random)
            return time
        }
        let loose = SpikeThreshold(absolute: 0.5, relative: 0.25, source: "test")
        #expect(rangeVerdicts(values) == grossRangeReference(values, range))
        #expect(
            spikeVerdicts(values, neighbours, start, loose)
                == spikesReference(values, neighbours: neighbours, start: start, reach: 2, loose))
        for limit in 2...4 { #expect(flatVerdicts(values, limit: limit) == flatLinesReference(values, limit: limit)) }
    }

    @Test func `An infinite value is impossible, not missing`() {
        #expect(rangeVerdicts([.infinity, -.infinity]) == [.invalid, .invalid])
    }
}
