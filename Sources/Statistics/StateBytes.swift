// States as bytes and back: little-endian, every bit of a number kept, nothing read beyond the end.

/// Writes a state.
struct StateWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ value: UInt64) { withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) } }

    mutating func write(_ value: Int) { write(UInt64(bitPattern: Int64(value))) }
    mutating func write(_ value: Double) { write(value.bitPattern) }
    mutating func write(_ value: Bool) { write(UInt8(value ? 1 : 0)) }
    mutating func write(_ value: UInt8) { bytes.append(value) }

    /// The count, then the elements.
    mutating func write(_ values: [Double]) {
        write(values.count)
        bytes.reserveCapacity(bytes.count + 8 * values.count)
        for value in values { write(value) }
    }
}

/// Reads a state; a read beyond the end makes it fail for good.
struct StateReader {
    private let bytes: [UInt8]
    private var place = 0
    /// Nothing was read that is not there.
    private(set) var isWhole = true

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Everything was read, and nothing more.
    var isAtEnd: Bool { isWhole && place == bytes.count }

    mutating func byte() -> UInt8 {
        guard place < bytes.count else {
            isWhole = false
            return 0
        }
        place += 1
        return bytes[place - 1]
    }

    mutating func word() -> UInt64 {
        guard bytes.count - place >= 8 else {
            isWhole = false
            place = bytes.count
            return 0
        }
        defer { place += 8 }
        return bytes.withUnsafeBytes {
            UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: UInt64.self))
        }
    }

    mutating func integer() -> Int { Int(Int64(bitPattern: word())) }
    mutating func number() -> Double { Double(bitPattern: word()) }
    mutating func flag() -> Bool { byte() != 0 }

    /// A list of at most `limit` numbers.
    mutating func numbers(limit: Int) -> [Double] {
        let count = integer()
        guard isWhole, (0...limit).contains(count), bytes.count - place >= 8 * count else {
            isWhole = false
            return []
        }
        return (0..<count).map { _ in number() }
    }
}
