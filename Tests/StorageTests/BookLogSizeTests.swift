// Goal: the write-ahead log stays within its bound whatever readers do, and readings end in time.
// Method: a book with small limits; a thread reads without pause while batches are written, the file's size is noted
// after each.

import Foundation
import GRDB
import Monitoring
import Storage
import Testing

@Suite struct BookLogSizeTests {
    private func open(_ folder: TemporaryFolder, _ limits: BookLimits) throws -> Book {
        try Book(folder: folder.path + "/data", create: true, limits: limits) { TemporaryFolder.now }
    }

    @Test func `a reading that takes too long is stopped at its next statement, and says what to do`() throws {
        let folder = try TemporaryFolder()
        var limits = BookLimits()
        limits.reading = .milliseconds(50)
        let book = try open(folder, limits)
        try book.ingest("one", [TestRow("a", newYear, "1")])
        let problem = #expect(throws: BookProblem.self) {
            try book.read { reader in while true { _ = try reader.series() } }
        }
        #expect(problem?.code == .readTooLong)
        #expect(problem?.message == "a reading took longer than 0.05 seconds.")
        #expect(try book.texts("a") == ["1"], "The next reading has its own time.")
    }

    @Test func `readings that follow each other do not let the log grow beyond its bound`() throws {
        let folder = try TemporaryFolder()
        var limits = BookLimits()
        limits.reading = .milliseconds(40)
        limits.walTruncation = 1_000_000
        limits.walWait = 2_000_000
        let book = try open(folder, limits)
        try book.ingest("zero", [TestRow("a", newYear, "1")])
        let reading = DispatchGroup()
        let started = DispatchSemaphore(value: 0)
        let ended = Ended()
        Thread.detachNewThread { [book] in
            reading.enter()
            started.signal()
            while !ended.isSet {
                // Each holds its snapshot until it is stopped.
                _ = try? book.read { reader in while true { _ = try reader.series() } }
            }
            reading.leave()
        }
        started.wait()
        var largest = 0
        for number in 0..<40 {
            // Twenty series a batch: each writes pages of 8 KiB.
            let rows = (0..<20).map { TestRow("s\($0)", newYear + Int64(number) * 40 * 24 * hour, "\(number)") }
            try book.ingest("batch \(number)", rows)
            largest = max(largest, book.walByteCount)
        }
        ended.set()
        reading.wait()
        // The bound and one transaction, which here is well under a megabyte.
        #expect(largest > limits.walTruncation, "The readers did hold the log back.")
        #expect(largest <= limits.walWait + 1_000_000)
        // Nothing reads now: the next writes empty the log.
        try book.ingest("last", [TestRow("a", newYear + hour, "1")])
        #expect(book.walByteCount <= limits.walTruncation)
        try book.checkpoint()
        #expect(book.walByteCount == 0)
    }
}

/// Told by one thread, asked by another.
private final class Ended: @unchecked Sendable {
    private let lock = NSLock()
    private var value = false

    var isSet: Bool { lock.withLock { value } }
    func set() { lock.withLock { value = true } }
}
