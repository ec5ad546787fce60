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
    private let scratch = ColumnScratch()

    package init() {}

    /// The bytes of `chunk`; equal chunks give equal bytes.
    ///
    /// - Precondition: at most `Chunk.versionLimit` versions, in ascending order of start.
    package mutating func encode(_ chunk: borrowing Chunk) -> [UInt8] {
        pack(chunk)
        return writer.bytes
    }

    /// As `encode`, without a copy: the bytes hold for the length of `body`.
    package mutating func withEncoded<Value>(
        _ chunk: borrowing Chunk, _ body: (UnsafeRawBufferPointer) throws -> Value
    ) rethrows -> Value {
        pack(chunk)
        return try writer.bytes.withUnsafeBytes(body)
    }

    private mutating func pack(_ chunk: borrowing Chunk) {
        precondition(chunk.count <= Chunk.versionLimit, "A chunk holds at most its limit of versions.")
        scratch.reserve(chunk.count)
        let values = collectDigits(chunk)
        let scale = commonScale(values)
        writer.reset()
        for byte in ChunkFormat.magic { writer.append(byte) }
        writer.append(
            (chunk.revises ? ChunkFormat.revisesBit : 0) | (scale == nil ? 0 : ChunkFormat.scaledBit))
        writer.appendVarint(chunk.count)
        if chunk.count == 0 { return }
        chunk.start.withUnsafeBufferPointer { appendTimes($0) }
        chunk.sequence.withUnsafeBufferPointer { writer.appendSteps($0, scratch: scratch.steps) }
        chunk.qualifier.withUnsafeBufferPointer { writer.appendSmall($0) }
        appendFlags(chunk)
        appendDigits(values, scale: scale)
    }

    private mutating func appendTimes(_ starts: UnsafeBufferPointer<Int64>) {
        var index = ChunkFormat.timeUnits.count - 1
        while index > 0, !isWhole(starts, in: ChunkFormat.timeUnits[index]) { index -= 1 }
        writer.append(UInt8(index))
        writer.appendSteps(starts, unit: ChunkFormat.timeUnits[index], scratch: scratch.steps)
    }

    /// Whether every start is a multiple of `unit`; divides once a change of step, not once a row.
    private func isWhole(_ starts: UnsafeBufferPointer<Int64>, in unit: Int64) -> Bool {
        if starts[0] % unit != 0 { return false }
        var index = 1
        while index < starts.count {
            let step = starts[index] &- starts[index - 1]
            if step % unit != 0 { return false }
            index = endOfRun(starts, from: index, step: step)
        }
        return true
    }

    private mutating func appendFlags(_ chunk: borrowing Chunk) {
        writer.appendVarint(chunk.flagTable.count - 1)
        for text in chunk.flagTable.dropFirst() {
            writer.appendVarint(text.utf8.count)
            writer.append(contentsOf: text.utf8)
        }
        if chunk.flagTable.count > 1 { chunk.flag.withUnsafeBufferPointer { writer.appendSmall($0) } }
    }

    /// Fills the scratch columns with the mantissas and exponent codes of the rows that carry a value; their number.
    private func collectDigits(_ chunk: borrowing Chunk) -> Int {
        let digits = scratch.digits
        let powers = scratch.powers
        // Read once: a call into another module otherwise, for every row.
        let missing = Qualifier.missing.rawValue
        return chunk.qualifier.withUnsafeBufferPointer { qualifier in
            chunk.mantissa.withUnsafeBufferPointer { mantissa in
                chunk.exponent.withUnsafeBufferPointer { exponent in
                    var signs: UInt8 = 0
                    for sign in qualifier { signs |= sign }
                    if signs == Qualifier.none.rawValue, let source = mantissa.baseAddress {
                        digits.update(from: source, count: mantissa.count)
                        for row in 0..<exponent.count { powers[row] = powerCode(exponent[row]) }
                        return mantissa.count
                    }
                    var count = 0
                    for row in 0..<qualifier.count {
                        digits[count] = mantissa[row]
                        powers[count] = powerCode(exponent[row])
                        // Without a branch: a row without a value is overwritten by the next.
                        count &+= qualifier[row] == missing ? 0 : 1
                    }
                    return count
                }
            }
        }
    }

    /// Zigzag, in a byte.
    @inline(__always)
    private func powerCode(_ exponent: Int8) -> UInt8 { UInt8(bitPattern: (exponent &<< 1) ^ (exponent &>> 7)) }

    /// The smallest exponent, when every mantissa can be brought to it without overflow; else `nil`.
    private func commonScale(_ count: Int) -> Int? {
        let powers = scratch.powers
        guard count > 0 else { return nil }
        var differs: UInt8 = 0
        for index in 0..<count { differs |= powers[index] ^ powers[0] }
        if differs == 0 { return nil }
        var smallest = Int64.max
        for index in 0..<count { smallest = min(smallest, unzigzag(UInt64(powers[index]))) }
        for index in 0..<count {
            let gap = Int(unzigzag(UInt64(powers[index])) - smallest)
            guard gap <= 18 else { return nil }
            if scratch.digits[index].multipliedReportingOverflow(by: powersOfTen[gap]).overflow { return nil }
        }
        return Int(smallest)
    }

    private mutating func appendDigits(_ count: Int, scale: Int?) {
        writer.appendSmall(UnsafeBufferPointer(start: scratch.powers, count: count))
        if let scale {
            for index in 0..<count {
                scratch.digits[index] *= powersOfTen[Int(unzigzag(UInt64(scratch.powers[index]))) - scale]
            }
        }
        writer.appendBlocks(UnsafeBufferPointer(start: scratch.digits, count: count))
    }
}

/// Columns of the chunk being packed.
private final class ColumnScratch {
    private var capacity = 0
    /// Mantissas of the rows that carry a value.
    private(set) var digits = UnsafeMutablePointer<Int64>.allocate(capacity: 1)
    /// Their exponents, zigzag.
    private(set) var powers = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)
    /// Differences of a column of times or log positions.
    private(set) var steps = UnsafeMutablePointer<Int64>.allocate(capacity: 1)

    deinit { free() }

    /// Room for the columns of `rows` rows, and for one more number each.
    func reserve(_ rows: Int) {
        if rows < capacity { return }
        free()
        capacity = max(2 * rows, 512)
        digits = .allocate(capacity: capacity)
        powers = .allocate(capacity: capacity)
        steps = .allocate(capacity: capacity)
    }

    private func free() {
        digits.deallocate()
        powers.deallocate()
        steps.deallocate()
    }
}

/// 10⁰…10¹⁸.
let powersOfTen: [Int64] = (0...18).map { power in (0..<power).reduce(Int64(1)) { product, _ in product * 10 } }
