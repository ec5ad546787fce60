// Goal: a large batch is in no view until it is whole, live batches pass between its slices, and a crash or a damaged
// end takes it back without a trace. Method: slices of a few rows in real folders, compared with whole batches.

import Formats
import Foundation
import Monitoring
import Storage
import Testing

@Suite struct BookSlicesTests {
    /// A day of hourly rows a station, values counting up from `from`.
    private func rows(_ stations: [String], from: Int = 1, hours: Int = 24) -> [TestRow] {
        stations.flatMap { station in
            (0..<hours).map { TestRow(station, newYear + Int64($0) * hour, String(from + $0)) }
        }
    }

    private func begin(_ name: String, in book: Book) throws -> SlicedBatch {
        guard case .open(let sliced) = try open(name, in: book) else {
            throw TestFault("the batch is known")
        }
        sliced.stageLimit = 24
        return sliced
    }

    private func open(_ name: String, in book: Book) throws -> SlicedOpening {
        var rest = Array(name.utf8)[...]
        let member = try book.archiveLarge(name: name, byteCount: rest.count, receivedAt: TemporaryFolder.now) { room in
            let piece = rest.prefix(min(3, room.count))
            room.copyBytes(from: piece)
            rest = rest.dropFirst(piece.count)
            return piece.count
        }
        let incoming = IncomingBatch(
            digest: member.digest, name: name, sender: "test", receivedAt: TemporaryFolder.now)
        return try book.beginSliced(incoming, member)
    }

    private func add(_ rows: [TestRow], to sliced: SlicedBatch, in book: Book) throws {
        for from in stride(from: 0, to: rows.count, by: 24) {
            try book.add(
                block(Array(rows[from..<min(from + 24, rows.count)])), to: sliced,
                traits: SeriesTraits(cadence: .hours(1), revises: false))
        }
    }

    /// A process that ends in the middle of the batch.
    private func cutShort(_ folder: TemporaryFolder) throws {
        let book = try folder.open()
        let sliced = try begin("large", in: book)
        try add(Array(rows(["a", "b", "c"]).prefix(60)), to: sliced, in: book)
        try book.close()
    }

    private func ending(_ count: Int) -> BatchEnding {
        BatchEnding(state: .complete, format: .tributaryCSV, profile: "test", rowCount: count)
    }

    private func digest(_ book: Book, asKnownAt: Int64? = nil) throws -> Digest256 {
        try book.read { try $0.snapshot(["a", "b", "c"].map { key($0) }, over: all, asKnownAt: asKnownAt).digest }
    }

    private func faults(_ book: Book) throws -> [String] {
        try book.read { reader in
            let faults = try reader.verifyLog() + reader.checkIntegrity()
            return faults.map(\.description)
        }
    }

    struct TestFault: Error {
        let words: String
        init(_ words: String) { self.words = words }
    }

