// Bytes of a chunk to columns, run by run: the everyday chunk without a step per row, any other by its current view.

import Monitoring

/// Reads chunks as blocks; keeps its scratch memory and the flags met from one chunk to the next.
package struct SeriesBlockReader {
    package private(set) var flags = FlagNames()
    private var chunk = Chunk()
    private var numbers: [Int64] = []
    private var exponents: [SeriesBlock.CodeRun] = []
    private let padded = PaddedBytes()
    /// Chunks that were read the slow way.
    package private(set) var slowCount = 0

    package init() {}

    /// Reads `bytes` into `block` when the chunk is an everyday one: one version a start, all of them seen, and
    /// mantissas that have a common exponent.
    ///
    /// - Returns: `false` when it is not, or when the bytes are no chunk; `blocks` tells then.
    /// - Complexity: O(versions), most of it in `narrowBlocks`.
    /// - Reference: `SeriesBlock.blocksReference(_:filter:flags:)`; the same block.
    package mutating func read(
        _ bytes: UnsafeRawBufferPointer, filter: VersionFilter, into block: inout SeriesBlock
    ) -> Bool {
        let isRead = (try? readEveryday(bytes, filter, &block)) ?? false
        if !isRead { slowCount += 1 }
        return isRead
    }

    /// The blocks of any chunk.
    package mutating func blocks(
        _ bytes: UnsafeRawBufferPointer, filter: VersionFilter
    ) throws(ChunkProblem) -> [SeriesBlock] {
        try chunk.decode(bytes)
        return try SeriesBlock.blocksReference(chunk, filter: filter, flags: &flags)
    }

    private mutating func readEveryday(
        _ bytes: UnsafeRawBufferPointer, _ filter: VersionFilter, _ block: inout SeriesBlock
    ) throws(ChunkProblem) -> Bool {
        var reader = ByteReader(bytes)
        guard bytes.count >= 4, bytes[0] == ChunkFormat.magic[0], bytes[1] == ChunkFormat.magic[1],
            bytes[2] == ChunkFormat.magic[2]
        else { return false }
        reader.offset = 3
        let bits = try reader.byte()
        guard bits & ~(ChunkFormat.revisesBit | ChunkFormat.scaledBit) == 0 else { return false }
        let claimed = try reader.varint()
        guard claimed <= UInt64(Chunk.versionLimit) else { return false }
        let rows = Int(claimed)
        block.reset(rows: rows)
        if rows == 0 { return reader.offset == bytes.count }
        guard try readTimes(&reader, rows, &block), try readSequences(&reader, rows, filter) else { return false }
        try Self.runs(&reader, count: rows, limit: 3, into: &block.qualifiers)
        try readFlags(&reader, rows, &block)
        let present = markValues(&block)
        guard try readDigits(&reader, present, isScaled: bits & ChunkFormat.scaledBit != 0, &block) else {
            return false
        }
        return reader.offset == bytes.count
    }

    private mutating func readTimes(
        _ reader: inout ByteReader, _ rows: Int, _ block: inout SeriesBlock
    ) throws(ChunkProblem) -> Bool {
        let code = Int(try reader.byte())
        guard code < ChunkFormat.timeUnits.count else { return false }
        let unit = ChunkFormat.timeUnits[code]
        let first = try reader.signed()
        let bounds = Chunk.startRange.lowerBound / unit...Chunk.startRange.upperBound / unit
        guard bounds.contains(first) else { return false }
        block.times.append(SeriesBlock.TimeRun(row: 0, count: 1, start: first * unit, step: 0))
        if rows == 1 { return true }
        var last = first
        /// Several versions of a start have a step of 0.
        func append(_ step: Int64, _ length: Int) -> Bool {
            guard step > 0, step <= bounds.upperBound - last else { return false }
            let (way, isTooFar) = step.multipliedReportingOverflow(by: Int64(length))
            guard !isTooFar, way <= bounds.upperBound - last else { return false }
            last += way
            block.appendTimes(step: step * unit, length: length)
            return true
        }
        if try reader.mode() == .packed {
            numbers.removeAll(keepingCapacity: true)
            try reader.blocks(into: &numbers, count: rows - 1)
            return numbers.allSatisfy { append($0, 1) }
        }
        var left = rows - 1
        while left > 0 {
            let step = try reader.signed()
            let length = try reader.varint()
            guard length > 0, length <= UInt64(left), append(step, Int(length)) else { return false }
            left -= Int(length)
        }
        return true
    }

    /// Whether every version is seen, by the smallest and the largest sequence.
    private mutating func readSequences(
        _ reader: inout ByteReader, _ rows: Int, _ filter: VersionFilter
    ) throws(ChunkProblem) -> Bool {
        let first = try reader.signed()
        var (smallest, largest, last) = (first, first, first)
        if rows > 1 {
            if try reader.mode() == .packed {
                numbers.removeAll(keepingCapacity: true)
                try reader.blocks(into: &numbers, count: rows - 1)
                for step in numbers {
                    last = last &+ step
                    smallest = min(smallest, last)
                    largest = max(largest, last)
                }
            } else {
                var left = rows - 1
                while left > 0 {
                    let step = try reader.signed()
                    let length = try reader.varint()
                    guard length > 0, length <= UInt64(left) else { return false }
                    let (way, isTooFar) = step.multipliedReportingOverflow(by: Int64(length))
                    let (end, isBeyond) = last.addingReportingOverflow(way)
                    guard !isTooFar, !isBeyond else { return false }
                    last = end
                    smallest = min(smallest, last)
                    largest = max(largest, last)
                    left -= Int(length)
                }
            }
        }
        return filter.seesAll(smallest...largest)
    }

    private mutating func readFlags(
        _ reader: inout ByteReader, _ rows: Int, _ block: inout SeriesBlock
    ) throws(ChunkProblem) {
        let place = reader.offset
        let claimed = try reader.varint()
        guard claimed < UInt64(ObservationBlock.flagLimit) else { throw .damaged(offset: place) }
        if claimed == 0 {
            block.flags.append(SeriesBlock.CodeRun(code: 0, end: rows))
            return
        }
        numbers.removeAll(keepingCapacity: true)
        for _ in 0..<Int(claimed) {
            let text = try reader.take(try reader.varint())
            guard !text.isEmpty, let index = flags.index(of: text) else { throw .damaged(offset: place) }
            numbers.append(Int64(index))
        }
        try Self.runs(&reader, count: rows, limit: UInt16(claimed), into: &block.flags)
        for run in block.flags.indices where block.flags[run].code > 0 {
            let code = UInt16(numbers[Int(block.flags[run].code) - 1])
            block.flags[run] = SeriesBlock.CodeRun(code: code, end: block.flags[run].end)
        }
    }

    /// Sets `hasValue` from the qualifiers; the number of rows with a value.
    private func markValues(_ block: inout SeriesBlock) -> Int {
        for word in 0..<block.wordCount { block.hasValue[word] = 0 }
        var present = 0
        var row = 0
        for run in block.qualifiers {
            if run.code != UInt16(Qualifier.missing.rawValue) {
                SeriesBlock.setBits(&block.hasValue, row..<run.end, to: true)
                present += run.end - row
            }
            row = run.end
        }
        return present
    }

    private mutating func readDigits(
        _ reader: inout ByteReader, _ present: Int, isScaled: Bool, _ block: inout SeriesBlock
    ) throws(ChunkProblem) -> Bool {
        exponents.removeAll(keepingCapacity: true)
        try Self.runs(&reader, count: present, limit: 36, into: &exponents)
        var smallest: Int8?
        for run in exponents {
            let power = Int8(unzigzag(UInt64(run.code)))
            smallest = min(smallest ?? power, power)
        }
        block.exponent = smallest ?? 0
        guard isScaled || exponents.count <= 1 else { return false }
        let isNarrow = try block.narrow.withUnsafeMutableBufferPointer { column throws(ChunkProblem) in
            guard let target = column.baseAddress else { return present == 0 }
            return try reader.narrowBlocks(into: target, count: present, padded: padded.start)
        }
        if isNarrow {
            if isScaled, !isWhole(block) { return false }
            block.spread(present)
            return true
        }
        guard !isScaled else { return false }
        numbers.removeAll(keepingCapacity: true)
        try reader.blocks(into: &numbers, count: present)
        if present < block.count { Self.spread(&numbers, block) }
        block.take(numbers)
        return true
    }

    /// Whether each scaled mantissa is a whole number at the exponent it was received with.
    private func isWhole(_ block: SeriesBlock) -> Bool {
        var row = 0
        for run in exponents {
            let gap = Int(unzigzag(UInt64(run.code))) - Int(block.exponent)
            guard gap <= 18 else { return false }
            let power = powersOfTen[gap]
            if gap > 0 {
                for index in row..<run.end where Int64(block.narrow[index]) % power != 0 { return false }
            }
            row = run.end
        }
        return true
    }

    /// As `SeriesBlock.spread` for wide numbers.
    private static func spread(_ numbers: inout [Int64], _ block: SeriesBlock) {
        var from = numbers.count
        numbers.append(contentsOf: repeatElement(0, count: block.count - from))
        for row in stride(from: block.count - 1, through: 0, by: -1) {
            if block.hasValue(row) {
                from -= 1
                numbers[row] = numbers[from]
            } else {
                numbers[row] = 0
            }
        }
    }

    /// A column of small numbers as runs; equal neighbours are one run.
    private static func runs(
        _ reader: inout ByteReader, count: Int, limit: UInt16, into runs: inout [SeriesBlock.CodeRun]
    ) throws(ChunkProblem) {
        if count == 0 { return }
        let place = reader.offset
        if try reader.mode() == .packed {
            if try reader.byte() == 0 {
                runs.append(SeriesBlock.CodeRun(code: 0, end: count))
                return
            }
            reader.offset = place
            var codes: [UInt16] = []
            try reader.small(into: &codes, count: count, limit: limit)
            for (row, code) in codes.enumerated() { SeriesBlock.append(code, row, to: &runs) }
            return
        }
        var row = 0
        while row < count {
            let value = try reader.varint()
            let length = try reader.varint()
            guard value <= UInt64(limit), length > 0, length <= UInt64(count - row) else {
                throw .damaged(offset: place)
            }
            row += Int(length)
            if let last = runs.last, UInt64(last.code) == value {
                runs[runs.count - 1].end = row
            } else {
                runs.append(SeriesBlock.CodeRun(code: UInt16(value), end: row))
            }
        }
    }
}

extension SeriesBlock {
    /// Moves the first `present` mantissas to the rows that have a value, from the back, leaving zeros at the others.
    fileprivate mutating func spread(_ present: Int) {
        if present == count { return }
        let missing = UInt16(Qualifier.missing.rawValue)
        narrow.withUnsafeMutableBufferPointer { column in
            guard let base = column.baseAddress else { return }
            var from = present
            for index in qualifiers.indices.reversed() {
                let run = qualifiers[index]
                let first = index == 0 ? 0 : qualifiers[index - 1].end
                if run.code == missing {
                    (base + first).update(repeating: 0, count: run.end - first)
                } else {
                    from -= run.end - first
                    // The two stretches may overlap.
                    (base + first).update(from: base + from, count: run.end - first)
                }
            }
        }
    }
}

/// Memory with room behind the last packed block of a chunk.
private final class PaddedBytes {
    let start = UnsafeMutableRawPointer.allocate(byteCount: paddedByteCount, alignment: 8)

    init() { start.initializeMemory(as: UInt8.self, repeating: 0, count: paddedByteCount) }

    deinit { start.deallocate() }
}
