// The national surface-water feed as 4-hourly CSV: values as printed, rows repeated and corrected later.

internal import Monitoring

/// Reads `省份,流域,断面名称,监测时间,水质类别,水温(℃),…`.
struct NationalWaterCSVReader: LineReader, ~Copyable {
    static let columnLimit = 64

    private var fields = LineFields(capacity: Self.columnLimit)
    private var rows: WaterRowReader

    init(columns: WaterColumns, profile: SourceProfile, context: ReadContext) {
        rows = WaterRowReader(columns: columns, profile: profile, context: context)
    }

    mutating func read(
        _ line: UnsafePointer<UInt8>, number: Int, into sink: inout SliceBuilder
    ) -> UnsafePointer<UInt8>? {
        let split = fields.split(line)
        guard split == .fields, fields.count == rows.columns.count else {
            sink.reject(.unevenLine(split, line, fields.count, expected: rows.columns.count, number: number))
            return fields.next
        }
        if fields[rows.columns.section].equals("断面名称") {
            sink.uncountRow()
            return fields.next
        }
        fields.withCells { rows.take($0, row: number, into: &sink) }
        return fields.next
    }
}
