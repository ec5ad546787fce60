// Turns a batch's bytes, compressed or not, into windows of whole lines, and checks every size limit on the way.

internal import Monitoring

/// A view of whole lines: the last byte is a line feed, and at least eight readable bytes follow it.
struct LineWindow {
    var start: UnsafePointer<UInt8>
    var end: UnsafePointer<UInt8>
}

/// The text of a batch, a window at a time, in a buffer that never holds more than one line beyond a window.
struct TextSource: ~Copyable {
    enum Step {
        case lines(LineWindow)
        /// A line longer than `ReadLimits.lineBytes` was skipped; its beginning.
        case longLine(String)
        case end
        /// The bytes cannot be read further. `isTrusted`: what was read before is what was sent; after a failed
        /// checksum it may be anything.
        case stopped(RejectionReason, excerpt: String, remedy: String, isTrusted: Bool)
    }

    static let windowBytes = 256 << 10
    /// A ratio says nothing about the first few lines: it is judged beyond this many inflated bytes.
    static let ratioJudgedFrom = 1 << 20
    static let padding = 64
    /// Bytes by which a format and an encoding are recognised.
    static let sniffBytes = 64 << 10
    /// Bytes of a batch, or of its text, that are read before the pages behind them are given back.
    static let passedBytes = 8 << 20

    private(set) var inflatedByteCount = 0
    private let input: UnsafeRawBufferPointer
    private let limits: ReadLimits
    private let workspace: DecodeWorkspace
    /// `nil` for plain text.
    private let supply: (any TextSupply)?
    /// The workspace's own, to be given back.
    private let inflater: Inflater?
    private var plainOffset = 0
    /// Bytes and text read when pages were given back the last time.
    private var passed = 0
    private var buffer: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// `buffer[lineStart..<filled]` is the beginning of a line whose end is not read yet.
    private var lineStart = 0
    private var filled = 0
    /// No line feed lies between `lineStart` and here.
    private var scanned = 0
    private var isSkippingLine = false
    private var skippedExcerpt = ""
    private var ending: Step?

    /// - Precondition: `input` is not empty.
    init(_ input: UnsafeRawBufferPointer, limits: ReadLimits, workspace: DecodeWorkspace) {
        self.input = input
        self.limits = limits
        self.workspace = workspace
        let framing = CompressedFraming(input)
        inflater = framing.map { workspace.takeInflater($0) }
        inflater?.begin(input)
        supply = inflater
        // Rows of monitoring data inflate about eightfold: a small batch needs a small buffer.
        let wanted = min(Self.windowBytes, framing != nil ? max(16 * input.count, 16 << 10) : input.count + 1)
        (buffer, capacity) = workspace.takeBuffer(capacity: wanted)
    }

    /// The text that `supply` gives.
    init(_ supply: any TextSupply, limits: ReadLimits, workspace: DecodeWorkspace) {
        input = UnsafeRawBufferPointer(start: nil, count: 0)
        self.limits = limits
        self.workspace = workspace
        self.supply = supply
        inflater = nil
        (buffer, capacity) = workspace.takeBuffer(capacity: Self.windowBytes)
    }

    deinit {
        workspace.keep(buffer, capacity: capacity)
        if let inflater { workspace.keep(inflater) }
    }

    /// The first bytes of the text without a byte order mark: enough to tell what it is.
    ///
    /// To be called once, before `next` or `whole`.
    mutating func begin(upTo wanted: Int = Self.sniffBytes) -> Cell {
        while filled < wanted, ending == nil, filled < capacity { ending = fill(upTo: wanted) }
        if filled >= 3, buffer[0] == 0xEF, buffer[1] == 0xBB, buffer[2] == 0xBF { lineStart = 3 }
        return Cell(start: UnsafePointer(buffer) + lineStart, count: filled - lineStart)
    }

    /// How the text ends, once the supply has been read to its end.
    var endingSoFar: Step? { ending }

    /// The fault that ended the text, if one is known by now.
    var fault: Rejection? {
        guard case .stopped(let reason, let excerpt, let remedy, _) = ending else { return nil }
        return Rejection(reason, row: 0, excerpt: excerpt, remedy: remedy)
    }

    /// The next window; the one before it is no longer valid.
    mutating func next() -> Step {
        while true {
            if isSkippingLine {
                if let feed = firstFeed(from: lineStart) {
                    isSkippingLine = false
                    lineStart = feed + 1
                    scanned = lineStart
                    return .longLine(skippedExcerpt)
                }
                lineStart = filled
            } else if let feed = lastFeed(downTo: max(scanned, lineStart)) {
                let window = LineWindow(start: UnsafePointer(buffer) + lineStart, end: UnsafePointer(buffer) + feed + 1)
                lineStart = feed + 1
                scanned = filled
                return .lines(window)
            } else if filled - lineStart > limits.lineBytes {
                isSkippingLine = true
                skippedExcerpt = Cell(start: UnsafePointer(buffer) + lineStart, count: filled - lineStart).excerpt
                lineStart = filled
            }
            scanned = filled
            if let step = emptied() { return step }
            makeRoom()
            ending = fill()
        }
    }

    /// All of the text, for a document that has no lines; `ending` says whether it is complete.
    mutating func whole() -> (document: Cell, ending: Step) {
        while true {
            let document = Cell(start: UnsafePointer(buffer) + lineStart, count: filled - lineStart)
            if filled > limits.documentBytes {
                return (document, Self.tooLarge("more than \(limits.documentBytes) bytes", "Send smaller documents."))
            }
            if let ending { return (document, ending) }
            if filled == capacity { grow() }
            ending = fill()
        }
    }

