// Goal: a scan reads from the bytes of any chunk what its current view says, and no bytes whatever can hurt it.
// Method: everyday chunks and seeded random ones against the reference, filters, parts, every flipped bit.

import Exact
import Formats
import Monitoring
import Testing

@Suite struct SeriesBlockTests {
    @Test func `everyday chunks are read without a step per row, and as the reference reads them`() throws {
        var reader = SeriesBlockReader()
        for seed in 1...300 {
            var generator = ChunkGenerator(state: UInt64(seed))
            let bytes = encoded(everydayChunk(&generator))
            #expect(try isSame(bytes, &reader), "seed \(seed)")
        }
        #expect(reader.slowCount == 0)
    }

    @Test func `random chunks with versions, wild digits and censored values are read as the reference reads them`()
        throws
    {
        var reader = SeriesBlockReader()
        for seed in 1...600 {
            var generator = ChunkGenerator(state: UInt64(seed))
            let bytes = encoded(randomChunk(&generator))
            for filter in [
                VersionFilter(), VersionFilter(asKnownAt: 500_000), VersionFilter(hidden: [7]),
                VersionFilter(asKnownAt: 6),
            ] {
                #expect(try isSame(bytes, &reader, filter), "seed \(seed)")
            }
        }
    }

    @Test func `an empty chunk, one row, the widest numbers and mixed exponents`() throws {
        var reader = SeriesBlockReader()
        let most: Int64 = 999_999_999_999_999_999
        for rows in [
            [], [chunkRow(0, 20, -2)], [chunkRow(0, 0, 0, .missing)], [chunkRow(0, most, 18), chunkRow(1, -most, -18)],
            [chunkRow(0, 2, -1), chunkRow(60_000, 25, -2), chunkRow(120_000, 3)],
            [chunkRow(0, Int64(Int32.min)), chunkRow(1, Int64(Int32.max))],
            [chunkRow(0, 1, 5), chunkRow(1, 0, 0, .missing)],
        ] {
            #expect(try isSame(encoded(makeChunk(rows)), &reader))
        }
        var block = SeriesBlock()
        let mixed = encoded(makeChunk([chunkRow(0, 2, -1), chunkRow(60_000, 25, -2), chunkRow(120_000, 3)]))
        let isRead = mixed.withUnsafeBytes { reader.read($0, filter: VersionFilter(), into: &block) }
        #expect(isRead)
        #expect(block.exponent == -2)
        #expect((0..<3).map(block.mantissa) == [20, 25, 300])
    }

