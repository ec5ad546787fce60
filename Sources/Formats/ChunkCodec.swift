// Chunk to bytes: lossless, digits as received. docs/data-file.md gives the layout byte by byte.

import Monitoring

/// The first bytes of every encoded chunk: `TC` and the version of the layout.
enum ChunkFormat {
    static let magic: [UInt8] = [0x54, 0x43, 1]
    static let revisesBit: UInt8 = 1
    /// Mantissas are brought to the chunk's smallest exponent before packing.
    static let scaledBit: UInt8 = 2
    static let timeUnits: [Int64] = [1, 1_000, 60_000, 600_000, 3_600_000, 14_400_000, 86_400_000]
}

/// Packs chunks into bytes; keeps its scratch memory from one chunk to the next.
package struct ChunkEncoder {
    private var writer = ByteWriter()
    private var steps: [Int64] = []
    private var small: [UInt16] = []
    private var digits: [Int64] = []

    package init() {}

    /// The bytes of `chunk`; equal chunks give equal bytes.
    ///
    /// - Precondition: at most `Chunk.versionLimit` versions, in ascending order of start.
    package mutating func encode(_ chunk: borrowing Chunk) -> [UInt8] {
        precondition(chunk.count <= Chunk.versionLimit, "A chunk holds at most its limit of versions.")
        collectDigits(chunk)
        let scale = commonScale(chunk)
        writer.reset()
        for byte in ChunkFormat.magic { writer.append(byte) }
        writer.append(
            (chunk.revises ? ChunkFormat.revisesBit : 0) | (scale == nil ? 0 : ChunkFormat.scaledBit))
        writer.appendVarint(chunk.count)
        if chunk.count == 0 { return writer.bytes }
        appendTimes(chunk)
        writer.appendSteps(chunk.sequence, scratch: &steps)
        small.removeAll(keepingCapacity: true)
        for value in chunk.qualifier { small.append(UInt16(value)) }
        writer.appendSmall(small)
        appendFlags(chunk)
        appendDigits(chunk, scale: scale)
        return writer.bytes
    }

    private mutating func appendTimes(_ chunk: borrowing Chunk) {
        var index = ChunkFormat.timeUnits.count - 1
        while index > 0, !isWhole(chunk.start, in: ChunkFormat.timeUnits[index]) { index -= 1 }
        writer.append(UInt8(index))
        writer.appendSteps(chunk.start, unit: ChunkFormat.timeUnits[index], scratch: &steps)
    }

    /// Whether every start is a multiple of `unit`; divides once a change of step, not once a row.
    private func isWhole(_ starts: borrowing [Int64], in unit: Int64) -> Bool {
        if starts[0] % unit != 0 { return false }
        var last: Int64 = 0
        for index in 1..<starts.count {
            let step = starts[index] &- starts[index - 1]
            if step != last, step % unit != 0 { return false }
            last = step
        }
        return true
    }

    private mutating func appendFlags(_ chunk: borrowing Chunk) {
        writer.appendVarint(chunk.flagTable.count - 1)
        for text in chunk.flagTable.dropFirst() {
            writer.appendVarint(text.utf8.count)
            writer.append(contentsOf: text.utf8)
        }
        if chunk.flagTable.count > 1 { writer.appendSmall(chunk.flag) }
    }

    /// Fills `small` with the exponents and `digits` with the mantissas of the rows that carry a value.
    private mutating func collectDigits(_ chunk: borrowing Chunk) {
        digits.removeAll(keepingCapacity: true)
        small.removeAll(keepingCapacity: true)
        for row in 0..<chunk.count where chunk.qualifier[row] != Qualifier.missing.rawValue {
            digits.append(chunk.mantissa[row])
            small.append(UInt16(zigzag(Int64(chunk.exponent[row]))))
        }
    }

    /// The smallest exponent, when every mantissa can be brought to it without overflow; else `nil`.
    private mutating func commonScale(_ chunk: borrowing Chunk) -> Int? {
        guard let first = small.first, small.contains(where: { $0 != first }) else { return nil }
        let smallest = small.reduce(Int64.max) { min($0, unzigzag(UInt64($1))) }
        for index in 0..<digits.count {
            let gap = Int(unzigzag(UInt64(small[index])) - smallest)
            guard gap <= 18 else { return nil }
            let (scaled, overflow) = digits[index].multipliedReportingOverflow(by: powersOfTen[gap])
            if overflow { return nil }
            _ = scaled
        }
        return Int(smallest)
    }

    private mutating func appendDigits(_ chunk: borrowing Chunk, scale: Int?) {
        collectDigits(chunk)
        writer.appendSmall(small)
        if let scale {
            for index in 0..<digits.count {
                digits[index] *= powersOfTen[Int(unzigzag(UInt64(small[index]))) - scale]
            }
        }
        digits.withUnsafeBufferPointer { writer.appendBlocks($0) }
    }
}

/// 10⁰…10¹⁸.
let powersOfTen: [Int64] = (0...18).map { power in (0..<power).reduce(Int64(1)) { product, _ in product * 10 } }
