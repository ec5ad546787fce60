// People's acts out of the book: notices with the decisions on them, marks on holes, and whether the log agrees.

import Formats
import GRDB
package import Monitoring

extension BookReader {
    /// Notices on record, in the order they were filed; of one station or of all.
    package func notices(ofStation station: StationID? = nil) throws -> [NoticeRecord] {
        try notices("WHERE ?1 IS NULL OR station = ?1", [station?.rawValue])
    }

    /// The notice with this id.
    package func notice(_ id: String) throws -> NoticeRecord? { try notices("WHERE id = ?1", [id]).first }

    private func notices(_ condition: String, _ arguments: [String?]) throws -> [NoticeRecord] {
        func byNotice(_ sql: String) throws -> [Int64: [Row]] {
            Dictionary(grouping: try rows(sql, arguments)) { $0["notice_seq"] }
        }
        let parameters = try byNotice(
            "SELECT notice_parameters.* FROM notice_parameters JOIN notices ON seq = notice_seq \(condition)")
        let decisions = try byNotice(
            """
            SELECT notice_decisions.* FROM notice_decisions JOIN notices ON notices.seq = notice_seq \(condition)
            ORDER BY notice_decisions.seq
            """)
        return try rows("SELECT * FROM notices \(condition) ORDER BY seq", arguments).map { row in
            let sequence: Int64 = row["seq"]
            let about = (parameters[sequence] ?? []).map { ParameterID($0["parameter"]) }
            return NoticeRecord(
                id: row["id"], sequence: sequence, notice: try Notice(row, parameters: about),
                decisions: try (decisions[sequence] ?? []).map { try NoticeDecision($0) })
        }
    }

    private func rows(_ sql: String, _ arguments: [String?]) throws -> [Row] {
        try Row.fetchAll(db, sql: sql, arguments: StatementArguments(arguments))
    }

    /// The marks on holes, in the order they were made; of the series of one station or of all.
    package func holeMarks(ofStation station: StationID? = nil) throws -> [HoleMark] {
        // A prefix by its length, not by LIKE: station ids may hold any character.
        let prefix = station.map { $0.rawValue + "/" }
        return try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM hole_marks WHERE ?1 IS NULL OR substr(series_key, 1, length(?1)) = ?1 ORDER BY seq
                """, arguments: [prefix]
        ).map { try HoleMark($0) }.filter { station == nil || $0.series.station == station }
    }

    /// When each version of the registry came into the book, oldest first.
    package func registryHistory() throws -> [(at: Instant, files: String)] {
        try Row.fetchAll(db, sql: "SELECT at, payload FROM log WHERE kind = 'registry' ORDER BY seq")
            .map { (Instant(milliseconds: $0["at"]), $0["payload"]) }
    }

    /// Compares the acts with what the log says of them; empty when all agree.
    func actFaults() throws -> [BookFault] {
        var said: [Int64: (table: String, payload: String)] = [:]
        for record in try notices() {
            said[record.sequence] = ("notices", record.notice.json.text())
            let derived = "notice-" + sha256(Array(record.notice.json.text().utf8)).description.prefix(12)
            if record.id != derived { said[record.sequence] = ("notices", "") }
        }
        let decided = """
            SELECT notice_decisions.*, id FROM notice_decisions JOIN notices ON notices.seq = notice_seq
            """
        for row in try Row.fetchAll(db, sql: decided) {
            said[row["seq"]] = ("notice_decisions", try NoticeDecision(row).json(onNotice: row["id"]).text())
        }
        for mark in try holeMarks() { said[mark.sequence] = ("hole_marks", mark.json.text()) }
        let tables = ["notice": "notices", "notice-decision": "notice_decisions", "hole-mark": "hole_marks"]
        var faults: [BookFault] = []
        let logged = "SELECT seq, kind, payload FROM log WHERE kind IN ('notice', 'notice-decision', 'hole-mark')"
        for row in try Row.fetchAll(db, sql: logged + " ORDER BY seq") {
            let sequence: Int64 = row["seq"]
            let act = said.removeValue(forKey: sequence)
            if act?.payload != row["payload"] || act?.table != tables[row["kind"]] {
                let table = tables[row["kind"]] ?? "log"
                faults.append(
                    BookFault(place: "\(table) \(sequence)", message: "it is not the act that was logged."))
            }
        }
        // What is left stands in a table and not in the log.
        for (sequence, act) in said.sorted(by: { $0.key < $1.key }) {
            faults.append(BookFault(place: "\(act.table) \(sequence)", message: "the log does not know this act."))
        }
        return faults
    }
}

private func unknownWord(_ table: String, _ sequence: Int64) -> BookProblem {
    BookProblem(
        .newerSchema, place: "\(table) \(sequence)", message: "it holds a word unknown here.",
        remedy: "Open this folder with the program that wrote it.")
}

extension Notice {
    fileprivate init(_ row: Row, parameters: [ParameterID]) throws {
        guard let kind = NoticeKind(rawValue: row["kind"]) else { throw unknownWord("notices", row["seq"]) }
        self.init(
            kind: kind, station: StationID(row["station"]), parameters: parameters, interval: Interval(row),
            person: row["person"], reason: row["reason"], evidence: row["evidence"],
            filedAt: Instant(milliseconds: row["filed_at"]))
    }
}

extension NoticeDecision {
    fileprivate init(_ row: Row) throws {
        guard let verdict = Verdict(rawValue: row["verdict"]) else {
            throw unknownWord("notice_decisions", row["seq"])
        }
        self.init(
            verdict: verdict, region: RegionID(row["region"]), side: RegionID(row["side"]), person: row["person"],
            reason: row["reason"], decidedAt: Instant(milliseconds: row["decided_at"]))
    }
}

extension HoleMark {
    fileprivate init(_ row: Row) throws {
        guard let kind = Kind(rawValue: row["mark"]), let series = SeriesKey(canonicalText: row["series_key"]) else {
            throw unknownWord("hole_marks", row["seq"])
        }
        self.init(
            series: series, interval: Interval(row), kind: kind, region: RegionID(row["region"]),
            side: RegionID(row["side"]), person: row["person"], reason: row["reason"],
            markedAt: Instant(milliseconds: row["marked_at"]), sequence: row["seq"])
    }
}

extension Interval {
    fileprivate init(_ row: Row) {
        self.init(
            start: Instant(milliseconds: row["interval_from"]), end: Instant(milliseconds: row["interval_until"]))
    }
}
