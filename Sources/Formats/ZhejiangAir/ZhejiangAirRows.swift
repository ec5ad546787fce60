// Zhejiang's air feed: one row a site and hour, in three shapes of header, with the feed's own index.

internal import Monitoring

/// Reads rows of Zhejiang's provincial sites.
///
/// Three headers are read by their names, in any order of columns:
/// 1. `sitecode,sitename,…,PM25,PM25H24,PM10H24,O3H8,…,SYWRW,time` with levels and colours beside the values;
/// 2. the same after a nameless first column of row numbers;
/// 3. `site,city,AQI,SO₂,NO₂,O₃,PM₁₀,PM₂.₅,CO,O₃-8h,PM₁₀-24h,PM₂.₅-24h,time`, without codes.
///
/// - Station: `sitecode`; in the third shape `city/site`, which the registry joins to the code as an alias.
/// - The stamp is the end of the hour, and midnight is printed as a date alone: it closes the day before.
/// - Values are texts: `--` is missing. CO is in mg/m³, the others in µg/m³.
/// - The index and the primary items are reported to be compared; the levels and colours follow from them.
///
/// Source: the files themselves (data facts, 10); the meaning of the stamp is taken over from the national feed.
struct ZhejiangAirRows: FeedRows {
    let header: FeedHeader
    let extra: [String]
    private var fields: [Int] = []
    private var stamps: StampReader
    private var writer: WideRowWriter

    /// Known texts and numbers that are no observation.
    private static let ignored: Set = [
        "sitecode", "sitename", "site", "city", "time", "aqi", "sywrw", "regioncode", "districtcode", "districtname",
        "latitude", "longitude", "sort",
    ]

    static func recognises(_ header: FeedHeader) -> Bool {
        header.has(["time", "AQI"])
            && (header.has(["sitecode", "O3H8", "PM25"]) || header.has(["site", "city", "PM₂.₅"]))
    }

    init(header: FeedHeader, profile: SourceProfile, context: ReadContext) {
        self.header = header
        var columns: [WideColumn] = []
        var unknown: [String] = []
        for (field, name) in header.names.enumerated() {
            if let column = Self.column(name, context: context) {
                fields.append(field)
                columns.append(column)
            } else if !Self.isIgnored(name) {
                unknown.append(name)
            }
        }
        extra = unknown
        stamps = StampReader(profile)
        writer = WideRowWriter(columns: columns, profile: profile)
    }

    private static func isIgnored(_ name: String) -> Bool {
        name.isEmpty || ignored.contains(name.lowercased()) || name.hasSuffix("_level") || name.hasSuffix("_color")
    }

    private static let subscripts: [Character: Character] = ["₀": "0", "₁": "1", "₂": "2", "₃": "3", "₅": "5"]

    /// What a heading measures: `PM25H24` and `PM₂.₅-24h` are the 24 h sliding mean of PM2.5, `O3H8` and `O₃-8h` the
    /// 8 h one of ozone.
    private static func column(_ name: String, context: ReadContext) -> WideColumn? {
        let plain = String(name.map { subscripts[$0] ?? $0 }).replacing("PM2.5", with: "PM25")
        let parts: [String: (String, SeriesStatistic, Int)] = [
            "SO2": ("so2", .mean, 1), "NO2": ("no2", .mean, 1), "CO": ("co", .mean, 1), "O3": ("o3", .mean, 1),
            "PM10": ("pm10", .mean, 1), "PM25": ("pm25", .mean, 1), "O3H8": ("o3", .slidingMean, 8),
            "O3-8h": ("o3", .slidingMean, 8), "PM10H24": ("pm10", .slidingMean, 24),
            "PM10-24h": ("pm10", .slidingMean, 24), "PM25H24": ("pm25", .slidingMean, 24),
            "PM25-24h": ("pm25", .slidingMean, 24),
        ]
        return parts[plain].map {
            WideColumn(
                name: name, parameter: ParameterID($0.0), statistic: $0.1, window: .hours($0.2), context: context)
        }
    }

    mutating func take(_ cells: FeedCells, row: Int, into sink: inout SliceBuilder) {
        guard let station = station(cells, row: row, into: &sink) else { return }
        let time = cells[header["time"]]
        guard let stamp = stamps.read(time) else {
            sink.reject(stamps.refusal(time, row: row, field: "time"))
            return
        }
        let base = writer.base(of: station, in: sink)
        for (column, field) in fields.enumerated() {
            writer.take(
                cells[field], column: column, station: station, base: base, stamp: stamp, flag: 0, row: row, into: &sink
            )
        }
        let primary = cells.text(header["SYWRW"])
        sink.report(
            ReportedVerdict(
                row: Int32(truncatingIfNeeded: row), station: StationID(station),
                name: cells.text(header["sitename"] ?? header["site"]), stamp: Instant(milliseconds: stamp),
                start: Instant(milliseconds: stamp - 3_600_000), aqi: AirItem.index(cells[header["AQI"]]),
                primary: primary == "--" ? "" : primary, waterClass: nil, outsidePlan: [], condition: ""))
    }

    private func station(_ cells: FeedCells, row: Int, into sink: inout SliceBuilder) -> String? {
        if let place = header["sitecode"] { return sink.name(cells[place], row: row, field: "sitecode") }
        guard let city = sink.name(cells[header["city"]], row: row, field: "city"),
            let site = sink.name(cells[header["site"]], row: row, field: "site")
        else { return nil }
        return "\(city)/\(site)"
    }
}
