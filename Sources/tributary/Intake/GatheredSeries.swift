// The observations of files, series by series, for commands that look at whole series; nothing of it is stored.

import Exact
import Formats
import Foundation
import Monitoring
import Quality
import Standards

/// Collects what files say, with the profile that says how it is to be read.
struct GatheredSeries {
    /// One series in the order of its rows.
    struct Rows {
        let key: SeriesKey
        let profile: SourceProfile
        /// A later row of a start replaces the earlier one.
        fileprivate(set) var isRevised = false
        fileprivate(set) var start: [Int64] = []
        fileprivate(set) var mantissa: [Int64] = []
        fileprivate(set) var exponent: [Int8] = []
        fileprivate(set) var qualifier: [UInt8] = []
        /// Indices into `GatheredSeries.flags`.
        fileprivate(set) var flag: [Int32] = []

        func value(_ row: Int) -> ExactDecimal? {
            qualifier[row] == Qualifier.missing.rawValue
                ? nil : ExactDecimal(mantissa: mantissa[row], exponent: exponent[row])
        }

        /// When the row began, by the clock of its source.
        func timeText(_ row: Int) -> String {
            let instant = Instant(milliseconds: start[row])
            return instant.iso8601(at: profile.offset(at: instant))
        }

        /// `value` with its sign: `<0.02`; empty where there is none.
        func text(_ row: Int) -> String {
            guard let value = value(row) else { return "" }
            switch Qualifier(rawValue: qualifier[row]) {
            case .below: return "<\(value)"
            case .above: return ">\(value)"
            default: return value.description
            }
        }
    }

    /// A source's flag and what it means there.
    struct Flag: Hashable {
        let text: String
        let verdict: QualityVerdict
    }

    let registry: Registry
    private(set) var series: [Rows] = []
    private(set) var flags: [Flag] = []
    /// False when a file could not be read to its end.
    private(set) var isWhole = true
    private var places: [SeriesKey: Int] = [:]
    private var flagPlaces: [Flag: Int32] = [:]
    private let wanted: (SeriesKey) -> Bool

    /// - Parameter wanted: the series to keep; all of them without it.
    init(registry: Registry, wanted: @escaping (SeriesKey) -> Bool = { _ in true }) {
        self.registry = registry
        self.wanted = wanted
    }

    /// Rows of one slice, which is taken as soon as it is read: small enough that its memory is used again for the next.
    private static let sliceRows = 32_768

    /// Reads one file; what cannot be read is told on standard error.
    mutating func read(_ file: FoundFile) {
        let isRead = decodeStationFile(file.path, registry: registry, rows: Self.sliceRows) { slice, _ in
            take(slice)
        }
        if !isRead { isWhole = false }
    }

    private mutating func take(_ slice: DecodedSlice) {
        guard let profile = slice.profile else { return }
        let block = slice.block
        let found = block.seriesTable.map { place(of: $0, profile) }
        let flags = block.flagTable.map { text in
            place(of: Flag(text: text, verdict: profile.flags[text] ?? .notTested))
        }
        if profile.revises { for case let place? in found { series[place].isRevised = true } }
        let numbers = block.series.span
        var row = 0
        while row < numbers.count {
            let number = numbers[row]
            var end = row + 1
            while end < numbers.count, numbers[end] == number { end += 1 }
            if let place = found[Int(number)] { series[place].append(block, row..<end, flags: flags) }
            row = end
        }
    }

    private mutating func place(of key: SeriesKey, _ profile: SourceProfile) -> Int? {
        guard wanted(key) else { return nil }
        // Feeds know a station by an alias; the registry's id is its name here.
        let own = SeriesKey(
            station: registry.stationNames[key.station.rawValue] ?? key.station, parameter: key.parameter,
            statistic: key.statistic, window: key.window, origin: key.origin)
        if let place = places[own] { return place }
        places[own] = series.count
        series.append(Rows(key: own, profile: profile))
        return series.count - 1
    }

    private mutating func place(of flag: Flag) -> Int32 {
        if let place = flagPlaces[flag] { return place }
        flagPlaces[flag] = Int32(flags.count)
        flags.append(flag)
        return Int32(flags.count - 1)
    }

    /// The flag of a row as the source wrote it.
    func flag(of rows: Rows, _ row: Int) -> String { flags[Int(rows.flag[row])].text }

    /// The rows of a series in time order; rows of one time keep theirs.
    func order(_ rows: Rows) -> [Int] {
        let isSorted = zip(rows.start, rows.start.dropFirst()).allSatisfy { $0 <= $1 }
        if isSorted { return Array(rows.start.indices) }
        return rows.start.indices.sorted { (rows.start[$0], $0) < (rows.start[$1], $1) }
    }

    /// The step of a series: the registry's, else the profile's, else its most frequent one.
    func cadence(_ rows: Rows, _ order: [Int]) -> (step: Duration64?, isGuessed: Bool) {
        if let told = registry.stations[rows.key.station]?.cadence ?? rows.profile.cadence { return (told, false) }
        var counts: [Int64: Int] = [:]
        for (before, after) in zip(order, order.dropFirst()) {
            let step = rows.start[after] - rows.start[before]
            if step > 0 { counts[step, default: 0] += 1 }
        }
        let most = counts.max { ($0.value, -$0.key) < ($1.value, -$1.key) }
        return (most.map { Duration64(milliseconds: $0.key) }, most != nil)
    }

    /// The columns the checks read.
    func columns(_ rows: Rows, _ order: [Int], cadence: Duration64?) -> SeriesColumns {
        var columns = SeriesColumns(parameter: rows.key.parameter, cadence: cadence, station: rows.key.station)
        for row in order {
            columns.append(
                start: Instant(milliseconds: rows.start[row]), value: rows.value(row),
                qualifier: Qualifier(rawValue: rows.qualifier[row]) ?? .missing, flag: flag(of: rows, row),
                flags: rows.profile.flags)
        }
        return columns
    }
}

extension GatheredSeries.Rows {
    /// Rows of a block that are all of this series.
    fileprivate mutating func append(_ block: ObservationBlock, _ rows: Range<Int>, flags: [Int32]) {
        guard rows.count > 1 else {
            let row = rows.lowerBound
            start.append(block.start[row])
            mantissa.append(block.mantissa[row])
            exponent.append(block.exponent[row])
            qualifier.append(block.qualifier[row])
            flag.append(flags[Int(block.flag[row])])
            return
        }
        start.append(contentsOf: block.start[rows])
        mantissa.append(contentsOf: block.mantissa[rows])
        exponent.append(contentsOf: block.exponent[rows])
        qualifier.append(contentsOf: block.qualifier[rows])
        flag.append(addingCapacity: rows.count) { flag in
            for place in block.flag[rows] { flag.append(flags[Int(place)]) }
        }
    }
}

extension Registry {
    /// The registered station, or one made up of its name alone.
    func stationOrName(_ id: StationID, profile: String = "") -> Station {
        stations[id]
            ?? Station(
                id: id, name: BilingualName(chinese: id.rawValue, english: id.rawValue), medium: .water, region: nil,
                waterBody: nil, aliases: [], cadence: nil, profile: profile, isProvisional: true)
    }
}
