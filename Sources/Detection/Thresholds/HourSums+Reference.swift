// The hours row by row, as they are said. Reads columns wider than 32 bits too.

/// Adds each row that has a value to the hour its start lies in.
///
/// - Shape, Precondition: as `addHours(_:hasValue:rows:start:step:to:)`.
package func addHoursReference(
    _ values: Span<Int64>, hasValue: Span<UInt64>, rows: Range<Int>, start: Int64, step: Int64,
    to sums: inout HourSums
) {
    for row in rows where hasValue[row / 64] >> UInt64(row % 64) & 1 == 1 {
        let at = start + Int64(row - rows.lowerBound) * step
        sums.begin(floorHour(at))
        sums.hourSum += Int128(values[row])
        sums.hourCount += 1
    }
}
