// Goal: a scan of the book says what its readings say: series in order, disputes without a value, later batches unseen.
// Method: small books with conflicts, gaps and several batches; each scan against `readings` and written values.

import Exact
import Formats
import Monitoring
import Storage
import Testing

@Suite struct SeriesScanTests {
    @Test func `a scan gives every series in order with its current rows`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        try book.write { writer in
            try writer.ingest("a", [TestRow("S1", newYear, "1.0"), TestRow("S1", newYear + hour, "2.05", flag: "N")])
            try writer.ingest("b", [TestRow("S2", newYear, ""), TestRow("S2", newYear + hour, "<0.5")])
            try writer.ingest(
                "c", [TestRow("S1", newYear + hour, "2.5"), TestRow("S1", newYear + 40 * 24 * hour, "7")])
        }
        let found = try scanned(book, all)
        // The second start of S1 has two values: disputed, so none.
        #expect(
            found == [
                "0 \(newYear) 1.0", "0 \(newYear + hour) -", "0 \(newYear + 40 * 24 * hour) 7", "1 \(newYear) -",
                "1 \(newYear + hour) 0.5",
            ])
    }

    @Test func `a scan at a log position and over an interval sees no more`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        var rows: [TestRow] = []
        for index in 0..<200 { rows.append(TestRow("S1", newYear + Int64(index) * hour, "\(index).5")) }
        _ = try book.write { try $0.ingest("a", rows) }
        let position = try book.read { try $0.logHead().sequence }
        _ = try book.write { try $0.ingest("b", [TestRow("S1", newYear + 200 * hour, "9")]) }
        #expect(try scanned(book, all).count == 201)
        #expect(try scanned(book, all, asKnownAt: position).count == 200)
        let day = Interval(
            start: Instant(milliseconds: newYear + 24 * hour), end: Instant(milliseconds: newYear + 48 * hour))
        #expect(try scanned(book, day) == (24..<48).map { "0 \(newYear + Int64($0) * hour) \($0).5" })
        let none = Interval(start: day.start, end: day.start)
        #expect(try scanned(book, none).isEmpty)
    }

    /// `series start value`, a line each row.
    private func scanned(_ book: Book, _ interval: Interval, asKnownAt: Int64? = nil) throws -> [String] {
        let (records, head) = try book.read { (try $0.series(), try $0.logHead().sequence) }
        var lines: [String] = []
        try book.scan(SeriesScan(series: records, interval: interval, asKnownAt: asKnownAt ?? head)) {
            place, block, _ in
            for row in 0..<block.count {
                lines.append("\(place) \(block.start(row)) \(block.value(row)?.description ?? "-")")
            }
        }
        return lines
    }
}
