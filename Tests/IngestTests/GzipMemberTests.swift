// Goal: what our stations compress, everybody opens. Method: the system's gzip reads each member.

import Foundation
import Ingest
import Testing

@Suite struct GzipMemberTests {
    @Test(arguments: [0, 1, 100_000])
    func `a gzip member opens with the system's gzip and is the same bytes each time`(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let member = GzipMember.compress(bytes)
        #expect(member == GzipMember.compress(bytes))
        let file = FileManager.default.temporaryDirectory.appending(path: "member-\(UUID().uuidString).gz")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(member).write(to: file)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", file.path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let unpacked = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(Array(unpacked) == bytes)
    }
}
