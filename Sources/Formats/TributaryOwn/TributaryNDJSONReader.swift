// The NDJSON twin of Tributary's CSV: one object a line with the same names; numbers are taken as decimal text.

internal import Monitoring

/// Reads `{"station":…,"parameter":…,"time":…,"value":…,"flag":…,"qualifier":…}` lines; other keys are ignored.
struct TributaryNDJSONReader: LineReader, ~Copyable {
    private var scanner = JSONScanner()
    private var writer: LongRowWriter
    private var hasValue = false

    init(text: TextWriting, context: ReadContext, memory: LongRowMemory) {
        writer = LongRowWriter(format: .tributaryNDJSON, text: text, context: context, memory: memory)
    }

    mutating func read(
        _ line: UnsafePointer<UInt8>, number: Int, into sink: inout SliceBuilder
    ) -> UnsafePointer<UInt8>? {
        var end = line
        while end.pointee != 0x0A { end += 1 }
        let text = Cell(start: line, count: end - line)
        scanner.begin(text)
        guard let row = object(from: line) else {
            sink.reject(
                Rejection(
                    .malformedDocument, row: number, excerpt: text.excerpt,
                    remedy: "Write one JSON object on the line, every key once, values as text, number or null."))
            return end + 1
        }
        if !hasValue {
            sink.reject(
                Rejection(
                    .missingField, row: number, field: "value", excerpt: text.excerpt,
                    remedy: "Give every object a value; null says that there is none."))
            return end + 1
        }
        return writer.take(row, line: number, into: &sink) ? end + 1 : nil
    }

    private mutating func object(from line: UnsafePointer<UInt8>) -> LongRow? {
        let none = Cell(start: line, count: 0)
        var row = LongRow(station: none, parameter: none, time: none, value: none, flag: none, qualifier: none)
        var seen: UInt8 = 0
        guard scanner.take(0x7B) else { return nil }
        if !scanner.take(0x7D) {
            repeat {
                guard let key = scanner.string(), scanner.take(0x3A), let value = scanner.value() else { return nil }
                guard let bit = Self.bit(of: key) else { continue }
                if seen & bit != 0 { return nil }
                seen |= bit
                guard Self.set(value, bit: bit, none: none, in: &row) else { return nil }
            } while scanner.take(0x2C)
            guard scanner.take(0x7D) else { return nil }
        }
        scanner.skipBlanks()
        hasValue = seen & 8 != 0
        return scanner.isAtEnd ? row : nil
    }

    private static func bit(of key: Cell) -> UInt8? {
        if key.equals("station") { return 1 }
        if key.equals("parameter") { return 2 }
        if key.equals("time") { return 4 }
        if key.equals("value") { return 8 }
        if key.equals("flag") { return 16 }
        if key.equals("qualifier") { return 32 }
        return nil
    }

    private static func set(_ value: JSONScanner.Value, bit: UInt8, none: Cell, in row: inout LongRow) -> Bool {
        let cell: Cell
        switch value {
        case .string(let text), .number(let text): cell = text
        case .null:
            cell = none
            if bit == 8 { row.isNull = true }
        case .other: return false
        }
        switch bit {
        case 1: row.station = cell
        case 2: row.parameter = cell
        case 4: row.time = cell
        case 8: row.value = cell
        case 16: row.flag = cell
        default: row.qualifier = cell
        }
        return true
    }
}
