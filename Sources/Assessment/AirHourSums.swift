// Sums over the hours of a day and its windows of 8 hours, in integers: the kernels below day values of air.

/// The sum and the number of the values of each day.
///
/// - Shape: `hours`, 24 a day, `AirHours.empty` where there is none; `sums` and `counts`, one a day.
/// - Precondition: every value lies within ±`AirHours.unitLimit`.
/// - Complexity: O(n), no allocation.
/// - Reference: `dayHourSumsReference(_:)`, equal.
package func dayHourSums(_ hours: Span<Int64>, sums: inout MutableSpan<Int64>, counts: inout MutableSpan<UInt8>) {
    precondition(hours.count == sums.count * 24 && sums.count == counts.count, "A day has 24 hours.")
    for day in sums.indices {
        var sum: Int64 = 0
        var count: Int64 = 0
        for hour in day * 24..<day * 24 + 24 {
            let value = hours[unchecked: hour]
            let isValue = value != AirHours.empty
            sum &+= isValue ? value : 0
            count &+= isValue ? 1 : 0
        }
        sums[unchecked: day] = sum
        counts[unchecked: day] = UInt8(truncatingIfNeeded: count)
    }
}

/// A day's largest mean of 8 consecutive hours, over the 17 windows that end at 08:00 … 24:00 and lie inside the day.
///
/// - Shape: `maxima`, in units of 1/840 of the column's (840 is divisible by 1 … 8, so that every mean is an integer),
///   `AirHours.empty` without a valid window; `windows`, how many have at least `minimumHours` values.
/// - Precondition: 1 ≤ `minimumHours` ≤ 8, every value within ±`AirHours.unitLimit`.
/// - Complexity: O(n), no allocation.
/// - Source: HJ 663-2013 practice for the windows (mark C for the text of 2026); GB 3095-2026 table 4 for the hours.
/// - Reference: `dayMaxima8hReference(_:minimumHours:)`, equal.
package func dayMaxima8h(
    _ hours: Span<Int64>, minimumHours: Int, maxima: inout MutableSpan<Int64>, windows: inout MutableSpan<UInt8>
) {
    precondition((1...8).contains(minimumHours), "A mean of 8 hours needs 1 to 8 of them.")
    precondition(hours.count == maxima.count * 24 && maxima.count == windows.count, "A day has 24 hours.")
    // 840 / count, by count.
    let shares: InlineArray<9, Int64> = [0, 840, 420, 280, 210, 168, 140, 120, 105]
    for day in maxima.indices {
        let first = day * 24
        var sum: Int64 = 0
        var count = 0
        var largest = AirHours.empty
        var valid: UInt8 = 0
        for hour in 0..<24 {
            let value = hours[unchecked: first + hour]
            let isValue = value != AirHours.empty
            sum &+= isValue ? value : 0
            count &+= isValue ? 1 : 0
            if hour >= 8 {
                let left = hours[unchecked: first + hour - 8]
                let wasValue = left != AirHours.empty
                sum &-= wasValue ? left : 0
                count &-= wasValue ? 1 : 0
            }
            if hour >= 7, count >= minimumHours {
                let mean = sum &* shares[count]
                largest = mean > largest ? mean : largest
                valid &+= 1
            }
        }
        maxima[unchecked: day] = largest
        windows[unchecked: day] = valid
    }
}
