// Goal: no bytes make a decoder stop the program, lose count or go on without end. Method: every input that a fuzzer
// once kept, and thousands of seeded mutations of the fixtures, each under the invariants and a bound of time.

import Formats
import Foundation
import Monitoring
import Testing

@Suite struct MutationTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    /// Generous: bytes of these sizes take a few milliseconds even on a busy machine.
    private static let timeLimit = Duration.seconds(5)

    private static func files(_ folder: String) -> [(name: String, bytes: [UInt8])] {
        let path = root.appending(path: folder).path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.sorted().compactMap { name in
            FileManager.default.contents(atPath: path + "/" + name).map { (name, Array($0)) }
        }
    }

    private func expectSound(_ bytes: [UInt8], _ faults: ([UInt8]) -> [String], _ name: String) {
        var found: [String] = []
        let time = ContinuousClock().measure { found = faults(bytes) }
        if found.isEmpty, time < Self.timeLimit { return }
        let kept = FileManager.default.temporaryDirectory.appending(path: "unsound-\(UUID().uuidString)")
        try? Data(bytes).write(to: kept)
        Issue.record("\(name), \(time): \(found.joined(separator: "; ")). The input is in \(kept.path).")
    }

    @Test(arguments: ["batch", "chunk", "segment", "json", "inflate", "container"])
    func `what a fuzzer once kept stays sound`(target: String) throws {
        let check = try #require(DecoderInvariants.targets.first { $0.name == target })
        let corpus = Self.files("fixtures/corpus/\(target)")
        #expect(!corpus.isEmpty)
        for (name, bytes) in corpus { expectSound(bytes, check.faults, name) }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `mutated batches are read or refused, with every row accounted for`(seed: UInt64) {
        let seeds = Self.files("fixtures/batches").filter { $0.name.hasPrefix("synthetic-") }
        #expect(seeds.count > 20)
        var mutator = Mutator(seed: seed)
        for (name, bytes) in seeds {
            for number in 0..<40 {
                let other = seeds[Int.random(in: 0..<seeds.count, using: &mutator.numbers)].bytes
                var mutant = mutator.mutate(bytes, with: other)
                // Compressed batches are mutated inside as well: few damaged streams get past their checksum.
                if number % 4 == 3 { mutant = gzipForTest(mutant) }
                expectSound(mutant, DecoderInvariants.batch, "\(name), seed \(seed), mutant \(number)")
            }
        }
    }

    @Test func `whatever library inflates, a file gives the same text or the same refusal`() throws {
        var mutator = Mutator(seed: 7)
        let seeds = Self.files("fixtures/batches").filter { $0.bytes.count < 20_000 }
        #expect(seeds.count > 20)
        for (name, bytes) in seeds {
            for number in 0..<12 {
                let mutant = number == 0 ? bytes : mutator.mutate(bytes, with: bytes)
                expectSound(mutant, DecoderInvariants.inflate, "\(name), mutant \(number)")
            }
        }
    }

    @Test func `mutated chunks are refused or mean what they say`() {
        var mutator = Mutator(seed: 4)
        var generator = ChunkGenerator(state: 4)
        var encoder = ChunkEncoder()
        for number in 0..<60 {
            let encoded = encoder.encode(randomChunk(&generator))
            #expect(DecoderInvariants.chunk(encoded).isEmpty)
            for _ in 0..<40 {
                expectSound(mutator.mutate(encoded, with: encoded), DecoderInvariants.chunk, "chunk \(number)")
            }
        }
    }

    @Test func `mutated segments list members that lie inside them`() {
        var mutator = Mutator(seed: 5)
        var segment: [UInt8] = []
        for name in ["a.csv", "国控站点.csv.gz", String(repeating: "long", count: 60)] {
            let bytes = [UInt8](name.utf8)
            segment += SegmentMember(digest: "0123abcd", fileName: name, byteCount: bytes.count, modified: 0).header
            segment += bytes + [UInt8](repeating: 0, count: SegmentMember.padding(bytes.count))
        }
        #expect(SegmentReader.entries(in: segment).entries.count == 3)
        for number in 0..<2_000 {
            expectSound(mutator.mutate(segment, with: segment), DecoderInvariants.segment, "segment \(number)")
        }
    }

    @Test func `mutated JSON is refused or written so that it reads the same`() {
        var mutator = Mutator(seed: 6)
        let texts = [
            #"{"a":[1,2.50,-3e-7,null,true],"b":{"":"\u00e9\n\"\\","c":"断面"},"z":"}"}"#,
            #"[[[[[[]]]],{"k":[{}]}],"","\ud83d\ude00",0,-0.0,1e400]"#,
        ]
        for number in 0..<4_000 {
            let text = Array(texts[number % 2].utf8)
            expectSound(mutator.mutate(text, with: text), DecoderInvariants.json, "text \(number)")
        }
    }
}

/// Changes bytes the way damage and malice do.
struct Mutator {
    var numbers: ChunkGenerator
    private static let tokens: [[UInt8]] =
        [
            "\n", "\r\n", ",", "\"", "\"\"", "0", "-", "1e18", "999999999999999999999", "NaN", "null", "{", "[", "]}",
            "9999-12-31T23:59:59+08:00", "0001-01-01", "2026-02-30T24:00:00Z", "station", "\u{FEFF}", "\\u0000",
            "\\ud800",
        ].map { Array($0.utf8) } + [[0], [0xFF], [0xC3], [0x1F, 0x8B, 8], [UInt8](repeating: 0x80, count: 10)]

    init(seed: UInt64) { numbers = ChunkGenerator(state: seed) }

    /// One to four changes of `bytes`, some of them pieces of `other`.
    mutating func mutate(_ bytes: [UInt8], with other: [UInt8]) -> [UInt8] {
        var result = bytes
        for _ in 0..<Int.random(in: 1...4, using: &numbers) { change(&result, other) }
        return result
    }

    private mutating func change(_ bytes: inout [UInt8], _ other: [UInt8]) {
        let place = Int.random(in: 0...bytes.count, using: &numbers)
        let length = min(Int.random(in: 1...64, using: &numbers), bytes.count - place)
        switch Int.random(in: 0..<7, using: &numbers) {
        case 0: if place < bytes.count { bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &numbers) }
        case 1: if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &numbers) }
        case 2: bytes.removeSubrange(place..<place + length)
        case 3: bytes.insert(contentsOf: Self.tokens.randomElement(using: &numbers) ?? [], at: place)
        case 4: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
        case 5: bytes.removeSubrange(place...)
        default:
            let from = Int.random(in: 0...other.count, using: &numbers)
            bytes.replaceSubrange(place..., with: other[from...])
        }
    }
}
