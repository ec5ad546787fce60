// Series, readings and digests: what the observations say, now or as known at a log position.

package import Formats
import Foundation
import GRDB
package import Monitoring

/// Which series to list; an absent part does not restrict.
package struct SeriesFilter: Hashable, Sendable {
    package var stations: Set<StationID>?
    package var parameter: ParameterID?
    package var origin: SeriesOrigin?

    package init(stations: Set<StationID>? = nil, parameter: ParameterID? = nil, origin: SeriesOrigin? = nil) {
        self.stations = stations
        self.parameter = parameter
        self.origin = origin
    }
}

/// The digest of the inputs of a computation, and of each series in it.
package struct Snapshot: Hashable, Sendable {
    package struct Member: Hashable, Sendable {
        package let series: SeriesKey
        package let digest: Digest256
    }

    package let members: [Member]
    package let interval: Interval
    /// The log position as known at which the series were read.
    package let asKnownAt: Int64
    /// Merkle root over the members.
    package let digest: Digest256
}

extension BookReader {
    /// The series of the book, by key text.
    package func series(matching filter: SeriesFilter = SeriesFilter()) throws -> [SeriesRecord] {
        var conditions: [String] = []
        var arguments: [any DatabaseValueConvertible] = []
        if let parameter = filter.parameter {
            conditions.append("parameter = ?")
            arguments.append(parameter.rawValue)
        }
        if let origin = filter.origin {
            conditions.append("origin = ?")
            arguments.append(origin.rawValue)
        }
        if let stations = filter.stations, stations.count == 1, let station = stations.first {
            conditions.append("station = ?")
            arguments.append(station.rawValue)
        }
        let condition = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let records = try Row.fetchAll(
            db, sql: "SELECT * FROM series" + condition + " ORDER BY key", arguments: StatementArguments(arguments)
        ).map { try SeriesRecord($0) }
        guard let stations = filter.stations, stations.count != 1 else { return records }
        return records.filter { stations.contains($0.key.station) }
    }

