// Which alerts the book has, for a node that holds only the open and the latest of them.

import GRDB
package import Monitoring

extension BookReader {
    /// The ids of alerts that have ended, among those in a range of ids.
    ///
    /// - Complexity: that of the alerts in the range, however many there are.
    package func endedAlerts(_ ids: Range<String>) throws -> [String] {
        try String.fetchAll(
            db.cachedStatement(sql: "SELECT id FROM alerts WHERE id >= ? AND id < ? AND state = 'ended'"),
            arguments: [ids.lowerBound, ids.upperBound])
    }

    /// The ids of the alerts that have ended, latest opened first.
    package func latestEndedAlerts(limit: Int) throws -> [String] {
        try String.fetchAll(
            db.cachedStatement(
                sql: "SELECT id FROM alerts WHERE state = 'ended' ORDER BY opened_at DESC, id DESC LIMIT ?"),
            arguments: [limit])
    }

    /// When the alert was opened after which `count` others were; `nil` when there are no more than that.
    package func alertOpening(before count: Int) throws -> Instant? {
        try Int64.fetchOne(
            db, sql: "SELECT opened_at FROM alerts ORDER BY opened_at DESC LIMIT 1 OFFSET ?", arguments: [count]
        ).map { Instant(milliseconds: $0) }
    }

    /// Everything that happened to the alerts that are open or were opened after an instant, oldest first.
    package func alertEvents(ofOpenOrOpenedAfter instant: Instant) throws -> [AlertEventRecord] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT alert_events.* FROM alert_events JOIN alerts ON alerts.id = alert_events.alert_id
                WHERE alerts.id IN (
                    SELECT id FROM alerts WHERE opened_at > ?1 UNION SELECT id FROM alerts WHERE state = 'open')
                ORDER BY alert_events.seq
                """,
            arguments: [instant.milliseconds]
        ).map { AlertEventRecord($0) }
    }

    /// Of each series the last alert, by its beginning, among those that are over and were opened at an instant or before.
    package func lastAlertsOver(openedUntil instant: Instant) throws -> [(subject: AlertSubject, id: String)] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT max(id) AS id, section, parameter, station FROM alerts
                WHERE state <> 'open' AND opened_at <= ? GROUP BY section, station, parameter
                """,
            arguments: [instant.milliseconds]
        ).map { row in
            let subject = AlertSubject(
                kind: "", section: row["section"], parameter: row["parameter"], station: row["station"])
            return (subject, row["id"])
        }
    }
}
