// Takes the fields of one long row (station, parameter, time, value, flag, qualifier) into a slice, or rejects it.

internal import Exact
internal import Monitoring

/// Shared by Tributary's CSV and NDJSON: one meaning for the same fields.
///
/// Every station's rows are read in the dialect of its own profile. One dialect is in hand at a time; a row of a station
/// with another one, which its series' entry in the directory says, changes it first.
struct LongRowWriter: ~Copyable {
    private let memory: LongRowMemory
    private let context: ReadContext
    private let format: FormatID
    private let text: TextWriting
    /// The dialect in hand; -1 as long as the batch's own profile has none for this text.
    private var dialect: Int32
    private var values: CellValueReader
    private var shift: Int64
    private var mark: DecimalMark
    private var stamps: StampReader
    private let directory: SeriesDirectory
    private var generation = -1
    /// Flag indexes of one-letter flags; `UInt16.max` where the letter was not met in this slice.
    private let letterFlags: UnsafeMutablePointer<UInt16>
    private var wordFlags: [String: UInt16] = [:]

    /// - Precondition: `memory` is that of the batch's own profile.
    init(format: FormatID, text: TextWriting, context: ReadContext, memory: LongRowMemory) {
        self.memory = memory
        self.context = context
        self.format = format
        self.text = text
        directory = memory.directory
        let own = memory.dialects[0]
        dialect = text.mayHold(own.profile) ? 0 : -1
        values = own.values
        shift = own.shift
        mark = own.profile.writing.decimalMark
        stamps = StampReader(own.profile)
        letterFlags = .allocate(capacity: 256)
        letterFlags.initialize(repeating: .max, count: 256)
    }

    deinit { letterFlags.deallocate() }

