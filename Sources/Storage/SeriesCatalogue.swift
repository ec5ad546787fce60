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
    /// Row ids by index, 0 while a series waits for its first commit.
    private var ids: [Int64] = []
    /// The last span a series has a chunk in: `.max` where nobody looked, `.min` where there is none.
    private var lastSpans: [Int64] = []
    /// Series that got their row in the present transaction.
    private var storedNow: [Int32] = []
    /// Indexes by number in a reader's directory, −1 where nobody asked.
    private var directories: [(identity: DirectoryIdentity, indexes: [Int32])] = []
    /// Directories remembered: one for each thread and profile in use; beyond that the oldest is forgotten.
    private static let directoryLimit = 32

    init(_ db: Database) throws {
        for row in try Row.fetchAll(db, sql: "SELECT * FROM series ORDER BY id") {
            let record = try SeriesRecord(row)
            indexes[record.key] = Int32(records.count)
            records.append(record)
            ids.append(record.id)
            lastSpans.append(.max)
        }
    }

    func id(_ index: Int32) -> Int64 { ids[Int(index)] }

    /// Whether the book may hold a chunk of a series; `false` only where it is known not to.
    func mayHold(_ index: Int32, span: Int64) -> Bool { span <= lastSpans[Int(index)] }

    /// Notes that a chunk was written.
    mutating func noteStored(_ index: Int32, span: Int64) {
        if lastSpans[Int(index)] != .max { lastSpans[Int(index)] = max(lastSpans[Int(index)], span) }
    }

    /// The indexes of the series of a block, by their numbers in the reader's directory where it has them.
    mutating func indexes(
        of keys: [SeriesKey], numbers: SeriesNumbers?, traits: SeriesTraits
    ) -> [Int32] {
        guard let numbers, numbers.numbers.count == keys.count else {
            return keys.map { index(of: $0, traits: traits) }
        }
        let directory = directory(numbers.identity)
        let missing = (numbers.numbers.max() ?? -1) + 1 - Int32(directories[directory].indexes.count)
        if missing > 0 { directories[directory].indexes.append(contentsOf: repeatElement(-1, count: Int(missing))) }
        return keys.indices.map { position in
            let number = Int(numbers.numbers[position])
            let known = directories[directory].indexes[number]
            if known >= 0 { return known }
            let index = index(of: keys[position], traits: traits)
            directories[directory].indexes[number] = index
            return index
        }
    }

    private mutating func directory(_ identity: DirectoryIdentity) -> Int {
        if let place = directories.firstIndex(where: { $0.identity === identity }) { return place }
        if directories.count == Self.directoryLimit { directories.removeFirst() }
        directories.append((identity, []))
        return directories.count - 1
    }

    var count: Int { records.count }

    /// The index of `key`, with a record that has no row yet when it is new.
    mutating func index(of key: SeriesKey, traits: SeriesTraits) -> Int32 {
        let index = Int32(records.count)
        let known = Self.take(index, &indexes[key])
        if known != index { return known }
        records.append(SeriesRecord(key: key, id: 0, span: .month, traits: traits))
        ids.append(0)
        lastSpans.append(.min)
        return index
    }

    /// Puts an index where none is; the one that is there. One look-up, where asking first would make it two.
    private static func take(_ index: Int32, _ place: inout Int32?) -> Int32 {
        if let known = place { return known }
        place = index
        return index
    }

    /// Gives a new series its row.
    mutating func store(_ index: Int32, span: ChunkSpan, by statement: RawStatement) throws {
        let record = records[Int(index)]
        let key = record.key
        statement.bind(1, key.canonicalText)
        statement.bind(2, key.station.rawValue)
        statement.bind(3, key.parameter.rawValue)
        statement.bind(4, key.statistic.rawValue)
        statement.bind(5, key.window.milliseconds)
        statement.bind(6, key.origin.rawValue)
        statement.bind(7, span.rawValue)
        if let cadence = record.traits.cadence {
            statement.bind(8, cadence.milliseconds)
        } else {
            statement.bindNull(8)
        }
        statement.bind(9, record.traits.revises ? 1 : 0)
        try statement.run()
        records[Int(index)].span = span
        let id = statement.lastRowID
        records[Int(index)].id = id
        ids[Int(index)] = id
        storedNow.append(index)
    }

    /// The rows given since the last commit stay.
    mutating func commit() { storedNow.removeAll(keepingCapacity: true) }

    /// Takes back the rows given since the last commit; the series keep their indexes, which stages refer to.
    mutating func revert() {
        for index in storedNow {
            records[Int(index)].id = 0
            ids[Int(index)] = 0
        }
        storedNow.removeAll()
        forgetSpans()
    }

    /// Looks at the book again before it believes that a chunk is new.
    mutating func forgetSpans() {
        for index in lastSpans.indices { lastSpans[index] = ids[index] == 0 ? .min : .max }
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
