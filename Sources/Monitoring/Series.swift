// What is measured, where and how: the identity of a column of observations.

/// The canonical id of a monitoring parameter (监测因子), as in the standards' code table: `codmn`, `pm25` …
package struct ParameterID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: String
    package init(_ rawValue: String) { self.rawValue = rawValue }
    package static func < (left: ParameterID, right: ParameterID) -> Bool { left.rawValue < right.rawValue }
    package var description: String { rawValue }
}

/// The stable id of a monitoring station (监测站); names, places and instruments are dated attributes.
package struct StationID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: String
    package init(_ rawValue: String) { self.rawValue = rawValue }
    package static func < (left: StationID, right: StationID) -> Bool { left.rawValue < right.rawValue }
    package var description: String { rawValue }
}

/// The id of a river cross-section or an air assessment point that an agreement names (断面).
package struct SectionID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: String
    package init(_ rawValue: String) { self.rawValue = rawValue }
    package static func < (left: SectionID, right: SectionID) -> Bool { left.rawValue < right.rawValue }
    package var description: String { rawValue }
}

/// What a value says about its interval.
package enum SeriesStatistic: String, Sendable, CaseIterable {
    /// A reading at the interval's start; the interval is empty.
    case instant
    /// The mean over the interval.
    case mean
    /// A mean over a window longer than the cadence that ends with the interval (24 h sliding means).
    case slidingMean = "sliding-mean"
    /// The largest hourly mean of the day so far.
    case dayMaximum = "day-maximum"
    /// The largest 8 h sliding mean of the day so far.
    case dayMaximum8h = "day-maximum-8h"
    /// The sum over the interval: a volume of water.
    case total
    /// The mean over the calendar month that begins at the start; months differ in length, so the window is 0.
    case monthMean = "month-mean"
    /// The sum over the calendar month that begins at the start; the window is 0.
    case monthTotal = "month-total"
}

/// Who made the value.
package enum SeriesOrigin: String, Sendable, CaseIterable {
    case automatic, manual, joint
    case thirdParty = "third-party"
    case published
}

/// The identity of a series (序列): station × parameter × statistic × interval × origin.
package struct SeriesKey: Hashable, Sendable {
    package let station: StationID
    package let parameter: ParameterID
    package let statistic: SeriesStatistic
    /// Length of each observation's interval in milliseconds; 0 for instants and calendar months. For sliding means, the
    /// window.
    package let window: Duration64
    package let origin: SeriesOrigin

    package init(
        station: StationID, parameter: ParameterID, statistic: SeriesStatistic, window: Duration64, origin: SeriesOrigin
    ) {
        self.station = station
        self.parameter = parameter
        self.statistic = statistic
        self.window = window
        self.origin = origin
    }

    /// By the two parts that differ most.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(station.rawValue)
        hasher.combine(parameter.rawValue)
    }

    /// `station/parameter/statistic/window seconds/origin`: stable, sortable, used in digests and dumps.
    package var canonicalText: String {
        // In one piece of memory: an interpolation costs several times as much, and every new series is named so.
        let parts = [
            station.rawValue, parameter.rawValue, statistic.rawValue, String(window.milliseconds / 1_000),
            origin.rawValue,
        ]
        let byteCount = parts.reduce(parts.count - 1) { $0 + $1.utf8.count }
        return String(unsafeUninitializedCapacity: byteCount) { bytes in
            var end = 0
            for part in parts {
                if end > 0 {
                    bytes[end] = UInt8(ascii: "/")
                    end += 1
                }
                for byte in part.utf8 {
                    bytes[end] = byte
                    end += 1
                }
            }
            return end
        }
    }
}
