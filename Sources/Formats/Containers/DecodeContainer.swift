// A batch that holds several texts: the members of a zip archive, or the sheets of a workbook, each read as a part.

internal import Monitoring

/// Reads a zip container: a workbook by its sheets, any other archive by its members, in the container's own order.
///
/// - A part in no format of ours is named in a rejection while another part was read; a part that cannot be read whole
///   makes the batch `.stopped`, after the other parts; a damaged one ends reading at once.
/// - Limits on text, rows and rejections hold for all parts together.
func decodeContainer(
    _ bytes: UnsafeRawBufferPointer, context: ReadContext, workspace: DecodeWorkspace,
    handOn: (consuming DecodedSlice) throws -> Void
) rethrows -> DecodedOutcome {
    var reading = ContainerReading(context)
    do throws(ContainerFault) {
        let archive = try ZipArchive(bytes, limits: context.limits, letGo: context.letGo)
        try reading.open(archive)
    } catch {
        return .stopped(error.rejection, nil)
    }
    for part in reading.parts where !reading.hasEnded {
        let supply: any TextSupply
        do throws(ContainerFault) {
            supply = try part.open(reading.context.limits)
        } catch {
            reading.note(.stopped(error.rejection, nil), of: part)
            continue
        }
        var own = reading.context
        own.nameHints += part.name.split(separator: "/").map(String.init)
        var rejections = 0
        let source = TextSource(supply, limits: own.limits, workspace: workspace)
        let limits = own.limits
        let origin = TextOrigin { () throws(ContainerFault) in try part.open(limits) }
        let outcome = try decodeText(
            source, origin, context: own, workspace: workspace, part: part.name, readAs: nil
        ) { slice in
            rejections += slice.rejections.count
            try handOn(slice)
        }
        reading.context.limits.keptRejections = max(0, reading.context.limits.keptRejections - rejections)
        reading.note(outcome, of: part)
    }
    if let rest = reading.unread() { try handOn(rest) }
    return reading.outcome
}

/// One part that can be read.
private struct ContainerPart {
    let name: String
    /// A sheet nobody filled is no fault.
    let mayBeEmpty: Bool
    let open: (ReadLimits) throws(ContainerFault) -> any TextSupply
}

/// What is known of a container while its parts are read.
private struct ContainerReading {
    var context: ReadContext
    private(set) var parts: [ContainerPart] = []
    /// The next part is not begun: a limit was reached, or what was read cannot be trusted.
    private(set) var hasEnded = false
    private var summary: DecodedSummary?
    private var unreadParts: [Rejection] = []
    private var fault: Rejection?

    init(_ context: ReadContext) { self.context = context }

    mutating func open(_ archive: ZipArchive) throws(ContainerFault) {
        guard Workbook.isOffice(archive) else {
            parts = archive.entries.map { entry in
                ContainerPart(name: entry.name, mayBeEmpty: false) { (_) throws(ContainerFault) in
                    try ZipMember(entry, of: archive)
                }
            }
            return
        }
        let book = try Workbook(archive, limits: context.limits)
        for sheet in book.sheets where sheet.isHidden {
            unreadParts.append(
                Rejection(
                    .hiddenSheet, row: 0, field: sheet.name, excerpt: "a hidden sheet",
                    remedy: "It was not read: show the sheet if its rows are to count, or delete it."))
        }
        for name in book.unreadSheets {
            unreadParts.append(
                Rejection(
                    .unknownFormat, row: 0, field: name, excerpt: "no worksheet",
                    remedy: "Only worksheets are read, not charts or macros."))
        }
        parts = book.sheets.filter { !$0.isHidden }.map { sheet in
            ContainerPart(name: sheet.name, mayBeEmpty: true) { (limits) throws(ContainerFault) in
                try SheetText(sheet, of: book, limits: limits)
            }
        }
    }

    mutating func note(_ outcome: DecodedOutcome, of part: ContainerPart) {
        switch outcome {
        case .read(let read): add(read)
        case .stopped(let rejection, let read):
            if let read { add(read) }
            if rejection.reason == .emptyFile, part.mayBeEmpty { return }
            let named = rejection.inPart(part.name)
            if read == nil, [.unknownFormat, .emptyFile, .wrongEncoding].contains(rejection.reason) {
                unreadParts.append(named)
                return
            }
            switch rejection.reason {
            case .damagedCompression:
                // It is what must be said, whatever was met before it.
                fault = named
                hasEnded = true
            case .inflatedTooLarge:
                fault = fault ?? named
                hasEnded = true
            default: fault = fault ?? named
            }
        }
    }

    private mutating func add(_ read: DecodedSummary) {
        context.limits.rows -= read.rowCount
        context.limits.inflatedBytes -= read.inflatedByteCount
        let sum = summary?.adding(read) ?? read
        context.limits.documents -= sum.documents.count - (summary?.documents.count ?? 0)
        summary = sum
    }

    /// Parts that were not read, to be handed on beside those that were.
    mutating func unread() -> DecodedSlice? {
        guard let summary, !unreadParts.isEmpty else { return nil }
        var slice = DecodedSlice()
        slice.format = summary.format
        slice.profile = summary.profile
        slice.rejections = unreadParts
        unreadParts = []
        return slice
    }

    var outcome: DecodedOutcome {
        if let fault { return .stopped(fault, summary) }
        if let summary { return .read(summary) }
        guard let first = unreadParts.first else { return .stopped(.empty, nil) }
        let names = unreadParts.map(\.field).joined(separator: ", ")
        return .stopped(
            Rejection(first.reason, row: 0, field: names, excerpt: first.excerpt, remedy: first.remedy), nil)
    }
}

extension Rejection {
    /// The same rejection with the member or sheet it was met in.
    func inPart(_ part: String) -> Rejection {
        part.isEmpty || field == part
            ? self
            : Rejection(
                reason, row: row, field: field.isEmpty ? part : "\(part): \(field)", excerpt: excerpt, remedy: remedy)
    }
}

extension DecodedSummary {
    /// The sum of two parts; the format and profile of the first.
    fileprivate func adding(_ other: DecodedSummary) -> DecodedSummary {
        DecodedSummary(
            format: format, profile: profile, rowCount: rowCount + other.rowCount,
            inflatedByteCount: inflatedByteCount + other.inflatedByteCount,
            unkeptRejections: unkeptRejections + other.unkeptRejections,
            documents: EvidenceDocument.merged(documents, other.documents),
            otherProfiles: ([other.profile] + other.otherProfiles).reduce(into: otherProfiles) { known, met in
                if met != profile, !known.contains(met) { known.append(met) }
            })
    }
}
