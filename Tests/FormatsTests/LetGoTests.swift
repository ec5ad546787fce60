// Goal: however a long batch is written and packed, its reader says again and again that pages may be given back.
// Method: what the reader says is counted, for plain text, gzip, zip, texts read twice, and bytes that hold no text.

import Formats
import Monitoring
import Synchronization
import Testing

struct LetGoTests {
    private static let at = "2026-05-01T08:00:00+08:00"

    private final class Counter: Sendable {
        let count = Mutex(0)
    }

    /// How often pages could be given back.
    private func lettingGo(_ bytes: [UInt8], encoding: SourceEncoding = .utf8) throws -> Int {
        var profiles = BuiltInProfiles.all
        profiles[.tributaryCSV]?.writing.encoding = encoding
        var context = ReadContext(
            profiles: profiles, parameters: testCatalogue(), nameHints: [],
            received: Instant(milliseconds: 1_777_680_000_000))
        let counter = Counter()
        context.letGo = { counter.count.withLock { $0 += 1 } }
        var rows = 0
        let outcome = bytes.withUnsafeBytes { raw in
            decodeBatch(raw, context: context) { slice in rows += slice.block.count }
        }
        guard case .read = outcome else {
            Issue.record("\(outcome)")
            return 0
        }
        #expect(rows > 0)
        return counter.count.withLock { $0 }
    }

    /// Some 36 MB: four times what is read before pages are given back, and a little.
    private static let long: [UInt8] = {
        var bytes = Array("station,parameter,time,value,remark\n".utf8)
        // Letters of no pattern: a text that is almost all alike would be taken for a bomb.
        var number: UInt32 = 1
        for _ in 0..<600 {
            bytes += Array("A,codmn,\(at),1,".utf8)
            for _ in 0..<60_000 {
                number = number &* 1_664_525 &+ 1_013_904_223
                bytes.append(0x61 + UInt8(number >> 28))
            }
            bytes.append(0x0A)
        }
        return bytes
    }()

    @Test("Plain text once in 8 MiB; twice as often where a declared encoding has it read twice")
    func plain() throws {
        // Of a plain text both count: the bytes and the text.
        #expect(try lettingGo(Self.long) >= 4)
        #expect(try lettingGo(Self.long, encoding: .latin1) >= 8)
        var chinese = Self.long
        chinese[40] = 0xFC
        #expect(try lettingGo(chinese, encoding: .latin1) >= 4)
    }

    @Test("A gzip of it, and one whose header is a long name")
    func compressed() throws {
        let bytes = gzipForTest(Self.long)
        #expect(try lettingGo(bytes) >= 4)
        let few = gzipForTest(Array("station,parameter,time,value\nA,codmn,\(Self.at),1\n".utf8))
        // RFC 1952, 2.3: bit 3 of the flags: a name that ends with a zero byte stands behind the ten bytes.
        var named = Array(few[..<3]) + [0x08] + few[4..<10]
        named += [UInt8](repeating: 0x61, count: 20 << 20) + [0] + few[10...]
        #expect(try lettingGo(named) >= 2)
    }
}
