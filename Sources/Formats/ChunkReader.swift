// The reading half of the column encodings: every length is checked before it is believed.

/// Bytes being read, with the place reached.
struct ByteReader {
    let bytes: UnsafeRawBufferPointer
    var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    @inline(__always)
    mutating func byte() throws(ChunkProblem) -> UInt8 {
        guard offset < bytes.count else { throw .truncated(offset: offset) }
        offset += 1
        return bytes[offset - 1]
    }

    @inline(__always)
    mutating func varint() throws(ChunkProblem) -> UInt64 {
        // Most are of one byte.
        if offset < bytes.count, bytes[offset] < 0x80 {
            offset += 1
            return UInt64(bytes[offset - 1])
        }
        return try longVarint()
    }

    private mutating func longVarint() throws(ChunkProblem) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            if shift == 63, next > 1 { throw .damaged(offset: offset - 1) }
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
            shift += 7
            if shift > 63 { throw .damaged(offset: offset - 1) }
        }
    }

    mutating func signed() throws(ChunkProblem) -> Int64 { unzigzag(try varint()) }

    /// Whether the next bytes are these.
    func follows(_ expected: [UInt8]) -> Bool {
        guard expected.count <= bytes.count - offset else { return false }
        return expected.elementsEqual(bytes[offset..<offset + expected.count])
    }

    mutating func take(_ length: UInt64) throws(ChunkProblem) -> UnsafeRawBufferPointer {
        guard length <= UInt64(bytes.count - offset) else { throw .truncated(offset: offset) }
        let part = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + Int(length)])
        offset += Int(length)
        return part
    }

    /// Reads `count` numbers of `width` bits each behind those of `values`, each as `number` makes it of its bits.
    ///
    /// - Precondition: `width` is at most 64.
    @inline(__always)
    mutating func packed<Number: FixedWidthInteger>(
        into values: inout [Number], width: Int, count: Int, _ number: (UInt64) -> Number
    ) throws(ChunkProblem) {
        let part = try take(UInt64((width * count + 7) / 8))
        let from = values.count
        values.append(contentsOf: repeatElement(0, count: count))
        values.withUnsafeMutableBufferPointer { values in
            Self.unpack(part, width: width, UnsafeMutableBufferPointer(rebasing: values[from...]), number)
        }
    }

    @inline(__always)
    private static func unpack<Number: FixedWidthInteger>(
        _ part: UnsafeRawBufferPointer, width: Int, _ values: UnsafeMutableBufferPointer<Number>,
        _ number: (UInt64) -> Number
    ) {
        if width == 0 {
            for index in values.indices { values[index] = number(0) }
            return
        }
        let mask: UInt64 = width == 64 ? .max : (1 << UInt64(width)) - 1
        var pending: UInt64 = 0
        var pendingBits = 0
        var from = 0
        for index in values.indices {
            if pendingBits >= width {
                values[index] = number(pending & mask)
                pending = width == 64 ? 0 : pending >> UInt64(width)
                pendingBits -= width
                continue
            }
            var next: UInt64 = 0
            let available = min(8, part.count - from)
            if available == 8 {
                next = UInt64(littleEndian: part.loadUnaligned(fromByteOffset: from, as: UInt64.self))
            } else {
                for byte in 0..<available { next |= UInt64(part[from + byte]) << UInt64(8 * byte) }
            }
            from += available
            values[index] = number((pending | next << UInt64(pendingBits)) & mask)
            let used = width - pendingBits
            pending = used == 64 ? 0 : next >> UInt64(used)
            pendingBits = available * 8 - used
        }
    }

    mutating func blocks(into values: inout [Int64], count: Int) throws(ChunkProblem) {
        var previous: Int64 = 0
        var left = count
        while left > 0 {
            let length = min(packedBlockLength, left)
            let place = offset
            let header = try byte()
            let width = Int(header & 0x7F)
            guard width <= 64 else { throw .damaged(offset: place) }
            if header & 0x80 != 0 {
                let smallest = previous &+ (try signed())
                try packed(into: &values, width: width, count: length) { smallest &+ Int64(bitPattern: $0) }
                previous = values[values.count - 1]
            } else {
                try packed(into: &values, width: width, count: length) { difference in
                    previous = previous &+ unzigzag(difference)
                    return previous
                }
            }
            left -= length
        }
    }

    mutating func mode() throws(ChunkProblem) -> ColumnMode {
        guard let mode = ColumnMode(rawValue: try byte()) else { throw .damaged(offset: offset - 1) }
        return mode
    }

    mutating func steps(into values: inout [Int64], count: Int) throws(ChunkProblem) {
        if count == 0 { return }
        var last = try signed()
        if count == 1 {
            values.append(last)
            return
        }
        if try mode() == .packed {
            try blocks(into: &values, count: count - 1)
            // The steps were read in place; turn them into the running sum, one to the right.
            values.append(0)
            for index in 0..<count {
                let step = values[index]
                values[index] = last
                last = last &+ step
            }
            return
        }
        values.append(last)
        while values.count < count {
            let step = try signed()
            let length = try varint()
            guard length > 0, length <= UInt64(count - values.count) else { throw .damaged(offset: offset) }
            let from = values.count
            values.append(contentsOf: repeatElement(0, count: Int(length)))
            values.withUnsafeMutableBufferPointer { values in
                for index in from..<values.count {
                    last = last &+ step
                    values[index] = last
                }
            }
        }
    }

    /// Reads `count` numbers of at most `limit` behind those of `values`.
    mutating func small<Number: FixedWidthInteger & UnsignedInteger>(
        into values: inout [Number], count: Int, limit: UInt16
    ) throws(ChunkProblem) {
        if count == 0 { return }
        let place = offset
        if try mode() == .packed {
            let width = Int(try byte())
            guard width <= 16 else { throw .damaged(offset: place) }
            var largest: UInt64 = 0
            try packed(into: &values, width: width, count: count) { value in
                largest = max(largest, value)
                return Number(truncatingIfNeeded: value)
            }
            guard largest <= UInt64(limit) else { throw .damaged(offset: place) }
            return
        }
        var left = count
        while left > 0 {
            let value = try varint()
            let length = try varint()
            guard value <= UInt64(limit), length > 0, length <= UInt64(left) else { throw .damaged(offset: place) }
            values.append(contentsOf: repeatElement(Number(value), count: Int(length)))
            left -= Int(length)
        }
    }
}
