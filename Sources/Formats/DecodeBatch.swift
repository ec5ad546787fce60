// The one way from a batch's bytes to observations: recognise, then read row by row in bounded slices.

internal import Monitoring

/// Reads a batch and hands on slices of it while the rest is still being read.
///
/// Pure: the caller maps the file. Memory is bounded by `ReadLimits` (a window of text, one slice, and for document
/// formats the document), whatever the bytes are. Every row that cannot be read becomes a `Rejection`; a fault that
/// ends reading (a cut compression, a limit) keeps the rows before it. Damaged compression is another matter: it shows
/// only at the checksum, after rows that may be anything, so the slice in hand is not handed on; a caller that got
/// slices before `.stopped` with `.damagedCompression` keeps them out of every assessment.
///
/// - Parameter workspace: memory kept from batch to batch; it changes the cost, never the result.
/// - Returns: `.read` with the counts, or `.stopped` with the fault and, when the format was recognised, the counts.
package func decodeBatch(
    _ bytes: UnsafeRawBufferPointer, context: ReadContext, workspace: DecodeWorkspace = DecodeWorkspace(),
    handOn: (consuming DecodedSlice) throws -> Void
) rethrows -> DecodedOutcome {
    if let fault = faultBeforeReading(bytes, limits: context.limits) { return .stopped(fault, nil) }
    if ZipArchive.isZip(bytes) {
        return try decodeContainer(bytes, context: context, workspace: workspace, handOn: handOn)
    }
    return try decodeText(
        TextSource(bytes, limits: context.limits, workspace: workspace), context: context, workspace: workspace,
        part: "", readAs: nil, handOn)
}

/// Reads one text of a batch; `part` names the member or sheet where a batch has several, and is empty otherwise.
///
/// - Parameter encoding: the encoding the text was found in, `nil` when that is still to be seen.
func decodeText(
    _ text: consuming TextSource, context: ReadContext, workspace: DecodeWorkspace, part: String,
    readAs encoding: SourceEncoding?, _ handOn: (consuming DecodedSlice) throws -> Void
) rethrows -> DecodedOutcome {
    var source = text
    let beginning = source.begin()
    let sniffed = Cell(start: beginning.start, count: min(beginning.count, TextSource.sniffBytes))
    let isWhole = source.endingSoFar != nil && sniffed.count == beginning.count
    guard sniffed.firstVisibleByte != nil else { return .stopped(source.fault ?? .empty, nil) }
    if !part.isEmpty, let container = Cell.nestedContainer(sniffed) {
        return .stopped(.nested(container), nil)
    }
    // What cut or damaged compression leaves may be neither text nor a whole header: the cause is what is said.
    if encoding == nil, let fault = TextEncoding.fault(in: sniffed, isWhole: isWhole) {
        let declared = context.declaredEncodings.first { $0 != .gb18030 || TextEncoding.isGB18030(sniffed) }
        if source.fault == nil, let declared {
            return try decodeDeclared(source, as: declared, context: context, workspace: workspace, part: part, handOn)
        }
        return .stopped(source.fault ?? fault, nil)
    }
    let detected = DetectedFormat(sniffed, context: context)
    // Its columns would be read as those of laboratory results.
    switch detected {
    case .evidence?, nil: if sniffed.isInstrumentTable { return .stopped(.instrumentTable(sniffed), nil) }
    default: break
    }
    guard let format = detected, let usual = context.profiles[format.id] ?? BuiltInProfiles.all[format.id]
    else {
        let unknown = Rejection(.unknownFormat, row: 0, excerpt: sniffed.excerpt, remedy: DetectedFormat.remedy)
        return .stopped(source.fault ?? unknown, nil)
    }
    let profile = ownProfile(format, sniffed, context, usual: usual) ?? usual
    if profile.writing.encoding != encoding ?? .utf8, encoding != .utf8 {
        if let encoding { return .stopped(.undeclaredEncoding(encoding, format: format.id), nil) }
        return try decodeDeclared(
            source, as: profile.writing.encoding, context: context, workspace: workspace, part: part, handOn)
    }
    var reading = BatchReading(
        source: source, format: format.id, profile: profile, limits: context.limits, workspace: workspace,
        part: part)
    switch format {
    case .tributaryCSV(let columns):
        if columns.hasExtra {
            for name in TributaryColumns.extra(in: sniffed, separator: columns.separator) {
                reading.sink.reject(.extraColumn(name))
            }
        }
        if !profile.writing.isPlain || columns.separator != .comma {
            return try reading.longTable(columns, profile: profile, context: context, handOn)
        }
        return try reading.lines(
            TributaryCSVReader(
                columns: columns, profile: profile, context: context, memory: workspace.memory(for: profile)),
            headerLines: 1, handOn)
    case .tributaryNDJSON:
        if let refusal = profile.writing.ndjsonRefusal { return .stopped(refusal, nil) }
        return try reading.lines(
            TributaryNDJSONReader(
                profile: profile, context: context, memory: workspace.memory(for: profile)),
            headerLines: 0, handOn)
    case .nationalAir(let layout):
        for name in layout.unknown { reading.sink.reject(.unknownColumn(name)) }
        return try reading.lines(
            NationalAirReader(layout: layout, profile: profile, context: context), headerLines: 1, handOn)
    case .nationalWaterJSON:
        return try reading.document(
            { NationalWaterJSONReader($0, profile: profile, context: context) }, handOn)
    case .nationalWaterCSV(let header):
        guard let columns = WaterColumns(header: header, headerRow: 1, profile: profile, context: context) else {
            return .stopped(.incompleteHeader(sniffed), nil)
        }
        for problem in columns.problems { reading.sink.reject(problem) }
        return try reading.lines(
            NationalWaterCSVReader(columns: columns, profile: profile, context: context), headerLines: 1, handOn)
    case .chinaSites(let header):
        return try reading.lines(
            ChinaSitesReader(header: header, profile: profile, context: context), headerLines: 1, handOn)
    case .beijingSites(let header):
        guard let reader = BeijingSitesReader(header: header, profile: profile, context: context) else {
            return .stopped(.incompleteHeader(sniffed), nil)
        }
        for name in BeijingSitesReader.extra(in: header) { reading.sink.reject(.extraColumn(name)) }
        return try reading.lines(reader, headerLines: 1, handOn)
    case .feed(let feed):
        return try reading.feed(feed, profile: profile, context: context, handOn)
    case .evidence(let layout):
        if let fault = layout.fault { return .stopped(fault, nil) }
        for problem in layout.problems { reading.sink.reject(problem) }
        return try reading.lines(
            EvidenceReader(layout: layout, profile: profile, context: context), headerLines: layout.headerLines, handOn)
    }
}

