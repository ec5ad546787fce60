// A cursor over JSON text: numbers stay text, strings are unescaped only where they must be.

internal import Monitoring

/// Reads JSON values where they lie (RFC 8259).
///
/// Every method returns `nil` or `false` where the text is not JSON or ends early. Strings with escapes are written to
/// a scratch area that holds until `forget()`.
struct JSONScanner: ~Copyable {
    enum Value {
        case string(Cell)
        case number(Cell)
        case null
        case other(Cell)
    }

    /// Arrays and objects inside each other that `skipValue` follows.
    static let depthLimit = 64

    private(set) var place: UnsafePointer<UInt8>
    private(set) var end: UnsafePointer<UInt8>
    private var scratch: UnsafeMutablePointer<UInt8>
    private var scratchCapacity: Int
    private var scratchCount = 0

    init() {
        scratchCapacity = 1_024
        scratch = .allocate(capacity: scratchCapacity + TextSource.padding)
        place = UnsafePointer(scratch)
        end = place
    }

    deinit { scratch.deallocate() }

    /// Starts on other text; cells read before are no longer valid.
    mutating func begin(_ text: Cell) {
        place = text.start
        end = text.start + text.count
        scratchCount = 0
        if text.count > scratchCapacity {
            scratch.deallocate()
            scratchCapacity = text.count
            scratch = .allocate(capacity: scratchCapacity + TextSource.padding)
        }
    }

    /// Frees the scratch area for the next record of the same text.
    mutating func forget() { scratchCount = 0 }

    var isAtEnd: Bool { place == end }

    mutating func skipBlanks() {
        while place < end,
            place.pointee == 0x20 || place.pointee == 0x0A || place.pointee == 0x0D
                || place.pointee == 0x09
        {
            place += 1
        }
    }

    /// Skips blanks and takes `byte` if it comes next.
    mutating func take(_ byte: UInt8) -> Bool {
        skipBlanks()
        guard place < end, place.pointee == byte else { return false }
        place += 1
        return true
    }

    /// The next value; an object or array comes back as its text.
    mutating func value() -> Value? {
        skipBlanks()
        guard place < end else { return nil }
        switch place.pointee {
        case 0x22: return string().map { .string($0) }
        case 0x2D, 0x30...0x39: return number().map { .number($0) }
        case 0x6E: return word("null") ? .null : nil
        default:
            let start = place
            return skipValue() ? .other(Cell(start: start, count: place - start)) : nil
        }
    }

    mutating func string() -> Cell? {
        guard take(0x22) else { return nil }
        let start = place
        while place < end {
            switch place.pointee {
            case 0x22:
                place += 1
                return Cell(start: start, count: place - start - 1)
            case 0x5C: return escapedString(from: start)
            case 0x00..<0x20: return nil
            default: place += 1
            }
        }
        return nil
    }

    private mutating func escapedString(from start: UnsafePointer<UInt8>) -> Cell? {
        let first = scratchCount
        (scratch + scratchCount).update(from: start, count: place - start)
        scratchCount += place - start
        while place < end {
            let byte = place.pointee
            place += 1
            switch byte {
            case 0x22: return Cell(start: UnsafePointer(scratch) + first, count: scratchCount - first)
            case 0x5C: if !takeEscape() { return nil }
            case 0x00..<0x20: return nil
            default: write(byte)
            }
        }
        return nil
    }

    private mutating func takeEscape() -> Bool {
        guard place < end else { return false }
        let byte = place.pointee
        place += 1
        switch byte {
        case 0x22, 0x5C, 0x2F: write(byte)
        case 0x62: write(0x08)
        case 0x66: write(0x0C)
        case 0x6E: write(0x0A)
        case 0x72: write(0x0D)
        case 0x74: write(0x09)
        case 0x75:
            guard let scalar = escapedScalar() else { return false }
            for unit in String(Character(scalar)).utf8 { write(unit) }
        default: return false
        }
        return true
    }

    private mutating func escapedScalar() -> Unicode.Scalar? {
        guard let first = hexadecimal() else { return nil }
        guard (0xD800..<0xDC00).contains(first) else { return Unicode.Scalar(first) }
        guard place + 1 < end, place[0] == 0x5C, place[1] == 0x75 else { return nil }
        place += 2
        guard let second = hexadecimal(), (0xDC00..<0xE000).contains(second) else { return nil }
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    }

    private mutating func hexadecimal() -> UInt32? {
        guard end - place >= 4 else { return nil }
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(place.pointee)).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
            place += 1
        }
        return value
    }

    private mutating func write(_ byte: UInt8) {
        // Unescaped text is never longer than its source, so `begin` has made room for all of it.
        scratch[scratchCount] = byte
        scratchCount += 1
    }

    private mutating func number() -> Cell? {
        let start = place
        while place < end {
            switch place.pointee {
            case 0x30...0x39, 0x2B, 0x2D, 0x2E, 0x45, 0x65: place += 1
            default: return Cell(start: start, count: place - start)
            }
        }
        return Cell(start: start, count: place - start)
    }

    private mutating func word(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard end - place >= count, bytesEqual(place, text.utf8Start, count) else { return false }
        place += count
        return true
    }

    /// Steps over one value of any kind.
    mutating func skipValue() -> Bool {
        var closers: [UInt8] = []
        repeat {
            skipBlanks()
            guard place < end else { return false }
            switch place.pointee {
            case 0x22: if string() == nil { return false }
            case 0x2D, 0x30...0x39: if number() == nil { return false }
            case 0x7B, 0x5B:
                if closers.count == Self.depthLimit { return false }
                closers.append(place.pointee == 0x7B ? 0x7D : 0x5D)
                place += 1
            case 0x7D, 0x5D:
                if closers.popLast() != place.pointee { return false }
                place += 1
            case 0x2C, 0x3A:
                if closers.isEmpty { return false }
                place += 1
            default: if !word("null") && !word("true") && !word("false") { return false }
            }
        } while !closers.isEmpty
        return true
    }
}
