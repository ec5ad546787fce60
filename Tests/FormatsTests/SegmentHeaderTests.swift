// Goal: segments are tar files, and names from outside cannot leave them. Method: field values from the POSIX
// description of ustar, and reading back what was written, torn at every byte. `tar` itself reads them in StorageTests.

import Formats
import Testing

@Suite struct SegmentHeaderTests {
    private let digest = String(repeating: "ab", count: 32)

    private func member(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let member = SegmentMember(digest: digest, fileName: name, byteCount: data.count, modified: 1_735_689_600)
        return member.header + data + [UInt8](repeating: 0, count: SegmentMember.padding(data.count))
    }

    @Test func `a header has the fields of ustar`() {
        let header = SegmentMember(digest: digest, fileName: "a.csv.gz", byteCount: 513, modified: 8).header
        #expect(header.count == 512)
        #expect(String(decoding: header[0..<73], as: UTF8.self) == digest + "/a.csv.gz")
        #expect(String(decoding: header[124..<135], as: UTF8.self) == "00000001001")
        #expect(String(decoding: header[136..<147], as: UTF8.self) == "00000000010")
        #expect(header[156] == 0x30)
        #expect(Array(header[257..<265]) == Array("ustar\u{0}00".utf8))
        var blanked = header
        for index in 148..<156 { blanked[index] = 0x20 }
        let sum = blanked.reduce(0) { $0 + Int($1) }
        #expect(Int(String(decoding: header[148..<154], as: UTF8.self), radix: 8) == sum)
    }

    @Test(arguments: ["a.csv.gz", "国控站点_2026050100.csv.gz", String(repeating: "long-", count: 40) + ".gz"])
    func `names of any script and length come back`(name: String) {
        let bytes = member(name, [1, 2, 3]) + member("b", [])
        let (entries, problem) = SegmentReader.entries(in: bytes)
        #expect(problem == nil)
        #expect(entries.map(\.path) == [digest + "/" + name, digest + "/b"])
        #expect(entries.first.map { Array(bytes[$0.offset..<$0.offset + $0.byteCount]) } == [1, 2, 3])
    }

    @Test(
        arguments: [
            ("../../etc/passwd", "passwd"), ("/", "batch"), ("..", "batch"), ("a\nb\u{0}c", "abc"), ("", "batch"),
            ("x/y/z.gz", "z.gz"),
        ])
    func `a name is a file name and nothing more`(name: String, safe: String) {
        #expect(SegmentMember.safeName(name) == safe)
        #expect(SegmentMember.safeName(String(repeating: "水", count: 200)).utf8.count == 255)
    }

    @Test func `a segment torn at any byte lists its whole members and says where it is torn`() {
        let whole = member("first.gz", [UInt8](repeating: 7, count: 600))
        let bytes = whole + member("国控.gz", [UInt8](repeating: 9, count: 700))
        for length in whole.count + 1..<bytes.count {
            let (entries, problem) = SegmentReader.entries(in: Array(bytes.prefix(length)))
            #expect(entries.map(\.path) == [digest + "/first.gz"])
            #expect(problem != nil)
        }
        var damaged = bytes
        damaged[3] ^= 1
        #expect(SegmentReader.entries(in: damaged).problem == .damagedHeader(offset: 0))
        #expect(SegmentReader.entries(in: bytes + SegmentMember.endMark).entries.count == 2)
    }
}
