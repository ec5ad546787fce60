// Alerts and runs into the book: each act is a log entry, a row that never changes, and at most one projection.

import Formats
import Foundation
import GRDB
import Monitoring

extension BookWriter {
    /// Records what happened to an alert.
    ///
    /// - Throws: `BookProblem` when the alert is new and the event has no subject.
    package func append(_ event: AlertEventRecord) throws {
        let known = try reader.alert(event.alert)
        guard let subject = known?.subject ?? event.subject else {
            throw BookProblem(
                .unknownSubject, place: "alert \(event.alert)",
                message: "the first event of an alert needs its subject.",
                remedy: "Report this as a fault of the program.")
        }
        let payload = CanonicalJSON.object([
            "alert": .string(event.alert), "event": .string(event.kind), "state": .string(event.state),
            "subject": known == nil ? subject.json : .null,
            "payload_digest": .string(sha256(Array(event.payload.utf8)).description),
        ]).text()
        let position = try appendLog(kind: "alert", payload: payload, at: event.at)
        try db.cachedStatement(
            sql: """
                INSERT INTO alert_events (seq, alert_id, at, kind, state, subject, payload)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            position.sequence, event.alert, event.at.milliseconds, event.kind, event.state,
            known == nil ? subject.json.text() : nil, event.payload,
        ])
        try project(event, subject)
    }

    /// Empties the projection of alerts and builds it again from the events.
    package func rebuildAlerts() throws {
        try db.execute(sql: "DELETE FROM alerts")
        let rows = try Row.fetchCursor(db, sql: "SELECT * FROM alert_events ORDER BY seq")
        var subjects: [String: AlertSubject] = [:]
        while let row = try rows.next() {
            let event = AlertEventRecord(row)
            let subject = event.subject ?? subjects[event.alert]
            guard let subject else {
                throw BookProblem(
                    .unknownSubject, place: "alert \(event.alert)", message: "its first event has no subject.",
                    remedy: "Restore the book from a backup.")
            }
            subjects[event.alert] = subject
            try project(event, subject)
        }
    }

    private func project(_ event: AlertEventRecord, _ subject: AlertSubject) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO alerts (id, kind, section, parameter, station, opened_at, changed_at, state, payload)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id)
                DO UPDATE SET changed_at = excluded.changed_at, state = excluded.state, payload = excluded.payload
                """
        ).execute(arguments: [
            event.alert, subject.kind, subject.section, subject.parameter, subject.station, event.at.milliseconds,
            event.at.milliseconds, event.state, event.payload,
        ])
    }

    /// Records a settlement run with its postings.
    ///
    /// - Throws: `BookProblem` when the run is in the book already, or its postings do not sum to zero for each
    ///   entry and currency.
    @discardableResult
    package func insert(_ run: RunRecord, postings: [PostingRecord]) throws -> LogHead {
        if try reader.run(run.id) != nil {
            throw BookProblem(
                .alreadyIssued, place: "run \(run.id)", message: "this run is in the book and is never replaced.",
                remedy: "Compute a new run; it will carry the difference to this one.")
        }
        try refuseUnbalanced(postings, of: run.id)
        let payload = CanonicalJSON.object([
            "run": .string(run.id), "agreement": .string(run.agreement), "kind": .string(run.kind),
            "period_from": .integer(run.period.start.milliseconds),
            "period_until": .integer(run.period.end.milliseconds),
            "digest": .string(run.digest.description), "inputs_digest": .string(run.inputsDigest.description),
            "payload_digest": .string(sha256(run.payload).description),
            "postings_digest": .string(sha256(Array(PostingRecord.text(postings).utf8)).description),
        ]).text()
        let position = try appendLog(kind: "run", payload: payload, at: run.createdAt)
        try db.execute(
            sql: """
                INSERT INTO runs (run_id, agreement_id, period_from, period_until, kind, created_at, log_seq, digest,
                inputs_digest, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                run.id, run.agreement, run.period.start.milliseconds, run.period.end.milliseconds, run.kind,
                run.createdAt.milliseconds, position.sequence, run.digest.data, run.inputsDigest.data,
                Data(run.payload),
            ])
        for posting in postings {
            try db.cachedStatement(
                sql: """
                    INSERT INTO postings (run_id, entry, line, account, currency, minor_units)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [
                run.id, posting.entry, posting.line, posting.account, posting.currency, posting.minorUnits,
            ])
        }
        return position
    }

    private func refuseUnbalanced(_ postings: [PostingRecord], of run: String) throws {
        var sums: [String: Int128] = [:]
        for posting in postings {
            sums[posting.entry + "\u{0}" + posting.currency, default: 0] += Int128(posting.minorUnits)
        }
        guard sums.values.allSatisfy({ $0 == 0 }) else {
            throw BookProblem(
                .unbalanced, place: "run \(run)", message: "an entry does not sum to zero in its currency.",
                remedy: "A statement that does not balance is not issued; report this as a fault of the program.")
        }
    }
}

extension AlertSubject {
    var json: CanonicalJSON {
        .object([
            "kind": .string(kind), "section": .string(section), "parameter": .string(parameter),
            "station": .string(station),
        ])
    }
}

extension PostingRecord {
    /// One line a posting in order of entry and line: what the log binds.
    static func text(_ postings: [PostingRecord]) -> String {
        postings.sorted { ($0.entry, $0.line) < ($1.entry, $1.line) }.map { posting in
            "\(posting.entry)\t\(posting.line)\t\(posting.account)\t\(posting.currency)\t\(posting.minorUnits)\n"
        }.joined()
    }
}
