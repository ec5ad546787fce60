// How a column of integers is packed: runs of equal steps, blocks of few bits, runs of small values.

/// Bytes being written, little-endian.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func reset() { bytes.removeAll(keepingCapacity: true) }
    mutating func append(_ byte: UInt8) { bytes.append(byte) }
    mutating func append(contentsOf text: String.UTF8View) { bytes.append(contentsOf: text) }

    /// Seven bits a byte, lowest first, the high bit set on all but the last.
    mutating func appendVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func appendVarint(_ count: Int) { appendVarint(UInt64(count)) }
    mutating func appendSigned(_ value: Int64) { appendVarint(zigzag(value)) }

    /// `count` numbers of `width` bits each, lowest bit first, the last byte filled with zeros.
    @inline(__always)
    mutating func appendPacked(width: Int, count: Int, _ number: (Int) -> UInt64) {
        if width == 0 { return }
        let from = bytes.count
        let length = (width * count + 7) / 8
        // Whole words are stored; what they reach beyond the last number is cut off again.
        bytes.append(contentsOf: repeatElement(0, count: length + 8))
        bytes.withUnsafeMutableBytes { raw in
            guard var target = raw.baseAddress?.advanced(by: from) else { return }
            var pending: UInt64 = 0
            var pendingBits = 0
            for index in 0..<count {
                let value = number(index)
                pending |= value &<< UInt64(truncatingIfNeeded: pendingBits)
                pendingBits &+= width
                if pendingBits >= 64 {
                    target.storeBytes(of: pending.littleEndian, as: UInt64.self)
                    target += 8
                    pendingBits &-= 64
                    pending = pendingBits == 0 ? 0 : value &>> UInt64(truncatingIfNeeded: width &- pendingBits)
                }
            }
            if pendingBits > 0 { target.storeBytes(of: pending.littleEndian, as: UInt64.self) }
        }
        bytes.removeLast(8)
    }
}

@inline(__always)
func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: (value << 1) ^ (value >> 63)) }

@inline(__always)
func unzigzag(_ value: UInt64) -> Int64 { Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }

@inline(__always)
func bitWidth(_ value: UInt64) -> Int { 64 - value.leadingZeroBitCount }

func varintByteCount(_ value: UInt64) -> Int { max(1, (bitWidth(value) + 6) / 7) }

/// Which of two encodings a column uses; the writer takes the shorter one.
enum ColumnMode: UInt8 {
    case runs = 0
    case packed = 1
}

extension ByteWriter {
    /// Numbers in blocks of `packedBlockLength`: each block as differences, or as distances from its smallest number.
    ///
    /// Block: one byte (bits a number, high bit set for distances), the smallest number less its predecessor
    /// (distances only), the packed bits. The predecessor of the first number is 0.
    mutating func appendBlocks(_ values: UnsafeBufferPointer<Int64>) {
        var previous: Int64 = 0
        var from = 0
        while from < values.count {
            let count = min(packedBlockLength, values.count - from)
            let block = UnsafeBufferPointer(rebasing: values[from..<from + count])
            appendBlock(block, previous: previous)
            previous = block[count - 1]
            from += count
        }
    }

    private mutating func appendBlock(_ block: UnsafeBufferPointer<Int64>, previous: Int64) {
        var differenceBits: UInt64 = 0
        var smallest = block[0]
        var largest = block[0]
        var last = previous
        for value in block {
            differenceBits |= zigzag(value &- last)
            last = value
            smallest = min(smallest, value)
            largest = max(largest, value)
        }
        let differenceWidth = bitWidth(differenceBits)
        let distanceWidth = bitWidth(UInt64(bitPattern: largest &- smallest))
        let base = zigzag(smallest &- previous)
        if distanceWidth * block.count + 8 * varintByteCount(base) < differenceWidth * block.count {
            append(UInt8(distanceWidth) | 0x80)
            appendVarint(base)
            appendPacked(width: distanceWidth, count: block.count) { UInt64(bitPattern: block[$0] &- smallest) }
        } else {
            append(UInt8(differenceWidth))
            appendPacked(width: differenceWidth, count: block.count) { index in
                zigzag(block[index] &- (index == 0 ? previous : block[index - 1]))
            }
        }
    }

