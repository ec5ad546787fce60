// Goal: detector states are stored and lost with their readings, and a large batch leaves its work in the transaction that
// makes it whole. Method: real folders, transactions that fail, restarts.

import Formats
import Foundation
import Monitoring
import Storage
import Testing

private let place = DetectorPlace(section: SectionID("s"), station: StationID("a"))
private let basis = digest([1])

private func instant(_ hours: Int64) -> Instant { Instant(milliseconds: newYear + hours * hour) }
private func state(_ hours: Int64, _ bytes: [UInt8]) -> DetectorStateRecord {
    DetectorStateRecord(position: instant(hours), readingCount: 7, state: bytes)
}

@Suite struct DetectorRecordTests {
    @Test func `the last state before a start is found, replaced in place, and of no use on another basis`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        try book.write { writer in
            for hours: Int64 in [0, 10, 20] { try writer.store(state(hours, [UInt8(hours)]), of: place, basis: basis) }
            try writer.store(state(10, []), of: place, basis: basis)
        }
        func last(_ hours: Int64, on basis: Digest256 = basis) throws -> DetectorStateRecord? {
            try book.read { try $0.detectorState(place, basis: basis, upTo: instant(hours)) }
        }
        #expect(try last(-1) == nil)
        #expect(try last(10) == state(10, []))
        #expect(try last(99) == state(20, [20]))
        #expect(try last(99, on: digest([2])) == nil)
        let later = try book.read { try $0.detectorStates(place, basis: basis, after: instant(0)) }
        #expect(later.map(\.state) == [[], [20]])
        try book.write { writer in
            try writer.dropDetectorState(place, at: instant(10))
            try writer.store(state(30, [30]), of: place, basis: digest([2]))
            try writer.dropDetectorStates(place, notOf: basis)
        }
        let left = try book.read {
            try $0.detectorStates(place, basis: basis, after: Instant(milliseconds: .min))
        }
        #expect(left.map(\.position) == [instant(0), instant(20)])
    }

    @Test func `a state goes with the transaction of its readings`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try book.write { writer in
                try writer.ingest("one", [TestRow("a", newYear, "1")])
                _ = try writer.settleBatches()
                try writer.store(state(0, [1]), of: place, basis: basis)
                throw Stop()
            }
        }
        #expect(try book.texts("a") == [])
        #expect(try book.read { try $0.detectorState(place, basis: basis, upTo: instant(9)) } == nil)
    }

    @Test func `work of a station is kept as one span until it is done`() throws {
        let folder = try TemporaryFolder()
        func work(_ station: String, _ first: Int64, _ last: Int64) -> DetectorWork {
            DetectorWork(station: StationID(station), first: instant(first), last: instant(last))
        }
        do {
            let book = try folder.open()
            try book.write { writer in
                try writer.add(work("b", 5, 6))
                try writer.add(work("a", 5, 6))
                try writer.add(work("a", 2, 3))
                try writer.add(work("a", 4, 9))
            }
            #expect(try book.read { try $0.detectorWork() } == work("a", 2, 9))
            #expect(try book.read { try $0.detectorWork(of: StationID("b")) } == work("b", 5, 6))
            try book.write { try $0.removeDetectorWork(of: StationID("a")) }
            try book.close()
        }
        let again = try folder.open()
        #expect(try again.read { try $0.detectorWork() } == work("b", 5, 6))
    }

    @Test func `the last and the next row of a series are those that are whole`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        try book.ingest("one", [TestRow("a", newYear, "1"), TestRow("a", newYear + 2_000 * hour, "")])
        let record = try #require(try book.read { try $0.series(key("a")) })
        func first(_ hours: Int64) throws -> Instant? {
            try book.read { try StationChunks($0).firstStart(record, from: instant(hours)) }
        }
        #expect(try book.read { try StationChunks($0).lastStart(record) } == instant(2_000))
        #expect(try first(-50) == instant(0))
        #expect(try first(1) == instant(2_000))
        #expect(try first(2_001) == nil)
    }

    @Test func `a station's chunks say what the series says, chunk after chunk and asked again`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        try book.ingest(
            "one", (0..<100).map { TestRow("a", newYear + Int64($0) * 20 * hour, $0 % 7 == 0 ? "" : "\($0)") })
        // The same starts said otherwise: disputed ones, and versions beside each other in one chunk.
        try book.ingest("two", [TestRow("a", newYear + 60 * hour, "999"), TestRow("a", newYear, "4")])
        let record = try #require(try book.read { try $0.series(key("a")) })
        try book.read { reader in
            let chunks = try StationChunks(reader)
            for (first, last) in [(0, 40), (1, 3), (700, 1_500), (0, 3_000), (1_500, 1_501), (5, 5), (2_500, 4_000)] {
                let interval = Interval(start: instant(Int64(first)), end: instant(Int64(last)))
                let whole = try reader.readings(record, over: interval)
                let view = try chunks.view(record, over: interval)
                #expect(try chunks.starts(record, over: interval) == view.start)
                let rows = view.start.indices.filter { interval.contains(Instant(milliseconds: view.start[$0])) }
                #expect(rows.map { view.start[$0] } == whole.start)
                #expect(rows.map { view.value($0) } == whole.start.indices.map { whole.value($0) })
                #expect(rows.map { view.isDisputed[$0] } == whole.isDisputed)
                #expect(view.disputes.filter { interval.contains($0.start) } == whole.disputes)
            }
        }
    }

    @Test func `a series of one chunk says the same once its last row was asked for`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        try book.ingest("one", (0..<5).map { TestRow("a", newYear + Int64($0) * hour, $0 == 2 ? "" : "\($0)") })
        try book.ingest("two", [TestRow("a", newYear + hour, "9")])
        let record = try #require(try book.read { try $0.series(key("a")) })
        try book.read { reader in
            let (asked, fresh) = (try StationChunks(reader), try StationChunks(reader))
            #expect(try asked.lastStart(record) == instant(4))
            for (first, last) in [(-3_000, 1), (0, 3), (4, 5), (5, 6), (2_000, 3_000)] {
                let interval = Interval(start: instant(Int64(first)), end: instant(Int64(last)))
                let (view, other) = (
                    try asked.view(record, over: interval), try fresh.view(record, over: interval)
                )
                #expect(view.start == other.start)
                #expect(view.start.indices.map { view.value($0) } == other.start.indices.map { other.value($0) })
                #expect(view.disputes == other.disputes)
                #expect(try asked.starts(record, over: interval) == other.start)
                #expect(
                    try asked.firstStart(record, from: interval.start) == fresh.firstStart(record, from: interval.start)
                )
            }
            asked.forget()
            #expect(try asked.lastStart(record) == instant(4))
        }
    }
}
