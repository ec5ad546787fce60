// Goal: the folder survives crashes, refuses a second owner and is readable without us. Method: files torn by hand,
// a second open, the tar command, the schema against its golden text.

import Exact
import Formats
import Foundation
import GRDB
import Monitoring
import Storage
import Testing

@Suite struct BookFolderTests {
    @Test func `a torn tail of the archive is cut off at open, and tar reads what remains`() throws {
        let folder = try TemporaryFolder()
        do {
            let book = try folder.open()
            try book.ingest("国控站点_one.csv", [TestRow("a", newYear, "1")])
            try book.ingest("two", [TestRow("a", newYear + hour, "1")])
            try book.close()
        }
        let segment = folder.path + "/data/archive/segment-000001.tar"
        let whole = try #require(FileManager.default.contents(atPath: segment))
        let torn = SegmentMember(digest: "never", fileName: "acknowledged", byteCount: 5_000, modified: 0).header
        try (whole + Data(torn) + Data([1, 2, 3])).write(to: URL(fileURLWithPath: segment))
        try Data([9]).write(to: URL(fileURLWithPath: folder.path + "/data/archive/segment-000002.tar"))
        let book = try folder.open()
        #expect(FileManager.default.contents(atPath: segment) == whole)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/data/archive/segment-000002.tar"))
        try book.ingest("three", [TestRow("a", newYear + 2 * hour, "1")])
        let listing = try run("/usr/bin/tar", ["-tf", segment])
        #expect(listing.status == 0)
        #expect(
            listing.output.split(separator: "\n").map { $0.split(separator: "/").last.map(String.init) }
                == ["国控站点_one.csv", "two", "three"])
        #expect(try book.texts("a") == ["1", "1", "1"])
    }

    @Test func `an archive shorter than what was acknowledged is refused with its name`() throws {
        let folder = try TemporaryFolder()
        do {
            let book = try folder.open()
            try book.ingest("one", [TestRow("a", newYear, "1")])
            try book.close()
        }
        let segment = folder.path + "/data/archive/segment-000001.tar"
        try Data([1]).write(to: URL(fileURLWithPath: segment))
        let problem = #expect(throws: BookProblem.self) { try folder.open() }
        #expect(problem?.code == .archiveDamaged)
        #expect(problem?.message == "the segment has 1 bytes, but 1024 were acknowledged.")
    }

    @Test func `what only the book's tail has is put back at open, and a gap before it is not hidden`() throws {
        let (folder, after) = (try TemporaryFolder(), try TemporaryFolder())
        let book = try folder.open()
        for number in 10..<50 { try book.ingest("\(number)", [TestRow("a", newYear + Int64(number) * hour, "1")]) }
        let name = "/data/archive/segment-000001.tar"
        let whole = try #require(FileManager.default.contents(atPath: folder.path + name))
        #expect(whole.count == 40 * 1_024)
        // The thirty-third commit found the tail full and waited for the segment: the disk has 33 batches for certain.
        for (kept, isWhole) in [(33 * 1_024, true), (33 * 1_024 - 1, false)] {
            try? FileManager.default.removeItem(atPath: after.path + "/data")
            try FileManager.default.copyItem(atPath: folder.path + "/data", toPath: after.path + "/data")
            try whole.prefix(kept).write(to: URL(fileURLWithPath: after.path + name))
            if isWhole {
                try after.open().close()
                #expect(FileManager.default.contents(atPath: after.path + name) == whole)
            } else {
                #expect(throws: BookProblem.self) { try after.open() }
            }
        }
        try book.close()
        #expect(try folder.database { try Int.fetchOne($0, sql: "SELECT count(*) FROM archive_tail") } == 0)
    }

    @Test func `segments end at their limit and every batch is found in its own`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/data"
        do {
            let book = try Book(folder: path, create: true, segmentLimit: 4_096) { TemporaryFolder.now }
            try book.write { writer in
                for number in 1...7 { try writer.ingest("batch \(number)", [TestRow("a", newYear, "1")]) }
            }
            try book.close()
        }
        let book = try Book(folder: path, create: false, segmentLimit: 4_096) { TemporaryFolder.now }
        let batches = try book.read { try $0.batches(limit: 10) }
        #expect(batches.map(\.place.segment) == [1, 1, 1, 2, 2, 2, 3])
        for (number, batch) in batches.enumerated() {
            #expect(try book.rawBytes(batch.place) == Array("batch \(number + 1)".utf8))
        }
        let listing = try run("/usr/bin/tar", ["-tf", path + "/archive/segment-000001.tar"])
        #expect(listing.status == 0)
        #expect(listing.output.split(separator: "\n").count == 3)
    }

    @Test func `a second owner is refused and told who has the folder`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        let problem = #expect(throws: BookProblem.self) { try folder.open() }
        #expect(problem?.code == .folderLocked)
        #expect(problem?.message == "the data folder is in use by process \(getpid()).")
        let waited = #expect(throws: BookProblem.self) {
            try Book(folder: folder.path + "/data", create: true, patience: .milliseconds(50)) { TemporaryFolder.now }
        }
        #expect(waited?.message.contains("by process \(getpid()), and was for the 0.05 seconds") == true)
        try book.close()
    }

    @Test func `the folder is free when its owner has gone, though a forked child has the lock open`() throws {
        let folder = try TemporaryFolder()
        var inherited: [Int32] = []
        defer { for descriptor in inherited { close(descriptor) } }
        do {
            let book = try folder.open()
            // What fork gives a child until it runs another program: the same open lock.
            let own = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { Int32($0) }
            let lock = own.first { descriptor in
                let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")
                return path?.hasSuffix(folder.path + "/data/lock") == true
            }
            inherited.append(dup(try #require(lock)))
            try book.close()
        }
        try folder.open().close()
    }

    @Test func `a folder without a book is not made unless asked, and a foreign database is not touched`() throws {
        let folder = try TemporaryFolder()
        #expect(throws: BookProblem.self) { try folder.open(create: false) }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/data"))
        try FileManager.default.createDirectory(atPath: folder.path + "/data", withIntermediateDirectories: true)
        let foreign = try DatabaseQueue(path: folder.path + "/data/book.sqlite")
        try foreign.write { try $0.execute(sql: "CREATE TABLE other (x)") }
        try foreign.close()
        let problem = #expect(throws: BookProblem.self) { try folder.open() }
        #expect(problem?.code == .notOurs)
    }

    @Test func `the schema is the golden one`() throws {
        let folder = try TemporaryFolder()
        try folder.open().close()
        let text = try schema(folder)
        let golden = Self.golden("schema.sql")
        if ProcessInfo.processInfo.environment["TRIBUTARY_UPDATE_GOLDEN"] == "1" {
            try Data(text.utf8).write(to: golden)
        }
        #expect(try String(contentsOf: golden, encoding: .utf8) == text)
    }

    @Test func `a book of the first schema is brought to this one at open`() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.path + "/data", withIntermediateDirectories: true)
        let first = try String(contentsOf: Self.golden("schema-0001.sql"), encoding: .utf8)
        try folder.database { db in
            // The golden text is in order of type and name; a trigger needs its table.
            let statements = first.components(separatedBy: "\n\n")
            for isTable in [true, false] {
                for sql in statements where sql.hasPrefix("CREATE TABLE") == isTable { try db.execute(sql: sql) }
            }
            try db.execute(sql: "INSERT INTO meta (key, value) VALUES ('kept', 'yes')")
            try db.execute(sql: "PRAGMA user_version = 1; PRAGMA application_id = 1414678850")
        }
        let book = try folder.open()
        #expect(try book.read { try $0.verifyLog() } == [])
        try book.close()
        let kept = try folder.database { try String.fetchOne($0, sql: "SELECT value FROM meta WHERE key = 'kept'") }
        #expect(kept == "yes")
        #expect(try schema(folder) == String(contentsOf: Self.golden("schema.sql"), encoding: .utf8))
        #expect(try folder.database { try Int.fetchOne($0, sql: "PRAGMA user_version") } == Schema.version)
    }

    private static func golden(_ name: String) -> URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("fixtures/storage/\(name)")
    }

    private func schema(_ folder: TemporaryFolder) throws -> String {
        try folder.database { db in
            let sql = "SELECT sql || ';' FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type DESC, name"
            return try String.fetchAll(db, sql: sql).joined(separator: "\n\n") + "\n"
        }
    }

    @Test func `the book is durable by its settings: WAL, FULL, large pages, foreign keys`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        let statistics = try book.statistics()
        #expect(statistics.journalMode == "wal")
        #expect(statistics.synchronous == 2)
        #expect(statistics.pageByteCount == 8_192)
        let settings = try folder.database { db in
            try ["application_id", "user_version"].map { try Int.fetchOne(db, sql: "PRAGMA \($0)") }
        }
        #expect(settings == [1_414_678_850, Schema.version])
    }

    @Test func `an open book reads the same after close and open`() throws {
        let folder = try TemporaryFolder()
        var before = LogHead.empty
        do {
            let book = try folder.open()
            try book.ingest("one", [TestRow("a", newYear, "1.50", flag: "D")])
            before = try book.read { try $0.logHead() }
            try book.close()
        }
        let book = try folder.open(create: false)
        #expect(try book.read { try $0.logHead() } == before)
        let view = try book.read { try $0.readings(key("a"), over: all) }
        #expect(view.flagTable[Int(view.flag[0])] == "D")
        #expect(view.value(0)?.description == "1.50")
    }

    private func run(_ path: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments + ["--quoting-style=literal"]
        process.environment = ["LC_ALL": "C.UTF-8"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}