    /// Numbers that mostly advance by the same step (times, log positions): the first, then runs of steps, or the
    /// steps in blocks where the runs would be longer.
    ///
    /// - Parameter scratch: room for as many numbers.
    mutating func appendSteps(
        _ values: UnsafeBufferPointer<Int64>, unit: Int64 = 1, scratch: UnsafeMutablePointer<Int64>
    ) {
        guard values.count > 0 else { return }
        appendSigned(values[0] / unit)
        if values.count == 1 { return }
        if appendFewRuns(values, unit: unit) { return }
        var runBytes = 0
        var runLength = 0
        var last: Int64 = 0
        let steps = UnsafeMutableBufferPointer(start: scratch, count: values.count - 1)
        for index in 1..<values.count {
            let step = (values[index] &- values[index - 1]) / unit
            steps[index - 1] = step
            if runLength > 0, step == last {
                runLength += 1
            } else {
                if runLength > 0 { runBytes += varintByteCount(zigzag(last)) + varintByteCount(UInt64(runLength)) }
                runLength = 1
                last = step
            }
        }
        runBytes += varintByteCount(zigzag(last)) + varintByteCount(UInt64(runLength))
        var packed = ByteWriter()
        packed.appendBlocks(UnsafeBufferPointer(steps))
        if packed.bytes.count < runBytes {
            append(ColumnMode.packed.rawValue)
            bytes.append(contentsOf: packed.bytes)
            return
        }
        append(ColumnMode.runs.rawValue)
        var index = 0
        while index < steps.count {
            var end = index + 1
            while end < steps.count, steps[end] == steps[index] { end += 1 }
            appendSigned(steps[index])
            appendVarint(end - index)
            index = end
        }
    }

    /// Writes the steps as runs when there are at most eight, the everyday case: one division a run, not a row.
    private mutating func appendFewRuns(_ values: UnsafeBufferPointer<Int64>, unit: Int64) -> Bool {
        let mark = bytes.count
        append(ColumnMode.runs.rawValue)
        var runs = 0
        var index = 1
        while index < values.count {
            if runs == 8 {
                bytes.removeLast(bytes.count - mark)
                return false
            }
            let step = values[index] &- values[index - 1]
            let end = endOfRun(values, from: index, step: step)
            appendSigned(step / unit)
            appendVarint(end - index)
            index = end
            runs += 1
        }
        return true
    }

    /// Small numbers that seldom change (qualifiers, flags, exponents): runs, or a few bits each.
    mutating func appendSmall(_ values: UnsafeBufferPointer<UInt8>) { appendSmallNumbers(values) }

    /// As above for flags.
    mutating func appendSmall(_ values: UnsafeBufferPointer<UInt16>) { appendSmallNumbers(values) }

    @inline(__always)
    private mutating func appendSmallNumbers<Number: FixedWidthInteger & UnsignedInteger>(
        _ values: UnsafeBufferPointer<Number>
    ) {
        guard values.count > 0 else { return }
        var runBytes = 0
        var largest = values[0]
        var from = 0
        while from < values.count {
            let end = endOfRun(values, from: from)
            largest = max(largest, values[from])
            runBytes += varintByteCount(UInt64(values[from])) + varintByteCount(UInt64(end - from))
            from = end
        }
        let width = bitWidth(UInt64(largest))
        if 1 + (values.count * width + 7) / 8 < runBytes {
            append(ColumnMode.packed.rawValue)
            append(UInt8(width))
            appendPacked(width: width, count: values.count) { UInt64(values[$0]) }
            return
        }
        append(ColumnMode.runs.rawValue)
        from = 0
        while from < values.count {
            let end = endOfRun(values, from: from)
            appendVarint(UInt64(values[from]))
            appendVarint(end - from)
            from = end
        }
    }
}

/// The end of the run of numbers equal to the one at `from`; eight at once where it is long.
@inline(__always)
private func endOfRun<Number: FixedWidthInteger & UnsignedInteger>(
    _ values: UnsafeBufferPointer<Number>, from: Int
) -> Int {
    let first = values[from]
    var end = from + 1
    while end + 8 <= values.count {
        var differs = first ^ values[end]
        for step in 1..<8 { differs |= first ^ values[end &+ step] }
        if differs != 0 { break }
        end += 8
    }
    while end < values.count, values[end] == first { end += 1 }
    return end
}

/// The end of the run of numbers that advance by `step`, of which the one at `from` is the first; four at once where it
/// is long.
@inline(__always)
func endOfRun(_ values: UnsafeBufferPointer<Int64>, from: Int, step: Int64) -> Int {
    var expected = values[from] &+ step
    var end = from + 1
    while end &+ 4 <= values.count {
        let first = (values[end] ^ expected) | (values[end &+ 1] ^ (expected &+ step))
        let second = (values[end &+ 2] ^ (expected &+ 2 &* step)) | (values[end &+ 3] ^ (expected &+ 3 &* step))
        if first | second != 0 { break }
        expected &+= 4 &* step
        end &+= 4
    }
    while end < values.count, values[end] == expected {
        expected &+= step
        end += 1
    }
    return end
}

/// Numbers in one packed block: long enough to hide its header byte, short enough that a spike spoils little.
let packedBlockLength = 64
