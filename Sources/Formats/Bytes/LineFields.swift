// Splits one line of comma-separated text into cells: RFC 4180, except that a quoted field ends on its line.

/// What splitting a line found.
enum LineSplit {
    case fields
    case blank
    case tooManyFields
    /// A quoted field that has no closing quote on its line.
    case unclosedQuote
    /// Text between a closing quote and the next comma.
    case textAfterQuote
}

/// The cells of one line at a time; a view into the window, or into `scratch` where quotes had to be removed.
///
/// A line break inside quotes is refused: monitoring rows have none, and a lost quote must cost one row, not the rest
/// of the batch.
struct LineFields: ~Copyable {
    private(set) var count = 0
    /// The first byte after the line.
    private(set) var next: UnsafePointer<UInt8>
    private let cells: UnsafeMutablePointer<Cell>
    private let capacity: Int
    private var scratch: UnsafeMutablePointer<UInt8>
    private var scratchCapacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        cells = .allocate(capacity: capacity)
        scratchCapacity = 64
        scratch = .allocate(capacity: scratchCapacity)
        next = UnsafePointer(scratch)
    }

    deinit {
        cells.deallocate()
        scratch.deallocate()
    }

    @inline(__always)
    subscript(index: Int) -> Cell { cells[index] }

    func withCells<Result>(_ body: (UnsafePointer<Cell>) -> Result) -> Result { body(UnsafePointer(cells)) }

    /// Splits the line at `line`.
    ///
    /// - Precondition: a line feed follows, and eight more readable bytes after it.
    @inline(__always)
    mutating func split(_ line: UnsafePointer<UInt8>) -> LineSplit {
        var found = 0
        var fieldStart = line
        var word = line
        while true {
            let bytes = loadWord(word)
            // High bit set in every byte below 0x2D: comma, quote, line ends and a few others.
            var marks = ~(((bytes & 0x7F7F_7F7F_7F7F_7F7F) &+ 0x5353_5353_5353_5353) | bytes) & 0x8080_8080_8080_8080
            while marks != 0 {
                let mark = word + (marks.trailingZeroBitCount &>> 3)
                let byte = mark.pointee
                if byte == 0x2C {
                    if found == capacity { return overflow(from: mark) }
                    cells[found] = Cell(start: fieldStart, count: mark - fieldStart)
                    found &+= 1
                    fieldStart = mark + 1
                } else if byte == 0x0A {
                    if found == capacity { return overflow(from: mark) }
                    var length = mark - fieldStart
                    if length > 0, mark[-1] == 0x0D { length -= 1 }
                    cells[found] = Cell(start: fieldStart, count: length)
                    count = found &+ 1
                    next = mark + 1
                    return found == 0 && length == 0 ? .blank : .fields
                } else if byte == 0x22 {
                    return splitQuoted(line)
                }
                marks &= marks &- 1
            }
            word += 8
        }
    }

    /// Splits a line whose cells stand apart by another byte than a comma.
    mutating func split(_ line: UnsafePointer<UInt8>, by separator: UInt8) -> LineSplit {
        if separator == 0x2C { return split(line) }
        let found = splitQuoted(line, by: separator)
        return found == .fields && count == 1 && cells[0].isEmpty ? .blank : found
    }

    private mutating func overflow(from mark: UnsafePointer<UInt8>) -> LineSplit {
        var end = mark
        while end.pointee != 0x0A { end += 1 }
        next = end + 1
        count = capacity
        return .tooManyFields
    }

    @inline(never)
    private mutating func splitQuoted(_ line: UnsafePointer<UInt8>, by separator: UInt8 = 0x2C) -> LineSplit {
        var end = line
        while end.pointee != 0x0A { end += 1 }
        next = end + 1
        if end > line, end[-1] == 0x0D { end -= 1 }
        reserveScratch(end - line + 16)
        count = 0
        var written = 0
        var place = line
        while true {
            if count == capacity { return .tooManyFields }
            if place < end, place.pointee == 0x22 {
                let start = written
                place += 1
                while true {
                    if place == end { return .unclosedQuote }
                    if place.pointee == 0x22 {
                        place += 1
                        if place == end || place.pointee != 0x22 { break }
                    }
                    scratch[written] = place.pointee
                    written += 1
                    place += 1
                }
                cells[count] = Cell(start: UnsafePointer(scratch) + start, count: written - start)
                if place < end, place.pointee != separator { return .textAfterQuote }
            } else {
                let start = place
                while place < end, place.pointee != separator { place += 1 }
                cells[count] = Cell(start: start, count: place - start)
            }
            count += 1
            if place == end { return .fields }
            place += 1
        }
    }

    private mutating func reserveScratch(_ size: Int) {
        if size <= scratchCapacity { return }
        scratch.deallocate()
        scratchCapacity = max(size, 2 * scratchCapacity)
        scratch = .allocate(capacity: scratchCapacity)
    }
}
