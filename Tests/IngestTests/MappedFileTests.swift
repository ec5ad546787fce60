// Goal: a file that is cut short while it is read through a mapping ends no program and is not taken for whole.
// Method: files of many pages are mapped, truncated or written over, and then read to their ends.

import Foundation
import Glibc
import Ingest
import Testing

/// Some hundred pages.
private let byteCount = 4_096 * 300

@Suite struct MappedFileTests {
    /// A file of ones, gone after `body`.
    private func withFile(_ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "mapped-\(UUID().uuidString)").path
        defer { unlink(path) }
        try Data(repeating: 1, count: byteCount).write(to: URL(filePath: path))
        try body(path)
    }

    private func sum(_ file: MappedFile) -> Int { file.bytes.reduce(0) { $0 + Int($1) } }

    @Test func `A file that nobody touches is read as it is`() throws {
        try withFile { path in
            let file = try #require(MappedFile(path: path))
            #expect(file.bytes.count == byteCount && sum(file) == byteCount)
            file.letGo()
            #expect(sum(file) == byteCount && file.isUnchanged)
        }
    }

    @Test(arguments: [0, 1, 4_096, 4_097, byteCount / 2, byteCount - 1])
    func `Cut short after it was mapped, it says so, and zeros stand where bytes were`(left: Int) throws {
        try withFile { path in
            let file = try #require(MappedFile(path: path))
            #expect(truncate(path, off_t(left)) == 0)
            #expect(sum(file) == left && !file.isUnchanged)
            file.letGo()
            #expect(sum(file) == left && !file.isUnchanged)
        }
    }

    @Test func `Cut short while it is read, and long again at the end, it says so`() throws {
        try withFile { path in
            let file = try #require(MappedFile(path: path))
            #expect(file.bytes[byteCount / 2] == 1)
            #expect(truncate(path, 0) == 0)
            #expect(file.bytes[byteCount - 1] == 0)
            #expect(truncate(path, off_t(byteCount)) == 0)
            #expect(!file.isUnchanged)
        }
    }

    @Test func `What befalls one file is not told of another`() throws {
        try withFile { one in
            try withFile { other in
                let (cut, whole) = (try #require(MappedFile(path: one)), try #require(MappedFile(path: other)))
                #expect(truncate(one, 0) == 0)
                #expect(sum(cut) == 0 && sum(whole) == byteCount)
                #expect(!cut.isUnchanged && whole.isUnchanged)
            }
        }
    }

    @Test func `Replaced under its name, it still is the file it was`() throws {
        try withFile { path in
            let file = try #require(MappedFile(path: path))
            try Data("other".utf8).write(to: URL(filePath: path + ".new"))
            #expect(rename(path + ".new", path) == 0)
            #expect(sum(file) == byteCount && file.isUnchanged)
        }
    }

    @Test func `Many are watched, one after the other; what is no file is none`() throws {
        try withFile { path in
            for _ in 0..<1_000 {
                let file = try #require(MappedFile(path: path))
                #expect(file.isUnchanged)
            }
            #expect(truncate(path, 0) == 0)
            let empty = try #require(MappedFile(path: path))
            #expect(empty.bytes.isEmpty && empty.isUnchanged)
        }
        for (path, code) in [("/nowhere/at/all", ENOENT), ("/dev/null", EINVAL), ("/", EINVAL)] {
            errno = 0
            let file = MappedFile(path: path)
            let found = errno
            #expect(file == nil && found == code, "\(path): \(found)")
        }
    }

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

    // The kernel says how much of the mapping is resident.
    @Test func `A file of any length leaves nothing behind when its pages were given back`() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "mapped-\(UUID().uuidString)").path
        defer { unlink(path) }
        try Data(repeating: 0x41, count: 20 << 20).write(to: URL(filePath: path))
        let file = try #require(MappedFile(path: path))
        #expect(file.bytes.allSatisfy { $0 == 0x41 })
        #expect(try residentKibibytes(path) >= 20 << 10)
        file.letGo()
        #expect(try residentKibibytes(path) == 0)
        #expect(file.bytes.last == 0x41)
    }

    // Nothing else is kept alive: a mapping of somebody's own ends the program as ever.
    @Test func `A read of other memory that is not there ends the program`() async {
        await #expect(processExitsWith: .signal(SIGBUS)) {
            let path = FileManager.default.temporaryDirectory.appending(path: "other-\(getpid())").path
            try Data(repeating: 1, count: 8_192).write(to: URL(filePath: path))
            let watched = MappedFile(path: path)
            let descriptor = open(path, O_RDWR)
            let other = mmap(nil, 8_192, PROT_READ, MAP_SHARED, descriptor, 0)
            _ = ftruncate(descriptor, 0)
            unlink(path)
            let byte = other?.load(fromByteOffset: 4_097, as: UInt8.self) ?? 1
            withExtendedLifetime(watched) {}
            exit(Int32(byte))
        }
    }
}
