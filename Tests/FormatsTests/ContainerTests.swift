// Goal: a container gives the rows of its parts and nothing else, whatever its bytes are; every limit holds.
// Method: the fixtures whole, cut at every byte, with every byte changed, and under limits set low.

import Formats
import Foundation
import Monitoring
import Testing

func fixtureForTest(_ name: String) throws -> [UInt8] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    return [UInt8](try Data(contentsOf: root.appending(path: "fixtures/batches/\(name)")))
}

struct ContainerTests {
    @Test("Members are read in the archive's order, their rejections name them, their names hint at dates")
    func members() throws {
        let decoded = decodeForTest(try fixtureForTest("synthetic-two-tables.zip"))
        #expect(decoded.summary?.format == .tributaryCSV)
        #expect(decoded.texts.prefix(1) == ["EX-UP-1/codmn 2026-05-01T00:00:00+08:00 2.10 [N]"])
        #expect(decoded.texts.last == "EX-UP-1/codmn 2026-05-01T00:00:00+08:00 2.31")
        #expect(decoded.summary?.documents.map(\.number) == ["EX-1/2026"])
        #expect(decoded.rejections.map(\.field) == ["readme.txt"])
    }

    @Test("A zlib stream is read as gzip is: cut, damaged and followed by something, each is told apart")
    func zlib() throws {
        let whole = try fixtureForTest("synthetic-zlib.csv.z")
        #expect(decodeForTest(whole).readings.count == 60)
        let cut = decodeForTest(Array(whole.dropLast(120)))
        #expect(cut.stop?.reason == .truncatedCompression)
        #expect(cut.stop?.remedy.contains("zlib stream") == true)
        #expect(!cut.readings.isEmpty && cut.readings.count < 60)
        var damaged = whole
        damaged[damaged.count - 1] ^= 1
        #expect(decodeForTest(damaged).stop?.reason == .damagedCompression)
        #expect(decodeForTest(damaged).readings.isEmpty)
        let followed = decodeForTest(whole + Array("x".utf8))
        #expect(followed.stop?.reason == .trailingBytes)
        #expect(followed.readings.count == 60)
    }

    @Test(
        "A refused archive says which member and why",
        arguments: [
            ("synthetic-bomb.zip", "rows.csv", "4110 bytes inflate to 4194333"),
            ("synthetic-outside.zip", "", "../../etc/rows.csv"),
            ("synthetic-nested.zip", "inner.zip", "a zip file inside the archive"),
            ("synthetic-encrypted.zip", "rows.csv", "an encrypted member"),
            ("synthetic-overlapping.zip", "", "members of 5745 bytes in an archive of 2952"),
            ("synthetic-entities.xlsx", "表", "a document type declaration"),
            ("synthetic-only-text.zip", "readme.txt", "示例说明，没有数据\n"),
        ])
    func refusals(name: String, field: String, excerpt: String) throws {
        let stop = try #require(decodeForTest(try fixtureForTest(name)).stop)
        #expect((stop.field, stop.excerpt) == (field, excerpt))
        #expect(stop.row == 0 && stop.remedy.hasSuffix("."))
    }

    @Test(
        "Names that lead out of the archive are refused, however they are spelled",
        arguments: [
            "/etc/rows.csv", "C:rows.csv", "a\\..\\b.csv", "a/../b.csv", "..", "a\nb.csv",
        ])
    func names(name: String) throws {
        let bytes = storedZip([(name, Array("station,parameter,time,value\n".utf8))])
        #expect(decodeForTest(bytes).stop?.reason == .unsafeContainer)
    }

