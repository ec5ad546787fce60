// Tributary's own CSV: station,parameter,time,value[,flag[,qualifier]], columns in any order.

internal import Monitoring

/// Where each field stands in the rows of one file; read from its header line.
struct TributaryColumns {
    var station = -1
    var parameter = -1
    var time = -1
    var value = -1
    var flag = -1
    var qualifier = -1
    var count = 0
    /// Only with commas do rows have the common shape.
    var separator = FieldSeparator.comma

    /// True when no other column stands among them.
    var hasOnlyItsOwn: Bool { count == 4 + (flag < 0 ? 0 : 1) + (qualifier < 0 ? 0 : 1) }

    static let names = ["station", "parameter", "time", "value", "flag", "qualifier"]

    /// The columns of a text that begins with the everyday header, told without taking it apart.
    init?(common text: Cell) {
        if text.begins(with: "station,parameter,time,value,flag\n") {
            (count, flag) = (5, 4)
        } else if text.begins(with: "station,parameter,time,value\n") {
            count = 4
        } else {
            return nil
        }
        (station, parameter, time, value) = (0, 1, 2, 3)
    }

    /// The columns of `header`, or `nil` when one of the four required names is absent or a name stands twice.
    init?(header: [String]) {
        count = header.count
        for (index, name) in header.enumerated() {
            let path: WritableKeyPath<TributaryColumns, Int>
            switch name.lowercased() {
            case "station": path = \.station
            case "parameter": path = \.parameter
            case "time": path = \.time
            case "value": path = \.value
            case "flag": path = \.flag
            case "qualifier": path = \.qualifier
            default: continue
            }
            if self[keyPath: path] >= 0 { return nil }
            self[keyPath: path] = index
        }
        if station < 0 || parameter < 0 || time < 0 || value < 0 { return nil }
    }
}

/// The hot path of ingestion: no string and no allocation for an ordinary row.
struct TributaryCSVReader: LineReader, ~Copyable {
    static let columnLimit = 64

    private let columns: TributaryColumns
    /// The columns are station, parameter, time, value and perhaps flag, in this order.
    private let isCommon: Bool
    private var fields = LineFields(capacity: Self.columnLimit)
    private var writer: LongRowWriter

    init(columns: TributaryColumns, text: TextWriting, context: ReadContext, memory: LongRowMemory) {
        self.columns = columns
        isCommon =
            columns.separator == .comma && columns.station == 0 && columns.parameter == 1 && columns.time == 2
            && columns.value == 3
            && (columns.count == 4 || (columns.count == 5 && columns.flag == 4))
        writer = LongRowWriter(format: .tributaryCSV, text: text, context: context, memory: memory)
    }

    mutating func readRun(
        _ line: UnsafePointer<UInt8>, until end: UnsafePointer<UInt8>, number: Int, atMost limit: Int,
        into sink: inout SliceBuilder
    ) -> (next: UnsafePointer<UInt8>, count: Int) {
        guard isCommon else { return (line, 0) }
        return writer.takeRun(
            line, until: end, hasFlag: columns.count == 5, number: number, atMost: limit, into: &sink)
    }

    mutating func read(
        _ line: UnsafePointer<UInt8>, number: Int, into sink: inout SliceBuilder
    ) -> UnsafePointer<UInt8>? {
        let split =
            columns.separator == .comma ? fields.split(line) : fields.split(line, by: columns.separator.byte)
        guard split == .fields, fields.count == columns.count else {
            sink.reject(.unevenLine(split, line, fields.count, expected: columns.count, number: number))
            return fields.next
        }
        let none = Cell(start: line, count: 0)
        let row = LongRow(
            station: fields[columns.station], parameter: fields[columns.parameter], time: fields[columns.time],
            value: fields[columns.value], flag: columns.flag < 0 ? none : fields[columns.flag],
            qualifier: columns.qualifier < 0 ? none : fields[columns.qualifier])
        return writer.take(row, line: number, into: &sink) ? fields.next : nil
    }
}
