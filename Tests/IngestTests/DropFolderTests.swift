// Goal: a file is taken once it stops growing, never before, and leaves the folder only to where it belongs.
// Method: a real folder; each sweep is one call, so no test waits.

import Foundation
import Ingest
import Monitoring
import Testing

@Suite final class DropFolderTests {
    private let root = FileManager.default.temporaryDirectory.appending(path: "drop-\(UUID().uuidString)")

    deinit { try? FileManager.default.removeItem(at: root) }

    private func write(_ text: String, to name: String) throws {
        let url = root.appending(path: name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    @Test func `the folder is made when it is missing`() throws {
        _ = try DropFolder(root: root.path)
        #expect(FileManager.default.fileExists(atPath: root.path))
    }

    @Test func `a file is whole when it did not change between two sweeps`() throws {
        var folder = try DropFolder(root: root.path)
        try write("half", to: "S1/a.csv.gz")
        #expect(folder.sweep().isEmpty)
        try write("half and more", to: "S1/a.csv.gz")
        #expect(folder.sweep().isEmpty)
        let whole = folder.sweep()
        #expect(whole.map(\.relativePath) == ["S1/a.csv.gz"])
        #expect(whole.map(\.byteCount) == [13])
        #expect(!folder.isEmpty)
    }

    @Test func `files in the making, hidden files and links are left alone`() throws {
        var folder = try DropFolder(root: root.path)
        for name in [".hidden", "a.csv.part", "b.csv.tmp"] { try write("x", to: name) }
        try FileManager.default.createSymbolicLink(
            at: root.appending(path: "link.csv"), withDestinationURL: URL(filePath: "/etc/hostname"))
        _ = folder.sweep()
        #expect(folder.sweep().isEmpty)
        #expect(folder.isEmpty)
    }

    @Test func `files come in the order of their paths`() throws {
        var folder = try DropFolder(root: root.path)
        for name in ["b/1.csv", "a/2.csv", "a/1.csv"] { try write("x", to: name) }
        _ = folder.sweep()
        #expect(folder.sweep().map(\.relativePath) == ["a/1.csv", "a/2.csv", "b/1.csv"])
    }

    @Test func `a file that was replaced since the sweep stays for the next one`() throws {
        var folder = try DropFolder(root: root.path)
        try write("first", to: "a.csv")
        _ = folder.sweep()
        let taken = try #require(folder.sweep().first)
        try write("second and longer", to: "a.csv")
        try folder.finish(taken)
        try folder.refuse(
            taken, to: root.path + "-rejected", digest: Digest256(bytes: [UInt8](repeating: 0, count: 32)),
            reason: .null)
        #expect(try String(contentsOf: root.appending(path: "a.csv"), encoding: .utf8) == "second and longer")
        #expect(!FileManager.default.fileExists(atPath: root.path + "-rejected"))
        _ = folder.sweep()
        try folder.finish(try #require(folder.sweep().first))
        #expect(!FileManager.default.fileExists(atPath: taken.path))
    }

    @Test func `a refused file moves aside with its reason beside it`() throws {
        var folder = try DropFolder(root: root.path)
        try write("bad", to: "S1/a.csv.gz")
        _ = folder.sweep()
        let file = try #require(folder.sweep().first)
        let rejected = root.appending(path: "../rejected-\(root.lastPathComponent)").standardizedFileURL
        defer { try? FileManager.default.removeItem(at: rejected) }
        let digest = Digest256(bytes: [UInt8](repeating: 0xAB, count: 32))
        try folder.refuse(file, to: rejected.path, digest: digest, reason: .object(["reason": .string("empty-file")]))
        #expect(!FileManager.default.fileExists(atPath: file.path))
        let kept = rejected.appending(path: "abababababab-a.csv.gz")
        #expect(try String(contentsOf: kept, encoding: .utf8) == "bad")
        let reason = try String(contentsOf: URL(filePath: kept.path + ".reason.json"), encoding: .utf8)
        #expect(reason == "{\"reason\":\"empty-file\"}\n")
    }

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
