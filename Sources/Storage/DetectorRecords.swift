// What the detectors carry, in the book: states written in the transaction of the readings, and work left to do.

import Foundation
import GRDB
package import Monitoring

/// The state of a station's detectors in a section before the readings from `position` on.
package struct DetectorStateRecord: Hashable, Sendable {
    package let position: Instant
    /// Readings since the state before it that is kept.
    package let readingCount: Int
    package let state: [UInt8]

    package init(position: Instant, readingCount: Int, state: [UInt8]) {
        self.position = position
        self.readingCount = readingCount
        self.state = state
    }
}

/// Starts of a station that its detectors have still to look at.
package struct DetectorWork: Hashable, Sendable {
    package let station: StationID
    package let first: Instant
    package let last: Instant

    package init(station: StationID, first: Instant, last: Instant) {
        self.station = station
        self.first = first
        self.last = last
    }
}

/// Whose detectors: a station in a section.
package struct DetectorPlace: Hashable, Sendable {
    package let section: SectionID
    package let station: StationID

    package init(section: SectionID, station: StationID) {
        self.section = section
        self.station = station
    }
}

extension BookReader {
    /// The last state before the readings from `position` on, if it was computed on `basis`.
    package func detectorState(
        _ place: DetectorPlace, basis: Digest256, upTo position: Instant
    ) throws -> DetectorStateRecord? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT position, basis, reading_count, state FROM detector_states
                WHERE section = ? AND station = ? AND position <= ? ORDER BY position DESC LIMIT 1
                """)
        let row = try Row.fetchOne(
            statement, arguments: [place.section.rawValue, place.station.rawValue, position.milliseconds])
        return row.flatMap { Digest256($0["basis"]) == basis ? DetectorStateRecord($0) : nil }
    }

    /// The states after a position, first to last; those of another basis are left out.
    package func detectorStates(
        _ place: DetectorPlace, basis: Digest256, after position: Instant
    ) throws -> [DetectorStateRecord] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT position, basis, reading_count, state FROM detector_states
                WHERE section = ? AND station = ? AND position > ? ORDER BY position
                """)
        return try Row.fetchAll(
            statement, arguments: [place.section.rawValue, place.station.rawValue, position.milliseconds]
        ).filter { Digest256($0["basis"]) == basis }.map { DetectorStateRecord($0) }
    }

    /// The work of one station, or the next of any.
    package func detectorWork(of station: StationID? = nil) throws -> DetectorWork? {
        let columns = "SELECT station, first_start, last_start FROM detector_work "
        let row =
            if let station {
                try Row.fetchOne(
                    db.cachedStatement(sql: columns + "WHERE station = ?"), arguments: [station.rawValue])
            } else {
                try Row.fetchOne(db.cachedStatement(sql: columns + "ORDER BY station LIMIT 1"))
            }
        return row.map { row in
            DetectorWork(
                station: StationID(row[0]), first: Instant(milliseconds: row[1]), last: Instant(milliseconds: row[2]))
        }
    }
}

extension DetectorStateRecord {
    fileprivate init(_ row: Row) {
        position = Instant(milliseconds: row["position"])
        readingCount = row["reading_count"]
        state = [UInt8](row["state"] as Data)
    }
}

extension BookWriter {
    /// Stores a state in place of the one at its position, if there is one.
    package func store(_ record: DetectorStateRecord, of place: DetectorPlace, basis: Digest256) throws {
        let statement = try RawStatement(
            db,
            """
            INSERT OR REPLACE INTO detector_states (section, station, position, basis, reading_count, state)
            VALUES (?, ?, ?, ?, ?, ?)
            """)
        statement.bind(1, place.section.rawValue)
        statement.bind(2, place.station.rawValue)
        statement.bind(3, record.position.milliseconds)
        statement.bind(4, basis)
        statement.bind(5, record.readingCount)
        try record.state.withUnsafeBytes { bytes in
            statement.bind(6, inPlace: bytes)
            try statement.run()
        }
    }

    /// Drops the state at a position.
    package func dropDetectorState(_ place: DetectorPlace, at position: Instant) throws {
        let statement = try RawStatement(
            db, "DELETE FROM detector_states WHERE section = ? AND station = ? AND position = ?")
        statement.bind(1, place.section.rawValue)
        statement.bind(2, place.station.rawValue)
        statement.bind(3, position.milliseconds)
        try statement.run()
    }

    /// Drops the states of a place that stand on another basis.
    package func dropDetectorStates(_ place: DetectorPlace, notOf basis: Digest256) throws {
        let statement = try RawStatement(
            db, "DELETE FROM detector_states WHERE section = ? AND station = ? AND basis <> ?")
        statement.bind(1, place.section.rawValue)
        statement.bind(2, place.station.rawValue)
        statement.bind(3, basis)
        try statement.run()
    }

    /// Leaves work for later, together with what a station has of it already.
    package func add(_ work: DetectorWork) throws {
        let statement = try RawStatement(
            db,
            """
            INSERT INTO detector_work (station, first_start, last_start) VALUES (?, ?, ?) ON CONFLICT (station)
            DO UPDATE SET first_start = min(first_start, excluded.first_start),
            last_start = max(last_start, excluded.last_start)
            """)
        statement.bind(1, work.station.rawValue)
        statement.bind(2, work.first.milliseconds)
        statement.bind(3, work.last.milliseconds)
        try statement.run()
    }

    package func removeDetectorWork(of station: StationID) throws {
        let statement = try RawStatement(db, "DELETE FROM detector_work WHERE station = ?")
        statement.bind(1, station.rawValue)
        try statement.run()
    }
}
