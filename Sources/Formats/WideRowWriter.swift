// Takes the cells of wide rows into a slice: one row of a feed carries many values of one station and time.

internal import Exact
internal import Monitoring

/// One column of a wide feed that carries observations.
struct WideColumn {
    /// The header's name, for messages.
    let name: String
    let parameter: ParameterID
    let statistic: SeriesStatistic
    /// Length of the interval that ends (or begins) at the row's stamp; zero for instants.
    let window: Duration64
    /// The catalogue's unit is the feed's unit times ten to minus this power: µg/m³ of CO to mg/m³ is −3.
    let power: Int
    let isNonNegative: Bool

    init(
        name: String, parameter: ParameterID, statistic: SeriesStatistic, window: Duration64, power: Int = 0,
        context: ReadContext
    ) {
        self.name = name
        self.parameter = parameter
        self.statistic = statistic
        self.window = window
        self.power = power
        isNonNegative = context.parameters[parameter]?.isNonNegative ?? false
    }
}

/// Writes cells by column and remembers the series of each station for one slice.
struct WideRowWriter {
    let columns: [WideColumn]
    let profile: SourceProfile
    private let values: CellValueReader
    private var bases: [String: Int] = [:]
    private var series: [Int32] = []
    private var generation = 0

    init(columns: [WideColumn], profile: SourceProfile) {
        self.columns = columns
        self.profile = profile
        values = CellValueReader(missingCodes: profile.missingCodes)
    }

    /// Where the series of `station` are kept; holds until the slice ends.
    mutating func base(of station: String, in sink: borrowing SliceBuilder) -> Int {
        if generation != sink.generation {
            generation = sink.generation
            bases.removeAll(keepingCapacity: true)
            series.removeAll(keepingCapacity: true)
        }
        if let base = bases[station] { return base }
        let base = series.count
        bases[station] = base
        series.append(contentsOf: repeatElement(-1, count: columns.count))
        return base
    }

    /// The start of the interval that `stamp` names for `column`.
    func start(of column: Int, stamp: Int64) -> Int64 {
        profile.stamp == .end ? stamp - columns[column].window.milliseconds : stamp
    }

    /// Takes the value of one cell: an observation, or a rejection that names the column.
    mutating func take(
        _ cell: Cell, column: Int, station: String, base: Int, stamp: Int64, flag: UInt16, row: Int,
        into sink: inout SliceBuilder
    ) {
        let meaning = columns[column]
        switch values.read(cell) {
        case .missing:
            write(.zero, .missing, column, station, base, stamp, flag, row, &sink)
        case .invalid(let reason, let remedy):
            sink.reject(Rejection(reason, row: row, field: meaning.name, excerpt: cell.excerpt, remedy: remedy))
        case .value(let decimal, let sign):
            if decimal.mantissa < 0, meaning.isNonNegative {
                sink.reject(.negative(row: row, field: meaning.name, cell: cell))
                return
            }
            guard let scaled = decimal.scaled(byPowerOfTen: meaning.power) else {
                let remedy = "Send a value whose power of ten stays within ±18 in the catalogue's unit."
                sink.reject(
                    Rejection(
                        .numberOutOfRange, row: row, field: meaning.name, excerpt: cell.excerpt, remedy: remedy))
                return
            }
            write(scaled, sign, column, station, base, stamp, flag, row, &sink)
        }
    }

    private mutating func write(
        _ value: ExactDecimal, _ sign: Qualifier, _ column: Int, _ station: String, _ base: Int, _ stamp: Int64,
        _ flag: UInt16, _ row: Int, _ sink: inout SliceBuilder
    ) {
        var index = series[base + column]
        if index < 0 {
            let meaning = columns[column]
            index = sink.index(
                of: SeriesKey(
                    station: StationID(station), parameter: meaning.parameter, statistic: meaning.statistic,
                    window: meaning.window, origin: profile.origin))
            series[base + column] = index
        }
        sink.append(
            series: index, start: start(of: column, stamp: stamp), value: value, qualifier: sign, flag: flag, row: row)
    }
}

/// The items of China's air feeds, under the names both shapes share apart from case and dots.
enum AirItem {
    /// What an item measures, by its lower-case name without dots and underscores before the parameter is split off:
    /// `pm2_5_24h` and `PM2.5_24h` are one item.
    ///
    /// `_24h` is a 24 h sliding mean, of ozone the largest hour of the day so far; `8h` an 8 h sliding mean, `8h_24h`
    /// the largest of them in the day so far. A maximum of the day so far is keyed by the hour it was stated for:
    /// the day's span grows, the hour does not. Source: reference formats, section 2 (S74, S79).
    static func column(_ name: String, context: ReadContext) -> WideColumn? {
        let parts = name.lowercased().replacing("pm2_5", with: "pm25").replacing("pm2.5", with: "pm25")
            .split(separator: "_").map(String.init)
        guard let parameter = parts.first, ["so2", "no2", "pm10", "pm25", "co", "o3"].contains(parameter) else {
            return nil
        }
        let statistic: SeriesStatistic
        let window: Duration64
        switch (parts.dropFirst().joined(separator: "_"), parameter) {
        case ("", _): (statistic, window) = (.mean, .hours(1))
        case ("24h", "o3"): (statistic, window) = (.dayMaximum, .hours(1))
        case ("24h", _): (statistic, window) = (.slidingMean, .hours(24))
        case ("8h", "o3"): (statistic, window) = (.slidingMean, .hours(8))
        case ("8h_24h", "o3"): (statistic, window) = (.dayMaximum8h, .hours(1))
        default: return nil
        }
        return WideColumn(
            name: name, parameter: ParameterID(parameter), statistic: statistic, window: window, context: context)
    }

    /// An index as printed: digits; `nil` when the feed has none.
    static func index(_ cell: Cell) -> Int? { cell.text.flatMap { Int($0) } }
}
