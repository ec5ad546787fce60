// Hourly files of the US EPA's Air Quality System: quoted cells, codes with leading zeros, local and GMT time.

internal import Monitoring

/// Reads `"State Code","County Code","Site Num","Parameter Code","POC",…,"Date GMT","Time GMT","Sample Measurement",…`.
///
/// - Station: state, county and site codes as text, and the POC, which tells two monitors of one site apart:
///   `06-037-1103-1`.
/// - Time: the GMT pair; the local pair is standard time all year and is not needed. It names the beginning of the hour.
/// - Units: particles at local conditions are kept; gases in ppm or ppb are refused, because the file states no
///   temperature and pressure.
/// - Flag: the qualifier as printed. A measurement below the method's limit stays a number: AQS reports it as one.
///
/// Source: reference formats, section 5 (S76, S43).
struct AQSHourlyRows: FeedRows {
    let header: FeedHeader
    let extra: [String]
    private let profile: SourceProfile
    private var units: FeedUnits
    private let writer: FeedRowWriter

    private static let site = ["State Code", "County Code", "Site Num"]
    private static let required =
        site + ["Parameter Code", "POC", "Date GMT", "Time GMT", "Sample Measurement", "Units of Measure"]
    private static let known = Set(
        required + [
            "Latitude", "Longitude", "Datum", "Parameter Name", "Date Local", "Time Local", "MDL", "Uncertainty",
            "Qualifier", "Method Type", "Method Code", "Method Name", "State Name", "County Name",
            "Date of Last Change",
        ])

    static func recognises(_ header: FeedHeader) -> Bool { header.has(required) }

    init(header: FeedHeader, profile: SourceProfile, context: ReadContext) {
        self.header = header
        self.profile = profile
        extra = header.extra(besides: Self.known)
        units = FeedUnits(context: context, spellings: FeedParameters.aqsUnits)
        writer = FeedRowWriter(profile: profile, context: context)
    }

    mutating func take(_ cells: FeedCells, row: Int, into sink: inout SliceBuilder) {
        var parts: [String] = []
        for column in Self.site + ["POC"] {
            guard let part = sink.name(cells[header[column]], row: row, field: column) else { return }
            parts.append(part)
        }
        guard let code = sink.name(cells[header["Parameter Code"]], row: row, field: "Parameter Code"),
            let unit = sink.unitText(cells[header["Units of Measure"]], row: row, field: "Units of Measure"),
            let flag = sink.unitText(cells[header["Qualifier"]], row: row, field: "Qualifier")
        else { return }
        let clock = cells[header["Time GMT"]]
        guard let stamp = FeedTimes.instant(date: cells[header["Date GMT"]], clock: clock, offset: .utc) else {
            sink.reject(
                Rejection(
                    .notATime, row: row, field: "Date GMT,Time GMT",
                    excerpt: cells.text(header["Date GMT"]) + "," + clock.excerpt,
                    remedy: "Write the GMT pair as 2026-05-01 and 06:00."))
            return
        }
        let id =
            profile.parameterNames[code] ?? FeedParameters.aqs[code].map { ParameterID($0) }
            ?? ParameterID("aqs-\(code) (\(unit))")
        writer.take(
            FeedValue(
                cell: cells[header["Sample Measurement"]],
                item: FeedItem(parameter: id, statistic: profile.statistic, window: profile.window),
                conversion: units.conversion(unit, to: id), unit: unit, unitField: "Units of Measure",
                field: "Sample Measurement", flag: flag),
            station: parts.joined(separator: "-"), stamp: stamp, row: row, into: &sink)
    }
}
