// Bytes to chunk: total. Whatever the bytes are, the answer is a chunk or a problem, in bounded time and memory.

import Monitoring

/// Why bytes are not a chunk, with the offset at which reading stopped.
package enum ChunkProblem: Error, Hashable, Sendable {
    case notAChunk
    /// A layout of a later program.
    case unknownVersion(UInt8)
    case tooManyVersions(UInt64)
    case truncated(offset: Int)
    /// A number that the layout does not allow at this place.
    case damaged(offset: Int)
    case trailingBytes(offset: Int)
}

/// The times that were unfolded last: series of one station mostly have the same, and their bytes are then the same.
package struct UnfoldedTimes: Sendable {
    fileprivate var bytes: [UInt8] = []
    fileprivate var start: [Int64] = []

    package init() {}
}

extension Chunk {
    /// Replaces this chunk by the one in `bytes`, keeping the columns' memory.
    package mutating func decode(_ bytes: UnsafeRawBufferPointer) throws(ChunkProblem) {
        var reader = ByteReader(bytes)
        let (rows, isScaled) = try decodeHead(&reader)
        if rows > 0 {
            try decodeTimes(&reader, rows)
            try decodeColumns(&reader, rows, isScaled: isScaled)
        }
        guard reader.offset == bytes.count else { throw .trailingBytes(offset: reader.offset) }
    }

    /// As `decode(_:)`; times that are those of the chunk before are taken over.
    package mutating func decode(
        _ bytes: UnsafeRawBufferPointer, _ times: inout UnfoldedTimes
    ) throws(ChunkProblem) {
        // The column may be another's too: it is let go of, not emptied.
        start = []
        var reader = ByteReader(bytes)
        let (rows, isScaled) = try decodeHead(&reader)
        if rows > 0 {
            try decodeTimes(&reader, rows, &times)
            try decodeColumns(&reader, rows, isScaled: isScaled)
        }
        guard reader.offset == bytes.count else { throw .trailingBytes(offset: reader.offset) }
    }

    /// Replaces this chunk by the times alone of the one in `bytes`; its other columns are empty.
    ///
    /// What follows the times is not looked at: that it is whole, `decode` says.
    package mutating func decodeTimes(
        _ bytes: UnsafeRawBufferPointer, _ times: inout UnfoldedTimes
    ) throws(ChunkProblem) {
        start = []
        var reader = ByteReader(bytes)
        let (rows, _) = try decodeHead(&reader)
        if rows > 0 { try decodeTimes(&reader, rows, &times) }
    }

    private mutating func decodeColumns(
        _ reader: inout ByteReader, _ rows: Int, isScaled: Bool
    ) throws(ChunkProblem) {
        try reader.steps(into: &sequence, count: rows)
        try reader.small(into: &qualifier, count: rows, limit: UInt16(Qualifier.missing.rawValue))
        try decodeFlags(&reader, rows)
        try decodeDigits(&reader, isScaled: isScaled)
    }

    private mutating func decodeTimes(
        _ reader: inout ByteReader, _ rows: Int, _ times: inout UnfoldedTimes
    ) throws(ChunkProblem) {
        let place = reader.offset
        // As many rows from the same bytes are the same times.
        if times.start.count == rows, reader.follows(times.bytes) {
            start = times.start
            reader.offset += times.bytes.count
            return
        }
        start.reserveCapacity(rows)
        try decodeTimes(&reader, rows)
        times.bytes = Array(reader.bytes[place..<reader.offset])
        times.start = start
    }

