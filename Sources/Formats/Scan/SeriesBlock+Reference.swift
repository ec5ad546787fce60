// A block from a chunk's current view, row by row: what the fast reading must give, and what reads all other chunks.

import Monitoring

/// What a scan sees of a chunk: the versions of batches that were known and whole.
package struct VersionFilter: Hashable, Sendable {
    /// Versions brought by later log positions are not seen.
    package var asKnownAt: Int64
    /// Log positions of batches that were not whole: nobody sees their rows.
    package var hidden: Set<Int64>

    package init(asKnownAt: Int64 = .max, hidden: Set<Int64> = []) {
        self.asKnownAt = asKnownAt
        self.hidden = hidden
    }

    /// Whether every version with a sequence in `range` is seen.
    func seesAll(_ range: ClosedRange<Int64>) -> Bool {
        range.upperBound <= asKnownAt && (hidden.isEmpty || !hidden.contains(where: range.contains))
    }
}

extension SeriesBlock {
    /// The blocks of what `chunk` says: one, or as many as have a common exponent each.
    ///
    /// Neighbouring rows share a block as long as all of their mantissas can be brought to the smallest exponent among
    /// them within 64 bits.
    package static func blocksReference(
        _ chunk: Chunk, filter: VersionFilter, flags names: inout FlagNames
    ) throws(ChunkProblem) -> [SeriesBlock] {
        let seen = filter.hidden.isEmpty ? chunk : chunk.without(filter.hidden)
        var view = CurrentView()
        let all = Interval(
            start: Instant(milliseconds: Chunk.startRange.lowerBound),
            end: Instant(milliseconds: Chunk.startRange.upperBound + 1))
        view.append(seen, over: all, asKnownAt: filter.asKnownAt == .max ? nil : filter.asKnownAt)
        var flags: [UInt16] = []
        for name in view.flagTable {
            guard let flag = names.index(of: name) else { throw .damaged(offset: 0) }
            flags.append(flag)
        }
        var blocks: [SeriesBlock] = []
        var row = 0
        while row < view.count {
            let (end, exponent, mantissas) = commonExponent(view, from: row)
            blocks.append(block(view, row..<end, exponent, mantissas, flags))
            row = end
        }
        return blocks
    }

    /// The longest stretch from `first` whose values have a common exponent, and its mantissas.
    private static func commonExponent(_ view: CurrentView, from first: Int) -> (Int, Int8, [Int64]) {
        var smallest: Int8?
        /// The greatest magnitude of each exponent met.
        var magnitudes: [Int8: UInt64] = [:]
        var end = first
        while end < view.count {
            let (exponent, magnitude) = (view.exponent[end], view.mantissa[end].magnitude)
            if view.value(end) != nil, magnitudes[exponent].map({ $0 < magnitude }) ?? true {
                var greatest = magnitudes
                greatest[exponent] = magnitude
                let lowest = min(smallest ?? exponent, exponent)
                if !greatest.allSatisfy({ fits($1, gap: Int($0) - Int(lowest)) }) { break }
                magnitudes = greatest
                smallest = lowest
            }
            end += 1
        }
        let exponent = smallest ?? 0
        let mantissas = (first..<end).map { row in
            view.value(row) == nil ? 0 : view.mantissa[row] * powersOfTen[Int(view.exponent[row]) - Int(exponent)]
        }
        return (end, exponent, mantissas)
    }

    private static func fits(_ magnitude: UInt64, gap: Int) -> Bool {
        guard gap <= 18 else { return false }
        let (scaled, isTooLarge) = magnitude.multipliedReportingOverflow(by: UInt64(powersOfTen[gap]))
        return !isTooLarge && scaled <= UInt64(Int64.max)
    }

    private static func block(
        _ view: CurrentView, _ rows: Range<Int>, _ exponent: Int8, _ mantissas: [Int64], _ flags: [UInt16]
    ) -> SeriesBlock {
        var block = SeriesBlock()
        block.reset(rows: rows.count)
        block.exponent = exponent
        block.take(mantissas)
        for (row, from) in rows.enumerated() {
            if view.value(from) != nil { block.hasValue[row >> 6] |= 1 << UInt64(row & 63) }
            if view.isDisputed[from] { block.disputedRows.append(row) }
            append(UInt16(view.qualifier[from]), row, to: &block.qualifiers)
            append(flags[Int(view.flag[from])], row, to: &block.flags)
            if row == 0 {
                block.times.append(TimeRun(row: 0, count: 1, start: view.start[from], step: 0))
            } else {
                block.appendTimes(step: view.start[from] - view.start[from - 1], length: 1)
            }
        }
        return block
    }

    /// Appends one row to a column of runs.
    static func append(_ code: UInt16, _ row: Int, to runs: inout [CodeRun]) {
        if let last = runs.last, last.code == code {
            runs[runs.count - 1].end = row + 1
        } else {
            runs.append(CodeRun(code: code, end: row + 1))
        }
    }
}
