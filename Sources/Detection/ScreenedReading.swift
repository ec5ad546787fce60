// What detection reads: the readings of one station after quality screening, in no particular order.

package import Exact
package import Monitoring

/// One reading with its machine verdict.
package struct ScreenedReading: Hashable, Sendable {
    package let start: Instant
    /// The value as received, `nil` when the source stated that there is none.
    package let value: ExactDecimal?
    package let qualifier: Qualifier
    package let verdict: QualityVerdict

    package init(start: Instant, value: ExactDecimal?, qualifier: Qualifier = .none, verdict: QualityVerdict = .valid) {
        self.start = start
        self.value = value
        self.qualifier = qualifier
        self.verdict = verdict
    }
}

/// All readings of one station that a detection may use, by parameter.
package struct StationReadings: Sendable {
    package let station: Station
    package let readings: [ParameterID: [ScreenedReading]]

    package init(station: Station, readings: [ParameterID: [ScreenedReading]]) {
        self.station = station
        self.readings = readings
    }
}

/// The readings of one series in time order, each start once.
struct OrderedReadings {
    var readings: [ScreenedReading] = []
    /// Starts for which unlike versions are held: neither is preferred, so none takes part.
    var conflicting: Set<Instant> = []

    init(_ unordered: [ScreenedReading]) {
        // The everyday case: one reading a start, in order.
        if Self.isOrdered(unordered) {
            readings = unordered
            return
        }
        readings.reserveCapacity(unordered.count)
        for reading in unordered.sorted(by: Self.precedes) {
            guard let last = readings.last, last.start == reading.start else {
                readings.append(reading)
                continue
            }
            if last.value == nil, reading.value != nil {
                // Missing, then a value: a refill.
                readings[readings.count - 1] = reading
            } else if reading.value != nil, reading.value != last.value || reading.qualifier != last.qualifier {
                conflicting.insert(reading.start)
            } else if reading.value != nil, reading.verdict.rawValue > last.verdict.rawValue {
                // The same value screened twice keeps the worse verdict.
                readings[readings.count - 1] = reading
            }
        }
    }

    private static func isOrdered(_ readings: [ScreenedReading]) -> Bool {
        var last = Int64.min
        for reading in readings {
            if reading.start.milliseconds <= last { return false }
            last = reading.start.milliseconds
        }
        return true
    }

    /// By time; equal times in an order that depends on the readings alone, missing ones first.
    private static func precedes(_ left: ScreenedReading, _ right: ScreenedReading) -> Bool {
        if left.start != right.start { return left.start < right.start }
        switch (left.value, right.value) {
        case (nil, nil): return false
        case (nil, _): return true
        case (_, nil): return false
        case (let first?, let second?):
            if first != second { return first < second }
            return (left.qualifier.rawValue, left.verdict.rawValue) < (right.qualifier.rawValue, right.verdict.rawValue)
        }
    }
}
