// Sums and counts of the hours of a column: exact, so that the mean of an hour is a fraction and not a rounded number.

/// The hours of one series at one exponent: how many have a value, and the exact sums by how many values they have.
///
/// Hours are those of UTC, and so of every zone whose distance from UTC is a whole number of hours. The sum of the hour
/// means is Σ over n of `sums[n]` / n: exact, and in any order.
package struct HourSums: Sendable {
    /// Hours with at least one value.
    package var cellCount = 0
    /// For each n, the sum of all values of the hours that have n values.
    package var sums: [Int128]
    /// The hour that is being added to; `Int64.min` before the first.
    var hour = Int64.min
    var hourSum: Int128 = 0
    var hourCount = 0

    /// - Parameter rowLimit: the most rows of an hour that will come.
    package init(rowLimit: Int) { sums = [Int128](repeating: 0, count: rowLimit + 1) }

    /// Makes room for hours of more rows.
    package mutating func reserve(rowLimit: Int) {
        if sums.count <= rowLimit {
            sums.append(contentsOf: repeatElement(0, count: rowLimit + 1 - sums.count))
        }
    }

    /// Ends the last hour; call it once, after all rows.
    package mutating func finish() {
        if hourCount > 0 {
            cellCount += 1
            sums[hourCount] += hourSum
        }
        hour = .min
        hourSum = 0
        hourCount = 0
    }

    /// Values in the hour that is being added to.
    package var openCount: Int { hourCount }

    /// Whether values of `hour` were added and more may come.
    package func isOpen(at hour: Int64) -> Bool { hourCount > 0 && self.hour == hour }

    /// Takes the hour that is being added to out, `nil` where it has no value.
    package mutating func takeOpen() -> (hour: Int64, sum: Int128, count: Int)? {
        guard hourCount > 0 else { return nil }
        let open = (hour, hourSum, hourCount)
        (hour, hourSum, hourCount) = (.min, 0, 0)
        return open
    }

    /// Adds the hours of other series.
    ///
    /// - Precondition: both are finished.
    package mutating func add(_ other: HourSums) {
        precondition(hourCount == 0 && other.hourCount == 0, "Finished sums are added.")
        reserve(rowLimit: other.sums.count - 1)
        for index in other.sums.indices { sums[index] += other.sums[index] }
        cellCount += other.cellCount
    }

    mutating func begin(_ next: Int64) {
        if next == hour { return }
        finish()
        hour = next
    }
}

let hourLength: Int64 = 3_600_000

/// Adds rows that start `step` after one another.
///
/// - Shape: `values`, mantissas, 0 where the row has no value; `hasValue`, its bits; `rows`, the rows to add, the first
///   of which starts at `start` (ms UTC). Calls come in order of time.
/// - Precondition: `sums` has room for the rows of an hour: 3,600,000 / `step` where that is whole.
/// - Complexity: O(rows): an addition a row, a word of bits an hour, where `step` divides the hour.
/// - Reference: `addHoursReference(_:hasValue:rows:start:step:to:)`; the same sums and counts.
package func addHours(
    _ values: Span<Int32>, hasValue: Span<UInt64>, rows: Range<Int>, start: Int64, step: Int64,
    to sums: inout HourSums
) {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= values.count, "The rows are rows of the column.")
    precondition((rows.upperBound + 63) / 64 <= hasValue.count, "Every row has its bit.")
    let perHour = step > 0 && hourLength % step == 0 ? Int(hourLength / step) : 0
    guard perHour > 1, perHour <= 64, rows.count > 1 else {
        return addRows(values, hasValue, rows, start, step, &sums)
    }
    precondition(perHour < sums.sums.count, "The sums have room for an hour.")
    // Rows to the next full hour, and those after the last one, share their hour with other calls.
    let hour = floorHour(start)
    let isWhole = start == hour * hourLength
    let lead = isWhole ? 0 : min(rows.count, Int(((hour + 1) * hourLength - start + step - 1) / step))
    let hours = (rows.count - lead) / perHour
    let body = rows.lowerBound + lead
    addRows(values, hasValue, rows.lowerBound..<body, start, step, &sums)
    if hours > 0 {
        sums.finish()
        sums.cellCount += addWholeHours(values, hasValue, from: body, hours: hours, perHour: perHour, &sums.sums)
    }
    let rest = body + hours * perHour
    addRows(values, hasValue, rest..<rows.upperBound, start + Int64(rest - rows.lowerBound) * step, step, &sums)
}

