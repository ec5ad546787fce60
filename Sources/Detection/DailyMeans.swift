// Daily means as binary numbers: what the trend test reads. Statistics, never a verdict against a limit.

internal import Exact
internal import Monitoring

/// Means of civil days that have enough readings, in time order.
struct DailyMeans {
    /// Days since 1970-01-01 in the zone the days were cut in.
    var days: [Int] = []
    var means: [Double] = []

    /// - Parameter minimumCount: readings a day needs. Missing, rejected, censored and conflicting ones do not count.
    init(_ series: OrderedReadings, offset: UTCOffset, minimumCount: Int) {
        var day = Int.min
        var sum = 0.0
        var count = 0
        func isUsable(_ reading: ScreenedReading) -> Bool {
            reading.value != nil && reading.qualifier == .none && reading.verdict != .suspect
                && reading.verdict != .invalid && !series.conflicting.contains(reading.start)
        }
        for reading in series.readings where isUsable(reading) {
            let readingDay = reading.start.dayNumber(at: offset)
            if readingDay != day {
                if count >= max(1, minimumCount) {
                    days.append(day)
                    means.append(sum / Double(count))
                }
                day = readingDay
                sum = 0
                count = 0
            }
            sum += reading.value?.approximate ?? 0
            count += 1
        }
        if count >= max(1, minimumCount) {
            days.append(day)
            means.append(sum / Double(count))
        }
    }
}

extension Instant {
    /// Days from 1970-01-01 to this instant's civil day.
    func dayNumber(at offset: UTCOffset) -> Int {
        let local = milliseconds + Int64(offset.minutes) * 60_000
        return Int(local >= 0 ? local / 86_400_000 : (local - 86_399_999) / 86_400_000)
    }
}
