// Records of instruments' checks into the book and out of it, bound by the log.

internal import Exact
import Formats
import GRDB
package import Monitoring

extension BookWriter {
    /// Files the records of a document.
    ///
    /// - Throws: `BookProblem` when the same records of the same document are on record.
    package func file(_ filing: InstrumentFiling) throws -> InstrumentFilingRecord {
        if let same = try reader.filing(likeThat: filing) {
            throw BookProblem(
                .alreadyOnRecord, place: same.id, message: "the same records were filed before.",
                remedy: "Nothing needs to be done; records that say something else are filed as new ones.")
        }
        let payload = filing.logged.text()
        let id = InstrumentFilingRecord.id(ofLogged: payload)
        let position = try appendLog(kind: "instrument-filing", payload: payload, at: filing.filedAt)
        try db.execute(
            sql: "INSERT INTO instrument_filings (seq, id, issuer, number, person, filed_at) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [
                position.sequence, id, filing.document.issuer, filing.document.number, filing.person,
                filing.filedAt.milliseconds,
            ])
        let insert = try db.makeStatement(
            sql: """
                INSERT INTO instrument_records (filing_seq, row, station, parameter, kind, at, result, reference, span,
                lower_limit, upper_limit) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        for (row, record) in filing.records.enumerated() {
            try insert.execute(arguments: [
                position.sequence, row + 1, record.station.rawValue, record.parameter.rawValue, record.kind.rawValue,
                record.time.milliseconds, record.result?.description, record.reference?.description,
                record.span?.description, record.limit?.description, record.upperLimit?.description,
            ])
        }
        return InstrumentFilingRecord(id: id, sequence: position.sequence, filing: filing)
    }
}

extension BookReader {
    /// The filing on record that says the same records of the same document.
    package func filing(likeThat filing: InstrumentFiling) throws -> InstrumentFilingRecord? {
        let digest = filing.recordsDigest
        return try instrumentFilings().first { record in
            record.filing.document == filing.document && record.filing.recordsDigest == digest
        }
    }

    /// Filings on record, in the order they were made, each with all its records.
    package func instrumentFilings() throws -> [InstrumentFilingRecord] {
        let rows = Dictionary(
            grouping: try Row.fetchAll(db, sql: "SELECT * FROM instrument_records ORDER BY filing_seq, row")
        ) { row -> Int64 in row["filing_seq"] }
        return try Row.fetchAll(db, sql: "SELECT * FROM instrument_filings ORDER BY seq").map { row in
            let sequence: Int64 = row["seq"]
            let filing = InstrumentFiling(
                document: EvidenceDocument.Name(issuer: row["issuer"], number: row["number"]),
                records: try (rows[sequence] ?? []).map { try InstrumentRecord($0) }, person: row["person"],
                filedAt: Instant(milliseconds: row["filed_at"]))
            return InstrumentFilingRecord(id: row["id"], sequence: sequence, filing: filing)
        }
    }

    /// The records of a station's instruments that were on record at a log position, in time order.
    package func instrumentRecords(of station: StationID, asKnownAt position: Int64) throws -> [InstrumentRecord] {
        try Row.fetchAll(
            db,
            sql: "SELECT * FROM instrument_records WHERE station = ? AND filing_seq <= ? ORDER BY at, filing_seq, row",
            arguments: [station.rawValue, position]
        ).map { try InstrumentRecord($0) }
    }

    /// Compares the filings with what the log says of them; empty when all agree.
    func instrumentFaults() throws -> [BookFault] {
        var said: [Int64: String] = [:]
        for record in try instrumentFilings() {
            let payload = record.filing.logged.text()
            said[record.sequence] = record.id == InstrumentFilingRecord.id(ofLogged: payload) ? payload : ""
        }
        var faults: [BookFault] = []
        for row in try Row.fetchAll(db, sql: "SELECT seq, payload FROM log WHERE kind = 'instrument-filing'") {
            let sequence: Int64 = row["seq"]
            if said.removeValue(forKey: sequence) != row["payload"] {
                faults.append(
                    BookFault(place: "instrument_filings \(sequence)", message: "it is not the act that was logged."))
            }
        }
        for sequence in said.keys.sorted() {
            faults.append(
                BookFault(place: "instrument_filings \(sequence)", message: "the log does not know this act."))
        }
        return faults
    }
}

// MARK: What the log binds

extension InstrumentFilingRecord {
    fileprivate static func id(ofLogged payload: String) -> String {
        "instruments-" + sha256(Array(payload.utf8)).description.prefix(12)
    }
}

extension InstrumentFiling {
    /// The log holds the digest of the records and not each of them: a year's may be tens of thousands.
    fileprivate var logged: CanonicalJSON {
        .object([
            "issuer": .string(document.issuer), "number": .string(document.number), "person": .string(person),
            "filed_at": .integer(filedAt.milliseconds), "records": .integer(records.count),
            "digest": .string(recordsDigest),
        ])
    }

    fileprivate var recordsDigest: String {
        sha256(Array(CanonicalJSON.array(records.map(\.json)).text().utf8)).description
    }
}

extension InstrumentRecord {
    fileprivate var json: CanonicalJSON {
        func number(_ value: ExactDecimal?) -> CanonicalJSON { .optional(value?.description) }
        return .object([
            "station": .string(station.rawValue), "parameter": .string(parameter.rawValue),
            "kind": .string(kind.rawValue), "at": .integer(time.milliseconds), "result": number(result),
            "reference": number(reference), "span": number(span), "limit": number(limit),
            "upper_limit": number(upperLimit),
        ])
    }

    fileprivate init(_ row: Row) throws {
        let place = "instrument_records \(row["filing_seq"] as Int64):\(row["row"] as Int64)"
        func number(_ column: String) throws -> ExactDecimal? {
            guard let text = row[column] as String? else { return nil }
            guard let value = ExactDecimal(text) else { throw Self.unreadable(place) }
            return value
        }
        guard let kind = Kind(rawValue: row["kind"]) else { throw Self.unreadable(place) }
        self.init(
            kind: kind, station: StationID(row["station"]), parameter: ParameterID(row["parameter"]),
            time: Instant(milliseconds: row["at"]), result: try number("result"), reference: try number("reference"),
            span: try number("span"), limit: try number("lower_limit"), upperLimit: try number("upper_limit"))
    }

    private static func unreadable(_ place: String) -> BookProblem {
        BookProblem(
            .newerSchema, place: place, message: "it holds a word unknown here.",
            remedy: "Open this folder with the program that wrote it.")
    }
}