    private mutating func decodeHead(_ reader: inout ByteReader) throws(ChunkProblem) -> (rows: Int, isScaled: Bool) {
        let bytes = reader.bytes
        reset(revises: false)
        guard bytes.count >= 4, bytes[0] == ChunkFormat.magic[0], bytes[1] == ChunkFormat.magic[1] else {
            throw .notAChunk
        }
        guard bytes[2] == ChunkFormat.magic[2] else { throw .unknownVersion(bytes[2]) }
        reader.offset = 3
        let bits = try reader.byte()
        guard bits & ~(ChunkFormat.revisesBit | ChunkFormat.scaledBit) == 0 else { throw .damaged(offset: 3) }
        revises = bits & ChunkFormat.revisesBit != 0
        let claimed = try reader.varint()
        guard claimed <= UInt64(Self.versionLimit) else { throw .tooManyVersions(claimed) }
        let rows = Int(claimed)
        return (rows, bits & ChunkFormat.scaledBit != 0)
    }

    /// The chunk in `bytes`.
    package init(decoding bytes: [UInt8]) throws(ChunkProblem) {
        self.init()
        var problem: ChunkProblem?
        bytes.withUnsafeBytes { raw in
            do throws(ChunkProblem) { try decode(raw) } catch { problem = error }
        }
        if let problem { throw problem }
    }

    private mutating func decodeTimes(_ reader: inout ByteReader, _ rows: Int) throws(ChunkProblem) {
        let place = reader.offset
        let code = Int(try reader.byte())
        guard code < ChunkFormat.timeUnits.count else { throw .damaged(offset: place) }
        let unit = ChunkFormat.timeUnits[code]
        try reader.steps(into: &start, count: rows)
        let bounds = Self.startRange.lowerBound / unit...Self.startRange.upperBound / unit
        var previous = bounds.lowerBound
        for row in 0..<rows {
            let value = start[row]
            guard value >= previous, value <= bounds.upperBound else { throw .damaged(offset: place) }
            previous = value
            start[row] = value * unit
        }
    }

    private mutating func decodeFlags(_ reader: inout ByteReader, _ rows: Int) throws(ChunkProblem) {
        let place = reader.offset
        let flags = try reader.varint()
        guard flags < UInt64(ObservationBlock.flagLimit) else { throw .damaged(offset: place) }
        for _ in 0..<Int(flags) {
            let length = try reader.varint()
            let text = try reader.take(length)
            guard let flag = String(validating: text, as: UTF8.self), !flag.isEmpty else {
                throw .damaged(offset: place)
            }
            flagTable.append(flag)
        }
        if flags == 0 {
            flag.append(contentsOf: repeatElement(0, count: rows))
        } else {
            try reader.small(into: &flag, count: rows, limit: UInt16(flags))
        }
    }

    private mutating func decodeDigits(_ reader: inout ByteReader, isScaled: Bool) throws(ChunkProblem) {
        let place = reader.offset
        let missing = Qualifier.missing.rawValue
        var present = 0
        for sign in qualifier { present &+= sign == missing ? 0 : 1 }
        var codes: [UInt8] = []
        try reader.small(into: &codes, count: present, limit: 36)
        exponent.append(contentsOf: repeatElement(0, count: present))
        for row in 0..<present { exponent[row] = Int8(truncatingIfNeeded: unzigzag(UInt64(codes[row]))) }
        let smallest = exponent.min() ?? 18
        try reader.blocks(into: &mantissa, count: present)
        if isScaled {
            for row in 0..<present {
                let gap = Int(exponent[row]) - Int(smallest)
                guard gap <= 18, mantissa[row] % powersOfTen[gap] == 0 else { throw .damaged(offset: place) }
                mantissa[row] /= powersOfTen[gap]
            }
        }
        if present < count { spreadDigits(present) }
    }

    /// Moves the values of the rows that have one to their rows, from the back, leaving zeros at the missing ones.
    private mutating func spreadDigits(_ present: Int) {
        let missing = count - present
        mantissa.append(contentsOf: repeatElement(0, count: missing))
        exponent.append(contentsOf: repeatElement(0, count: missing))
        var from = present
        for row in stride(from: count - 1, through: 0, by: -1) {
            if isMissing(row) {
                mantissa[row] = 0
                exponent[row] = 0
            } else {
                from -= 1
                mantissa[row] = mantissa[from]
                exponent[row] = exponent[from]
            }
        }
    }
}
