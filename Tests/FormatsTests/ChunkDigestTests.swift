// Goal: digests cover what was said and nothing else. Method: values computed by an independent Python script from the
// layout in docs/data-file.md; histories cut into different spans.

import Formats
import Monitoring
import Testing

@Suite struct ChunkDigestTests {
    private let hour: Int64 = 3_600_000
    private let newYear: Int64 = 1_735_689_600_000

    @Test func `the digest of one observation is that of its documented record`() {
        let expected = "2931ab246219636b2e5ae62d7354ac3997631f3866b8c3bb76e511dfa7901fc8"
        #expect(makeChunk([chunkRow(0, 20, -2)]).digest.description == expected)
        #expect(makeChunk([chunkRow(0, 2, -1, sequence: 99)]).digest.description == expected)
        #expect(makeChunk([chunkRow(0, 2, 0)]).digest.description != expected)
    }

    @Test func `qualifier, flag and missing values are in the digest`() {
        let chunk = makeChunk(
            [
                chunkRow(newYear, 20, -2), chunkRow(newYear + hour, 250, -4, .below, flag: 1),
                chunkRow(newYear + 2 * hour, 0, 0, .missing, flag: 2),
            ], flags: ["停站", "D"])
        #expect(chunk.digest.description == "5d0f20108f267437af62ccac1422ea69cf1a9be79e8c246e8b11adbec6027fb4")
    }

    @Test func `a replaced statement is marked as replaced`() {
        let chunk = makeChunk([chunkRow(1_000, 5, sequence: 1), chunkRow(1_000, 6, sequence: 2)], revises: true)
        #expect(chunk.digest.description == "7e180dc30d07c8399421633f534ad4f590ee1b824960818c16c60f5bd8c85e08")
        #expect(
            makeChunk([chunkRow(1_000, 5, sequence: 1), chunkRow(1_000, 6, sequence: 2)]).digest.description
                != "7e180dc30d07c8399421633f534ad4f590ee1b824960818c16c60f5bd8c85e08")
    }

    @Test func `a series has one digest however it is cut into chunks`() {
        let rows = (0..<100).map { chunkRow(Int64($0) * hour, Int64($0 * 7 % 11), -1, sequence: Int64($0)) }
        let whole = makeChunk(rows).digest
        for cut in [1, 24, 50, 99] {
            var digest = SeriesDigest()
            digest.append(makeChunk(Array(rows[..<cut])))
            digest.append(makeChunk(Array(rows[cut...])))
            #expect(digest.finish() == whole)
        }
    }

    @Test func `the interval and the log position bound what is digested`() {
        let rows = (0..<10).map { chunkRow(Int64($0), 1, 0, sequence: Int64($0)) }
        var part = SeriesDigest()
        part.append(
            makeChunk(rows), over: Interval(start: Instant(milliseconds: 2), end: Instant(milliseconds: 8)),
            asKnownAt: 5)
        #expect(part.finish() == makeChunk(Array(rows[2...5])).digest)
    }

    @Test func `a snapshot is the Merkle root over its series in order of key`() throws {
        let one = try #require(
            Digest256(hexadecimal: "2931ab246219636b2e5ae62d7354ac3997631f3866b8c3bb76e511dfa7901fc8"))
        let three = try #require(
            Digest256(hexadecimal: "5d0f20108f267437af62ccac1422ea69cf1a9be79e8c246e8b11adbec6027fb4"))
        let revised = try #require(
            Digest256(hexadecimal: "7e180dc30d07c8399421633f534ad4f590ee1b824960818c16c60f5bd8c85e08"))
        let root = "4cb4efafc605865bc73ffe10adb18eddcaba9cc5e35c9ec0654d1fb6b0b919a3"
        #expect(SnapshotDigest.root([("a", one), ("b", three), ("c", revised)]).description == root)
        #expect(SnapshotDigest.root([("c", revised), ("a", one), ("b", three)]).description == root)
        #expect(
            SnapshotDigest.root([("a", one)]).description
                == "505d198bf96efee2a5304560d3830d0de051cc15e3f51a0e0739871517f148a9")
        #expect(
            SnapshotDigest.root([]).description == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }
}

@Suite struct MappedDigestTests {
    // Bytes that lie in a file are walked over a piece at a time: the digest is that of all of them at once.
    @Test(arguments: [0, 1, (8 << 20) - 1, 8 << 20, (8 << 20) + 1]) func `Walked over, bytes have the same digest`(
        count: Int
    ) {
        let bytes = [UInt8](repeating: 0x41, count: count)
        var pieces = 0
        let walked = bytes.withUnsafeBytes { raw in sha256(raw) { pieces += 1 } }
        #expect(walked == sha256(bytes) && pieces == (count + (8 << 20) - 1) / (8 << 20))
    }
}