    /// The series with this key, if the book has it.
    package func series(_ key: SeriesKey) throws -> SeriesRecord? {
        try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT * FROM series
                    WHERE station = ? AND parameter = ? AND statistic = ? AND window_ms = ? AND origin = ?
                    """),
            arguments: [
                key.station.rawValue, key.parameter.rawValue, key.statistic.rawValue, key.window.milliseconds,
                key.origin.rawValue,
            ]
        ).map { try SeriesRecord($0) }
    }

    /// What a series says over an interval: one row a start, disputes marked.
    ///
    /// - Parameter asKnownAt: a log position; later batches are not seen. `nil` sees all.
    package func readings(_ key: SeriesKey, over interval: Interval, asKnownAt: Int64? = nil) throws -> CurrentView {
        guard let record = try series(key) else { return CurrentView() }
        return try readings(record, over: interval, asKnownAt: asKnownAt)
    }

    /// As `readings(_:over:asKnownAt:)` for a series that was looked up before.
    ///
    /// - Parameter hidden: log positions of batches that are not whole at that position, where they were asked for before.
    package func readings(
        _ record: SeriesRecord, over interval: Interval, asKnownAt: Int64? = nil, hidden: Set<Int64>? = nil
    ) throws -> CurrentView {
        var view = CurrentView()
        try forEachChunk(of: record, over: interval, asKnownAt: asKnownAt, hidden: hidden) { chunk in
            view.append(chunk, over: interval, asKnownAt: asKnownAt)
        }
        return view
    }

    /// The digest of what a series says over an interval, independent of packing and order of arrival.
    package func seriesDigest(
        _ key: SeriesKey, over interval: Interval, asKnownAt: Int64? = nil
    ) throws -> Digest256 {
        var digest = SeriesDigest()
        if let record = try series(key) {
            try forEachChunk(of: record, over: interval, asKnownAt: asKnownAt) { chunk in
                digest.append(chunk, over: interval, asKnownAt: asKnownAt)
            }
        }
        return digest.finish()
    }

    /// Freezes what some series say over an interval: nothing is copied, the log position and digest name it.
    ///
    /// - Parameter asKnownAt: a log position; `nil` takes the log's head.
    package func snapshot(_ keys: [SeriesKey], over interval: Interval, asKnownAt: Int64? = nil) throws -> Snapshot {
        let position = try asKnownAt ?? logHead().sequence
        let members = try Set(keys).map { key in
            Snapshot.Member(series: key, digest: try seriesDigest(key, over: interval, asKnownAt: position))
        }.sorted { $0.series.canonicalText.utf8.lexicographicallyPrecedes($1.series.canonicalText.utf8) }
        let root = SnapshotDigest.root(members.map { (key: $0.series.canonicalText, digest: $0.digest) })
        return Snapshot(members: members, interval: interval, asKnownAt: position, digest: root)
    }

    /// Every version of one start, and the batch that brought each.
    package func provenance(_ key: SeriesKey, at start: Instant) throws -> [Provenance] {
        guard let record = try series(key) else { return [] }
        var found: [Provenance] = []
        let moment = Interval(start: start, end: Instant(milliseconds: start.milliseconds + 1))
        try forEachChunk(of: record, over: moment) { chunk in
            for version in chunk.versions(of: start) {
                guard let batch = try batch(at: version.sequence) else {
                    throw BookProblem(
                        .chunkDamaged, place: key.canonicalText,
                        message: "a version names batch \(version.sequence), which the book lacks.",
                        remedy: "Run tributary doctor and restore the book from a backup.")
                }
                found.append(
                    Provenance(
                        version: version, batchDigest: batch.receipt.digest, batchName: batch.receipt.name,
                        sender: batch.sender, receivedAt: batch.receipt.receivedAt, place: batch.place,
                        admission: try admission(at: version.sequence)))
            }
        }
        return found
    }

    /// First and last start of a series, `nil` when it has no rows.
    package func extent(_ key: SeriesKey) throws -> (first: Instant, last: Instant)? {
        guard let record = try series(key) else { return nil }
        let ids = ChunkRow.ids(of: record.id)
        var ends: [Int64] = []
        for (order, isFirst) in [("ASC", true), ("DESC", false)] {
            let sql = """
                SELECT span_start, payload FROM chunks WHERE id >= ? AND id < ? AND row_count > 0
                ORDER BY id \(order) LIMIT 1
                """
            guard let row = try Row.fetchOne(db.cachedStatement(sql: sql), arguments: [ids.lowerBound, ids.upperBound])
            else { return nil }
            var chunk = Chunk()
            try decode(row, payloadAt: 1, into: &chunk, record)
            guard let end = isFirst ? chunk.start.first : chunk.start.last else { return nil }
            ends.append(end)
        }
        return (Instant(milliseconds: ends[0]), Instant(milliseconds: ends[1]))
    }

    /// Log positions of batches that were not whole yet at a position (now, when it is `nil`): nobody sees their rows.
    package func unsettledSequences(at position: Int64?) throws -> Set<Int64> {
        let begun = try db.cachedStatement(
            sql: "SELECT seq FROM batches_begun UNION ALL SELECT seq FROM admissions_begun")
        var found = try Set(Int64.fetchAll(begun))
        if let position {
            let later = try db.cachedStatement(
                sql: """
                    SELECT seq FROM batches WHERE settled_seq <> seq AND settled_seq > ?1 AND seq <= ?1
                    UNION ALL SELECT seq FROM admissions WHERE settled_seq <> seq AND settled_seq > ?1 AND seq <= ?1
                    """)
            found.formUnion(try Int64.fetchAll(later, arguments: [position]))
        }
        return found
    }

    /// Hands on the chunks of a series that overlap `interval`, in order of time, without what batches said that were
    /// not whole at a log position (now, when it is `nil`).
    func forEachChunk(
        of record: SeriesRecord, over interval: Interval, asKnownAt: Int64? = nil, hidden: Set<Int64>? = nil,
        _ body: (Chunk) throws -> Void
    ) throws {
        let hidden = try hidden ?? unsettledSequences(at: asKnownAt)
        let bounds = Chunk.startRange
        guard interval.start < interval.end, interval.start.milliseconds <= bounds.upperBound else { return }
        let first = Instant(milliseconds: max(interval.start.milliseconds, bounds.lowerBound))
        let statement = try db.cachedStatement(
            sql: "SELECT span_start, payload FROM chunks WHERE id >= ? AND id < ? ORDER BY id")
        let rows = try Row.fetchCursor(
            statement,
            arguments: [
                ChunkRow.id(record.id, record.span.interval(holding: first).start.milliseconds),
                ChunkRow.id(record.id, notBefore: interval.end.milliseconds),
            ])
        var chunk = Chunk()
        while let row = try rows.next() {
            try decode(row, payloadAt: 1, into: &chunk, record)
            if hidden.isEmpty || !chunk.sequence.contains(where: hidden.contains) {
                try body(chunk)
            } else {
                try body(chunk.without(hidden))
            }
        }
    }

    private func decode(_ row: Row, payloadAt index: Int, into chunk: inout Chunk, _ record: SeriesRecord) throws {
        let spanStart: Int64 = row[0]
        try row.withUnsafeData(atIndex: index) { data in
            try (data ?? Data()).withUnsafeBytes { bytes in
                do throws(ChunkProblem) { try chunk.decode(bytes) } catch {
                    throw damagedChunk(record.key.canonicalText, spanStart, error)
                }
            }
        }
    }
}
