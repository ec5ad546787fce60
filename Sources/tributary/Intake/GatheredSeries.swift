// The observations of files, series by series, as the quality checks read them; nothing of it is stored.

import Exact
import Formats
import Foundation
import Monitoring
import Quality

/// Collects what files say, with the profile that says how it is to be read.
struct GatheredSeries {
    /// One series in the order of its rows.
    struct Rows {
        let key: SeriesKey
        let profile: SourceProfile
        fileprivate(set) var start: [Int64] = []
        fileprivate(set) var mantissa: [Int64] = []
        fileprivate(set) var exponent: [Int8] = []
        fileprivate(set) var qualifier: [UInt8] = []
        fileprivate(set) var flag: [String] = []

        func value(_ row: Int) -> ExactDecimal? {
            qualifier[row] == Qualifier.missing.rawValue
                ? nil : ExactDecimal(mantissa: mantissa[row], exponent: exponent[row])
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

    let registry: Registry
    private(set) var series: [Rows] = []
    /// False when a file could not be read to its end.
    private(set) var isWhole = true
    private var places: [SeriesKey: Int] = [:]
    private let rules: IntakeRules

    init(registry: Registry) {
        self.registry = registry
        rules = IntakeRules(registry: registry, catalogue: .standard)
    }

    /// The registered station of a series, or one made up of its name alone.
    func station(of key: SeriesKey, profile: SourceProfile) -> Station {
        registry.stations[key.station]
            ?? Station(
                id: key.station, name: BilingualName(chinese: key.station.rawValue, english: key.station.rawValue),
                medium: .water, region: nil, waterBody: nil, aliases: [], cadence: nil, profile: profile.id,
                isProvisional: true)
    }

    /// Reads one file; what cannot be read is told on standard error.
    mutating func read(_ file: FoundFile) {
        guard let data = try? Data(contentsOf: URL(filePath: file.path), options: .mappedIfSafe) else {
            Terminal.note("\(file.path): cannot be read.")
            isWhole = false
            return
        }
        data.withUnsafeBytes { raw in
            let context = rules.context(raw, name: file.name, received: Node.clock())
            let outcome = decodeBatch(raw, context: context) { slice in
                for rejection in slice.rejections { Self.tell(rejection, file.path) }
                take(slice)
            }
            if case .stopped(let rejection, _) = outcome {
                Self.tell(rejection, file.path)
                isWhole = false
            }
        }
    }

    private static func tell(_ rejection: Rejection, _ path: String) {
        let place = rejection.row == 0 ? path : "\(path):\(rejection.row)"
        let field = rejection.field.isEmpty ? "" : " \(rejection.field)"
        Terminal.note(
            "\(place): \(rejection.reason.rawValue)\(field) \"\(rejection.excerpt)\". \(rejection.remedy)")
    }

    private mutating func take(_ slice: DecodedSlice) {
        guard let profile = slice.profile else { return }
        let block = slice.block
        let found = block.seriesTable.map { key in
            // Feeds know a station by an alias; the registry's id is its name here.
            let station = registry.stationNames[key.station.rawValue] ?? key.station
            let own = SeriesKey(
                station: station, parameter: key.parameter, statistic: key.statistic, window: key.window,
                origin: key.origin)
            if let place = places[own] { return place }
            places[own] = series.count
            series.append(Rows(key: own, profile: profile))
            return series.count - 1
        }
        for row in 0..<block.count {
            let place = found[Int(block.series[row])]
            series[place].start.append(block.start[row])
            series[place].mantissa.append(block.mantissa[row])
            series[place].exponent.append(block.exponent[row])
            series[place].qualifier.append(block.qualifier[row])
            series[place].flag.append(block.flagTable[Int(block.flag[row])])
        }
    }

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
                qualifier: Qualifier(rawValue: rows.qualifier[row]) ?? .missing, flag: rows.flag[row],
                flags: rows.profile.flags)
        }
        return columns
    }
}
