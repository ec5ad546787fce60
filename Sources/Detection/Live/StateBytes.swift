// The bytes of a detector's state: whole numbers in seven-bit groups, every length checked before it is believed.

package import Exact
package import Monitoring

/// Why stored bytes are no state: they are then dropped and the state is computed again from the readings.
package enum StateProblem: Error, Hashable, Sendable {
    /// Written by another version of the detectors.
    case otherVersion
    case damaged(offset: Int)
}

/// Bytes being written.
package struct StateWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func write(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    package mutating func write(_ number: Int64) { write(UInt64(bitPattern: number << 1 ^ number >> 63)) }
    package mutating func write(_ number: Int) { write(Int64(number)) }
    package mutating func write(_ isSet: Bool) { bytes.append(isSet ? 1 : 0) }
    package mutating func write(_ instant: Instant) { write(instant.milliseconds) }

    /// Every bit of it, least first: a restart goes on with the same number.
    package mutating func write(_ number: Double) {
        withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Another state's bytes, after their count.
    mutating func write(_ inner: [UInt8]) {
        write(inner.count)
        bytes += inner
    }

    package mutating func write(_ decimal: ExactDecimal) {
        write(decimal.mantissa)
        write(Int64(decimal.exponent))
    }

    package mutating func write(_ fraction: Fraction) {
        let text = Array(fraction.description.utf8)
        write(text.count)
        bytes += text
    }

    package mutating func write<Value>(
        _ value: Value?, _ write: (inout StateWriter, Value) -> Void
    ) {
        self.write(value != nil)
        if let value { write(&self, value) }
    }

    package mutating func write(_ instant: Instant?) { write(instant) { $0.write($1) } }
}

/// Bytes being read, with the place reached.
package struct StateReader {
    private let bytes: [UInt8]
    private var offset = 0

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var isAtEnd: Bool { offset == bytes.count }
    package var problem: StateProblem { .damaged(offset: offset) }

    package mutating func byte() throws(StateProblem) -> UInt8 {
        guard offset < bytes.count else { throw problem }
        offset += 1
        return bytes[offset - 1]
    }

    /// The next bytes.
    mutating func take(_ length: Int) throws(StateProblem) -> [UInt8] {
        guard length <= bytes.count - offset else { throw problem }
        offset += length
        return Array(bytes[(offset - length)..<offset])
    }

    package mutating func unsigned() throws(StateProblem) -> UInt64 {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            if shift == 63, next > 1 { throw problem }
            number |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return number }
            shift += 7
            if shift > 63 { throw problem }
        }
    }

    package mutating func signed() throws(StateProblem) -> Int64 {
        let folded = try unsigned()
        return Int64(bitPattern: folded >> 1) ^ -Int64(bitPattern: folded & 1)
    }

    package mutating func integer() throws(StateProblem) -> Int { Int(try signed()) }

    /// A number that counts something.
    package mutating func count() throws(StateProblem) -> Int {
        let number = try integer()
        guard number >= 0 else { throw problem }
        return number
    }

    package mutating func flag() throws(StateProblem) -> Bool {
        switch try byte() {
        case 0: return false
        case 1: return true
        default: throw problem
        }
    }

    package mutating func double() throws(StateProblem) -> Double {
        var bits: UInt64 = 0
        for shift in 0..<8 { bits |= UInt64(try byte()) << UInt64(8 * shift) }
        return Double(bitPattern: bits)
    }

    /// An instant of the calendar's years: later arithmetic on it cannot overflow.
    package mutating func instant() throws(StateProblem) -> Instant {
        let milliseconds = try signed()
        guard milliseconds.magnitude <= 1 << 52 else { throw problem }
        return Instant(milliseconds: milliseconds)
    }

    package mutating func optionalInstant() throws(StateProblem) -> Instant? { try flag() ? try instant() : nil }

    package mutating func decimal() throws(StateProblem) -> ExactDecimal {
        let mantissa = try signed()
        guard let exponent = Int8(exactly: try signed()), ExactDecimal.exponentRange.contains(Int(exponent)),
            mantissa.magnitude < 1_000_000_000_000_000_000
        else { throw problem }
        return ExactDecimal(mantissa: mantissa, exponent: exponent)
    }

    package mutating func fraction() throws(StateProblem) -> Fraction {
        let length = try count()
        guard length <= Fraction.textLimit, length <= bytes.count - offset else { throw problem }
        guard let fraction = Fraction(String(decoding: bytes[offset..<offset + length], as: UTF8.self)) else {
            throw problem
        }
        offset += length
        return fraction
    }
}

extension Instant {
    /// Within the civil calendar's years 1…9999, a day less at both ends for any zone.
    var isInCalendar: Bool { -62_135_510_400_000...253_402_214_400_000 ~= milliseconds }
}
