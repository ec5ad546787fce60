// The Beijing multi-site file: the date in parts, one row an hour, six pollutants and weather.

internal import Monitoring

/// Reads `No,year,month,day,hour,PM2.5,…,station`.
///
/// - CO is printed in µg/m³ and kept in mg/m³, pressure in hPa and kept in kPa: both exact shifts of the decimal point.
/// - Left out, and only kept in the batch itself: `DEWP` (no parameter of the catalogue), `RAIN` (a sum over the hour,
///   for which there is no statistic yet), `wd` (a compass name, not a number), `No`, `lat`, `long`.
struct BeijingSitesReader: LineReader, ~Copyable {
    static let columnLimit = 64

    private struct Layout {
        var parts: [Int]
        var station: Int
        var count: Int
        var fields: [Int] = []
        var columns: [WideColumn] = []
    }

    private let layout: Layout
    private var stamps: StampReader
    private var fields = LineFields(capacity: Self.columnLimit)
    private var writer: WideRowWriter

    init?(header: [String], profile: SourceProfile, context: ReadContext) {
        let places = Dictionary(header.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let parts = ["year", "month", "day", "hour"].compactMap { places[$0] }
        guard parts.count == 4, let station = places["station"], places["PM2.5"] != nil else { return nil }
        var layout = Layout(parts: parts, station: station, count: header.count)
        for (field, name) in header.enumerated() {
            guard let (parameter, power) = Self.items[name] else { continue }
            layout.fields.append(field)
            layout.columns.append(
                WideColumn(
                    name: name, parameter: ParameterID(parameter), statistic: profile.statistic,
                    window: profile.window, power: power, context: context))
        }
        self.layout = layout
        stamps = StampReader(profile)
        writer = WideRowWriter(columns: layout.columns, profile: profile)
    }

    /// Names in `header` that are none of the file's.
    static func extra(in header: [String]) -> [String] {
        FeedHeader(header).extra(
            besides: Set(items.keys).union([
                "No", "year", "month", "day", "hour", "station", "DEWP", "RAIN", "wd", "lat", "long",
            ]))
    }

    private static let items: [String: (String, Int)] = [
        "PM2.5": ("pm25", 0), "PM10": ("pm10", 0), "SO2": ("so2", 0), "NO2": ("no2", 0), "O3": ("o3", 0),
        "CO": ("co", -3), "TEMP": ("air_temp", 0), "PRES": ("pressure", -1), "WSPM": ("wind_speed", 0),
    ]

    mutating func read(
        _ line: UnsafePointer<UInt8>, number: Int, into sink: inout SliceBuilder
    ) -> UnsafePointer<UInt8>? {
        let split = fields.split(line)
        guard split == .fields, fields.count == layout.count else {
            sink.reject(.unevenLine(split, line, fields.count, expected: layout.count, number: number))
            return fields.next
        }
        guard let stamp = stamp() else {
            let excerpt = layout.parts.map { fields[$0].excerpt }.joined(separator: ",")
            sink.reject(
                stamps.zoneRefusal(excerpt, row: number, field: "year,month,day,hour")
                    ?? Rejection(
                        .notATime, row: number, field: "year,month,day,hour", excerpt: excerpt,
                        remedy: "Write year, month, day and hour (0…23) of a day that exists."))
            return fields.next
        }
        guard let station = sink.name(fields[layout.station], row: number, field: "station") else {
            return fields.next
        }
        let base = writer.base(of: station, in: sink)
        for (column, field) in layout.fields.enumerated() {
            writer.take(
                fields[field], column: column, station: station, base: base, stamp: stamp, flag: 0, row: number,
                into: &sink)
        }
        return fields.next
    }

    private mutating func stamp() -> Int64? {
        let parts = layout.parts.compactMap { Int(fields[$0].excerpt) }
        guard parts.count == 4, (0...23).contains(parts[3]),
            let date = CivilDate(year: parts[0], month: parts[1], day: parts[2])
        else { return nil }
        return stamps.instant(ofLocal: Int64(date.dayNumber) * 86_400_000 + Int64(parts[3]) * 3_600_000)
    }
}
