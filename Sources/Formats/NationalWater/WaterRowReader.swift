// One row of the national surface-water feed, in JSON or CSV: the same cells, the same meaning.

internal import Monitoring

/// Takes rows of the national surface-water feed into a slice.
///
/// - Station: `province/basin/section` as printed; several sections of one name exist.
/// - `--` is a missing value, `*` an item the station does not measure: no observation, listed as outside its plan.
/// - A value's flag is the reason its title gives, else the row's condition (正常, 维护 …), else none.
struct WaterRowReader {
    let columns: WaterColumns
    private let hint: YearHint
    private var stamps: StampReader
    private var writer: WideRowWriter
    private var flags: [String: UInt16] = [:]
    private var generation = 0

    init(columns: WaterColumns, profile: SourceProfile, context: ReadContext) {
        self.columns = columns
        hint = YearHint(names: context.nameHints, received: context.received, offset: profile.offset)
        stamps = StampReader(profile)
        writer = WideRowWriter(columns: columns.columns, profile: profile)
    }

    /// Takes a row of `columns.count` cells.
    mutating func take(_ cells: UnsafePointer<Cell>, row: Int, into sink: inout SliceBuilder) {
        if generation != sink.generation {
            generation = sink.generation
            flags.removeAll(keepingCapacity: true)
        }
        guard let province = sink.name(cells[columns.province], row: row, field: "省份"),
            let basin = sink.name(cells[columns.basin], row: row, field: "流域"),
            let name = sink.name(WaterCell(cells[columns.section]).shown, row: row, field: "断面名称")
        else { return }
        let condition = columns.condition < 0 ? "" : cells[columns.condition].trimmed.text ?? ""
        let station = "\(province)/\(basin)/\(name)"
        guard let stamp = stamp(cells[columns.time].trimmed) else {
            rejectTime(cells[columns.time].trimmed, station: station, condition: condition, row: row, into: &sink)
            return
        }
        let outsidePlan = takeValues(
            cells, station: station, condition: condition, stamp: stamp, row: row, into: &sink)
        let waterClass = columns.waterClass < 0 ? nil : Self.waterClass(cells[columns.waterClass].trimmed)
        sink.report(
            ReportedVerdict(
                row: Int32(truncatingIfNeeded: row), station: StationID(station), name: name,
                stamp: Instant(milliseconds: stamp), start: Instant(milliseconds: stamp), aqi: nil, primary: "",
                waterClass: waterClass, outsidePlan: outsidePlan, condition: condition))
    }

    private mutating func takeValues(
        _ cells: UnsafePointer<Cell>, station: String, condition: String, stamp: Int64, row: Int,
        into sink: inout SliceBuilder
    ) -> [ParameterID] {
        var outsidePlan: [ParameterID] = []
        let base = writer.base(of: station, in: sink)
        let conditionFlag = flagIndex(condition, into: &sink)
        for (column, field) in columns.fields.enumerated() {
            let cell = WaterCell(cells[field])
            if cell.shown.equals("*") {
                outsidePlan.append(columns.columns[column].parameter)
                continue
            }
            let flag = cell.reason?.text.map { flagIndex($0, into: &sink) } ?? conditionFlag
            writer.take(
                cell.original ?? cell.shown, column: column, station: station, base: base, stamp: stamp, flag: flag,
                row: row, into: &sink)
        }
        return outsidePlan
    }

    private mutating func flagIndex(_ flag: String, into sink: inout SliceBuilder) -> UInt16 {
        if flag.isEmpty { return 0 }
        if let known = flags[flag] { return known }
        let index = sink.index(ofFlag: flag)
        flags[flag] = index
        return index
    }

    /// `09-01 08:00` in the year the hint gives, or a whole time with its year.
    private mutating func stamp(_ cell: Cell) -> Int64? {
        guard cell.count == 11, cell.start[2] == 0x2D, cell.start[5] == 0x20, cell.start[8] == 0x3A else {
            return stamps.read(cell)
        }
        func number(_ place: Int) -> Int? {
            let tens = cell.start[place] &- 0x30
            let ones = cell.start[place + 1] &- 0x30
            return tens < 10 && ones < 10 ? Int(tens) * 10 + Int(ones) : nil
        }
        guard let month = number(0), let day = number(3), let hour = number(6), let minute = number(9), hour < 24,
            minute < 60
        else { return nil }
        let clock = hour * 3_600_000 + minute * 60_000
        return hint.clockTime(month: month, day: day, millisecondOfDay: clock).flatMap { stamps.instant(ofLocal: $0) }
    }

    private mutating func rejectTime(
        _ cell: Cell, station: String, condition: String, row: Int, into sink: inout SliceBuilder
    ) {
        if let refusal = stamps.zoneRefusal(cell.excerpt, row: row, field: "监测时间") {
            sink.reject(refusal)
            return
        }
        let hasNone = cell.isEmpty || cell.equals("*") || cell.equals("--")
        let excerpt = hasNone ? condition.isEmpty ? station : "\(station) \(condition)" : cell.excerpt
        sink.reject(
            Rejection(
                hasNone ? .missingField : .notATime, row: row, field: "监测时间", excerpt: excerpt,
                remedy: hasNone
                    ? "Nothing to do while the station sends nothing: a row without a time carries no reading."
                    : "Write the time as 05-01 08:00 or 2026-05-01 08:00."))
    }

    static let classes: [String: Int] = [
        "Ⅰ": 1, "Ⅱ": 2, "Ⅲ": 3, "Ⅳ": 4, "Ⅴ": 5, "劣Ⅴ": 6, "I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "劣V": 6,
        "1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "6": 6,
    ]

    /// The class a feed prints (GB 3838-2002, table 1: Ⅰ…Ⅴ, beyond them 劣Ⅴ); `-1`, `-`, `*` and nothing are none.
    static func waterClass(_ cell: Cell) -> Int? { cell.text.flatMap { classes[$0] } }
}
