// People's acts into the book: a log entry that says the whole act, and a row that says it again for queries.

import Formats
import GRDB
package import Monitoring

extension BookWriter {
    /// Files a notice.
    ///
    /// - Throws: `BookProblem` when the same notice (all but the time of filing) is on record.
    package func file(_ notice: Notice) throws -> NoticeRecord {
        let same = try reader.notices(ofStation: notice.station).first { record in
            record.notice.content == notice.content
        }
        if let same {
            throw BookProblem(
                .alreadyOnRecord, place: same.id, message: "the same notice was filed before.",
                remedy: "Nothing needs to be done; a notice that says something else is filed as a new one.")
        }
        let payload = notice.json.text()
        let id = "notice-" + sha256(Array(payload.utf8)).description.prefix(12)
        let position = try appendLog(kind: "notice", payload: payload, at: notice.filedAt)
        try db.execute(
            sql: """
                INSERT INTO notices (seq, id, kind, station, interval_from, interval_until, person, reason, evidence,
                filed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                position.sequence, id, notice.kind.rawValue, notice.station.rawValue,
                notice.interval.start.milliseconds, notice.interval.end.milliseconds, notice.person, notice.reason,
                notice.evidence, notice.filedAt.milliseconds,
            ])
        for parameter in notice.parameters {
            try db.execute(
                sql: "INSERT INTO notice_parameters (notice_seq, parameter) VALUES (?, ?)",
                arguments: [position.sequence, parameter.rawValue])
        }
        return NoticeRecord(id: id, sequence: position.sequence, notice: notice)
    }

    /// Records what a side's bureau says to a notice.
    ///
    /// - Throws: `BookProblem` when there is no such notice, or the side has decided.
    package func decide(_ decision: NoticeDecision, onNotice id: String) throws -> NoticeRecord {
        guard var record = try reader.notice(id) else {
            throw BookProblem(
                .unknownSubject, place: id, message: "there is no such notice.",
                remedy: "List the notices on record with `tributary notice list`.")
        }
        if let before = record.decisions.first(where: { $0.side == decision.side }) {
            throw BookProblem(
                .alreadyOnRecord, place: id,
                message: "\(before.region) has \(before.verdict.rawValue) it for the side of \(before.side) on "
                    + "\(before.decidedAt.iso8601(at: .china)).",
                remedy: "A side decides once; let the operator file a new notice.")
        }
        let position = try appendLog(
            kind: "notice-decision", payload: decision.json(onNotice: id).text(), at: decision.decidedAt)
        try db.execute(
            sql: """
                INSERT INTO notice_decisions (seq, notice_seq, verdict, region, side, person, reason, decided_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                position.sequence, record.sequence, decision.verdict.rawValue, decision.region.rawValue,
                decision.side.rawValue, decision.person, decision.reason, decision.decidedAt.milliseconds,
            ])
        record.decisions.append(decision)
        return record
    }

    /// Records a side's word on the holes of a stretch.
    package func mark(_ mark: HoleMark) throws {
        let position = try appendLog(kind: "hole-mark", payload: mark.json.text(), at: mark.markedAt)
        try db.execute(
            sql: """
                INSERT INTO hole_marks (seq, series_key, interval_from, interval_until, mark, region, side, person,
                reason, marked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                position.sequence, mark.series.canonicalText, mark.interval.start.milliseconds,
                mark.interval.end.milliseconds, mark.kind.rawValue, mark.region.rawValue, mark.side.rawValue,
                mark.person, mark.reason, mark.markedAt.milliseconds,
            ])
    }
}

// MARK: What the log binds

extension Notice {
    /// All that it says, besides when it was filed.
    fileprivate var content: [String] {
        [
            kind.rawValue, station.rawValue, parameters.map(\.rawValue).joined(separator: "\u{1F}"),
            String(interval.start.milliseconds), String(interval.end.milliseconds), person, reason, evidence,
        ]
    }

    var json: CanonicalJSON {
        .object([
            "kind": .string(kind.rawValue), "station": .string(station.rawValue),
            "parameters": .array(parameters.map { .string($0.rawValue) }),
            "from": .integer(interval.start.milliseconds), "until": .integer(interval.end.milliseconds),
            "person": .string(person), "reason": .string(reason), "evidence": .string(evidence),
            "filed_at": .integer(filedAt.milliseconds),
        ])
    }
}

extension NoticeDecision {
    func json(onNotice id: String) -> CanonicalJSON {
        .object([
            "notice": .string(id), "verdict": .string(verdict.rawValue), "region": .string(region.rawValue),
            "side": .string(side.rawValue), "person": .string(person), "reason": .string(reason),
            "decided_at": .integer(decidedAt.milliseconds),
        ])
    }
}

extension HoleMark {
    var json: CanonicalJSON {
        .object([
            "series": .string(series.canonicalText), "from": .integer(interval.start.milliseconds),
            "until": .integer(interval.end.milliseconds), "mark": .string(kind.rawValue),
            "region": .string(region.rawValue), "side": .string(side.rawValue), "person": .string(person),
            "reason": .string(reason), "marked_at": .integer(markedAt.milliseconds),
        ])
    }
}
