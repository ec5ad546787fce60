// Goal: what a batch does to the book: counts, versions, repeats, refills, late data. Method: small batches in real
// SQLite folders, receipts and readings written out.

import Exact
import Formats
import Foundation
import GRDB
import Monitoring
import Storage
import Testing

@Suite struct BookBatchTests {
    @Test func `a source that sends more often than it says gets chunks for what it sends`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        let minutes = (0..<2_880).map { TestRow("a", newYear + Int64($0) * 60_000, "1") }
        try book.ingest("dense", minutes, cadence: .hours(4))
        try book.ingest(
            "as said", (0..<12).map { TestRow("b", newYear + Int64($0) * 4 * hour, "1") }, cadence: .hours(4))
        try book.close()
        // Two days of minutes are two chunks of a day; two of four hours lie in one of a year.
        let counts = try folder.database { try Int.fetchAll($0, sql: "SELECT row_count FROM chunks ORDER BY id") }
        #expect(counts == [1_440, 1_440, 12])
    }

    @Test func `a batch is taken once: the same bytes give the stored receipt and change nothing`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        let rows = [TestRow("a", newYear, "4.20"), TestRow("a", newYear + hour, "")]
        let first = try book.ingest("one", rows)
        #expect(counts(first) == [2, 0, 0, 0, 0])
        let before = try book.read { try $0.logHead() }
        #expect(try book.ingest("one", rows) == first)
        #expect(try book.read { try $0.logHead() } == before)
        let stored = try book.read { try $0.receiptBody(first.digest) }
        // Written out: members in the order of their names, no blanks, as docs/receipts.md says.
        let text = """
            {"accepted":2,"batch":"7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed",\
            "chain_hash":"\(first.position.hash)","conflict":0,"duplicate":0,"log_sequence":1,"name":"one",\
            "quarantined":0,"received_at":1735689600000,"rejected":0,"rows":2,"state":"complete"}
            """
        #expect(first.body == text && stored == text)
        // What is signed is the same text, by the writer of any JSON.
        #expect(CanonicalJSON.object(first.members).text() == text)
    }

    @Test func `the same bytes twice in one commit group are one batch`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        let receipts = try book.write { writer in
            let first = try writer.ingest("one", [TestRow("a", newYear, "1")])
            let second = try writer.ingest("one", [TestRow("a", newYear, "1")])
            return (first, second, try writer.settleBatches())
        }
        #expect(receipts.0 == nil)
        #expect(receipts.1 == receipts.2.first)
        #expect(receipts.2.count == 1)
    }

    @Test func `duplicate, conflict, refill and rejection are counted and kept`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        try book.ingest("one", [TestRow("a", newYear, "0.20"), TestRow("a", newYear + hour, "")])
        let receipt = try book.ingest(
            "two",
            [
                TestRow("a", newYear, "0.2"), TestRow("a", newYear, "0.3"), TestRow("a", newYear + hour, "5"),
                TestRow("a", newYear + 2 * hour, "<0.01"),
            ],
            rejections: [
                Rejection(.notANumber, row: 9, field: "value", excerpt: "1,5", remedy: "Write a point."),
                Rejection(.unknownStation, row: 10, field: "station", excerpt: "x", remedy: "Register it."),
            ])
        #expect(counts(receipt) == [2, 1, 1, 1, 1])
        #expect(try book.texts("a") == ["disputed", "5", "0.01"])
        try book.read { reader in
            #expect(try reader.rejections(ofBatchAt: 2).map(\.excerpt) == ["1,5"])
            #expect(try reader.quarantined(ofBatchAt: 2).map(\.reason) == ["unknown-station"])
            let versions = try reader.provenance(key("a"), at: Instant(milliseconds: newYear))
            #expect(versions.map { $0.version.value?.description } == ["0.20", "0.3"])
            #expect(versions.map(\.batchName) == ["one", "two"])
        }
        let place = try #require(try book.read { try $0.provenance(key("a"), at: Instant(milliseconds: newYear)) }.last)
        #expect(try book.rawBytes(place.place) == Array("two".utf8))
    }

    @Test func `late data rewrite the one chunk they belong to`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        let february = newYear + 31 * 24 * hour
        try book.ingest("one", [TestRow("a", newYear, "1"), TestRow("a", february, "2")])
        func payloads() throws -> [Data] {
            try folder.database { try Data.fetchAll($0, sql: "SELECT payload FROM chunks ORDER BY span_start") }
        }
        let before = try payloads()
        #expect(before.count == 2)
        try book.ingest("late", [TestRow("a", newYear + hour, "3")])
        let after = try payloads()
        #expect(after.count == 2)
        #expect(after[0] != before[0])
        #expect(after[1] == before[1])
        #expect(try book.texts("a") == ["1", "3", "2"])
    }

    @Test func `the same history in any order and grouping gives the same snapshot`() throws {
        var batches: [(String, [TestRow])] = []
        for day in 0..<6 {
            for station in ["a", "b"] {
                let rows = (0..<24).map { hourOfDay in
                    TestRow(station, newYear + Int64(day * 24 + hourOfDay) * hour, "\(day).\(hourOfDay)")
                }
                batches.append(("\(station)\(day)", rows))
            }
        }
        batches.append(("contrary", [TestRow("a", newYear, "9.9"), TestRow("b", newYear + hour, "", flag: "D")]))
        var generator = SystemRandomNumberGenerator()
        var digests: Set<Digest256> = []
        for round in 0..<6 {
            let folder = try TemporaryFolder()
            let book = try folder.open()
            let order = round == 0 ? batches : (batches + batches.prefix(4)).shuffled(using: &generator)
            if round % 2 == 0 {
                for batch in order { try book.ingest(batch.0, batch.1) }
            } else {
                try book.write { writer in
                    for batch in order { try writer.ingest(batch.0, batch.1) }
                }
            }
            digests.insert(try book.snapshot(["a", "b"]))
            #expect(try book.read { try $0.verifyLog() + $0.checkIntegrity() } == [])
        }
        #expect(digests.count == 1)
    }

    @Test func `as known at a log position, later batches have not been`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        try book.ingest("one", [TestRow("a", newYear, "1")])
        let frozen = try book.read { try $0.snapshot([key("a")], over: all) }
        try book.ingest("two", [TestRow("a", newYear, "2"), TestRow("a", newYear + hour, "3")])
        #expect(try book.texts("a") == ["disputed", "3"])
        #expect(try book.texts("a", asKnownAt: 1) == ["1"])
        let again = try book.read { try $0.snapshot([key("a")], over: all, asKnownAt: frozen.asKnownAt) }
        #expect(again == frozen)
        #expect(try book.snapshot(["a"]) != frozen.digest)
    }

    @Test func `a revising source is ordered by its sent time, whatever came first`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        try book.ingest("later", [TestRow("a", newYear, "2")], sentAt: newYear + 20, revises: true)
        let receipt = try book.ingest("earlier", [TestRow("a", newYear, "1")], sentAt: newYear + 10, revises: true)
        #expect(counts(receipt) == [1, 0, 0, 0, 0])
        #expect(try book.texts("a") == ["2"])
        try book.ingest("last", [TestRow("a", newYear, "3")], sentAt: newYear + 30, revises: true)
        #expect(try book.texts("a") == ["3"])
        #expect(try book.texts("a", asKnownAt: 1) == ["2"])
    }

    @Test func `a result names the series it touched, and not those it only repeated`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        try book.ingest("one", [TestRow("a", newYear, "1")])
        let results = try book.write { writer in
            try writer.ingest(
                "two",
                [TestRow("a", newYear, "1"), TestRow("b", newYear + 5 * hour, "1"), TestRow("b", newYear, "2")])
            _ = try writer.settleBatches()
            return writer.touched
        }
        #expect(results.map(\.series) == [key("b")])
        #expect(results[0].firstStart.milliseconds == newYear)
        #expect(results[0].lastStart.milliseconds == newYear + 5 * hour)
    }

    @Test func `a time no calendar holds is kept aside, not lost and not stored`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        let receipt = try book.ingest("one", [TestRow("a", .max, "1"), TestRow("a", newYear, "2")])
        #expect(counts(receipt) == [1, 0, 0, 0, 1])
        #expect(try book.texts("a") == ["2"])
    }

    @Test func `a batch of which nothing could be read keeps its bytes and its reason`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        let receipt = try book.ingest(
            "broken.gz", [],
            rejections: [Rejection(.truncatedCompression, row: 0, remedy: "Send the whole file again.")],
            state: .rejected)
        #expect(receipt.state == .rejected)
        let batch = try #require(try book.read { try $0.batch(receipt.digest) })
        #expect(try book.rawBytes(batch.place) == Array("broken.gz".utf8))
        let kept = try book.read { try $0.rejections(ofBatchAt: receipt.position.sequence) }
        #expect(kept.map(\.reason) == [.truncatedCompression])
        #expect(kept.map(\.remedy) == ["Send the whole file again."])
    }

    @Test func `a failed write leaves nothing: no rows, no archive bytes, no log entry`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        try book.ingest("one", [TestRow("a", newYear, "1")])
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try book.write { writer in
                try writer.ingest("two", [TestRow("b", newYear, "1")])
                _ = try writer.settleBatches()
                throw Stop()
            }
        }
        let size = try FileManager.default.attributesOfItem(
            atPath: folder.path + "/data/archive/segment-000001.tar")[.size]
        #expect(size as? Int == 1_024)
        #expect(try book.read { try $0.series() }.map(\.key) == [key("a")])
        let receipt = try book.ingest("two", [TestRow("b", newYear, "1")])
        #expect(receipt.position.sequence == 2)
        #expect(try book.read { try $0.verifyLog() } == [])
    }

    @Test func `the documents of a batch stand in its receipt, its log entry and the book, and tampering shows`() throws
    {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        let documents = [
            EvidenceDocument(name: .init(issuer: "示例总站", number: "1"), rowCount: 2),
            EvidenceDocument(name: .init(issuer: "A \"B\"", number: "2"), rowCount: 1),
        ]
        let bytes = Array("lab".utf8)
        let incoming = IncomingBatch(
            digest: digest(bytes), name: "lab.csv", sender: "test", receivedAt: TemporaryFolder.now)
        let results = try book.write { writer in
            guard case .open(let batch) = try bytes.withUnsafeBytes({ try writer.begin(incoming, bytes: $0) }) else {
                return [Receipt]()
            }
            writer.finish(
                batch, BatchEnding(state: .complete, format: .labResults, profile: "lab", documents: documents))
            return try writer.settleBatches()
        }
        let receipt = try #require(results.first)
        let text = #"""
            "documents":[{"issuer":"示例总站","number":"1","rows":2},{"issuer":"A \"B\"","number":"2","rows":1}]
            """#
        #expect(receipt.body.contains(text))
        #expect(try book.read { try $0.batch(incoming.digest) }?.receipt == receipt)
        #expect(try book.read { try $0.logEntries(after: 0, limit: 1) }.first?.payload.contains(text) == true)
        #expect(try book.read { try $0.verifyLog() } == [])
        try folder.database { db in
            try db.execute(
                sql:
                    "DROP TRIGGER batch_documents_refuses_update; UPDATE batch_documents SET number = '3' WHERE ordinal = 1"
            )
        }
        #expect(try book.read { try $0.verifyLog() }.map(\.place) == ["batches 1"])
        try folder.database { db in
            try db.execute(sql: "DROP TRIGGER batch_documents_refuses_delete; DELETE FROM batch_documents")
        }
        #expect(try book.read { try $0.verifyLog() }.map(\.place) == ["batches 1"])
    }
}
