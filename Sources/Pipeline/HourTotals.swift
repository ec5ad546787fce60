// Hour means over any number of series: how many there are, and their exact sum.

internal import Detection
package import Exact
internal import Formats

/// The hours with a value of many series, by exponent; the sum of their means stays a fraction to the end.
package struct HourTotals: Sendable {
    private var sums: [Int8: HourSums] = [:]
    /// The exponent of the block before.
    private var exponent: Int8?
    /// An hour whose values have no common exponent, and the sum of the means of such hours.
    private var mixed: (hour: Int64, sum: Fraction, count: Int)?
    private var mixedSum = Fraction(0)
    private var mixedCount = 0

    package init() {}

    /// Adds a block; blocks of a series come in order of time.
    mutating func add(_ block: borrowing SeriesBlock) {
        guard block.count > 0 else { return }
        var from = 0
        if exponent != block.exponent || mixed != nil { from = addMixed(block) }
        if from == block.count { return }
        exponent = block.exponent
        var hours = sums.removeValue(forKey: block.exponent) ?? HourSums(rowLimit: 64)
        hours.reserve(rowLimit: hours.openCount + block.rowsInHour)
        for run in block.times where run.row + run.count > from {
            let first = max(from, run.row)
            let (rows, start) = (first..<run.row + run.count, run.start + Int64(first - run.row) * run.step)
            if block.isNarrow {
                addHours(
                    block.narrow.span, hasValue: block.hasValue.span, rows: rows, start: start, step: run.step,
                    to: &hours)
            } else {
                addHoursReference(
                    block.wide.span, hasValue: block.hasValue.span, rows: rows, start: start, step: run.step, to: &hours)
            }
        }
        sums[block.exponent] = hours
    }

    /// An hour that began at another exponent: its rows are added one by one. Returns the first row after it.
    private mutating func addMixed(_ block: borrowing SeriesBlock) -> Int {
        if let exponent, mixed == nil, let open = sums[exponent]?.takeOpen() {
            mixed = (open.hour, fraction(open.sum) * Fraction(10).raised(to: Int(exponent)), open.count)
        }
        guard var open = mixed else { return 0 }
        var row = 0
        while row < block.count, floorHour(block.start(row)) == open.hour {
            if let value = block.value(row) {
                open.sum += Fraction(value)
                open.count += 1
            }
            row += 1
        }
        mixed = open
        if row < block.count { endMixed() }
        return row
    }

    private mutating func endMixed() {
        guard let open = mixed else { return }
        mixed = nil
        exponent = nil
        mixedSum += open.sum / Fraction(open.count)
        mixedCount += 1
    }

    /// Ends the hour that is open: the next block is of another series.
    mutating func endSeries() {
        endMixed()
        if let exponent { sums[exponent]?.finish() }
        exponent = nil
    }

    /// Adds the totals of other series.
    package mutating func add(_ other: HourTotals) {
        for (exponent, theirs) in other.sums {
            if sums[exponent] == nil {
                sums[exponent] = theirs
            } else {
                sums[exponent]?.add(theirs)
            }
        }
        mixedSum += other.mixedSum
        mixedCount += other.mixedCount
    }

    /// Hours with at least one value.
    package var cellCount: Int { sums.values.reduce(mixedCount) { $0 + $1.cellCount } }

    /// The exact sum of the means of those hours, each in its own unit.
    package var sumOfMeans: Fraction {
        sums.keys.sorted().reduce(mixedSum) { total, exponent in
            guard let hours = sums[exponent] else { return total }
            let sum = hours.sums.enumerated().reduce(Fraction(0)) { sum, entry in
                entry.element == 0 ? sum : sum + fraction(entry.element) / Fraction(entry.offset)
            }
            return total + sum * Fraction(10).raised(to: Int(exponent))
        }
    }
}

private func fraction(_ value: Int128) -> Fraction {
    guard let fraction = Fraction(String(value)) else { preconditionFailure("A whole number is a fraction.") }
    return fraction
}

extension SeriesBlock {
    /// The most rows of this block that one hour can hold.
    fileprivate var rowsInHour: Int {
        var shortest = Int64.max
        var last: Int64?
        for run in times {
            if let last { shortest = min(shortest, run.start - last) }
            if run.count > 1 { shortest = min(shortest, run.step) }
            last = run.lastStart
        }
        return shortest == .max ? 1 : min(count, Int(3_600_000 / shortest) + 1)
    }
}
