// Temporary data folders and small batches for the book's tests; all data are synthetic.

import Crypto
import Exact
import Formats
import Foundation
import GRDB
import Glibc
import Monitoring
import Storage

/// A data folder that goes when the test ends.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("tributary-" + UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// 2025-01-01T00:00:00Z, always.
    static let now = Instant(milliseconds: 1_735_689_600_000)

    /// The book's database by a connection of its own, to look and to tamper behind the book's back.
    func database<Value>(_ body: (Database) throws -> Value) throws -> Value {
        let queue = try DatabaseQueue(path: path + "/data/book.sqlite")
        defer { try? queue.close() }
        return try queue.writeWithoutTransaction(body)
    }

    func open(create: Bool = true) throws -> Book {
        try Book(folder: path + "/data", create: create) { TemporaryFolder.now }
    }
}

let hour: Int64 = 3_600_000
let newYear: Int64 = 1_735_689_600_000
let all = Interval(start: Instant(milliseconds: 0), end: Instant(milliseconds: 4_000_000_000_000))

func key(_ station: String, _ parameter: String = "codmn") -> SeriesKey {
    SeriesKey(
        station: StationID(station), parameter: ParameterID(parameter), statistic: .mean, window: .hours(1),
        origin: .automatic)
}

/// `(station, start, value)`; an empty value is missing, a leading `<` is below the detection limit.
struct TestRow {
    var station: String
    var start: Int64
    var value: String
    var flag = ""

    init(_ station: String, _ start: Int64, _ value: String, flag: String = "") {
        self.station = station
        self.start = start
        self.value = value
        self.flag = flag
    }
}

func block(_ rows: [TestRow]) -> ObservationBlock {
    var block = ObservationBlock()
    for (index, row) in rows.enumerated() {
        let isBelow = row.value.hasPrefix("<")
        let value = ExactDecimal(isBelow ? String(row.value.dropFirst()) : row.value)
        block.append(
            series: block.index(of: key(row.station)), start: Instant(milliseconds: row.start), value: value ?? .zero,
            qualifier: value == nil ? .missing : isBelow ? .below : .none, flag: block.index(ofFlag: row.flag) ?? 0,
            row: Int32(index + 1))
    }
    return block
}

func digest(_ bytes: [UInt8]) -> Digest256 { Digest256(bytes: Array(SHA256.hash(data: bytes))) }

extension BookWriter {
    /// Takes one whole batch whose bytes are its name.
    @discardableResult
    func ingest(
        _ name: String, _ rows: [TestRow], sentAt: Int64? = nil, revises: Bool = false,
        cadence: Duration64? = .hours(1),
        rejections: [Rejection] = [], state: BatchState = .complete
    ) throws -> Receipt? {
        let bytes = Array(name.utf8)
        let incoming = IncomingBatch(
            digest: digest(bytes), name: name, sender: "test", receivedAt: TemporaryFolder.now,
            sentAt: sentAt.map { Instant(milliseconds: $0) })
        switch try bytes.withUnsafeBytes({ try begin(incoming, bytes: $0) }) {
        case .known(let receipt): return receipt
        case .open(let batch):
            var slice = DecodedSlice()
            slice.block = block(rows)
            slice.rejections = rejections
            try add(slice, to: batch, traits: SeriesTraits(cadence: cadence, revises: revises))
            finish(batch, BatchEnding(state: state, format: .tributaryCSV, profile: "test", rowCount: rows.count))
            return nil
        }
    }
}

extension Book {
    /// One batch in one commit.
    @discardableResult
    func ingest(
        _ name: String, _ rows: [TestRow], sentAt: Int64? = nil, revises: Bool = false,
        cadence: Duration64? = .hours(1),
        rejections: [Rejection] = [], state: BatchState = .complete
    ) throws -> Receipt {
        try write { writer in
            let known = try writer.ingest(
                name, rows, sentAt: sentAt, revises: revises, cadence: cadence, rejections: rejections, state: state)
            if let known { return known }
            guard let receipt = try writer.settleBatches().last else { preconditionFailure("A batch was settled.") }
            return receipt
        }
    }

    func texts(_ station: String, asKnownAt: Int64? = nil) throws -> [String] {
        let view = try read { try $0.readings(key(station), over: all, asKnownAt: asKnownAt) }
        return (0..<view.count).map { view.isDisputed[$0] ? "disputed" : view.value($0)?.description ?? "missing" }
    }

    func snapshot(_ stations: [String]) throws -> Digest256 {
        try read { try $0.snapshot(stations.map { key($0) }, over: all).digest }
    }
}

/// `[accepted, duplicate, conflict, rejected, quarantined]`
func counts(_ receipt: Receipt) -> [Int] {
    let counts = receipt.counts
    return [counts.accepted, counts.duplicate, counts.conflict, counts.rejected, counts.quarantined]
}