    /// Takes one row; `false` when the slice must be handed on before this row can be taken.
    @inline(__always)
    mutating func take(_ row: borrowing LongRow, line: Int, into sink: inout SliceBuilder) -> Bool {
        if generation != sink.generation { startSlice(sink.generation) }
        var stamp: Int64
        if let read = stamps.read(row.time) {
            stamp = read
        } else {
            guard let own = stampByItsProfile(row, line: line, into: &sink) else { return true }
            stamp = own
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
        if entry.pointee.dialect != dialect {
            guard let own = turnedStamp(row, to: entry.pointee.dialect, line: line, into: &sink) else { return true }
            stamp = own
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
        if row.qualifier.isEmpty, entry.pointee.isPlain, let (mantissa, exponent) = values.plainDecimal(row.value) {
            sink.append(
                series: directory.localIndex(entry.pointee.number, in: &sink), start: stamp &- shift,
                mantissa: mantissa, exponent: exponent,
                qualifier: 0, flag: flag, row: line)
            return true
        }
        takeUnusual(row, entry.pointee, start: stamp &- shift, flag: flag, line: line, into: &sink)
        return true
    }

    /// Takes rows of the common shape one after another: names as expected after the row before, a time of 25
    /// characters, a plain value, and a flag of at most one letter that this slice has met. The first that must go the
    /// long way ends the run.
    ///
    /// - Parameter hasFlag: the lines have five fields, else four.
    /// - Precondition: the lines' fields stand in the order station, parameter, time, value, flag.
    @inline(__always)
    mutating func takeRun(
        _ line: UnsafePointer<UInt8>, until end: UnsafePointer<UInt8>, hasFlag: Bool, number: Int, atMost limit: Int,
        into sink: inout SliceBuilder
    ) -> (next: UnsafePointer<UInt8>, count: Int) {
        var (line, count) = (line, 0)
        guard generation == sink.generation else { return (line, 0) }
        // No byte is passed over unseen: a line feed ends each of these steps, so that no step leaves the line.
        while count < limit, line < end {
            guard let entry = directory.expected(at: line, dialect: dialect) else { break }
            let time = line + Int(entry.pointee.prefixLength)
            guard let stamp = stamps.readLike(time), time[25] == 0x2C,
                let (mantissa, exponent, valueEnd) = values.commonDecimal(time + 26)
            else { break }
            var flag: UInt16 = 0
            var next = valueEnd
            if hasFlag {
                if valueEnd[0] != 0x2C { break }
                next += 1
                if next[0] != 0x0A {
                    flag = letterFlags[Int(next[0])]
                    next += 1
                    if flag == .max { break }
                }
            }
            if next[0] != 0x0A { break }
            sink.put(
                at: count, series: directory.localIndex(entry.pointee.number, in: &sink), start: stamp &- shift,
                mantissa: mantissa, exponent: exponent, flag: flag, row: number &+ count)
            count &+= 1
            line = next + 1
        }
        sink.count(run: count)
        return (line, count)
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
        let index = context.profileOfStation == nil ? 0 : memory.dialect(of: profile(of: station))
        let own = memory.dialects[Int(index)]
        guard text.mayHold(own.profile) else {
            sink.reject(text.refusal(own.profile, station: station, row: line))
            return false
        }
        let parameters = context.parameters
        let id =
            own.profile.parameterNames[parameter] ?? parameters.id(for: parameter)
            ?? ParameterID(parameter.lowercased())
        let key = SeriesKey(
            station: StationID(station), parameter: id, statistic: own.profile.statistic, window: own.profile.window,
            origin: own.profile.origin)
        directory.insert(
            station: row.station, parameter: row.parameter, hash: hash, key: key, dialect: index,
            profile: index == 0 ? nil : own.profile, isNonNegative: parameters.isNonNegative(id),
            isPlain: own.isPlain(id))
        return true
    }

    private func profile(of station: String) -> SourceProfile {
        context.profile(of: station, in: format, own: memory.dialects[0].profile)
    }

    /// Takes `wanted` in hand and reads the row's time in it; `nil` when the row was rejected.
    @inline(never)
    private mutating func turnedStamp(
        _ row: borrowing LongRow, to wanted: Int32, line: Int, into sink: inout SliceBuilder
    ) -> Int64? {
        let own = memory.dialects[Int(wanted)]
        guard text.mayHold(own.profile) else {
            sink.reject(text.refusal(own.profile, station: row.station.trimmed.excerpt, row: line))
            return nil
        }
        dialect = wanted
        values = own.values
        shift = own.shift
        mark = own.profile.writing.decimalMark
        stamps.turn(to: own.profile)
        if let stamp = stamps.read(row.time) { return stamp }
        rejectTime(row, line: line, into: &sink)
        return nil
    }

    /// The stamp of a row whose time is none in the dialect in hand; `nil` when the row was taken care of.
    @inline(never)
    private mutating func stampByItsProfile(
        _ row: borrowing LongRow, line: Int, into sink: inout SliceBuilder
    ) -> Int64? {
        // Concatenated files repeat their header line.
        if row.time.equals("time"), row.value.equals("value"), row.station.equals("station") {
            sink.uncountRow()
            return nil
        }
        let name = row.station.trimmed
        if context.profileOfStation != nil, !name.isEmpty, let station = name.text {
            let wanted = memory.dialect(of: profile(of: station))
            if wanted != dialect { return turnedStamp(row, to: wanted, line: line, into: &sink) }
        }
        rejectTime(row, line: line, into: &sink)
        return nil
    }

    private func name(_ cell: Cell, _ field: String, line: Int, into sink: inout SliceBuilder) -> String? {
        let cell = cell.trimmed
        guard let text = checkedText(cell, field, line: line, into: &sink) else { return nil }
        if cell.isEmpty {
            sink.reject(
                Rejection(.missingField, row: line, field: field, remedy: "Name the \(field) on every row."))
            return nil
        }
        return text
    }

    private func checkedText(_ cell: Cell, _ field: String, line: Int, into sink: inout SliceBuilder) -> String? {
        let fieldLimit = context.limits.fieldBytes
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
        sink.reject(stamps.refusal(row.time, row: line, field: "time"))
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
        _ row: borrowing LongRow, _ entry: SeriesDirectory.Entry, start: Int64, flag: UInt16, line: Int,
        into sink: inout SliceBuilder
    ) {
        switch row.isNull ? .missing : read(row.value) {
        case .missing:
            sink.append(
                series: directory.localIndex(entry.number, in: &sink), start: start, value: .zero,
                qualifier: .missing, flag: flag, row: line)
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
            guard let kept = converted(decimal, row.value, entry, line: line, into: &sink) else { return }
            sink.append(
                series: directory.localIndex(entry.number, in: &sink), start: start, value: kept,
                qualifier: qualifier, flag: flag, row: line)
        }
    }

    /// What the cell says; a JSON number has a point whatever the profile says of its files.
    private func read(_ cell: Cell) -> CellValue {
        values.read(cell, mark: format == .tributaryNDJSON ? .point : mark)
    }

    /// The value in the catalogue's unit, or `nil` after a rejection.
    private func converted(
        _ value: ExactDecimal, _ cell: Cell, _ entry: SeriesDirectory.Entry, line: Int, into sink: inout SliceBuilder
    ) -> ExactDecimal? {
        var scale = DecimalScale.one
        if !entry.isPlain {
            let own = memory.dialects[Int(entry.dialect)]
            let parameter = directory.key(entry.number).parameter
            switch own.conversion(of: parameter) {
            case .scale(let stated): scale = stated
            case .refused(let why):
                let unit = own.profile.writing.units[parameter] ?? ""
                sink.reject(Rejection(.unknownUnit, row: line, field: "value", excerpt: unit, remedy: why))
                return nil
            case nil: break
            }
        }
        if value.mantissa < 0, entry.isNonNegative {
            sink.reject(.negative(row: line, field: "value", cell: cell))
            return nil
        }
        guard let kept = scale == .one ? value : scale.applied(to: value) else {
            sink.reject(.tooManyDigits(row: line, field: "value", cell: cell))
            return nil
        }
        return kept
    }

    private static func qualifier(_ cell: Cell, beside sign: Qualifier) -> Qualifier? {
        if cell.isEmpty { return sign }
        let stated: Qualifier? = cell.equals("<") ? .below : cell.equals(">") ? .above : nil
        return stated == nil || (sign != .none && sign != stated) ? nil : stated
    }
}
