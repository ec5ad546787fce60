// One value of the USGS OGC API: the same properties as GeoJSON features and as columns of CSV.

internal import Monitoring

/// The properties of one value as texts where they lie.
struct USGSFeature {
    var location: Cell
    var parameter: Cell
    var statistic: Cell
    var time: Cell
    var value: Cell
    var unit: Cell
    var approval: Cell
    var qualifier: String
}

/// Takes features into a slice.
///
/// - `time` with a clock time is a reading in UTC or with its offset; a date alone is a day in the profile's zone.
/// - The flag is `approval_status`, then a colon and the qualifier when there is one.
/// - A missing value is `null` or empty; the unit is converted exactly or the row refused.
///
/// Source: reference formats, section 4 (S71).
struct USGSFeatureWriter {
    private let profile: SourceProfile
    private var stamps: StampReader
    private var units: FeedUnits
    private let writer: FeedRowWriter

    init(profile: SourceProfile, context: ReadContext) {
        self.profile = profile
        stamps = StampReader(profile)
        units = FeedUnits(context: context, spellings: FeedParameters.usgsUnits)
        writer = FeedRowWriter(profile: profile, context: context)
    }

    mutating func take(_ feature: USGSFeature, row: Int, into sink: inout SliceBuilder) {
        guard let station = sink.name(feature.location, row: row, field: "monitoring_location_id"),
            let code = sink.name(feature.parameter, row: row, field: "parameter_code").map({ USGSItem.padded($0) }),
            let unit = sink.unitText(feature.unit, row: row, field: "unit_of_measure"),
            let approval = sink.unitText(feature.approval, row: row, field: "approval_status")
        else { return }
        guard let stamp = stamps.read(feature.time) else {
            sink.reject(stamps.refusal(feature.time, row: row, field: "time"))
            return
        }
        let statistic = USGSItem.padded(feature.statistic.excerpt)
        guard
            let item = USGSItem.item(
                code, statistic: statistic, isDay: FeedTimes.isDate(feature.time), profile)
        else {
            sink.reject(USGSItem.unknownStatistic(statistic, row: row, field: "statistic_id"))
            return
        }
        var value = FeedValue(
            cell: feature.value, item: item, conversion: units.conversion(unit, to: item.parameter), unit: unit,
            unitField: "unit_of_measure", field: "value")
        USGSItem.read(code: feature.qualifier, into: &value)
        let qualifier = value.flag
        value.flag = [approval, qualifier].filter { !$0.isEmpty }.joined(separator: ":")
        writer.take(value, station: station, start: stamp, row: row, into: &sink)
    }
}

/// The CSV of the API: the properties as columns, in any order.
struct USGSFeatureRows: FeedRows {
    let header: FeedHeader
    let extra: [String]
    private var writer: USGSFeatureWriter

    private static let required = ["monitoring_location_id", "parameter_code", "time", "value"]
    private static let known = Set(
        required + [
            "statistic_id", "unit_of_measure", "approval_status", "qualifier", "last_modified", "time_series_id", "x",
            "y", "id", "geometry", "daily_id", "continuous_id",
        ])

    static func recognises(_ header: FeedHeader) -> Bool { header.has(required) }

    init(header: FeedHeader, profile: SourceProfile, context: ReadContext) {
        self.header = header
        extra = header.extra(besides: Self.known)
        writer = USGSFeatureWriter(profile: profile, context: context)
    }

    mutating func take(_ cells: FeedCells, row: Int, into sink: inout SliceBuilder) {
        let qualifier = cells.text(header["qualifier"])
        writer.take(
            USGSFeature(
                location: cells[header["monitoring_location_id"]], parameter: cells[header["parameter_code"]],
                statistic: cells[header["statistic_id"]], time: cells[header["time"]], value: cells[header["value"]],
                unit: cells[header["unit_of_measure"]], approval: cells[header["approval_status"]],
                qualifier: qualifier),
            row: row, into: &sink)
    }
}
