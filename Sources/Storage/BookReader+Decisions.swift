// Alerts and runs out of the book.

import Foundation
import GRDB
import Monitoring

extension BookReader {
    /// The alert with this id, as it stands.
    package func alert(_ id: String) throws -> AlertRecord? {
        try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM alerts WHERE id = ?"), arguments: [id])
            .map { AlertRecord($0) }
    }

    /// Alerts as they stand, latest opened first.
    package func alerts(matching filter: AlertFilter = AlertFilter(), limit: Int = 10_000) throws -> [AlertRecord] {
        var conditions: [String] = []
        var arguments: [any DatabaseValueConvertible] = []
        for (column, value) in [("section", filter.section), ("state", filter.state), ("kind", filter.kind)] {
            guard let value else { continue }
            conditions.append(column + " = ?")
            arguments.append(value)
        }
        let condition = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        arguments.append(limit)
        return try Row.fetchAll(
            db, sql: "SELECT * FROM alerts" + condition + " ORDER BY opened_at DESC, id LIMIT ?",
            arguments: StatementArguments(arguments)
        ).map { AlertRecord($0) }
    }

    /// Everything that happened to alerts, oldest first.
    package func alertEvents() throws -> [AlertEventRecord] {
        try Row.fetchAll(db, sql: "SELECT * FROM alert_events ORDER BY seq").map { AlertEventRecord($0) }
    }

    /// Everything that happened to one alert, oldest first.
    package func alertEvents(of alert: String) throws -> [AlertEventRecord] {
        try Row.fetchAll(
            db.cachedStatement(sql: "SELECT * FROM alert_events WHERE alert_id = ? ORDER BY seq"), arguments: [alert]
        ).map { AlertEventRecord($0) }
    }

    /// The run with this id.
    package func run(_ id: String) throws -> RunRecord? {
        try Row.fetchOne(db, sql: "SELECT * FROM runs WHERE run_id = ?", arguments: [id]).map { RunRecord($0) }
    }

    /// Runs, latest first; of one agreement or of all.
    package func runs(ofAgreement agreement: String? = nil) throws -> [RunRecord] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM runs WHERE ?1 IS NULL OR agreement_id = ?1 ORDER BY log_seq DESC",
            arguments: [agreement]
        ).map { RunRecord($0) }
    }

    /// The postings of a run, by entry and line.
    package func postings(ofRun id: String) throws -> [PostingRecord] {
        try Row.fetchAll(db, sql: "SELECT * FROM postings WHERE run_id = ? ORDER BY entry, line", arguments: [id])
            .map { row in
                PostingRecord(
                    entry: row["entry"], line: row["line"], account: row["account"], currency: row["currency"],
                    minorUnits: row["minor_units"])
            }
    }
}

extension AlertRecord {
    fileprivate init(_ row: Row) {
        id = row["id"]
        subject = AlertSubject(
            kind: row["kind"], section: row["section"], parameter: row["parameter"], station: row["station"])
        openedAt = Instant(milliseconds: row["opened_at"])
        changedAt = Instant(milliseconds: row["changed_at"])
        state = row["state"]
        payload = row["payload"]
    }
}

extension AlertEventRecord {
    init(_ row: Row) {
        let subject: String? = row["subject"]
        self.init(
            alert: row["alert_id"], at: Instant(milliseconds: row["at"]), kind: row["kind"], state: row["state"],
            subject: subject.flatMap { AlertSubject(json: $0) }, payload: row["payload"])
    }
}

extension AlertSubject {
    /// The subject from the text that `json` wrote.
    init?(json text: String) {
        guard let object = try? JSONDecoder().decode([String: String].self, from: Data(text.utf8)),
            let kind = object["kind"], let section = object["section"], let parameter = object["parameter"],
            let station = object["station"]
        else { return nil }
        self.init(kind: kind, section: section, parameter: parameter, station: station)
    }
}

extension RunRecord {
    init(_ row: Row) {
        let payload: Data = row["payload"]
        self.init(
            id: row["run_id"], agreement: row["agreement_id"],
            period: Interval(
                start: Instant(milliseconds: row["period_from"]), end: Instant(milliseconds: row["period_until"])),
            kind: row["kind"], createdAt: Instant(milliseconds: row["created_at"]), digest: Digest256(row["digest"]),
            inputsDigest: Digest256(row["inputs_digest"]), payload: Array(payload), logSequence: row["log_seq"])
    }
}
