// The runs row by row.

/// The alternating runs of the judged rows among the first `count`.
package func judgedRunsReference(judged: [Bool], over: [Bool]) -> [JudgedRun] {
    var runs: [JudgedRun] = []
    for row in judged.indices where judged[row] {
        if let last = runs.last, last.isOver == over[row] {
            runs[runs.count - 1].last = row
            runs[runs.count - 1].count += 1
        } else {
            runs.append(JudgedRun(isOver: over[row], first: row, last: row, count: 1))
        }
    }
    return runs
}