    @Test("Every limit of containers stops the batch under its own name")
    func limits() throws {
        func stop(_ file: String, _ change: (inout ReadLimits) -> Void) throws -> RejectionReason? {
            var limits = ReadLimits()
            change(&limits)
            return decodeForTest(try fixtureForTest(file), limits: limits).stop?.reason
        }
        #expect(try stop("synthetic-two-tables.zip") { $0.archiveMembers = 2 } == .unsafeContainer)
        #expect(try stop("synthetic-two-tables.zip") { $0.archiveDirectoryBytes = 100 } == .unsafeContainer)
        #expect(try stop("synthetic-two-tables.zip") { $0.inflatedBytes = 2_800 } == .inflatedTooLarge)
        #expect(try stop("synthetic-two-tables.zip") { $0.rows = 60 } == .inflatedTooLarge)
        #expect(try stop("synthetic-lab-results.xlsx") { $0.sheetColumns = 6 } == .malformedDocument)
        #expect(try stop("synthetic-lab-results.xlsx") { $0.sharedTextBytes = 64 } == .inflatedTooLarge)
        #expect(try stop("synthetic-lab-results.xlsx") { $0.partBytes = 1_000 } == .inflatedTooLarge)
        #expect(try stop("synthetic-lab-results.xlsx") { $0.fieldBytes = 8 } == .lineTooLong)
    }

    @Test("An archive that claims more members than its limit is refused before its directory is read")
    func claims() throws {
        var bytes = try fixtureForTest("synthetic-stored.zip")
        let end = bytes.count - 22
        bytes[end + 10] = 0xE9
        bytes[end + 11] = 0x03
        #expect(decodeForTest(bytes).stop?.excerpt == "1001 members")
        bytes[end + 10] = 0xFF
        bytes[end + 11] = 0xFF
        #expect(decodeForTest(bytes).stop?.excerpt == "65535 members")
    }

    @Test(
        "No cut and no changed byte of a container crashes or invents a row",
        arguments: [
            "synthetic-two-tables.zip", "synthetic-lab-results.xlsx",
        ])
    func damage(name: String) throws {
        let whole = try fixtureForTest(name)
        let rows = Set(decodeForTest(whole).texts)
        for count in stride(from: 1, to: whole.count, by: 7) {
            let cut = decodeForTest(Array(whole.prefix(count)))
            #expect(cut.stop != nil && cut.readings.isEmpty, "cut after \(count) bytes")
        }
        for place in stride(from: 0, to: whole.count, by: 3) {
            var changed = whole
            changed[place] ^= 0x55
            let decoded = decodeForTest(changed)
            guard case .read = decoded.outcome else { continue }
            // Bytes that no checksum covers: times and attributes of members.
            #expect(Set(decoded.texts) == rows, "byte \(place) changed")
        }
    }

    @Test("Decoding a container twice gives the same, and a slice a row the same as one slice")
    func repeated() throws {
        for name in ["synthetic-two-tables.zip", "synthetic-lab-results.xlsx", "synthetic-river-flow.csv"] {
            let bytes = try fixtureForTest(name)
            var limits = ReadLimits()
            limits.blockRows = 1
            let (whole, split) = (decodeForTest(bytes), decodeForTest(bytes, limits: limits))
            #expect(whole.texts == split.texts && whole.texts == decodeForTest(bytes).texts)
            #expect(whole.rejections == split.rejections)
            #expect(whole.summary?.documents == split.summary?.documents)
        }
    }
}

/// An archive of stored members, written by hand: names that no tool would write.
func storedZip(_ members: [(name: String, data: [UInt8])]) -> [UInt8] {
    func little(_ value: Int, _ width: Int) -> [UInt8] { (0..<width).map { UInt8(value >> (8 * $0) & 0xFF) } }
    var body: [UInt8] = []
    var directory: [UInt8] = []
    for (name, data) in members {
        let raw = Array(name.utf8)
        var table = UInt32.max
        for byte in data {
            table ^= UInt32(byte)
            for _ in 0..<8 { table = table & 1 == 1 ? table >> 1 ^ 0xEDB8_8320 : table >> 1 }
        }
        let common =
            little(20, 2) + little(0, 2) + little(0, 2) + little(0, 2) + little(33, 2) + little(Int(~table), 4)
            + little(data.count, 4) + little(data.count, 4) + little(raw.count, 2) + little(0, 2)
        directory +=
            [0x50, 0x4B, 1, 2] + little(20, 2) + common + little(0, 2) + little(0, 2) + little(0, 2) + little(0, 4)
            + little(body.count, 4) + raw
        body += [0x50, 0x4B, 3, 4] + common + raw + data
    }
    return body + directory + [0x50, 0x4B, 5, 6] + little(0, 4) + little(members.count, 2) + little(members.count, 2)
        + little(directory.count, 4) + little(body.count, 4) + little(0, 2)
}
