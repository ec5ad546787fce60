// Goal: what senders may do is stated once and never changed unseen, and no secret is in the log.
// Method: acts in, the list out; then tampering behind the triggers' back.

import Formats
import GRDB
import Monitoring
import Storage
import Testing

@Suite struct BookSendersTests {
    private let secret = digest([1, 2, 3])

    /// A sender that speaks for a, then for b and c; tokens 3 (expiring) and 4 (retired); another sender, retired.
    private func filled(_ folder: TemporaryFolder) throws -> Book {
        let book = try folder.open()
        try book.write { writer in
            try writer.recordSender("gateway", speaksFor: [StationID("a")])
            try writer.recordSender("gateway", speaksFor: [StationID("c"), StationID("b"), StationID("c")])
            _ = try writer.recordToken(of: "gateway", digest: secret, expiresAt: Instant(milliseconds: 5))
            _ = try writer.recordToken(of: "gateway", digest: digest([4]), expiresAt: nil)
            try writer.retireSender("gateway", token: 4)
            try writer.recordSender("any", speaksFor: nil)
            try writer.retireSender("any", token: nil)
        }
        return book
    }

    @Test func `the last statement of a sender holds, and tokens keep their numbers`() throws {
        let folder = try TemporaryFolder()
        let book = try filled(folder)
        let senders = try book.read { try $0.senders() }
        #expect(senders.map(\.id) == ["any", "gateway"])
        #expect(senders[0].speaksFor == nil && senders[0].retiredAt == TemporaryFolder.now)
        #expect(senders[1].speaksFor == [StationID("b"), StationID("c")] && senders[1].retiredAt == nil)
        let tokens = senders[1].tokens
        #expect(tokens.map(\.number) == [3, 4] && tokens[0].digest == secret)
        #expect(tokens[0].expiresAt == Instant(milliseconds: 5) && tokens[1].expiresAt == nil)
        #expect(tokens.map(\.retiredAt) == [nil, TemporaryFolder.now])
        #expect(try book.read { try $0.verifyLog() } == [])
    }

    @Test func `neither a token's secret nor its digest is in the log`() throws {
        let folder = try TemporaryFolder()
        let book = try filled(folder)
        let entries = try book.read { try $0.logEntries(after: 0, limit: 100) }
        #expect(entries.map(\.kind).filter { $0 == "sender-token" }.count == 2)
        #expect(entries.allSatisfy { !$0.payload.contains(secret.description) })
    }

    @Test(
        arguments: [
            ("senders", "UPDATE senders SET speaks_for_all = 1 WHERE seq = 2", "senders 2"),
            ("sender_stations", "UPDATE sender_stations SET station = 'x' WHERE station = 'b'", "senders 2"),
            ("sender_tokens", "UPDATE sender_tokens SET digest = randomblob(32) WHERE seq = 3", "senders 3"),
            ("sender_tokens", "UPDATE sender_tokens SET expires_at = NULL WHERE seq = 3", "senders 3"),
            ("sender_retirements", "DELETE FROM sender_retirements WHERE seq = 5", "senders 5"),
        ])
    func `rows refuse change, and tampering behind that is found`(table: String, sql: String, place: String) throws {
        let folder = try TemporaryFolder()
        let book = try filled(folder)
        let error = #expect(throws: DatabaseError.self) { try folder.database { try $0.execute(sql: sql) } }
        #expect(error?.message == "\(table) only grows: corrections are new rows")
        try folder.database { db in
            try db.execute(sql: "DROP TRIGGER \(table)_refuses_update; DROP TRIGGER \(table)_refuses_delete")
            try db.execute(sql: sql)
        }
        #expect(try book.read { try $0.verifyLog() }.map(\.place) == [place])
    }
}
