// The OpenAQ archive: one row a value, the unit as text in the row, local time with its offset.

internal import Monitoring

/// Reads `location_id,sensors_id,location,datetime,lat,lon,parameter,units,value`.
///
/// - Station: `location/sensor` ids; a location may have two sensors of one parameter. Aliases join them to a station.
/// - The stamp is the end of the period, exclusive (docs.openaq.org, *Dates, times and timezones*); the archive does
///   not say how long the period is: the profile does.
/// - Units are converted exactly or refused row by row: µ in both code points, ppm and ppb never.
///
/// Source: reference formats, section 1 (S73).
struct OpenAQRows: FeedRows {
    let header: FeedHeader
    let extra: [String]
    private let profile: SourceProfile
    private let location: Int?
    private let sensor: Int?
    private let time: Int?
    private let parameter: Int?
    private let unit: Int?
    private let value: Int?
    private var stamps: StampReader
    private var units: FeedUnits
    private let writer: FeedRowWriter

    private static let required = ["location_id", "datetime", "parameter", "units", "value"]
    private static let known = Set(required + ["sensors_id", "location", "lat", "lon"])

    static func recognises(_ header: FeedHeader) -> Bool { header.has(required) }

    init(header: FeedHeader, profile: SourceProfile, context: ReadContext) {
        self.header = header
        self.profile = profile
        extra = header.extra(besides: Self.known)
        location = header["location_id"]
        sensor = header["sensors_id"]
        time = header["datetime"]
        parameter = header["parameter"]
        unit = header["units"]
        value = header["value"]
        stamps = StampReader(profile)
        units = FeedUnits(context: context, spellings: FeedParameters.openAQUnits)
        writer = FeedRowWriter(profile: profile, context: context)
    }

    mutating func take(_ cells: FeedCells, row: Int, into sink: inout SliceBuilder) {
        guard let place = sink.name(cells[location], row: row, field: "location_id"),
            let name = sink.name(cells[parameter], row: row, field: "parameter"),
            let unitText = sink.unitText(cells[unit], row: row, field: "units")
        else { return }
        guard let stamp = stamps.read(cells[time]) else {
            sink.reject(stamps.refusal(cells[time], row: row, field: "datetime"))
            return
        }
        let sensorText = cells.text(sensor)
        let station = sensorText.isEmpty ? place : "\(place)/\(sensorText)"
        let id =
            profile.parameterNames[name] ?? FeedParameters.openAQ[name].map { ParameterID($0) }
            ?? ParameterID("openaq-\(name) (\(unitText))")
        writer.take(
            FeedValue(
                cell: cells[value], item: FeedItem(parameter: id, statistic: profile.statistic, window: profile.window),
                conversion: units.conversion(unitText, to: id), unit: unitText, unitField: "units", field: "value"),
            station: station, stamp: stamp, row: row, into: &sink)
    }
}

extension SliceBuilder {
    /// The text of a unit's cell, which may be empty, or `nil` after a rejection when it is not UTF-8.
    mutating func unitText(_ cell: Cell, row: Int, field: String) -> String? {
        cell.isEmpty ? "" : name(cell, row: row, field: field)
    }
}
