// Stretches of rows over a limit and within it, from bits: a word at a time where a word agrees.

/// Rows in a row that are all over the limit, or all within it; rows that were not judged are passed over.
package struct JudgedRun: Hashable, Sendable {
    package var isOver: Bool
    /// The first and the last judged row.
    package var first: Int
    package var last: Int
    /// Judged rows from the first to the last.
    package var count: Int

    package init(isOver: Bool, first: Int, last: Int, count: Int) {
        (self.isOver, self.first, self.last, self.count) = (isOver, first, last, count)
    }
}

/// Finds the runs of one column.
///
/// - Shape: `judged` and `over`, bits of n rows, 0 beyond; `over` counts only where `judged` is set. `runs` is emptied
///   first and then holds alternating runs in order.
/// - Complexity: O(n / 64 + runs).
/// - Reference: `judgedRunsReference(judged:over:count:)`; the same runs.
package func findJudgedRuns(
    judged: Span<UInt64>, over: Span<UInt64>, wordCount: Int, into runs: inout [JudgedRun]
) {
    runs.removeAll(keepingCapacity: true)
    var run: JudgedRun?
    for word in 0..<wordCount {
        var rest = judged[word]
        if rest == 0 { continue }
        let overBits = over[word] & rest
        let row = word &* 64
        while rest != 0 {
            let first = rest.trailingZeroBitCount
            let isOver = overBits &>> UInt64(first) & 1 == 1
            let others = rest & (isOver ? ~overBits : overBits)
            // Up to the first judged row of the other kind.
            let part = others == 0 ? rest : rest & ((others & (0 &- others)) &- 1)
            let last = row &+ 63 &- part.leadingZeroBitCount
            if run?.isOver == isOver {
                run?.last = last
                run?.count &+= part.nonzeroBitCount
            } else {
                if let run { runs.append(run) }
                run = JudgedRun(isOver: isOver, first: row &+ first, last: last, count: part.nonzeroBitCount)
            }
            rest &= ~part
        }
    }
    if let run { runs.append(run) }
}