    @Test func `whatever bit is flipped, what is read is what the reference reads`() throws {
        var reader = SeriesBlockReader()
        for seed: UInt64 in [1, 2] {
            var generator = ChunkGenerator(state: seed)
            let bytes = Array(encoded(everydayChunk(&generator, rows: 70)))
            for bit in 0..<bytes.count * 8 {
                var damaged = bytes
                damaged[bit / 8] ^= 1 << UInt8(bit % 8)
                #expect(try isSame(damaged, &reader), "bit \(bit)")
            }
            for length in 0..<bytes.count { #expect(try isSame(Array(bytes[..<length]), &reader)) }
        }
    }

    @Test func `a part of a block is what a view of that time says`() throws {
        var reader = SeriesBlockReader()
        var block = SeriesBlock()
        for seed in 1...40 {
            var generator = ChunkGenerator(state: UInt64(seed))
            let chunk = everydayChunk(&generator)
            let isRead = encoded(chunk).withUnsafeBytes { reader.read($0, filter: VersionFilter(), into: &block) }
            #expect(isRead)
            for _ in 0..<10 {
                let first = Int.random(in: 0..<block.count, using: &generator)
                let last = Int.random(in: first..<block.count, using: &generator)
                let part = block.part(first..<last + 1)
                #expect(part.count == last - first + 1)
                for row in 0..<part.count {
                    #expect(part.start(row) == chunk.start[first + row])
                    #expect(part.value(row) == block.value(first + row))
                    #expect(SeriesBlock.code(part.flags, at: row) == SeriesBlock.code(block.flags, at: first + row))
                }
                #expect(block.firstRow(from: chunk.start[first]) == first)
                #expect(block.firstRow(from: chunk.start[first] - 1) == first)
                #expect(block.firstRow(from: chunk.start[first] + 1) == first + 1)
            }
        }
    }

    // MARK: What is compared

    private func encoded(_ chunk: Chunk) -> [UInt8] {
        var encoder = ChunkEncoder()
        return encoder.encode(chunk)
    }

    /// Whether the fast reading, where it answers, gives the reference's block, and refuses what is no chunk.
    private func isSame(
        _ bytes: [UInt8], _ reader: inout SeriesBlockReader, _ filter: VersionFilter = VersionFilter()
    ) throws -> Bool {
        var block = SeriesBlock()
        let isRead = bytes.withUnsafeBytes { reader.read($0, filter: filter, into: &block) }
        var names = FlagNames()
        guard let chunk = try? Chunk(decoding: bytes) else { return !isRead }
        let expected = try SeriesBlock.blocksReference(chunk, filter: filter, flags: &names)
        let given = isRead ? (block.isEmpty ? [] : [block]) : try slow(bytes, &reader, filter)
        guard given.count == expected.count else { return false }
        for (one, other) in zip(given, expected) {
            guard one.count == other.count, one.exponent == other.exponent, one.isNarrow == other.isNarrow,
                one.times == other.times, one.qualifiers == other.qualifiers, one.disputedRows == other.disputedRows,
                one.hasValue[..<one.wordCount] == other.hasValue[..<other.wordCount],
                one.flags.map(\.end) == other.flags.map(\.end),
                one.flags.map({ reader.flags.names[Int($0.code)] }) == other.flags.map({ names.names[Int($0.code)] }),
                (0..<one.count).allSatisfy({ one.mantissa($0) == other.mantissa($0) })
            else { return false }
        }
        return true
    }

    private func slow(
        _ bytes: [UInt8], _ reader: inout SeriesBlockReader, _ filter: VersionFilter
    ) throws -> [SeriesBlock] {
        var blocks: [SeriesBlock] = []
        try bytes.withUnsafeBytes { blocks = try reader.blocks($0, filter: filter) }
        return blocks
    }

    /// A day of a station: equal steps with holes, one or two exponents, missing stretches, flags, a few batches.
    private func everydayChunk(_ generator: inout ChunkGenerator, rows count: Int = 288) -> Chunk {
        var rows: [ChunkAddition] = []
        var start: Int64 = 1_735_689_600_000
        var value = Int64.random(in: 0...100_000, using: &generator)
        let isMixed = Bool.random(using: &generator)
        // Numbers of mixed exponents are read at once where 31 bits hold them.
        let spread = [1, 30, 900, isMixed ? 100_000 : 9_000_000][Int.random(in: 0..<4, using: &generator)]
        var left = 0
        for _ in 0..<count {
            start += Int.random(in: 0..<60, using: &generator) == 0 ? 900_000 : 300_000
            value += Int64.random(in: -Int64(spread)...Int64(spread), using: &generator)
            if left == 0, Int.random(in: 0..<40, using: &generator) == 0 {
                left = Int.random(in: 1...12, using: &generator)
            }
            let isMissing = left > 0
            left = max(0, left - 1)
            let isShort = isMixed && value % 10 == 0
            rows.append(
                chunkRow(
                    start, isMissing ? 0 : isShort ? value / 10 : value, isMissing ? 0 : isShort ? -1 : -2,
                    isMissing ? .missing : .none,
                    flag: isMissing ? 2 : Int.random(in: 0..<50, using: &generator) == 0 ? 3 : 1,
                    sequence: Int64(1 + rows.count / 40)))
        }
        return makeChunk(rows, flags: ["N", "M", "停站"])
    }
}
