// The sums over hours as their definitions say them, on exact fractions: slow, and the way of values too long for 64 bits.

package import Exact

/// The sum and the number of the values of each day.
package func dayHourSumsReference(_ hours: [Fraction?]) -> [(sum: Fraction, count: Int)] {
    stride(from: 0, to: hours.count, by: 24).map { total(hours[$0..<$0 + 24]) }
}

/// A day's largest mean of 8 consecutive hours inside the day, and how many means are valid.
package func dayMaxima8hReference(
    _ hours: [Fraction?], minimumHours: Int
) -> [(maximum: Fraction?, windows: Int)] {
    stride(from: 0, to: hours.count, by: 24).map { first in
        let means = (8...24).compactMap { end -> Fraction? in
            let (sum, count) = total(hours[first + end - 8..<first + end])
            return count >= minimumHours ? sum / Fraction(count) : nil
        }
        return (means.max(), means.count)
    }
}

private func total(_ hours: ArraySlice<Fraction?>) -> (sum: Fraction, count: Int) {
    let present = hours.compactMap { $0 }
    return (present.reduce(Fraction.zero, +), present.count)
}