    /// What is left to say once the supply has ended: the last line without a line feed, then the ending itself.
    private mutating func emptied() -> Step? {
        guard let ending else { return nil }
        if isSkippingLine {
            isSkippingLine = false
            return .longLine(skippedExcerpt)
        }
        // A line that was cut off is not read: 0.25 cut after three bytes would be another number.
        if case .end = ending, lineStart < filled {
            buffer[filled] = 0x0A
            let window = LineWindow(start: UnsafePointer(buffer) + lineStart, end: UnsafePointer(buffer) + filled + 1)
            lineStart = filled
            return .lines(window)
        }
        return ending
    }

    private mutating func makeRoom() {
        if lineStart > 0 {
            buffer.update(from: buffer + lineStart, count: filled - lineStart)
            filled -= lineStart
            lineStart = 0
        }
        scanned = filled
        if filled == capacity { grow() }
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * capacity + Self.padding)
        larger.update(from: buffer, count: filled)
        buffer.deallocate()
        buffer = larger
        capacity *= 2
    }

    /// Adds to the buffer; an ending other than `nil` is final.
    private mutating func fill(upTo wanted: Int = .max) -> Step? {
        // A look at a few bytes does not inflate a window.
        let end = wanted == Self.sniffBytes ? capacity : min(capacity, wanted)
        let room = UnsafeMutableBufferPointer(start: buffer + filled, count: end - filled)
        let (written, ending) = supply.map { inflate($0, into: room) } ?? copy(into: room)
        filled += written
        inflatedByteCount += written
        workspace.consumedByteCount = supply?.consumed ?? plainOffset
        // Text that takes many bytes, and bytes that hold no text.
        let read = inflatedByteCount + workspace.consumedByteCount
        if read - passed >= Self.passedBytes {
            passed = read
            workspace.letGo?()
        }
        if inflatedByteCount > limits.inflatedBytes {
            return Self.tooLarge("more than \(limits.inflatedBytes) bytes of text", "Send the rows in smaller batches.")
        }
        return ending
    }

    private mutating func copy(into room: UnsafeMutableBufferPointer<UInt8>) -> (Int, Step?) {
        let count = min(room.count, input.count - plainOffset)
        let piece = UnsafeRawBufferPointer(rebasing: input[plainOffset..<plainOffset + count])
        UnsafeMutableRawBufferPointer(room).copyMemory(from: piece)
        plainOffset += count
        return (count, plainOffset == input.count ? .end : nil)
    }

    private func inflate(_ supply: any TextSupply, into room: UnsafeMutableBufferPointer<UInt8>) -> (Int, Step?) {
        let outcome = supply.fill(room)
        if supply.memberCount > limits.gzipMembers {
            return (
                0, Self.tooLarge("more than \(limits.gzipMembers) gzip members", "Compress the rows as one stream.")
            )
        }
        // Only where it is told: every window comes by here.
        var place: String { "after \(supply.consumed) compressed bytes" }
        switch outcome {
        case .written(let count):
            let total = inflatedByteCount + count
            if total > Self.ratioJudgedFrom, total / limits.inflationRatio > supply.consumed {
                let found = "\(supply.consumed) bytes inflate to more than \(total)"
                return (0, Self.tooLarge(found, "Send rows that are not almost all alike, or send them uncompressed."))
            }
            return (count, nil)
        case .end(let count): return (count, .end)
        case .truncated(let count):
            let remedy =
                "Send the file again: its \(supply.container) breaks off. The whole rows before the break were read."
            return (count, .stopped(.truncatedCompression, excerpt: place, remedy: remedy, isTrusted: true))
        case .damaged(let count, let words):
            let remedy = "Send the file again: its \(supply.container) is damaged, so none of its rows can be trusted."
            return (
                count, .stopped(.damagedCompression, excerpt: "\(words) \(place)", remedy: remedy, isTrusted: false)
            )
        case .trailingBytes(let count):
            let remedy = "Remove what follows the \(supply.container); every row inside the stream was read."
            let found = "bytes that are not part of the \(supply.container) \(place)"
            return (count, .stopped(.trailingBytes, excerpt: found, remedy: remedy, isTrusted: true))
        case .refused(let count, let rejection):
            let isTrusted = rejection.reason != .damagedCompression
            let (found, remedy) = (rejection.excerpt, rejection.remedy)
            return (count, .stopped(rejection.reason, excerpt: found, remedy: remedy, isTrusted: isTrusted))
        }
    }

    private static func tooLarge(_ found: String, _ remedy: String) -> Step {
        .stopped(.inflatedTooLarge, excerpt: found, remedy: remedy, isTrusted: true)
    }

    private func lastFeed(downTo low: Int) -> Int? {
        var index = filled - 1
        while index >= low {
            if buffer[index] == 0x0A { return index }
            index -= 1
        }
        return nil
    }

    private func firstFeed(from low: Int) -> Int? {
        var index = low
        while index < filled {
            if buffer[index] == 0x0A { return index }
            index += 1
        }
        return nil
    }
}

/// The text behind a batch's bytes and how it ends: what is compared where two libraries inflate the same bytes.
///
/// - Parameter zlibOnly: as zlib alone reads it.
package func inflatedText(
    _ bytes: UnsafeRawBufferPointer, limits: ReadLimits, zlibOnly: Bool
) -> (text: [UInt8], ending: String) {
    if let fault = faultBeforeReading(bytes, limits: limits) { return ([], "\(fault)") }
    var source = TextSource(bytes, limits: limits, workspace: DecodeWorkspace(zlibOnly: zlibOnly))
    _ = source.begin()
    let (document, ending) = source.whole()
    return (Array(document.bytes), "\(ending) \(source.inflatedByteCount)")
}