    @Test func `the detectors are told of a large batch when it is whole, not before`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        let sliced = try begin("large", in: book)
        try add(rows(["a", "b"]), to: sliced, in: book)
        #expect(try book.read { try $0.detectorWork() } == nil)
        // Rows of it are no last row of a series yet.
        let record = try #require(try book.read { try $0.series(key("a")) })
        #expect(try book.read { try StationChunks($0).lastStart(record) } == nil)
        _ = try book.finish(sliced, ending(48))
        for station in ["a", "b"] {
            let work = try #require(try book.read { try $0.detectorWork(of: StationID(station)) })
            #expect(work.first.milliseconds == newYear)
            #expect(work.last.milliseconds == newYear + 23 * hour)
        }
    }

    @Test func `rows of a batch in slices are seen when it is whole, and not at the positions before`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        let sliced = try begin("large", in: book)
        try add(rows(["a", "b"]), to: sliced, in: book)
        #expect(try book.read { try $0.unfinishedBatches().map(\.incoming.name) } == ["large"])
        #expect(try book.texts("a").isEmpty)
        #expect(try book.read { try $0.provenance(key("a"), at: Instant(milliseconds: newYear)) }.isEmpty)
        let live = try book.ingest("live", [TestRow("c", newYear, "7")])
        #expect(live.position.sequence == 2)
        let receipt = try book.finish(sliced, ending(48))
        #expect(counts(receipt) == [48, 0, 0, 0, 0])
        #expect(receipt.position.sequence == 3)
        #expect(try book.texts("a").count == 24)
        #expect(try book.texts("a", asKnownAt: 2).isEmpty)
        #expect(try book.texts("c", asKnownAt: 2) == ["7"])
        #expect(
            try book.read { try $0.provenance(key("a"), at: Instant(milliseconds: newYear)) }.map(\.batchName) == [
                "large"
            ])
        let kinds = try book.read { try $0.logEntries(after: 0, limit: 9) }.map(\.kind)
        #expect(kinds == ["batch-begun", "batch", "batch"])
        #expect(try book.read { try $0.batch(receipt.digest)?.receipt } == receipt)
        #expect(try book.rawBytes(sliced.place) == Array("large".utf8))
        #expect(try faults(book) == [])
        // The same bytes again change nothing, and the second copy is gone.
        guard case .known(let again) = try open("large", in: book) else { throw TestFault("taken twice") }
        #expect(again == receipt)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/data/archive").count == 2)
    }

    @Test func `the totals of all receipts count batches that came between the slices of a large one`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        let sliced = try begin("large", in: book)
        try add(rows(["a", "b"]), to: sliced, in: book)
        // The large batch has the first place and is settled at the last: pages must not go on from the latter.
        try book.ingest("live 1", [TestRow("c", newYear, "7")])
        try book.ingest("live 2", [TestRow("c", newYear, "8")])
        let receipt = try book.finish(sliced, ending(48))
        #expect(receipt.position.sequence == 4)
        let totals = try book.read { try $0.receiptTotals() }
        #expect(totals.counts.accepted == 49 && totals.counts.conflict == 1 && totals.notWhole == 0)
        let fault = Rejection(.damagedCompression, row: 0, remedy: "Send it again.")
        _ = try book.refuse(try begin("damaged", in: book), because: fault)
        let after = try book.read { try $0.receiptTotals() }
        #expect(after.counts.rejected == 1 && after.notWhole == 1)
    }

    @Test func `a batch in slices says what it says whole: the snapshot is the same`() throws {
        let whole = try TemporaryFolder()
        let first = try whole.open()
        try first.ingest("large", rows(["a", "b"]))
        try first.ingest("live", [TestRow("a", newYear, "9"), TestRow("b", newYear, "1")])
        let folder = try TemporaryFolder()
        let second = try folder.open()
        let sliced = try begin("large", in: second)
        try add(rows(["a", "b"]), to: sliced, in: second)
        let live = try second.ingest("live", [TestRow("a", newYear, "9"), TestRow("b", newYear, "1")])
        // Nothing that may still be taken back makes a live row a duplicate.
        #expect(counts(live) == [1, 0, 1, 0, 0])
        _ = try second.finish(sliced, ending(48))
        #expect(try digest(first) == digest(second))
    }

    @Test func `a damaged end takes every row back, and what live batches said stays`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        try book.ingest("before", [TestRow("a", newYear, "1")])
        let sliced = try begin("large", in: book)
        try add(rows(["a", "b"]), to: sliced, in: book)
        try book.ingest("live", [TestRow("b", newYear, "1"), TestRow("b", newYear + hour, "5")])
        let fault = Rejection(.damagedCompression, row: 0, remedy: "Send it again.")
        let receipt = try book.refuse(sliced, because: fault)
        #expect(receipt.state == .rejected)
        #expect(counts(receipt) == [0, 0, 0, 1, 0])
        #expect(try book.texts("a") == ["1"])
        #expect(try book.texts("b") == ["1", "5"])
        #expect(try book.read { try $0.unfinishedBatches() }.isEmpty)
        #expect(try faults(book) == [])
    }

    @Test func `after a crash the batch is taken back and read again, and the result is that of an undisturbed run`()
        throws
    {
        let undisturbed = try TemporaryFolder()
        let first = try undisturbed.open()
        let calm = try begin("large", in: first)
        try add(rows(["a", "b", "c"]), to: calm, in: first)
        let expected = try first.finish(calm, ending(72))
        let folder = try TemporaryFolder()
        try cutShort(folder)
        let book = try folder.open()
        let begun = try #require(try book.unfinishedBatches().first)
        #expect(try book.texts("a").isEmpty)
        let again = try book.restart(begun)
        #expect(try book.rawBytes(again.place) == Array("large".utf8))
        try add(rows(["a", "b", "c"]), to: again, in: book)
        #expect(try book.finish(again, ending(72)) == expected)
        #expect(try digest(book) == digest(first))
        #expect(try faults(book) == [])
    }

    @Test func `bytes that change while they are copied are refused and leave no segment`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        let problem = #expect(throws: BookProblem.self) {
            try book.archiveLarge(name: "grows", byteCount: 4, receivedAt: TemporaryFolder.now) { room in
                room.copyBytes(from: [1, 2, 3])
                return 3
            }
        }
        #expect(problem?.code == .input)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/data/archive").count == 1)
    }
}
