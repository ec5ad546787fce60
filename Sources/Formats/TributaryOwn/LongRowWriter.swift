// Takes the fields of one long row (station, parameter, time, value, flag, qualifier) into a slice, or rejects it.

internal import Exact
internal import Monitoring

/// The fields of a long row as bytes; `flag` and `qualifier` are empty when the row has none.
struct LongRow {
    var station: Cell
    var parameter: Cell
    var time: Cell
    var value: Cell
    var flag: Cell
    var qualifier: Cell
    /// The value's text is a JSON `null`, not a cell.
    var isNull = false
}

/// What rows of one profile need from batch to batch.
final class LongRowMemory {
    let directory = SeriesDirectory()
    let values: CellValueReader

    init(_ profile: SourceProfile) { values = CellValueReader(missingCodes: profile.missingCodes) }
}

/// Shared by Tributary's CSV and NDJSON: one meaning for the same fields.
struct LongRowWriter: ~Copyable {
    private let profile: SourceProfile
    private let parameters: ParameterCatalogue
    private let fieldLimit: Int
    private let values: CellValueReader
    private let shift: Int64
    private var stamps: StampReader
    private let directory: SeriesDirectory
    private var generation = -1
    /// Flag indexes of one-letter flags; `UInt16.max` where the letter was not met in this slice.
    private let letterFlags: UnsafeMutablePointer<UInt16>
    private var wordFlags: [String: UInt16] = [:]

    init(profile: SourceProfile, context: ReadContext, memory: LongRowMemory) {
        self.profile = profile
        directory = memory.directory
        values = memory.values
        parameters = context.parameters
        fieldLimit = context.limits.fieldBytes
        shift = profile.stamp == .end ? profile.window.milliseconds : 0
        stamps = StampReader(profile)
        letterFlags = .allocate(capacity: 256)
        letterFlags.initialize(repeating: .max, count: 256)
    }

    deinit { letterFlags.deallocate() }

    /// Takes one row; `false` when the slice must be handed on before this row can be taken.
    @inline(__always)
    mutating func take(_ row: borrowing LongRow, line: Int, into sink: inout SliceBuilder) -> Bool {
        if generation != sink.generation { startSlice(sink.generation) }
        guard let stamp = stamps.read(row.time) else {
            rejectTime(row, line: line, into: &sink)
            return true
        }
        let entry: UnsafePointer<SeriesDirectory.Entry>
        switch directory.find(station: row.station, parameter: row.parameter) {
        case .found(let known): entry = known
        case .absent(let hash):
            guard addSeries(row, hash: hash, line: line, into: &sink) else { return true }
            guard case .found(let added) = directory.find(station: row.station, parameter: row.parameter) else {
                return false
            }
            entry = added
        case .full:
            directory.removeAll()
            sink.markFull()
            return false
        }
        let flag: UInt16
        if row.flag.isEmpty {
            flag = 0
        } else if row.flag.count == 1, letterFlags[Int(row.flag.start[0])] != .max {
            flag = letterFlags[Int(row.flag.start[0])]
        } else {
            guard let index = newFlagIndex(row.flag, line: line, into: &sink) else { return true }
            flag = index
        }
        if row.qualifier.isEmpty, let (mantissa, exponent) = values.plainDecimal(row.value) {
            sink.append(
                series: directory.localIndex(entry.pointee.number, in: &sink), start: stamp &- shift,
                mantissa: mantissa, exponent: exponent,
                qualifier: 0, flag: flag, row: line)
            return true
        }
        takeUnusual(
            row, isNonNegative: entry.pointee.isNonNegative, number: entry.pointee.number, start: stamp - shift,
            flag: flag, line: line, into: &sink)
        return true
    }

    /// Takes a row of the common shape: names as expected after the row before, a time of 25 characters, a plain
    /// value, and a flag of at most one letter that this slice has met; the place after it, or `nil` when the row
    /// must go the long way.
    ///
    /// - Parameter hasFlag: the line has five fields, else four.
    /// - Precondition: the line's fields stand in the order station, parameter, time, value, flag.
    @inline(__always)
    mutating func takeCommon(
        _ line: UnsafePointer<UInt8>, hasFlag: Bool, number: Int, into sink: inout SliceBuilder
    ) -> UnsafePointer<UInt8>? {
        if generation != sink.generation { return nil }
        // No byte is passed over unseen: a line feed ends each of these steps, so that no step leaves the line.
        guard let entry = directory.expected(at: line) else { return nil }
        let time = line + Int(entry.pointee.prefixLength)
        guard let stamp = stamps.readLike(time), time[25] == 0x2C else { return nil }
        guard let (mantissa, exponent, end) = values.commonDecimal(time + 26) else { return nil }
        var flag: UInt16 = 0
        var next = end
        if hasFlag {
            if end[0] != 0x2C { return nil }
            next += 1
            if next[0] != 0x0A {
                flag = letterFlags[Int(next[0])]
                next += 1
                if flag == .max { return nil }
            }
        }
        if next[0] != 0x0A { return nil }
        sink.append(
            series: directory.localIndex(entry.pointee.number, in: &sink), start: stamp &- shift, mantissa: mantissa,
            exponent: exponent, qualifier: 0, flag: flag, row: number)
        return next + 1
    }

