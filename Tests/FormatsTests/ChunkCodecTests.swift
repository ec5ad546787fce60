// Goal: chunks survive packing to the last digit, and no bytes whatever can hurt the reader.
// Method: one chunk against bytes written by hand, exhaustive small and seeded random round trips, every prefix and
// every flipped bit of real chunks, seeded garbage.

import Exact
import Formats
import Monitoring
import Testing

@Suite struct ChunkCodecTests {
    @Test func `one observation has exactly the bytes of the documented layout`() {
        var encoder = ChunkEncoder()
        let bytes = encoder.encode(makeChunk([chunkRow(0, 20, -2, sequence: 7)]))
        // TC, layout 1, no bits, 1 row; unit 6 (day), start 0; sequence 7; qualifiers packed in 0 bits; no flags;
        // exponents as one run of −2; one block of differences, 6 bits, 20 zigzagged is 40.
        let expected: [UInt8] = [
            0x54, 0x43, 1, 0, 1, 6, 0, 14, 1, 0, 0, 0, 3, 1, 6, 40,
        ]
        #expect(bytes == expected)
    }

    @Test func `every small chunk comes back as it was`() throws {
        var encoder = ChunkEncoder()
        var variants: [ChunkAddition] = []
        for mantissa: Int64 in [-1, 0, 20] {
            for exponent: Int8 in [-2, 0, 3] {
                for (qualifier, flag) in [(Qualifier.none, UInt16(0)), (.below, 1), (.missing, 2)] {
                    variants.append(chunkRow(0, mantissa, exponent, qualifier, flag: flag))
                }
            }
        }
        for first in variants {
            for second in variants {
                for step: Int64 in [0, 1, 60_000] {
                    var next = second
                    next.start = first.start + step
                    next.sequence = 2
                    let chunk = makeChunk([first, next], flags: ["D", "停"])
                    let back = try Chunk(decoding: encoder.encode(chunk))
                    #expect(isSameChunk(back, chunk), "\(first) \(next)")
                }
            }
        }
        #expect(try Chunk(decoding: encoder.encode(Chunk(revises: true))).revises)
    }

    @Test func `random chunks come back as they were, digits and all`() throws {
        var encoder = ChunkEncoder()
        for seed in 1...600 {
            var generator = ChunkGenerator(state: UInt64(seed))
            let chunk = randomChunk(&generator)
            let back = try Chunk(decoding: encoder.encode(chunk))
            #expect(isSameChunk(back, chunk), "seed \(seed)")
        }
    }

    @Test func `times taken over from the chunk before are those of the bytes, whatever chunk was before`() throws {
        var encoder = ChunkEncoder()
        var chunk = Chunk()
        var times = UnfoldedTimes()
        var held: [(Chunk, [Int64])] = []
        for seed in 1...400 {
            var generator = ChunkGenerator(state: UInt64(seed / 2 % 40 + 1))
            var said = randomChunk(&generator)
            if seed % 3 == 0 { said = makeChunk([chunkRow(Int64(seed % 5) * 60_000, 20, -2, sequence: Int64(seed))]) }
            let bytes = encoder.encode(said)
            try bytes.withUnsafeBytes { try chunk.decode($0, &times) }
            #expect(isSameChunk(chunk, said), "seed \(seed)")
            held.append((chunk, said.start))
            try bytes.withUnsafeBytes { try chunk.decodeTimes($0, &times) }
            #expect(chunk.start == said.start && chunk.mantissa.isEmpty)
        }
        #expect(held.allSatisfy { $0.0.start == $0.1 })
    }

    @Test func `the widest numbers come back: digits, exponents, times and log positions at their limits`() throws {
        var encoder = ChunkEncoder()
        let bounds = Chunk.startRange
        let chunk = makeChunk([
            chunkRow(bounds.lowerBound, .min, -18, sequence: .max), chunkRow(0, .max, 18, sequence: .min),
            chunkRow(bounds.upperBound, -1, 0, sequence: 0),
        ])
        #expect(isSameChunk(try Chunk(decoding: encoder.encode(chunk)), chunk))
    }

    @Test func `no prefix of a chunk is a chunk`() {
        var encoder = ChunkEncoder()
        for seed in 1...40 {
            var generator = ChunkGenerator(state: UInt64(seed))
            let bytes = encoder.encode(randomChunk(&generator))
            for length in 0..<bytes.count {
                #expect(throws: ChunkProblem.self) { try Chunk(decoding: Array(bytes.prefix(length))) }
            }
            #expect(throws: ChunkProblem.trailingBytes(offset: bytes.count)) { try Chunk(decoding: bytes + [0]) }
        }
    }

    @Test func `flipped bits and garbage give a chunk or a problem, never a crash`() {
        var encoder = ChunkEncoder()
        var decoded = 0
        var refused = 0
        func tryBytes(_ bytes: [UInt8]) {
            do throws(ChunkProblem) {
                let chunk = try Chunk(decoding: bytes)
                decoded += 1
                // What decodes is well formed: it can be packed, viewed and digested again.
                _ = encoder.encode(chunk)
                _ = chunk.digest
                var view = CurrentView()
                view.append(chunk, over: Interval(start: Instant(milliseconds: 0), end: Instant(milliseconds: 1 << 40)))
            } catch {
                refused += 1
            }
        }
        for seed in 1...6 {
            var generator = ChunkGenerator(state: UInt64(seed))
            let bytes = encoder.encode(randomChunk(&generator))
            for bit in 0..<min(bytes.count, 120) * 8 {
                var flipped = bytes
                flipped[bit / 8] ^= 1 << UInt8(bit % 8)
                // A claimed count of a million rows is legal but slow to digest here.
                if (4...6).contains(bit / 8) { continue }
                tryBytes(flipped)
            }
        }
        var generator = ChunkGenerator(state: 99)
        for _ in 0..<3_000 {
            let length = Int.random(in: 0...60, using: &generator)
            let garbage = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            tryBytes([0x54, 0x43, 1, UInt8.random(in: 0...3, using: &generator), 9] + garbage)
        }
        #expect(decoded > 100)
        #expect(refused > 100)
    }

    @Test func `a claim of more rows than the limit is refused before anything is allocated`() {
        let bytes: [UInt8] = [0x54, 0x43, 1, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]
        #expect(throws: ChunkProblem.tooManyVersions(0x7_FFFF_FFFF)) { try Chunk(decoding: bytes) }
        #expect(throws: ChunkProblem.unknownVersion(2)) { try Chunk(decoding: [0x54, 0x43, 2, 0, 0]) }
        #expect(throws: ChunkProblem.notAChunk) { try Chunk(decoding: [0x50, 0x4B, 3, 4]) }
    }

    @Test func `hourly readings with two decimals pack into less than two bytes each`() {
        var generator = ChunkGenerator(state: 5)
        var value: Int64 = 300
        var rows: [ChunkAddition] = []
        for hour in 0..<720 {
            value = min(max(value + Int64.random(in: -12...12, using: &generator), 20), 900)
            rows.append(chunkRow(Int64(hour) * 3_600_000, value, -2, sequence: Int64(10 + hour)))
        }
        var encoder = ChunkEncoder()
        #expect(encoder.encode(makeChunk(rows)).count < 720 * 2)
    }
}
