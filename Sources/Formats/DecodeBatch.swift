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
/// - Note: `context.letGo` is called while the batch is read, for callers whose `bytes` are mapped.
/// - Returns: `.read` with the counts, or `.stopped` with the fault and, when the format was recognised, the counts.
package func decodeBatch(
    _ bytes: UnsafeRawBufferPointer, context: ReadContext, workspace: DecodeWorkspace = DecodeWorkspace(),
    handOn: (consuming DecodedSlice) throws -> Void
) rethrows -> DecodedOutcome {
    if let fault = faultBeforeReading(bytes, limits: context.limits) { return .stopped(fault, nil) }
    workspace.letGo = context.letGo
    defer { workspace.letGo = nil }
    if ZipArchive.isZip(bytes) {
        return try decodeContainer(bytes, context: context, workspace: workspace, handOn: handOn)
    }
    return try decodeText(
        TextSource(bytes, limits: context.limits, workspace: workspace), TextOrigin(bytes), context: context,
        workspace: workspace, part: "", readAs: nil, handOn)
}

/// Reads one text of a batch; `part` names the member or sheet where a batch has several, and is empty otherwise.
///
/// - Parameters:
///   - origin: where the text can be had again from its beginning.
///   - encoding: the encoding the text was found in, `nil` when that is still to be seen.
func decodeText(
    _ text: consuming TextSource, _ origin: TextOrigin, context: ReadContext, workspace: DecodeWorkspace, part: String,
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
            return try decodeDeclared(origin, as: declared, context: context, workspace: workspace, part: part, handOn)
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
    var profile = ownProfile(format, sniffed, context, usual: usual) ?? usual
    if encoding == nil, profile.writing.encoding != .utf8 {
        return try decodeDeclared(
            origin, as: profile.writing.encoding, context: context, workspace: workspace, part: part, handOn)
    }
    // Where each station is asked for its profile, the rows of those that declare it are read, and the others kept aside.
    let asksStations = context.profileOfStation != nil && FormatID.readByStationProfile.contains(format.id)
    if let encoding, encoding != .utf8, profile.writing.encoding != encoding, !asksStations {
        return .stopped(.undeclaredEncoding(encoding, format: format.id), nil)
    }
    if case .evidence(let layout) = format { profile = layout.clocked(profile) }
    var writing = TextWriting(encoding: encoding ?? .utf8)
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
        (writing.shape, writing.separator) = (.long, columns.separator)
        let refusal = profile.writing.refusal(of: .long) ?? profile.writing.refusal(of: columns.separator)
        if !asksStations, let refusal { return .stopped(refusal, nil) }
        return try reading.lines(
            TributaryCSVReader(
                columns: columns, text: writing, context: context,
                memory: workspace.memory(for: profile, format.id, context.parameters)),
            headerLines: 1, handOn)
    case .tributaryNDJSON:
        return try reading.lines(
            TributaryNDJSONReader(
                text: writing, context: context, memory: workspace.memory(for: profile, format.id, context.parameters)),
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
        return try reading.feed(feed, profile: profile, text: writing, context: context, handOn)
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
    // Any row may name it, whatever its own profile says of the text.
    var context = context
    context.profileOfStation = nil
    let memory = LongRowMemory(usual, parameters: context.parameters)
    let anyText = TextWriting()
    let station: StationID?
    switch format {
    case .tributaryCSV(let columns):
        station = firstStation(
            in: text, headerLines: 1,
            TributaryCSVReader(columns: columns, text: anyText, context: context, memory: memory),
            format: format.id, profile: usual, limits: context.limits)
    case .tributaryNDJSON:
        station = firstStation(
            in: text, headerLines: 0, TributaryNDJSONReader(text: anyText, context: context, memory: memory),
            format: format.id, profile: usual, limits: context.limits)
    default: station = nil
    }
    return station.flatMap(declared)
}

/// What the bytes of a batch are packed in, by their beginning: `gzip`, `zlib`, `zip`, one that is not opened, or `plain`.
package func containerName(of bytes: UnsafeRawBufferPointer) -> String {
    if bytes.isEmpty { return "plain" }
    if bytes.count >= 4, ZipArchive.isZip(bytes) { return "zip" }
    return CompressedFraming(bytes)?.rawValue ?? Cell.foreignContainer(bytes) ?? "plain"
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
