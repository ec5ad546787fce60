// Goal: who else sent a batch is on record once for each sender, bound by the log, and changes nothing else. Method: one
// batch sent by three; the tables tampered with behind the book's back.

import Formats
import GRDB
import Monitoring
import Storage
import Testing

@Suite struct BookRepeatTests {
    private func incoming(_ sender: String, _ name: String = "other") -> IncomingBatch {
        IncomingBatch(
            digest: digest(Array("one".utf8)), name: name, sender: sender, receivedAt: TemporaryFolder.now,
            sentAt: Instant(milliseconds: newYear))
    }

    @Test func `a repeat is noted once for each sender other than the first`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        let receipt = try book.ingest("one", [TestRow("a", newYear, "1")])
        #expect(try book.write { try $0.noteRepeat(incoming("test")) } == false)
        #expect(try book.write { try $0.noteRepeat(incoming("x")) })
        #expect(try book.write { try $0.noteRepeat(incoming("x", "again")) } == false)
        #expect(try book.write { try $0.noteRepeat(incoming("y")) })
        #expect(try book.read { try $0.logHead().sequence } == receipt.position.sequence + 2)
        let repeats = try book.read { try $0.repeats(ofBatchAt: receipt.position.sequence) }
        #expect(repeats.map(\.sender) == ["x", "y"] && repeats.map(\.name) == ["other", "other"])
        #expect(try book.read { try $0.batch(receipt.digest)?.receipt } == receipt)
        let unknown = IncomingBatch(
            digest: digest([1]), name: "n", sender: "x", receivedAt: TemporaryFolder.now)
        #expect(try book.write { try $0.noteRepeat(unknown) } == false)
        #expect(try book.verify() == [])
        try book.close()
    }

    @Test func `a repeat that is not the logged one is a fault, and the table only grows`() throws {
        let folder = try TemporaryFolder()
        do {
            let book = try folder.open()
            try book.ingest("one", [TestRow("a", newYear, "1")])
            try book.write { _ = try $0.noteRepeat(incoming("x")) }
            try book.close()
        }
        try folder.database { db in
            #expect(throws: DatabaseError.self) { try db.execute(sql: "UPDATE batch_repeats SET sender = 'z'") }
            #expect(throws: DatabaseError.self) { try db.execute(sql: "DELETE FROM batch_repeats") }
            try db.execute(sql: "DROP TRIGGER batch_repeats_refuses_update")
            try db.execute(sql: "UPDATE batch_repeats SET sender = 'z'")
        }
        let again = try folder.open()
        #expect(try again.read { try $0.verifyLog() }.map(\.message) == ["it is not the repeat that was logged."])
        try again.close()
    }
}
