// Columns of one series in memory: what a scan of the store hands on, and what kernels read.

package import Exact
import Monitoring

/// Rows of one series in order of start, each start once: one chunk's worth of its current view, as columns.
///
/// Row `i` is element `i`; columns may be longer than `count`, what lies beyond means nothing.
///
/// | column | type | unit | meaning |
/// |---|---|---|---|
/// | times | runs | ms UTC | starts, as runs of equal steps |
/// | narrow or wide | Int32 or Int64 | 10^`exponent` | the exact value; 0 where `hasValue` is not set |
/// | hasValue | bits | – | row `i` is bit `i % 64` of word `i / 64`; 0 beyond `count` |
/// | qualifiers | runs | – | `Qualifier` raw values; `missing` where the row is disputed |
/// | flags | runs | – | places in the scan's `FlagNames`; 0 is "no flag" |
///
/// A disputed row carries no value, as in `CurrentView`; its number stands in `disputedRows`.
package struct SeriesBlock: Sendable {
    /// Rows with equal steps: row `row + k` starts at `start + k * step`.
    package struct TimeRun: Hashable, Sendable {
        package let row: Int
        package var count: Int
        package let start: Int64
        /// 0 only where `count` is 1.
        package var step: Int64

        package var lastStart: Int64 { start + Int64(count - 1) * step }
    }

    /// Rows up to `end` (from the end of the run before) with one code.
    package struct CodeRun: Hashable, Sendable {
        package let code: UInt16
        package var end: Int
    }

    package internal(set) var count = 0
    package internal(set) var exponent: Int8 = 0
    /// Every mantissa lies in `narrowRange`, and `narrow` holds them; else `wide` does.
    package internal(set) var isNarrow = true
    package internal(set) var narrow: [Int32] = []
    package internal(set) var wide: [Int64] = []
    package internal(set) var hasValue: [UInt64] = []
    package internal(set) var times: [TimeRun] = []
    package internal(set) var qualifiers: [CodeRun] = []
    package internal(set) var flags: [CodeRun] = []
    package internal(set) var disputedRows: [Int] = []

    /// The smallest Int32 is left to limits: a value is above it whatever the value.
    package static let narrowRange = Int64(Int32.min) + 1...Int64(Int32.max)

    package init() {}

    package var isEmpty: Bool { count == 0 }
    /// Words of `hasValue` in use.
    package var wordCount: Int { (count + 63) / 64 }

    /// Whether row `row` carries a value.
    package func hasValue(_ row: Int) -> Bool { hasValue[row >> 6] >> UInt64(row & 63) & 1 == 1 }

    /// The mantissa of row `row` at `exponent`.
    package func mantissa(_ row: Int) -> Int64 { isNarrow ? Int64(narrow[row]) : wide[row] }

    /// The exact value of row `row`, without its spelling: 0.20 may be 200 × 10⁻³.
    package func value(_ row: Int) -> ExactDecimal? {
        hasValue(row) ? ExactDecimal(mantissa: mantissa(row), exponent: exponent) : nil
    }

    /// The start of row `row`.
    ///
    /// - Complexity: O(log of the runs).
    package func start(_ row: Int) -> Int64 {
        precondition(row >= 0 && row < count, "A block has its rows.")
        var low = 0
        var high = times.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if times[middle].row <= row { low = middle } else { high = middle - 1 }
        }
        return times[low].start + Int64(row - times[low].row) * times[low].step
    }

    /// The first row whose start is not before `instant`; `count` when there is none.
    package func firstRow(from instant: Int64) -> Int {
        for run in times where run.lastStart >= instant {
            if run.start >= instant { return run.row }
            return run.row + Int((instant - run.start + run.step - 1) / run.step)
        }
        return count
    }

    /// The code that holds at row `row` in `runs`.
    package static func code(_ runs: [CodeRun], at row: Int) -> UInt16 { runs.first { $0.end > row }?.code ?? 0 }

    /// Rows with a value.
    package var valueCount: Int { hasValue[..<wordCount].reduce(0) { $0 + $1.nonzeroBitCount } }
}

extension SeriesBlock {
    /// Lets rows stand as if they had no value.
    package mutating func leaveOut(_ rows: Range<Int>) {
        if rows.isEmpty { return }
        Self.setBits(&hasValue, rows, to: false)
        if isNarrow {
            for row in rows { narrow[row] = 0 }
        } else {
            for row in rows { wide[row] = 0 }
        }
    }

