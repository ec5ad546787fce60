// The stretch of time one chunk covers; a series' cadence chooses it once, when the series is first stored.

package import Monitoring

/// The span of a chunk in UTC: short for dense series, long for sparse ones, so that a chunk holds hundreds of rows.
package enum ChunkSpan: String, Sendable, CaseIterable, Comparable {
    case day, month, year

    /// The shorter one first.
    package static func < (left: ChunkSpan, right: ChunkSpan) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .day: 0
        case .month: 1
        case .year: 2
        }
    }

    /// The span for a step between observations: a day up to ten minutes, a month up to three hours, else a year.
    package init(cadence: Duration64) {
        if cadence <= .minutes(10) {
            self = .day
        } else if cadence <= .hours(3) {
            self = .month
        } else {
            self = .year
        }
    }

    /// The span for starts whose cadence nobody declared: by their median step; a month when there is no step.
    ///
    /// - Complexity: O(n log n).
    package init(inferredFrom starts: [Int64]) {
        // The everyday case: every step is the first one.
        if starts.count > 1, starts[1] > starts[0] {
            let step = starts[1] - starts[0]
            var isEven = true
            for index in 1..<starts.count { isEven = isEven && starts[index] - starts[index - 1] == step }
            if isEven {
                self.init(cadence: Duration64(milliseconds: step))
                return
            }
        }
        let sorted = starts.sorted()
        let steps = zip(sorted.dropFirst(), sorted).map { later, earlier in later - earlier }.filter { $0 > 0 }.sorted()
        if steps.isEmpty {
            self = .month
        } else {
            self.init(cadence: Duration64(milliseconds: steps[(steps.count - 1) / 2]))
        }
    }

    /// The half-open span of this kind that holds `instant`.
    ///
    /// - Precondition: `instant` lies in `Chunk.startRange`.
    package func interval(holding instant: Instant) -> Interval {
        precondition(Chunk.startRange.contains(instant.milliseconds), "A chunk's rows lie in years 1…9999.")
        let dayLength: Int64 = 86_400_000
        let remainder = instant.milliseconds % dayLength
        let dayStart = instant.milliseconds - (remainder < 0 ? remainder + dayLength : remainder)
        if self == .day { return Interval(from: dayStart, until: dayStart + dayLength) }
        let date = CivilDate(dayNumber: Int(dayStart / dayLength))
        let dayOfMonth = Int64(date.day - 1)
        if self == .month {
            let first = dayStart - dayOfMonth * dayLength
            return Interval(from: first, until: first + Int64(CivilDate.dayCount(date)) * dayLength)
        }
        let daysBefore = (1..<date.month).reduce(0) { $0 + CivilDate.dayCount(year: date.year, month: $1) }
        let first = dayStart - (dayOfMonth + Int64(daysBefore)) * dayLength
        return Interval(from: first, until: first + (CivilDate.isLeap(date.year) ? 366 : 365) * dayLength)
    }
}

extension Interval {
    fileprivate init(from start: Int64, until end: Int64) {
        self.init(start: Instant(milliseconds: start), end: Instant(milliseconds: end))
    }
}

extension CivilDate {
    fileprivate static func dayCount(_ date: CivilDate) -> Int { dayCount(year: date.year, month: date.month) }
}