/// The profile that the station of the first row declares, for batches of our own formats.
private func ownProfile(
    _ format: DetectedFormat, _ text: Cell, _ context: ReadContext, usual: SourceProfile
) -> SourceProfile? {
    guard let declared = context.profileOfStation else { return nil }
    let station: StationID?
    switch format {
    case .tributaryCSV(let columns) where columns.separator != .comma:
        station = firstStation(
            in: text, headerLines: 1, LongTableReader(columns: columns, profile: usual, context: context),
            format: format.id, profile: usual, limits: context.limits)
    case .tributaryCSV(let columns):
        station = firstStation(
            in: text, headerLines: 1,
            TributaryCSVReader(columns: columns, profile: usual, context: context, memory: LongRowMemory(usual)),
            format: format.id, profile: usual, limits: context.limits)
    case .tributaryNDJSON:
        station = firstStation(
            in: text, headerLines: 0,
            TributaryNDJSONReader(profile: usual, context: context, memory: LongRowMemory(usual)),
            format: format.id, profile: usual, limits: context.limits)
    default: station = nil
    }
    return station.flatMap(declared)
}

func faultBeforeReading(_ bytes: UnsafeRawBufferPointer, limits: ReadLimits) -> Rejection? {
    if bytes.isEmpty { return .empty }
    if bytes.count > limits.compressedBytes {
        return Rejection(
            .inflatedTooLarge, row: 0, excerpt: "\(bytes.count) bytes",
            remedy: "Send batches of at most \(limits.compressedBytes) bytes.")
    }
    if let container = Cell.foreignContainer(bytes) {
        return Rejection(
            .unknownFormat, row: 0, excerpt: "a \(container) file",
            remedy: "Send the rows as plain text, gzip, zlib, zip, or as an XLSX workbook without a password.")
    }
    return nil
}

extension Rejection {
    static let empty = Rejection(.emptyFile, row: 0, remedy: "Send a header line and at least one row.")

    static func nested(_ container: String) -> Rejection {
        Rejection(
            .unsafeContainer, row: 0, excerpt: "a \(container) file inside the archive",
            remedy: "Send it by itself, or the tables unpacked: an archive inside an archive is not opened.")
    }

    static func unknownColumn(_ name: String, row: Int = 1) -> Rejection {
        Rejection(
            .unknownParameter, row: row, field: name, excerpt: name,
            remedy: "Tell us what this column measures; until then it is only kept in the batch.")
    }

    static func incompleteHeader(_ text: Cell) -> Rejection {
        Rejection(.unknownFormat, row: 1, excerpt: text.excerpt, remedy: "The header lacks columns of its format.")
    }
}