    /// Sets or clears the bits of `rows`.
    static func setBits(_ words: inout [UInt64], _ rows: Range<Int>, to value: Bool) {
        var row = rows.lowerBound
        while row < rows.upperBound {
            let end = min(rows.upperBound, (row | 63) + 1)
            let length = end - row
            let bits = (length == 64 ? UInt64.max : (1 << UInt64(length)) - 1) << UInt64(row & 63)
            if value { words[row >> 6] |= bits } else { words[row >> 6] &= ~bits }
            row = end
        }
    }

    /// Makes room for `rows` rows and empties the columns of runs.
    mutating func reset(rows: Int) {
        count = rows
        exponent = 0
        isNarrow = true
        // Unpacking writes whole groups of numbers, and so a little beyond the last row.
        if narrow.count < rows + 8 { narrow.append(contentsOf: repeatElement(0, count: rows + 8 - narrow.count)) }
        let words = wordCount
        if hasValue.count < words { hasValue.append(contentsOf: repeatElement(0, count: words - hasValue.count)) }
        times.removeAll(keepingCapacity: true)
        qualifiers.removeAll(keepingCapacity: true)
        flags.removeAll(keepingCapacity: true)
        disputedRows.removeAll(keepingCapacity: true)
    }

    /// Takes wide mantissas: as narrow ones when all of them are.
    mutating func take(_ mantissas: [Int64]) {
        isNarrow = mantissas.allSatisfy { Self.narrowRange.contains($0) }
        if isNarrow {
            for row in mantissas.indices { narrow[row] = Int32(mantissas[row]) }
        } else {
            wide = mantissas
        }
    }

    /// Appends `length` rows that start `step` after one another, the first of them `step` after the last row.
    mutating func appendTimes(step: Int64, length: Int) {
        let last = times.count - 1
        var rest = length
        if times[last].count > 1, times[last].step != step {
            times.append(
                TimeRun(
                    row: times[last].row + times[last].count, count: 1, start: times[last].lastStart + step, step: 0))
            rest -= 1
        }
        if rest == 0 { return }
        times[times.count - 1].step = step
        times[times.count - 1].count += rest
    }

    /// The rows `rows` alone.
    package func part(_ rows: Range<Int>) -> SeriesBlock {
        var part = SeriesBlock()
        part.reset(rows: rows.count)
        part.exponent = exponent
        part.isNarrow = isNarrow
        if isNarrow {
            for (to, from) in rows.enumerated() { part.narrow[to] = narrow[from] }
        } else {
            part.wide = Array(wide[rows])
        }
        for (to, from) in rows.enumerated() where hasValue(from) { part.hasValue[to >> 6] |= 1 << UInt64(to & 63) }
        for run in times {
            let from = max(run.row, rows.lowerBound)
            let until = min(run.row + run.count, rows.upperBound)
            if from >= until { continue }
            part.times.append(
                TimeRun(
                    row: from - rows.lowerBound, count: until - from,
                    start: run.start + Int64(from - run.row) * run.step,
                    step: until - from == 1 ? 0 : run.step))
        }
        part.qualifiers = Self.part(qualifiers, rows)
        part.flags = Self.part(flags, rows)
        part.disputedRows = disputedRows.filter(rows.contains).map { $0 - rows.lowerBound }
        return part
    }

    private static func part(_ runs: [CodeRun], _ rows: Range<Int>) -> [CodeRun] {
        var part: [CodeRun] = []
        for run in runs where run.end > rows.lowerBound {
            part.append(CodeRun(code: run.code, end: min(run.end, rows.upperBound) - rows.lowerBound))
            if run.end >= rows.upperBound { break }
        }
        return part
    }
}

/// The flags a scan has met, each once; 0 is "no flag".
package struct FlagNames: Sendable {
    package private(set) var names = [""]
    private var bytes: [[UInt8]] = [[]]

    package init() {}

    /// The place of `text`, `nil` when it is no text.
    mutating func index(of text: UnsafeRawBufferPointer) -> UInt16? {
        for (place, known) in bytes.enumerated() where known.count == text.count && known.elementsEqual(text) {
            return UInt16(place)
        }
        guard let name = String(validating: text, as: UTF8.self), names.count < Int(UInt16.max) else { return nil }
        names.append(name)
        bytes.append(Array(text))
        return UInt16(names.count - 1)
    }

    /// The place of `text`; `nil` when the table is full.
    mutating func index(of text: String) -> UInt16? {
        var text = text
        return text.withUTF8 { index(of: UnsafeRawBufferPointer($0)) }
    }
}
