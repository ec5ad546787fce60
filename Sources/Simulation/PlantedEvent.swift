// What the simulation hid in its data, so that a reader can check what was found.

package import Monitoring

/// One thing planted in the synthetic data.
package struct PlantedEvent: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        /// Values above the section's target for some days.
        case episode
        /// A slow linear rise to `size` at `end`; at `end` the series returns to its level.
        case drift
        /// A lasting shift by `size` from `onset` on.
        case step
        /// One reading multiplied by `size`.
        case spike
        /// No rows at all: the station is silent.
        case outage
    }

    package let kind: Kind
    package let station: StationID
    /// `nil` where the whole station is meant (outages).
    package let parameter: ParameterID?
    package let onset: Instant
    /// The first moment without the event.
    package let end: Instant
    /// In the parameter's unit; a factor for spikes; 0 for outages.
    package let size: Double

    package init(
        kind: Kind, station: StationID, parameter: ParameterID?, onset: Instant, end: Instant, size: Double
    ) {
        self.kind = kind
        self.station = station
        self.parameter = parameter
        self.onset = onset
        self.end = end
        self.size = size
    }

    /// What the event adds to a value of `level` at `time`.
    func added(to level: Double, at time: Int64) -> Double {
        guard time >= onset.milliseconds, time < end.milliseconds else { return 0 }
        let length = Double(end.milliseconds - onset.milliseconds)
        let passed = Double(time - onset.milliseconds)
        switch kind {
        case .episode:
            // Up within an eighth of the time, down within the last quarter.
            let rise = passed / (length * 0.125) + 0.5
            let fall = (length - passed) / (length * 0.25)
            return size * min(1, rise, fall)
        case .drift: return size * passed / length
        case .step: return size
        case .spike: return level * (size - 1)
        case .outage: return 0
        }
    }

    /// The event as one object of the manifest; times are ISO 8601 at `offset`.
    package func json(at offset: UTCOffset) -> CanonicalJSON {
        .object([
            "kind": .string(kind.rawValue), "station": .string(station.rawValue),
            "parameter": .optional(parameter?.rawValue), "onset": .string(onset.iso8601(at: offset)),
            "end": .string(end.iso8601(at: offset)), "size": .number(decimalText(size, places: 3)),
        ])
    }
}

/// `value` with `places` decimals, a tie to the even digit; the same text on every machine.
func decimalText(_ value: Double, places: Int) -> String {
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let scaled = Int64((value * scale).rounded(.toNearestOrEven))
    let digits = String(scaled.magnitude)
    let sign = scaled < 0 ? "-" : ""
    if places == 0 { return sign + digits }
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    return sign + padded.dropLast(places) + "." + padded.suffix(places)
}
