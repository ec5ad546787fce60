// Tributary's own CSV with semicolons, or of sources whose profile declares units or a decimal comma: the plain path does
// none of it.

internal import Monitoring

/// Reads the same rows as `TributaryCSVReader`, converting what the profile declares.
struct LongTableReader: LineReader, ~Copyable {
    private let columns: TributaryColumns
    private let profile: SourceProfile
    private let parameters: ParameterCatalogue
    private var fields = LineFields(capacity: TributaryCSVReader.columnLimit)
    private var stamps: StampReader
    private var units: FeedUnits
    private let writer: FeedRowWriter

    init(columns: TributaryColumns, profile: SourceProfile, context: ReadContext) {
        self.columns = columns
        self.profile = profile
        parameters = context.parameters
        stamps = StampReader(profile)
        units = FeedUnits(context: context, spellings: [:])
        writer = FeedRowWriter(profile: profile, context: context)
    }

    mutating func read(
        _ line: UnsafePointer<UInt8>, number: Int, into sink: inout SliceBuilder
    ) -> UnsafePointer<UInt8>? {
        let split = fields.split(line, by: columns.separator.byte)
        guard split == .fields, fields.count == columns.count else {
            sink.reject(.unevenLine(split, line, fields.count, expected: columns.count, number: number))
            return fields.next
        }
        if fields[columns.station].equals("station"), fields[columns.value].equals("value") {
            sink.uncountRow()
            return fields.next
        }
        takeRow(number, into: &sink)
        return fields.next
    }

    private mutating func takeRow(_ row: Int, into sink: inout SliceBuilder) {
        guard let station = sink.name(fields[columns.station], row: row, field: "station"),
            let name = sink.name(fields[columns.parameter], row: row, field: "parameter"),
            let flag = columns.flag < 0 ? "" : sink.unitText(fields[columns.flag], row: row, field: "flag")
        else { return }
        guard let stamp = stamps.read(fields[columns.time]) else {
            sink.reject(stamps.refusal(fields[columns.time], row: row, field: "time"))
            return
        }
        var sign = Qualifier.none
        if columns.qualifier >= 0, !fields[columns.qualifier].isEmpty {
            let cell = fields[columns.qualifier]
            guard cell.equals("<") || cell.equals(">") else {
                sink.reject(
                    Rejection(
                        .unknownFlag, row: row, field: "qualifier", excerpt: cell.excerpt,
                        remedy: "The qualifier is <, > or empty."))
                return
            }
            sign = cell.equals("<") ? .below : .above
        }
        let id = profile.parameterNames[name] ?? parameters.id(for: name) ?? ParameterID(name.lowercased())
        let unit = profile.writing.units[id] ?? parameters[id]?.unit ?? ""
        writer.take(
            FeedValue(
                cell: fields[columns.value],
                item: FeedItem(parameter: id, statistic: profile.statistic, window: profile.window),
                conversion: units.conversion(unit, to: id), unit: unit, unitField: "value", field: "value", sign: sign,
                flag: flag),
            station: station, stamp: stamp, row: row, into: &sink)
    }
}

extension BatchReading {
    /// Reads Tributary's long CSV as its profile declares.
    mutating func longTable(
        _ columns: TributaryColumns, profile: SourceProfile, context: ReadContext,
        _ handOn: (consuming DecodedSlice) throws -> Void
    ) rethrows -> DecodedOutcome {
        if let refusal = profile.writing.refusal(of: .long) ?? profile.writing.refusal(of: columns.separator) {
            return .stopped(refusal, nil)
        }
        return try lines(
            LongTableReader(columns: columns, profile: profile, context: context), headerLines: 1, handOn)
    }
}

extension SourceWriting {
    /// Nothing in it concerns how a row of the long CSV is read.
    var isPlain: Bool { units.isEmpty && decimalMark == .point && shape != .wide && separator != .semicolon }

    /// Why a file of this shape is not read, when the profile declares the other one.
    func refusal(of found: RowShape) -> Rejection? {
        guard let shape, shape != found else { return nil }
        return Rejection(
            .unknownFormat, row: 1, excerpt: "a \(found.rawValue) table",
            remedy: "The source profile declares `shape: \(shape.rawValue)`: correct it, or send that shape.")
    }

    /// Why a file with this separator is not read, when the profile declares the other one.
    func refusal(of found: FieldSeparator) -> Rejection? {
        guard let separator, separator != found else { return nil }
        return Rejection(
            .unknownFormat, row: 1, excerpt: "\(found.rawValue)s between the cells",
            remedy: "The source profile declares `separator: \(separator.rawValue)`: correct it, or send such a file.")
    }

    /// Why NDJSON of this source is not read: its rows would be taken in units that are not theirs.
    var ndjsonRefusal: Rejection? {
        if units.isEmpty { return nil }
        return Rejection(
            .unknownUnit, row: 0, excerpt: units.keys.sorted().map(\.rawValue).joined(separator: ","),
            remedy: "The source profile declares units, which only CSV is converted from: send CSV, or the catalogue's "
                + "units without `units` in the profile.")
    }
}

extension TributaryColumns {
    /// The header has columns that are none of ours.
    var hasExtra: Bool { count > 4 + (flag < 0 ? 0 : 1) + (qualifier < 0 ? 0 : 1) }

    /// Their names, from the beginning of the text; none while its first line is not complete.
    static func extra(in text: Cell, separator: FieldSeparator) -> [String] {
        guard text.index(of: 0x0A, from: 0) != nil else { return [] }
        return DetectedFormat.header(of: text, separator: separator).filter {
            !$0.isEmpty && !names.contains($0.lowercased())
        }
    }
}
