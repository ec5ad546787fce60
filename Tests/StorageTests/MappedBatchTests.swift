// Goal: a mapped batch costs the memory of the part being read, whatever its length. Method: the kernel says how much of
// the mapping is resident.

import Formats
import Foundation
import Glibc
import Storage
import Testing

struct MappedBatchTests {
    /// KiB of the file at `path` that this process holds, by `/proc/self/smaps`.
    private func residentKibibytes(_ path: String) throws -> Int {
        // Line by line: the kernel gives it a page at a time, which a reader of whole files may take for its end.
        let maps = try #require(fopen("/proc/self/smaps", "r"))
        defer { fclose(maps) }
        var (text, room) = (UnsafeMutablePointer<CChar>?.none, 0)
        defer { free(text) }
        var isOurs = false
        var sum = 0
        while getline(&text, &room, maps) > 0, let text {
            let line = String(cString: text)
            // `ADDRESS-ADDRESS r--p …  PATH`, then what there is to say of it, `Rss: … kB` among it.
            if line.prefix(while: { $0 != " " }).contains("-") { isOurs = line.hasSuffix(path + "\n") }
            guard isOurs, line.hasPrefix("Rss:") else { continue }
            sum += line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        }
        return sum
    }

    @Test(
        "A mapped file of any length leaves nothing behind when it was walked over, and when its pages were given back")
    func walkedOver() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "mapped-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let bytes = [UInt8](repeating: 0x41, count: 20 << 20)
        try Data(bytes).write(to: URL(filePath: path))
        let raw = try MappedBatch(file: path)
        #expect(raw.bytes.count == bytes.count)
        #expect(raw.digest() == sha256(bytes))
        #expect(try residentKibibytes(path) < 9 << 10)
        #expect(raw.bytes.allSatisfy { $0 == 0x41 })
        #expect(try residentKibibytes(path) >= 20 << 10)
        raw.letGo()
        #expect(try residentKibibytes(path) == 0)
        // It is all there still.
        #expect(raw.bytes.last == 0x41)
    }

    @Test("An empty file and one that is not there")
    func none() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "mapped-\(UUID().uuidString)").path
        #expect(throws: BookProblem.self) { try MappedBatch(file: path) }
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data().write(to: URL(filePath: path))
        let raw = try MappedBatch(file: path)
        #expect(raw.bytes.isEmpty && raw.digest() == sha256([UInt8]()))
    }
}
