// Tributary's own CSV in the wide shape: a row for each station and time, a column for each parameter.

internal import Monitoring

/// Reads `station,time[,flag],codmn,氨氮(mg/L),…`: the flag belongs to every value of its row.
///
/// - A column is a parameter by id, code, Chinese name or the profile's own name; a unit may follow in parentheses,
///   else the profile's `units` says it, else it is the catalogue's.
/// - A column whose unit is refused or whose name is unknown is told once; the others are read.
/// - An empty cell says nothing of its parameter: no observation. A missing code says that there is no value.
struct WideTableRows: FeedRows {
    static let columnLimit = 1_024

    let header: FeedHeader
    let extra: [String]
    private let columns: [Column]
    private let station: Int?
    private let time: Int?
    private let flag: Int?
    private var stamps: StampReader
    private let writer: FeedRowWriter

    private struct Column {
        let field: Int
        let name: String
        let item: FeedItem
        let conversion: UnitConversion
        let unit: String
    }

    static func recognises(_ header: FeedHeader, context: ReadContext) -> Bool {
        let names = FeedHeader(header.names.map { $0.lowercased() })
        guard names.has(["station", "time"]), names["parameter"] == nil, names["value"] == nil else { return false }
        let profile = context.profiles[.tributaryWideCSV]
        return header.names.contains { name in
            let (bare, _) = WaterColumns.parts(of: name)
            return profile?.parameterNames[bare] != nil || context.parameters.id(for: bare) != nil
        }
    }

    init(header: FeedHeader, profile: SourceProfile, context: ReadContext) {
        self.header = header
        let names = FeedHeader(header.names.map { $0.lowercased() })
        station = names["station"]
        time = names["time"]
        flag = names["flag"]
        var columns: [Column] = []
        var unknown: [String] = []
        for (field, name) in header.names.enumerated() where ![station, time, flag].contains(field) {
            let (bare, stated) = WaterColumns.parts(of: name)
            guard let id = profile.parameterNames[bare] ?? context.parameters.id(for: bare),
                let parameter = context.parameters[id]
            else {
                if !name.isEmpty { unknown.append(name) }
                continue
            }
            let unit = stated.isEmpty ? profile.writing.units[id] ?? parameter.unit : stated
            columns.append(
                Column(
                    field: field, name: name,
                    item: FeedItem(parameter: id, statistic: profile.statistic, window: profile.window),
                    conversion: parameter.conversion(from: unit), unit: unit))
        }
        self.columns = columns
        extra = unknown
        stamps = StampReader(profile)
        writer = FeedRowWriter(profile: profile, context: context)
    }

    mutating func take(_ cells: FeedCells, row: Int, into sink: inout SliceBuilder) {
        guard let name = sink.name(cells[station], row: row, field: "station"),
            let flagText = sink.unitText(cells[flag], row: row, field: "flag")
        else { return }
        guard let stamp = stamps.read(cells[time]) else {
            sink.reject(stamps.refusal(cells[time], row: row, field: "time"))
            return
        }
        for column in columns where !cells[column.field].isEmpty {
            writer.take(
                FeedValue(
                    cell: cells[column.field], item: column.item, conversion: column.conversion, unit: column.unit,
                    unitField: column.name, field: column.name, flag: flagText),
                station: name, stamp: stamp, row: row, into: &sink)
        }
    }
}
