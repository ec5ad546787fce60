// Unpacking blocks of few bits into 32-bit columns: the hot loop of every scan.

extension ByteReader {
    /// Reads `count` numbers of the layout `blocks` into `target`; `false`, with the place where it was, when some
    /// might not fit 31 bits.
    ///
    /// - Shape: `target` has room for `count + 8` numbers; what is written beyond `count` means nothing.
    /// - Complexity: O(count).
    /// - Reference: `blocks(into:count:)`; equal wherever this answers `true`.
    mutating func narrowBlocks(
        into target: UnsafeMutablePointer<Int32>, count: Int, padded: UnsafeMutableRawPointer
    ) throws(ChunkProblem) -> Bool {
        let place = offset
        var previous: Int32 = 0
        var row = 0
        while row < count {
            let length = min(packedBlockLength, count - row)
            let header = try byte()
            let width = Int(header & 0x7F)
            var smallest: Int64 = 0
            if header & 0x80 != 0 { smallest = Int64(previous) &+ (try signed()) }
            // Differences of 24 bits, 64 in a row, move a number by less than 2³⁰.
            let isNarrow =
                header & 0x80 != 0
                ? width <= 30 && smallest.magnitude < 1 << 30 : width <= 24 && previous.magnitude < 1 << 30
            guard isNarrow else {
                offset = place
                return false
            }
            let byteCount = (width * length + 7) / 8
            guard byteCount <= bytes.count - offset, let base = bytes.baseAddress else {
                throw .truncated(offset: offset)
            }
            var source = base + offset
            if bytes.count - offset < byteCount + unpackingSlack {
                // Words are loaded whole: near the end of the bytes, from a copy with room behind it.
                padded.copyMemory(from: source, byteCount: byteCount)
                source = UnsafeRawPointer(padded)
            }
            offset += byteCount
            if header & 0x80 != 0 {
                unpackDistances(source, width: width, count: length, from: Int32(smallest), to: target + row)
            } else {
                unpackDifferences(source, width: width, count: length, from: previous, to: target + row)
            }
            row += length
            previous = target[row - 1]
        }
        return true
    }
}

/// Bytes that unpacking may read beyond a block.
let unpackingSlack = 24
/// Room for the widest narrow block and the slack.
let paddedByteCount = 30 * packedBlockLength / 8 + unpackingSlack

/// Running sums of zigzagged differences of `width` ≤ 24 bits; writes whole groups of four.
@inline(__always)
private func unpackDifferences(
    _ source: UnsafeRawPointer, width: Int, count: Int, from first: Int32, to target: UnsafeMutablePointer<Int32>
) {
    var last = first
    if width == 0 {
        for index in 0..<count { target[index] = last }
        return
    }
    let mask: UInt64 = (1 << UInt64(width)) - 1
    @inline(__always)
    func next(_ bits: UInt64, _ index: Int) {
        let number = UInt32(truncatingIfNeeded: bits & mask)
        last = last &+ (Int32(bitPattern: number &>> 1) ^ (0 &- Int32(bitPattern: number & 1)))
        target[index] = last
    }
    let step = UInt64(width)
    var bit = 0
    var index = 0
    if width <= 14 {
        // Four numbers and the odd bits before them fit one word.
        while index < count {
            let word = loadWord(source, bit)
            next(word, index)
            next(word &>> step, index &+ 1)
            next(word &>> (2 &* step), index &+ 2)
            next(word &>> (3 &* step), index &+ 3)
            bit &+= 4 &* width
            index &+= 4
        }
    } else {
        while index < count {
            let low = loadWord(source, bit)
            next(low, index)
            next(low &>> step, index &+ 1)
            let high = loadWord(source, bit &+ 2 &* width)
            next(high, index &+ 2)
            next(high &>> step, index &+ 3)
            bit &+= 4 &* width
            index &+= 4
        }
    }
}

/// Distances of `width` ≤ 30 bits from the smallest number; writes whole pairs.
@inline(__always)
private func unpackDistances(
    _ source: UnsafeRawPointer, width: Int, count: Int, from smallest: Int32, to target: UnsafeMutablePointer<Int32>
) {
    if width == 0 {
        for index in 0..<count { target[index] = smallest }
        return
    }
    let mask: UInt64 = (1 << UInt64(width)) - 1
    let step = UInt64(width)
    var bit = 0
    var index = 0
    if width <= 28 {
        while index < count {
            let word = loadWord(source, bit)
            target[index] = smallest &+ Int32(truncatingIfNeeded: word & mask)
            target[index &+ 1] = smallest &+ Int32(truncatingIfNeeded: (word &>> step) & mask)
            bit &+= 2 &* width
            index &+= 2
        }
    } else {
        while index < count {
            target[index] = smallest &+ Int32(truncatingIfNeeded: loadWord(source, bit) & mask)
            bit &+= width
            index &+= 1
        }
    }
}

/// The bits from `bit` on: at least 57 of them.
@inline(__always)
private func loadWord(_ source: UnsafeRawPointer, _ bit: Int) -> UInt64 {
    UInt64(littleEndian: source.loadUnaligned(fromByteOffset: bit &>> 3, as: UInt64.self)) &>> UInt64(bit & 7)
}
