// Goal: records of instrument checks go into the book once, bound by the log, and nothing changes them afterwards.
// Method: a book with two filings; what is refused, what is known at a position, what a tampering hand leaves behind.

import Exact
import Foundation
import GRDB
import Monitoring
import Storage
import Testing

@Suite struct BookInstrumentTests {
    private func record(_ hours: Int64, result: String?, station: String = "a") -> InstrumentRecord {
        InstrumentRecord(
            kind: .spikeRecovery, station: StationID(station), parameter: ParameterID("tp"),
            time: Instant(milliseconds: newYear + hours * hour), result: result.flatMap { ExactDecimal($0) },
            limit: ExactDecimal("0.80"), upperLimit: ExactDecimal("1.20"))
    }

    private func filing(_ number: String, _ records: [InstrumentRecord], at: Int64 = newYear) -> InstrumentFiling {
        InstrumentFiling(
            document: EvidenceDocument.Name(issuer: "示例", number: number), records: records, person: "李工",
            filedAt: Instant(milliseconds: at))
    }

    @Test func `What was filed is read back as written, and the log agrees`() throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        let first = filing(
            "1", [record(5, result: "0.950"), record(1, result: nil), record(2, result: "2", station: "b")])
        let filed = try book.write { try $0.file(first) }
        _ = try book.write { try $0.file(filing("2", [record(3, result: "0.5")])) }
        try book.read { reader in
            #expect(try reader.instrumentFilings().map(\.filing.document.number) == ["1", "2"])
            #expect(try reader.instrumentFilings().first == filed && filed.id.hasPrefix("instruments-"))
            #expect(try reader.instrumentFilings().first?.filing == first)
            #expect(try reader.instrumentFilings().first?.filing.records[0].result?.description == "0.950")
            let times = { (position: Int64) in
                try reader.instrumentRecords(of: StationID("a"), asKnownAt: position).map(\.time.milliseconds)
                    .map { ($0 - newYear) / hour }
            }
            let known = try [2, 1, 0].map { try times($0) }
            #expect(known == [[1, 3, 5], [1, 5], []])
            #expect(try reader.verifyLog() == [])
            #expect(
                try reader.logEntries(after: 0, limit: 9).map(\.kind) == ["instrument-filing", "instrument-filing"])
        }
        let twice = #expect(throws: BookProblem.self) {
            try book.write { try $0.file(filing("1", first.records, at: newYear + 9)) }
        }
        #expect(twice?.code == .alreadyOnRecord && twice?.place == filed.id)
    }

    @Test(arguments: instrumentTables)
    func `Filings are never updated or deleted`(table: String) throws {
        let folder = try TemporaryFolder()
        _ = try folder.open().write { try $0.file(filing("1", [record(1, result: "1")])) }
        let column = try folder.database { try $0.columns(in: table)[0].name }
        for sql in ["UPDATE \(table) SET \(column) = \(column)", "DELETE FROM \(table)"] {
            let error = #expect(throws: DatabaseError.self) { try folder.database { try $0.execute(sql: sql) } }
            #expect(error?.message == "\(table) only grows: corrections are new rows")
        }
    }

    @Test(arguments: [
        ("instrument_records", "UPDATE instrument_records SET result = '1'"),
        ("instrument_records", "DELETE FROM instrument_records"),
        ("instrument_filings", "UPDATE instrument_filings SET person = 'x'"),
        ("instrument_filings", "UPDATE instrument_filings SET id = 'instruments-1'"),
    ])
    func `Tampering with a filing is found and named`(table: String, sql: String) throws {
        let folder = try TemporaryFolder()
        let book = try folder.open()
        _ = try book.write { try $0.file(filing("1", [record(1, result: "0.5")])) }
        try folder.database { db in
            try db.execute(sql: "DROP TRIGGER \(table)_refuses_update; DROP TRIGGER \(table)_refuses_delete")
            try db.execute(sql: sql)
        }
        #expect(try book.read { try $0.verifyLog() }.map(\.place).contains("instrument_filings 1"))
    }
}
