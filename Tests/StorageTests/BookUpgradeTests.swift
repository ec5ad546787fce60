// Goal: a book of an older schema keeps every row when it is opened. Method: a book written by this program is turned
// back into one of the fourth schema by its kept text, opened, and compared with what it was.

import Formats
import Foundation
import GRDB
import Monitoring
import Storage
import Testing

@Suite struct BookUpgradeTests {
    @Test func `batches, log and archive of the fourth schema stand unchanged under this one`() throws {
        let folder = try TemporaryFolder()
        let before: [BatchRecord]
        do {
            let book = try folder.open()
            try book.ingest("one", [TestRow("a", newYear, "1"), TestRow("b", newYear, "2", flag: "M")])
            try ingestLarge("large", [TestRow("a", newYear + hour, "3")], in: book)
            try book.ingest("two", [TestRow("a", newYear, "9")])
            before = try book.read { try $0.batches(limit: 10) }
            try book.close()
        }
        try makeFourth(folder)

        let book = try folder.open()
        #expect(try book.read { try $0.batches(limit: 10) } == before)
        #expect(before.map(\.receipt.name).sorted() == ["large", "one", "two"])
        #expect(try book.read { try $0.verifyLog() }.isEmpty)
        #expect(try book.texts("a") == ["disputed", "3"])
        let second = try #require(before.first { $0.receipt.name == "two" })
        #expect(try book.ingest("two", [TestRow("a", newYear, "9")]) == second.receipt)
        for batch in before { #expect(try book.rawBytes(batch.place) == Array(batch.receipt.name.utf8)) }
        try book.ingest("three", [TestRow("a", newYear + 2 * hour, "4")])
        #expect(try book.texts("a") == ["disputed", "3", "4"])
        // The tables of this schema serve batches of the fourth.
        let again = IncomingBatch(
            digest: second.receipt.digest, name: "two", sender: "another", receivedAt: TemporaryFolder.now)
        #expect(try book.write { try $0.noteRepeat(again) })
        #expect(try book.verify() == [])
        try book.close()
        #expect(try folder.database { try Int.fetchOne($0, sql: "PRAGMA user_version") } == Schema.version)
        #expect(try folder.database { try Row.fetchAll($0, sql: "PRAGMA foreign_key_check") }.isEmpty)
    }

    @Test func `a row that refers to nothing stops the upgrade, and the book stays as it was`() throws {
        let folder = try TemporaryFolder()
        do {
            let book = try folder.open()
            try book.ingest("one", [TestRow("a", newYear, "1")])
            try book.close()
        }
        try makeFourth(folder) { try $0.execute(sql: "DELETE FROM segments") }
        let problem = #expect(throws: BookProblem.self) { try folder.open() }
        #expect(problem?.message == "a row of batches refers to nothing.")
        #expect(try folder.database { try Int.fetchOne($0, sql: "PRAGMA user_version") } == 4)
    }

    private func ingestLarge(_ name: String, _ rows: [TestRow], in book: Book) throws {
        var rest = Array(name.utf8)[...]
        let member = try book.archiveLarge(name: name, byteCount: rest.count, receivedAt: TemporaryFolder.now) { room in
            room.copyBytes(from: rest)
            defer { rest = [] }
            return rest.count
        }
        let incoming = IncomingBatch(
            digest: member.digest, name: name, sender: "test", receivedAt: TemporaryFolder.now)
        guard case .open(let sliced) = try book.beginSliced(incoming, member) else {
            preconditionFailure("The batch is new.")
        }
        try book.add(block(rows), to: sliced, traits: SeriesTraits(cadence: .hours(1), revises: false))
        _ = try book.finish(
            sliced, BatchEnding(state: .complete, format: .tributaryCSV, profile: "test", rowCount: rows.count))
    }

    /// Moves every row of the book into the tables of the fourth schema.
    private func makeFourth(_ folder: TemporaryFolder, _ change: (Database) throws -> Void = { _ in }) throws {
        let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("fixtures/storage/schema-0004.sql")
        let statements = try String(contentsOf: golden, encoding: .utf8).components(separatedBy: "\n\n")
        let present = folder.path + "/data/book.sqlite"
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: present + "-4", configuration: configuration)
        try queue.writeWithoutTransaction { db in
            for sql in statements where sql.hasPrefix("CREATE TABLE") { try db.execute(sql: sql) }
            try db.execute(sql: "ATTACH ? AS present", arguments: [present])
            for table in try String.fetchAll(db, sql: "SELECT name FROM main.sqlite_master WHERE type = 'table'") {
                let columns = table == "chunks" ? "series_id, span_start, row_count, digest, payload" : "*"
                try db.execute(sql: "INSERT INTO main.\(table) SELECT \(columns) FROM present.\(table)")
            }
            try db.execute(sql: "DETACH present")
            try db.execute(
                sql: "DELETE FROM meta WHERE key GLOB 'schema-*-at' AND CAST(substr(key, 8) AS INTEGER) > 4")
            try change(db)
            for sql in statements where !sql.hasPrefix("CREATE TABLE") { try db.execute(sql: sql) }
            try db.execute(sql: "PRAGMA user_version = 4; PRAGMA application_id = 1414678850")
        }
        try queue.close()
        for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: present + ending) }
        try FileManager.default.moveItem(atPath: present + "-4", toPath: present)
    }
}
