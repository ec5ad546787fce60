// What the node remembers of stations between commits, so that a new reading asks the book for little.

import Alerting
import Detection
import Formats
import Monitoring
import Pipeline
import Quality
import Storage

/// A station that sends for a section.
struct KnownStation {
    /// All series of the station.
    var records: [SeriesRecord]
    /// Its real-time series.
    var own: [SeriesRecord]
    /// The last row of those; `nil` when there is none.
    var newest: Instant?
    /// What its states stand on, by section.
    var bases: [SectionID: Digest256] = [:]

    init(records: [SeriesRecord]) {
        self.records = records
        // Both in the same order, each key once.
        var keys = realTimeSeries(among: records.map(\.key))[...]
        own = records.filter { record in
            guard record.key == keys.first else { return false }
            keys.removeFirst()
            return true
        }
    }
}

/// Stations by id, as far as they were met since the registry was read.
struct LiveStations {
    private let sections: [StationID: [Section]]
    var known: [StationID: KnownStation] = [:]
    var checks = StationChecksTable()
    /// Used again from station to station.
    let memory = ScreeningMemory()
    /// Parameters whose values detectors looked at: those of further stations are unfolded whole at once, not their times
    /// first.
    var viewed: Set<ParameterID> = []
    /// Records of the checks of instruments, by station; `nil` until they were asked for.
    private var instruments: [StationID: [InstrumentRecord]]?
    /// All sections were gone through since the start, so that what is stored is what the readings say.
    var isChecked = false

    init(_ registry: Registry) {
        var sections: [StationID: [Section]] = [:]
        for section in registry.sections.values.sorted(by: { $0.id < $1.id }) {
            for station in section.stations { sections[station, default: []].append(section) }
        }
        self.sections = sections
        stations = sections.keys.sorted()
    }

    /// The sections a station measures for, in id order.
    func sections(of station: StationID) -> [Section] { sections[station] ?? [] }

    mutating func instrumentRecords(of station: StationID, in reader: BookReader) throws -> [InstrumentRecord] {
        let known =
            try instruments
            ?? Dictionary(grouping: reader.instrumentFilings().flatMap(\.filing.records), by: \.station)
        instruments = known
        return known[station] ?? []
    }

    /// Lets go of what records of instruments made of stations: all of them are gone through again.
    mutating func forgetInstruments() {
        instruments = nil
        known = [:]
        isChecked = false
    }

    /// All that measure for a section, in id order.
    let stations: [StationID]
}

/// What looking at readings came to within one transaction, to be taken over once it is committed.
struct LiveNews {
    var changes: [AlertChanges] = []
    var known: [StationID: KnownStation] = [:]
    /// For the operator.
    var notes: [String] = []
    /// Readings that may still be looked at.
    var budget: Int
}

/// How much is looked at in one transaction.
enum LiveBudget {
    /// Readings: well under the 50 ms that a live batch may wait.
    static let readings = 32_768
    /// What a station costs besides its readings, in readings.
    static let station = 200
    /// Stations found silent that are written at once: a tenth of a millisecond each.
    static let silences = 200
}

/// The book as the detectors see it from within a transaction: one station, each of its chunks unfolded once.
struct TransactionSource: LiveSource {
    let chunks: StationChunks
    let records: [SeriesRecord]

    private func record(_ key: SeriesKey) -> SeriesRecord? {
        // The parameter tells most of a station's series apart.
        for place in records.indices where records[place].key.parameter == key.parameter {
            if records[place].key == key { return records[place] }
        }
        return nil
    }

    func view(_ series: SeriesKey, over interval: Interval) throws -> CurrentView {
        try record(series).map { try chunks.view($0, over: interval) } ?? CurrentView()
    }

    func starts(_ series: SeriesKey, over interval: Interval) throws -> [Int64] {
        try record(series).map { try chunks.starts($0, over: interval) } ?? []
    }

    func firstStart(_ series: SeriesKey, from instant: Instant) throws -> Instant? {
        try record(series).flatMap { try chunks.firstStart($0, from: instant) }
    }
}
