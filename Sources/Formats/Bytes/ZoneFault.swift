// Why a local time is no instant in its profile's named zone, and what to do about it.

internal import Monitoring

enum ZoneFault {
    /// No clock of the zone showed the time: clocks were put forward over it.
    case skipped
    /// Clocks showed it at these two distances from UTC.
    case doubled(UTCOffset, UTCOffset)
    /// The zone had no such abbreviation at that time.
    case foreign(String)

    /// The row is kept aside: what it means is a matter of the profile, which may be mended before `tributary admit`.
    func rejection(in zone: CivilZone, excerpt: String, row: Int, field: String) -> Rejection {
        switch self {
        case .skipped:
            Rejection(
                .skippedTime, row: row, field: field, excerpt: excerpt,
                remedy:
                    "No clock in \(zone.name) showed this time: clocks were put forward over it. If the source keeps "
                    + "standard time all year, give its profile an `offset` in place of `zone`, then `tributary admit` "
                    + "the rows; else correct the station's clock and send them again.")
        case .doubled(let first, let second):
            Rejection(
                .doubledTime, row: row, field: field, excerpt: excerpt,
                remedy: "Clocks in \(zone.name) showed this time twice, at \(first) and at \(second): write the offset "
                    + "after the time, or say `ambiguous: earlier` or `ambiguous: later` in the profile, then "
                    + "`tributary admit` the rows.")
        case .foreign(let name):
            Rejection(
                .notATime, row: row, field: field, excerpt: excerpt,
                remedy:
                    "\(zone.name) was not called \(name) at this time: write the offset, as 2026-05-01T08:00:00+02:00."
            )
        }
    }
}
