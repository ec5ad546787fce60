// The series the book knows, in memory: rows find their chunk without asking SQLite for each.

package import Formats
import GRDB
package import Monitoring

/// A series as the book keeps it.
package struct SeriesRecord: Hashable, Sendable {
    package let key: SeriesKey
    /// Row id; 0 while the series waits for its first commit.
    package internal(set) var id: Int64
    package internal(set) var span: ChunkSpan
    package internal(set) var traits: SeriesTraits
}

/// Series by key, in order of first appearance; used by the one writer.
struct SeriesCatalogue {
    private(set) var records: [SeriesRecord] = []
    private var indexes: [SeriesKey: Int32] = [:]

    init(_ db: Database) throws {
        for row in try Row.fetchAll(db, sql: "SELECT * FROM series ORDER BY id") {
            let record = try SeriesRecord(row)
            indexes[record.key] = Int32(records.count)
            records.append(record)
        }
    }

    var count: Int { records.count }

    /// The index of `key`, with a record that has no row yet when it is new.
    mutating func index(of key: SeriesKey, traits: SeriesTraits) -> Int32 {
        if let index = indexes[key] { return index }
        let index = Int32(records.count)
        records.append(SeriesRecord(key: key, id: 0, span: .month, traits: traits))
        indexes[key] = index
        return index
    }

    /// Gives a new series its row.
    mutating func store(_ index: Int32, span: ChunkSpan, in db: Database) throws {
        let record = records[Int(index)]
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO series (key, station, parameter, statistic, window_ms, origin, span, cadence_ms, revises)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        let key = record.key
        try statement.execute(arguments: [
            key.canonicalText, key.station.rawValue, key.parameter.rawValue, key.statistic.rawValue,
            key.window.milliseconds, key.origin.rawValue, span.rawValue, record.traits.cadence?.milliseconds,
            record.traits.revises,
        ])
        records[Int(index)].span = span
        records[Int(index)].id = db.lastInsertedRowID
    }
}

extension SeriesRecord {
    init(_ row: Row) throws {
        guard let statistic = SeriesStatistic(rawValue: row["statistic"]), let span = ChunkSpan(rawValue: row["span"]),
            let origin = SeriesOrigin(rawValue: row["origin"])
        else {
            throw BookProblem(
                .newerSchema, place: "series", message: "series \(row["key"] as String) is of a kind unknown here.",
                remedy: "Open this folder with the program that wrote it.")
        }
        key = SeriesKey(
            station: StationID(row["station"]), parameter: ParameterID(row["parameter"]), statistic: statistic,
            window: Duration64(milliseconds: row["window_ms"]), origin: origin)
        id = row["id"]
        self.span = span
        let cadence: Int64? = row["cadence_ms"]
        traits = SeriesTraits(
            cadence: cadence.map { Duration64(milliseconds: $0) }, revises: row["revises"])
    }
}
