// Seeded chunks for the codec's and the digest's tests.

import Exact
import Formats
import Monitoring

/// SplitMix64: the same seed gives the same history on every machine.
struct ChunkGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

func makeChunk(_ rows: [ChunkAddition], flags: [String] = [], revises: Bool = false) -> Chunk {
    var chunk = Chunk(revises: revises)
    for flag in flags { _ = chunk.index(ofFlag: flag) }
    var outcomes: [MergeOutcome] = []
    chunk.merge(rows, outcomes: &outcomes) { sequence in
        SentOrder(sent: Instant(milliseconds: sequence), digest: Digest256(bytes: [UInt8](repeating: 0, count: 32)))
    }
    return chunk
}

func chunkRow(
    _ start: Int64, _ mantissa: Int64, _ exponent: Int8 = 0, _ qualifier: Qualifier = .none, flag: UInt16 = 0,
    sequence: Int64 = 1
) -> ChunkAddition {
    ChunkAddition(
        start: start, mantissa: mantissa, exponent: exponent, qualifier: qualifier.rawValue, flag: flag,
        sequence: sequence)
}

/// A chunk of 1 to 400 rows: regular or ragged times, wild or tame digits, gaps, flags, several versions.
func randomChunk(_ generator: inout ChunkGenerator) -> Chunk {
    let isTame = Bool.random(using: &generator)
    let unit = [1, 1_000, 60_000, 3_600_000].randomElement(using: &generator) ?? 1
    var start = Int64.random(in: -1_000_000...1_000_000, using: &generator) * Int64(unit)
    var rows: [ChunkAddition] = []
    for _ in 0..<Int.random(in: 1...400, using: &generator) {
        let step = isTame ? 1 : Int64.random(in: 0...3, using: &generator)
        start += step * Int64(unit)
        let isMissing = Int.random(in: 0..<10, using: &generator) == 0
        let qualifier: Qualifier =
            isMissing ? .missing : isTame ? .none : [.none, .below, .above].randomElement(using: &generator) ?? .none
        rows.append(
            chunkRow(
                start,
                isTame
                    ? Int64.random(in: 0...500, using: &generator)
                    : Int64.random(in: (-999_999_999_999_999_999)...999_999_999_999_999_999, using: &generator),
                isTame ? Int8.random(in: -2 ... -1, using: &generator) : Int8.random(in: -18...18, using: &generator),
                qualifier, flag: UInt16.random(in: 0...(isTame ? 1 : 3), using: &generator),
                sequence: isTame ? 7 : Int64.random(in: 1...1_000_000, using: &generator)))
    }
    return makeChunk(rows, flags: ["D", "停站", "M"])
}

func isSameChunk(_ left: Chunk, _ right: Chunk) -> Bool {
    left.start == right.start && left.mantissa == right.mantissa && left.exponent == right.exponent
        && left.qualifier == right.qualifier && left.flag == right.flag && left.sequence == right.sequence
        && left.flagTable == right.flagTable && left.revises == right.revises
}