/// Hours in which every row has a value need no sum of their own: stretches of them are added as one.
///
/// - Returns: how many of the hours have a value.
private func addWholeHours(
    _ values: Span<Int32>, _ hasValue: Span<UInt64>, from: Int, hours: Int, perHour: Int, _ sums: inout [Int128]
) -> Int {
    let all: UInt64 = perHour == 64 ? .max : (1 << UInt64(perHour)) &- 1
    var cells = 0
    // The preconditions of the caller bound every index here.
    values.withUnsafeBufferPointer { values in
        hasValue.withUnsafeBufferPointer { words in
            sums.withUnsafeMutableBufferPointer { sums in
                var row = from
                var firstFull = from
                for _ in 0..<hours {
                    let shift = UInt64(truncatingIfNeeded: row & 63)
                    var bits = words[row &>> 6] &>> shift
                    if Int(shift) &+ perHour > 64 { bits |= words[row &>> 6 &+ 1] &<< (64 &- shift) }
                    bits &= all
                    if bits != all {
                        sums[perHour] &+= sumOfRows(values, firstFull, row)
                        firstFull = row &+ perHour
                        if bits != 0 { sums[bits.nonzeroBitCount] &+= sumOfRows(values, row, firstFull) }
                    }
                    cells &+= bits == 0 ? 0 : 1
                    row &+= perHour
                }
                sums[perHour] &+= sumOfRows(values, firstFull, row)
            }
        }
    }
    return cells
}

/// The sum of the rows from `first` to before `end`.
private func sumOfRows(_ values: UnsafeBufferPointer<Int32>, _ first: Int, _ end: Int) -> Int128 {
    guard let base = UnsafeRawPointer(values.baseAddress) else { return 0 }
    var sum: Int64 = 0
    var row = first
    // Halves of 16 bits: a lane holds 4,096 of them with room to spare.
    while row &+ 8 <= end {
        let last = min(end, row &+ 32_768)
        var (low, high) = (SIMD8<Int32>.zero, SIMD8<Int32>.zero)
        while row &+ 8 <= last {
            let value = base.loadUnaligned(fromByteOffset: row &* 4, as: SIMD8<Int32>.self)
            low &+= value & 0xFFFF
            high &+= value &>> 16
            row &+= 8
        }
        for lane in 0..<8 { sum &+= Int64(low[lane]) &+ Int64(high[lane]) &<< 16 }
    }
    while row < end {
        sum &+= Int64(values[row])
        row &+= 1
    }
    return Int128(sum)
}

/// Row by row: the ends of a stretch, and steps that do not divide the hour.
private func addRows(
    _ values: Span<Int32>, _ hasValue: Span<UInt64>, _ rows: Range<Int>, _ start: Int64, _ step: Int64,
    _ sums: inout HourSums
) {
    var at = start
    for row in rows {
        if hasValue[row >> 6] >> UInt64(row & 63) & 1 == 1 {
            sums.begin(floorHour(at))
            sums.hourSum += Int128(values[row])
            sums.hourCount += 1
        }
        at += step
    }
}

/// The number of the hour that holds `instant`, rounded down for times before 1970.
package func floorHour(_ instant: Int64) -> Int64 {
    let hour = instant / hourLength
    return instant % hourLength < 0 ? hour - 1 : hour
}
