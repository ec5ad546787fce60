// The clock of an evidence table: a line before its header may say where the times without an offset were taken.

internal import Monitoring

/// What a line `#zone: Europe/Berlin` or `#offset: -05:00` says.
enum EvidenceClock: Equatable {
    case offset(UTCOffset)
    case zone(CivilZone)

    init?(_ text: String, context: ReadContext) {
        if let offset = UTCOffset(text) ?? (text.uppercased() == "UTC" ? .utc : nil) {
            self = .offset(offset)
        } else if let zone = context.zoneNamed?(text) {
            self = .zone(zone)
        } else {
            return nil
        }
    }
}

extension SourceProfile {
    /// The profile of a table that names its own clock.
    func at(_ clock: EvidenceClock) -> SourceProfile {
        var own = self
        switch clock {
        case .offset(let offset):
            own.offset = offset
            own.zone = nil
        case .zone(let zone):
            own.offset = zone.standardOffset
            own.zone = SourceZone(zone, doubledHour: self.zone?.doubledHour)
        }
        return own
    }
}

extension Rejection {
    static func unknownClock(_ text: String) -> Rejection {
        Rejection(
            .notATime, row: 0, field: "zone", excerpt: text,
            remedy: "Write the line as `#offset: +08:00`, or as `#zone: Europe/Berlin` with the zone's IANA name.")
    }

    static func twoClocks(_ texts: [String]) -> Rejection {
        Rejection(
            .notATime, row: 0, field: "zone", excerpt: texts.joined(separator: ", "),
            remedy: "The lines before the header name two clocks: keep one, and write the offset behind the times of "
                + "the other, or divide the table.")
    }
}
