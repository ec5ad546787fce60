// Goal: a mapped batch costs the memory of the part being read, whatever its length. Method: the kernel says how much of
// the mapping is resident.

import Formats
import Foundation
import Storage
import Testing

struct MappedBatchTests {
    /// KiB of the file at `path` that this process holds, by `/proc/self/smaps`.
    private func residentKibibytes(_ path: String) throws -> Int {
        let maps = try String(contentsOfFile: "/proc/self/smaps", encoding: .utf8)
        var isOurs = false
        var sum = 0
        for line in maps.split(separator: "\n") {
            if line.contains("-"), line.contains(" r"), !line.contains("kB") { isOurs = line.hasSuffix(path) }
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
