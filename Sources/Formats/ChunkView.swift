// What a series says now, or said at a log position: one row a start, disputes marked, from chunks with versions.

package import Exact
package import Monitoring

/// A start for which several values were sent and nobody has decided.
package struct DisputedStart: Hashable, Sendable {
    package let start: Instant
    /// The contesting versions that carry values, in the chunk's order.
    package let versions: [ChunkVersion]
}

/// The current view of one series over an interval, as columns in order of start.
///
/// A disputed row has `isDisputed` set and stands as missing in the value columns, so that a reader who overlooks
/// the mark computes with a gap, never with one side's number.
package struct CurrentView: Sendable {
    /// ms UTC.
    package private(set) var start: [Int64] = []
    package private(set) var mantissa: [Int64] = []
    package private(set) var exponent: [Int8] = []
    /// `Qualifier` raw values.
    package private(set) var qualifier: [UInt8] = []
    /// Indexes into `flagTable`; 0 is "no flag".
    package private(set) var flag: [UInt32] = []
    /// Log sequence of the batch that brought the row; 0 where disputed.
    package private(set) var sequence: [Int64] = []
    package private(set) var isDisputed: [Bool] = []
    package private(set) var flagTable: [String] = [""]
    package private(set) var disputes: [DisputedStart] = []

    private var flagIndexes: [String: UInt32] = ["": 0]

    package init() {}

    package var count: Int { start.count }
    package var isEmpty: Bool { start.isEmpty }

    /// The exact value of row `index`; `nil` when missing or disputed.
    package func value(_ index: Int) -> ExactDecimal? {
        qualifier[index] == Qualifier.missing.rawValue
            ? nil : ExactDecimal(mantissa: mantissa[index], exponent: exponent[index])
    }

    /// Appends what `chunk` says over `interval`.
    ///
    /// - Precondition: chunks of one series are appended in order of their spans.
    /// - Parameter asKnownAt: versions brought by later log positions are not seen; `nil` sees all.
    package mutating func append(_ chunk: Chunk, over interval: Interval, asKnownAt: Int64? = nil) {
        let limit = asKnownAt ?? .max
        let flags = chunk.flagTable.map { index(ofFlag: $0) }
        var row = chunk.firstRow(from: interval.start.milliseconds)
        if limit == .max, row == 0, interval.end.milliseconds > chunk.start.last ?? .max, chunk.isOfOneVersion {
            return append(whole: chunk, flags)
        }
        while row < chunk.count, chunk.start[row] < interval.end.milliseconds {
            var end = row + 1
            while end < chunk.count, chunk.start[end] == chunk.start[row] { end += 1 }
            if end == row + 1 {
                if chunk.sequence[row] <= limit { append(chunk, row, flags) }
            } else {
                append(chunk, group: row..<end, limit: limit, flags)
            }
            row = end
        }
    }

    /// Appends the whole of `chunk`.
    package mutating func append(_ chunk: Chunk) {
        append(
            chunk,
            over: Interval(start: Instant(milliseconds: .min), end: Instant(milliseconds: .max)))
    }

    /// Appends what a later stretch of the same series says.
    package mutating func append(_ later: CurrentView) {
        if isEmpty {
            self = later
            return
        }
        let flags = later.flagTable.map { index(ofFlag: $0) }
        start += later.start
        mantissa += later.mantissa
        exponent += later.exponent
        qualifier += later.qualifier
        flag += later.flag.map { flags[Int($0)] }
        sequence += later.sequence
        isDisputed += later.isDisputed
        disputes += later.disputes
    }

    /// The everyday case: each start has one version, and all are seen.
    private mutating func append(whole chunk: Chunk, _ flags: [UInt32]) {
        // Series of one station share the column of their times.
        if start.isEmpty { start = chunk.start } else { start += chunk.start }
        mantissa += chunk.mantissa
        exponent += chunk.exponent
        qualifier += chunk.qualifier
        flag += chunk.flag.map { flags[Int($0)] }
        sequence += chunk.sequence
        isDisputed += repeatElement(false, count: chunk.count)
    }

    private mutating func append(_ chunk: Chunk, group: Range<Int>, limit: Int64, _ flags: [UInt32]) {
        let known = group.filter { chunk.sequence[$0] <= limit }
        guard let last = known.last else { return }
        if chunk.revises { return append(chunk, last, flags) }
        let values = known.filter { !chunk.isMissing($0) }
        switch values.count {
        case 0:
            let chosen = known.min { chunk.flagTable[Int(chunk.flag[$0])] < chunk.flagTable[Int(chunk.flag[$1])] }
            append(chunk, chosen ?? last, flags)
        case 1: append(chunk, values[0], flags)
        default:
            start.append(chunk.start[last])
            mantissa.append(0)
            exponent.append(0)
            qualifier.append(Qualifier.missing.rawValue)
            flag.append(0)
            sequence.append(0)
            isDisputed.append(true)
            disputes.append(
                DisputedStart(start: Instant(milliseconds: chunk.start[last]), versions: values.map { chunk[$0] }))
        }
    }

    private mutating func append(_ chunk: Chunk, _ row: Int, _ flags: [UInt32]) {
        start.append(chunk.start[row])
        mantissa.append(chunk.mantissa[row])
        exponent.append(chunk.exponent[row])
        qualifier.append(chunk.qualifier[row])
        flag.append(flags[Int(chunk.flag[row])])
        sequence.append(chunk.sequence[row])
        isDisputed.append(false)
    }

    private mutating func index(ofFlag text: String) -> UInt32 {
        if text.isEmpty { return 0 }
        if let index = flagIndexes[text] { return index }
        let index = UInt32(flagTable.count)
        flagTable.append(text)
        flagIndexes[text] = index
        return index
    }
}

extension Chunk {
    /// Whether no start has two versions.
    fileprivate var isOfOneVersion: Bool {
        for row in 1..<max(count, 1) where start[row] == start[row - 1] { return false }
        return true
    }
}
