// Drives one reader over one batch: windows in, slices out, every limit on rows and lines checked here.

internal import Monitoring

/// One batch being read.
struct BatchReading: ~Copyable {
    var sink: SliceBuilder
    private var source: TextSource
    private let format: FormatID
    private let profile: SourceProfile
    private let limits: ReadLimits
    private var lineNumber = 0
    /// Bytes of the longest line that a reader takes in a run.
    private static let everydayLineBytes = 128
    private var headerLines = 0
    /// Rows in the slices handed on so far.
    private var handedOnRows = 0

    init(
        source: consuming TextSource, format: FormatID, profile: SourceProfile, limits: ReadLimits,
        workspace: DecodeWorkspace, part: String = ""
    ) {
        self.source = source
        self.format = format
        self.profile = profile
        self.limits = limits
        sink = SliceBuilder(format: format, profile: profile, limits: limits, workspace: workspace, part: part)
    }

    private var summary: DecodedSummary {
        DecodedSummary(
            format: format, profile: profile, rowCount: sink.rowCount, inflatedByteCount: source.inflatedByteCount,
            unkeptRejections: sink.unkeptRejections, documents: sink.documents, otherProfiles: sink.otherProfiles)
    }

    /// Reads a line format to its end.
    mutating func lines<Reader: LineReader & ~Copyable>(
        _ reader: consuming Reader, headerLines: Int, _ handOn: (consuming DecodedSlice) throws -> Void
    ) rethrows -> DecodedOutcome {
        self.headerLines = headerLines
        var stop: Rejection?
        var isReading = true
        while isReading {
            switch source.next() {
            case .lines(let window):
                stop = try read(window, &reader, handOn)
                isReading = stop == nil
            case .longLine(let excerpt):
                lineNumber += 1
                sink.countRow()
                sink.reject(longLine(excerpt))
            case .end:
                isReading = false
            case .stopped(let reason, let excerpt, let remedy, let isTrusted):
                stop = Rejection(reason, row: 0, excerpt: stopped(excerpt, isTrusted), remedy: remedy)
                if !isTrusted { sink.drop() }
                isReading = false
            }
        }
        try sink.handOn(handOn)
        return stop.map { .stopped($0, summary) } ?? .read(summary)
    }

    private mutating func read<Reader: LineReader & ~Copyable>(
        _ window: LineWindow, _ reader: inout Reader, _ handOn: (consuming DecodedSlice) throws -> Void
    ) rethrows -> Rejection? {
        var place = window.start
        // No line of the everyday shape is longer.
        let isRunAllowed = limits.lineBytes >= Self.everydayLineBytes
        // Up to here a line may lie that is longer than allowed.
        let longLinesEnd = window.end - min(limits.lineBytes, window.end - window.start)
        while place < window.end {
            if sink.isFull {
                handedOnRows = sink.rowCount
                try sink.handOn(handOn)
            }
            if place.pointee <= 0x0D, let next = Self.endOfBlankLine(place) {
                lineNumber += 1
                place = next
                continue
            }
            if headerLines > 0 {
                headerLines -= 1
                lineNumber += 1
                place = Self.lineEnd(place)
                continue
            }
            if isRunAllowed {
                let run = reader.readRun(
                    place, until: window.end, number: lineNumber + 1, atMost: sink.runLimit, into: &sink)
                if run.count > 0 {
                    lineNumber += run.count
                    place = run.next
                    continue
                }
            }
            if place < longLinesEnd, Self.lineEnd(place) - place > limits.lineBytes + 1 {
                lineNumber += 1
                sink.countRow()
                let end = Self.lineEnd(place)
                sink.reject(longLine(Cell(start: place, count: end - place - 1).excerpt))
                place = end
                continue
            }
            if sink.rowCount >= limits.rows { return tooManyRows }
            sink.countRow()
            if let next = reader.read(place, number: lineNumber + 1, into: &sink) {
                lineNumber += 1
                place = next
            } else {
                sink.uncountRow()
            }
        }
        return nil
    }

    /// Reads a document format: the text is held whole, its rows are handed on in slices.
    mutating func document<Reader: DocumentReader & ~Copyable>(
        _ reader: (Cell) -> Reader, _ handOn: (consuming DecodedSlice) throws -> Void
    ) rethrows -> DecodedOutcome {
        let (document, ending) = source.whole()
        if case .stopped(let reason, let excerpt, let remedy, isTrusted: false) = ending {
            return .stopped(Rejection(reason, row: 0, excerpt: excerpt, remedy: remedy), summary)
        }
        var reader = reader(document)
        var fault: Rejection?
        var isReading = true
        while isReading {
            switch reader.read(into: &sink) {
            case .sliceFull:
                try sink.handOn(handOn)
                if sink.rowCount >= limits.rows {
                    fault = tooManyRows
                    isReading = false
                }
            case .end: isReading = false
            case .malformed(let rejection):
                fault = rejection
                isReading = false
            }
        }
        try sink.handOn(handOn)
        // A cut in the compression explains why the document ends early, so it is what is said.
        if case .stopped(let reason, let excerpt, let remedy, let isTrusted) = ending {
            fault = Rejection(reason, row: 0, excerpt: stopped(excerpt, isTrusted), remedy: remedy)
        }
        return fault.map { .stopped($0, summary) } ?? .read(summary)
    }

    private static func endOfBlankLine(_ line: UnsafePointer<UInt8>) -> UnsafePointer<UInt8>? {
        if line.pointee == 0x0A { return line + 1 }
        return line.pointee == 0x0D && line[1] == 0x0A ? line + 2 : nil
    }

    private static func lineEnd(_ line: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
        var end = line
        while end.pointee != 0x0A { end += 1 }
        return end + 1
    }

    private func stopped(_ excerpt: String, _ isTrusted: Bool) -> String {
        let rows = isTrusted ? sink.rowCount : handedOnRows
        return "\(excerpt), \(rows) rows handed on before"
    }

    private func longLine(_ excerpt: String) -> Rejection {
        Rejection(
            .lineTooLong, row: lineNumber, excerpt: excerpt,
            remedy: "Keep a line within \(limits.lineBytes) bytes.")
    }

    private var tooManyRows: Rejection {
        Rejection(
            .inflatedTooLarge, row: lineNumber + 1, excerpt: "more than \(limits.rows) rows",
            remedy: "Send the rows in smaller batches; those before this line were read.")
    }
}

/// The station of the first row that `reader` can read in the beginning of a text; `nil` when there is none.
///
/// - Precondition: `text` is followed by readable bytes as a window is.
func firstStation<Reader: LineReader & ~Copyable>(
    in text: Cell, headerLines: Int, _ reader: consuming Reader, format: FormatID, profile: SourceProfile,
    limits: ReadLimits
) -> StationID? {
    var reader = reader
    var sink = SliceBuilder(format: format, profile: profile, limits: limits, workspace: DecodeWorkspace())
    var place = text.start
    var number = 0
    let end = text.start + text.count
    while place < end {
        guard let feed = Cell(start: place, count: end - place).index(of: 0x0A, from: 0) else { return nil }
        let isBlank = feed == 0 || (feed == 1 && place.pointee == 0x0D)
        number += 1
        if !isBlank, number > headerLines {
            guard reader.read(place, number: number, into: &sink) != nil else { return nil }
            if let station = sink.firstStation { return station }
        }
        place += feed + 1
    }
    return nil
}
