// Hour means over any number of series: how many there are, and their exact sum.

internal import Detection
package import Exact
internal import Formats

/// The hours with a value of many series, by exponent; the sum of their means stays a fraction to the end.
package struct HourTotals: Sendable {
    /// Finished sums of exponents met before.
    private var sums: [Int8: HourSums] = [:]
    /// The sums of the present exponent.
    private var current = HourSums(rowLimit: 64)
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
        if exponent != block.exponent || mixed != nil {
            from = addMixed(block)
            if from == block.count { return }
            change(to: block.exponent)
        }
        current.reserve(rowLimit: current.openCount + block.rowsInHour)
        for run in block.times where run.row + run.count > from {
            let first = max(from, run.row)
            let (rows, start) = (first..<run.row + run.count, run.start + Int64(first - run.row) * run.step)
            if block.isNarrow {
                addHours(
                    block.narrow.span, hasValue: block.hasValue.span, rows: rows, start: start, step: run.step,
                    to: &current)
            } else {
                addHoursReference(
                    block.wide.span, hasValue: block.hasValue.span, rows: rows, start: start, step: run.step,
                    to: &current)
            }
        }
    }

    private mutating func change(to next: Int8) {
        if exponent == next { return }
        sums = all
        current = sums.removeValue(forKey: next) ?? HourSums(rowLimit: 64)
        exponent = next
    }

    /// Adds the rows of an hour that began at another exponent one by one. Returns the first row after it.
    private mutating func addMixed(_ block: borrowing SeriesBlock) -> Int {
        if mixed == nil, let exponent, current.isOpen(at: floorHour(block.start(0))), let open = current.takeOpen() {
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
        mixedSum += open.sum / Fraction(open.count)
        mixedCount += 1
    }

    /// Ends the hour that is open: the next block is of another series.
    mutating func endSeries() {
        endMixed()
        current.finish()
    }

    /// The finished sums of every exponent.
    private var all: [Int8: HourSums] {
        guard let exponent else { return sums }
        var (all, last) = (sums, current)
        last.finish()
        if all[exponent] == nil { all[exponent] = last } else { all[exponent]?.add(last) }
        return all
    }

    /// Adds the totals of other series.
    ///
    /// - Precondition: the last series of both was ended.
    package mutating func add(_ other: HourTotals) {
        for (exponent, theirs) in other.all {
            if sums[exponent] == nil { sums[exponent] = theirs } else { sums[exponent]?.add(theirs) }
        }
        mixedSum += other.mixedSum
        mixedCount += other.mixedCount
    }

    /// Hours with at least one value.
    package var cellCount: Int { all.values.reduce(mixedCount) { $0 + $1.cellCount } }

    /// The exact sum of the means of those hours, each in its own unit.
    package var sumOfMeans: Fraction {
        all.sorted { $0.key < $1.key }.reduce(mixedSum) { total, entry in
            let (exponent, hours) = entry
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
