// China's national air feed: one row a station and hour, with the feed's own index and primary items.

internal import Monitoring

/// Where the fields of the feed stand; its columns may change order, so every header line is read.
struct NationalAirColumns {
    var time = -1
    var station = -1
    var name = -1
    var primary = -1
    var index = -1
    var count = 0
    /// Field numbers of the observation columns, parallel to `columns`.
    var fields: [Int] = []
    var columns: [WideColumn] = []
    /// Columns that are neither observations nor known text.
    var unknown: [String] = []

    private static let ignored: Set = ["longitude", "latitude", "area"]

    init?(header: [String], context: ReadContext) {
        count = header.count
        for (field, name) in header.enumerated() {
            switch name.lowercased() {
            case "timepoint": time = field
            case "stationcode": station = field
            case "positionname": self.name = field
            case "primarypollutant": primary = field
            case "aqi": index = field
            case let lower where Self.ignored.contains(lower): continue
            case let lower:
                if let column = AirItem.column(lower, context: context) {
                    fields.append(field)
                    columns.append(column)
                } else {
                    unknown.append(name)
                }
            }
        }
        if time < 0 || station < 0 || index < 0 || columns.isEmpty { return nil }
    }
}

/// Reads the rows of the national air feed.
struct NationalAirReader: LineReader, ~Copyable {
    static let columnLimit = 256

    private let context: ReadContext
    private var layout: NationalAirColumns
    private var fields = LineFields(capacity: Self.columnLimit)
    private var stamps: StampReader
    private var writer: WideRowWriter

    init(layout: NationalAirColumns, profile: SourceProfile, context: ReadContext) {
        self.layout = layout
        self.context = context
        stamps = StampReader(profile)
        writer = WideRowWriter(columns: layout.columns, profile: profile)
    }

    mutating func read(
        _ line: UnsafePointer<UInt8>, number: Int, into sink: inout SliceBuilder
    ) -> UnsafePointer<UInt8>? {
        let split = fields.split(line)
        if split == .fields, fields[0].equals("timepoint") || fields[fields.count - 1].equals("timepoint"),
            let repeated = NationalAirColumns(header: fields.texts, context: context)
        {
            layout = repeated
            writer = WideRowWriter(columns: repeated.columns, profile: writer.profile)
            sink.uncountRow()
            return fields.next
        }
        guard split == .fields, fields.count == layout.count else {
            sink.reject(.unevenLine(split, line, fields.count, expected: layout.count, number: number))
            return fields.next
        }
        guard let stamp = stamps.read(fields[layout.time]) else {
            sink.reject(stamps.refusal(fields[layout.time], row: number, field: "timepoint"))
            return fields.next
        }
        guard let station = sink.name(fields[layout.station], row: number, field: "stationcode") else {
            return fields.next
        }
        takeRow(station, stamp: stamp, number: number, into: &sink)
        return fields.next
    }

    private mutating func takeRow(_ station: String, stamp: Int64, number: Int, into sink: inout SliceBuilder) {
        let base = writer.base(of: station, in: sink)
        var outsidePlan: [ParameterID] = []
        for (column, field) in layout.fields.enumerated() {
            let cell = fields[field]
            if cell.count == 1, cell.start[0] == 0x2F {
                let parameter = layout.columns[column].parameter
                if !outsidePlan.contains(parameter) { outsidePlan.append(parameter) }
                continue
            }
            writer.take(
                cell, column: column, station: station, base: base, stamp: stamp, flag: 0, row: number, into: &sink)
        }
        let primary = layout.primary < 0 ? "" : fields[layout.primary].text ?? ""
        sink.report(
            ReportedVerdict(
                row: Int32(truncatingIfNeeded: number), station: StationID(station),
                name: layout.name < 0 ? "" : fields[layout.name].text ?? "",
                stamp: Instant(milliseconds: stamp), start: Instant(milliseconds: stamp - 3_600_000),
                aqi: AirItem.index(fields[layout.index]), primary: primary == "NA" ? "" : primary,
                waterClass: nil, outsidePlan: outsidePlan, condition: ""))
    }
}