    private mutating func startSlice(_ number: Int) {
        generation = number
        directory.beginSlice()
        letterFlags.update(repeating: .max, count: 256)
        wordFlags.removeAll(keepingCapacity: true)
    }

    @inline(never)
    private mutating func addSeries(
        _ row: borrowing LongRow, hash: UInt64, line: Int, into sink: inout SliceBuilder
    ) -> Bool {
        guard let station = name(row.station, "station", line: line, into: &sink),
            let parameter = name(row.parameter, "parameter", line: line, into: &sink)
        else { return false }
        let id =
            profile.parameterNames[parameter] ?? parameters.id(for: parameter)
            ?? ParameterID(parameter.lowercased())
        let key = SeriesKey(
            station: StationID(station), parameter: id, statistic: profile.statistic, window: profile.window,
            origin: profile.origin)
        directory.insert(
            station: row.station, parameter: row.parameter, hash: hash, key: key,
            isNonNegative: parameters[id]?.isNonNegative ?? false)
        return true
    }

    private func name(_ cell: Cell, _ field: String, line: Int, into sink: inout SliceBuilder) -> String? {
        guard let text = checkedText(cell, field, line: line, into: &sink) else { return nil }
        if cell.trimmed.isEmpty {
            sink.reject(
                Rejection(.missingField, row: line, field: field, remedy: "Name the \(field) on every row."))
            return nil
        }
        return text
    }

    private func checkedText(_ cell: Cell, _ field: String, line: Int, into sink: inout SliceBuilder) -> String? {
        if cell.count > fieldLimit {
            sink.reject(
                Rejection(
                    .lineTooLong, row: line, field: field, excerpt: cell.excerpt,
                    remedy: "Keep the field within \(fieldLimit) bytes."))
            return nil
        }
        guard let text = cell.text else {
            sink.reject(
                Rejection(
                    .wrongEncoding, row: line, field: field, excerpt: cell.excerpt, remedy: "Write the file as UTF-8."))
            return nil
        }
        return text
    }

    private mutating func rejectTime(_ row: borrowing LongRow, line: Int, into sink: inout SliceBuilder) {
        // Concatenated files repeat their header line.
        if row.time.equals("time"), row.value.equals("value"), row.station.equals("station") {
            sink.uncountRow()
            return
        }
        if let refusal = stamps.zoneRefusal(row.time.excerpt, row: line, field: "time") {
            sink.reject(refusal)
            return
        }
        let isEmpty = row.time.isEmpty
        sink.reject(
            Rejection(
                isEmpty ? .missingField : .notATime, row: line, field: "time", excerpt: row.time.excerpt,
                remedy: "Write the time as 2026-05-01T08:00:00+08:00."))
    }

    @inline(never)
    private mutating func newFlagIndex(_ cell: Cell, line: Int, into sink: inout SliceBuilder) -> UInt16? {
        if cell.count == 1, cell.start[0] < 0x80 {
            let index = sink.index(ofFlag: String(UnicodeScalar(cell.start[0])))
            letterFlags[Int(cell.start[0])] = index
            return index
        }
        guard let text = checkedText(cell, "flag", line: line, into: &sink) else { return nil }
        if let known = wordFlags[text] { return known }
        let index = sink.index(ofFlag: text)
        wordFlags[text] = index
        return index
    }

    @inline(never)
    private func takeUnusual(
        _ row: borrowing LongRow, isNonNegative: Bool, number: Int32, start: Int64, flag: UInt16, line: Int,
        into sink: inout SliceBuilder
    ) {
        switch row.isNull ? .missing : values.read(row.value) {
        case .missing:
            sink.append(
                series: directory.localIndex(number, in: &sink), start: start, value: .zero, qualifier: .missing,
                flag: flag, row: line)
        case .invalid(let reason, let remedy):
            sink.reject(
                Rejection(reason, row: line, field: "value", excerpt: row.value.excerpt, remedy: remedy))
        case .value(let decimal, let sign):
            guard let qualifier = Self.qualifier(row.qualifier, beside: sign) else {
                let remedy = "The qualifier is <, > or empty, and says the same as a sign before the value."
                sink.reject(
                    Rejection(
                        .unknownFlag, row: line, field: "qualifier", excerpt: row.qualifier.excerpt, remedy: remedy))
                return
            }
            if decimal.mantissa < 0, isNonNegative {
                sink.reject(.negative(row: line, field: "value", cell: row.value))
                return
            }
            sink.append(
                series: directory.localIndex(number, in: &sink), start: start, value: decimal, qualifier: qualifier,
                flag: flag, row: line)
        }
    }

    private static func qualifier(_ cell: Cell, beside sign: Qualifier) -> Qualifier? {
        if cell.isEmpty { return sign }
        let stated: Qualifier? = cell.equals("<") ? .below : cell.equals(">") ? .above : nil
        return stated == nil || (sign != .none && sign != stated) ? nil : stated
    }
}

extension Rejection {
    static func negative(row: Int, field: String, cell: Cell) -> Rejection {
        Rejection(
            .negativeConcentration, row: row, field: field, excerpt: cell.excerpt,
            remedy: "A concentration is not below zero: check the instrument's zero, or send the value as missing.")
    }
}
