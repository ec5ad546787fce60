// Tributary's own CSV in the wide shape: a row for each station and time, a column for each parameter.

internal import Monitoring

/// Reads `station,time[,flag],codmn,氨氮(mg/L),…`: the flag belongs to every value of its row.
///
/// - A column is a parameter by id, code, Chinese name or the station's profile's own name; a unit may follow in
///   parentheses, else the profile's `units` says it, else it is the catalogue's.
/// - A column whose unit is refused or whose name is unknown is told once; the others are read.
/// - An empty cell says nothing of its parameter: no observation. A missing code says that there is no value.
struct WideTableRows: FeedRows {
    static let columnLimit = 1_024

    let header: FeedHeader
    let extra: [String]
    private let context: ReadContext
    private let text: TextWriting
    private let station: Int?
    private let time: Int?
    private let flag: Int?
    private var profiles: StationProfiles
    /// Parallel to the profiles.
    private var dialects: [WideDialect]

    static func recognises(_ header: FeedHeader, context: ReadContext) -> Bool {
        let names = FeedHeader(header.names.map { $0.lowercased() })
        guard names.has(["station", "time"]), names["parameter"] == nil, names["value"] == nil else { return false }
        let profile = context.profiles[.tributaryWideCSV]
        return header.names.contains { name in
            let (bare, _) = WaterColumns.parts(of: name)
            return profile?.parameterNames[bare] != nil || context.parameters.id(for: bare) != nil
        }
    }

    init(header: FeedHeader, profile: SourceProfile, text: TextWriting, context: ReadContext) {
        self.header = header
        self.context = context
        self.text = text
        let names = FeedHeader(header.names.map { $0.lowercased() })
        station = names["station"]
        time = names["time"]
        flag = names["flag"]
        profiles = StationProfiles(own: profile, format: .tributaryWideCSV, context: context)
        let own = WideDialect(
            header, besides: [station, time, flag], profile: profile, context: context, isOther: false)
        extra = own.unknown
        dialects = [own]
    }

    mutating func take(_ cells: FeedCells, row: Int, into sink: inout SliceBuilder) {
        guard let name = sink.name(cells[station], row: row, field: "station") else { return }
        let index = profiles.index(of: name)
        let profile = profiles.profiles[index]
        guard text.mayHold(profile) else {
            sink.reject(text.refusal(profile, station: name, row: row))
            return
        }
        while dialects.count <= index {
            dialects.append(
                WideDialect(
                    header, besides: [station, time, flag], profile: profiles.profiles[dialects.count],
                    context: context, isOther: true))
        }
        guard let flagText = sink.unitText(cells[flag], row: row, field: "flag") else { return }
        guard let stamp = dialects[index].stamps.read(cells[time]) else {
            sink.reject(dialects[index].stamps.refusal(cells[time], row: row, field: "time"))
            return
        }
        for column in dialects[index].columns where !cells[column.field].isEmpty {
            dialects[index].writer.take(
                FeedValue(
                    cell: cells[column.field], item: column.item, conversion: column.conversion, unit: column.unit,
                    unitField: column.name, field: column.name, flag: flagText),
                station: name, stamp: stamp, row: row, into: &sink)
        }
    }
}

/// What one source profile makes of the columns of a wide table.
private struct WideDialect {
    struct Column {
        let field: Int
        let name: String
        let item: FeedItem
        let conversion: UnitConversion
        let unit: String
    }

    let columns: [Column]
    /// Columns that name no parameter.
    let unknown: [String]
    var stamps: StampReader
    let writer: FeedRowWriter

    init(
        _ header: FeedHeader, besides taken: [Int?], profile: SourceProfile, context: ReadContext, isOther: Bool
    ) {
        var columns: [Column] = []
        var unknown: [String] = []
        for (field, name) in header.names.enumerated() where !taken.contains(field) {
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
        self.unknown = unknown
        stamps = StampReader(profile)
        writer = FeedRowWriter(profile: profile, context: context, isOther: isOther)
    }
}
