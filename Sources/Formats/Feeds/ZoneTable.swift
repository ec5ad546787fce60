// Zone abbreviations that stand in the rows of US feeds, with their distance from UTC.

internal import Monitoring

/// Names of zones as USGS `tz_cd` and the Water Quality Portal's `TimeZoneCode` print them.
///
/// Abbreviations are not unique in the world (CST is also China standard time): this table holds for these feeds only,
/// and a profile's own `zones` come first. Summer time has a name of its own, so an hour that a clock shows twice is
/// told apart by the row.
///
/// Source: 15 U.S.C. 263 and 49 CFR part 71 for the zones of the United States (standard names and their distance; in
/// daylight time one hour ahead, 15 U.S.C. 260a); UTC and GMT by their meaning. Written from knowledge of those texts.
enum ZoneTable {
    static let unitedStates: [String: Int] = [
        "UTC": 0, "GMT": 0, "Z": 0,
        "AST": -4, "ADT": -3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
        "AKST": -9, "AKDT": -8, "HST": -10, "HDT": -9, "SST": -11, "CHST": 10, "ChST": 10,
    ]

    /// The distance from UTC that `name` stands for in `profile`'s batches, `nil` when it stands for none.
    static func offset(_ name: String, _ profile: SourceProfile) -> UTCOffset? {
        profile.writing.zones[name] ?? unitedStates[name].map { UTCOffset(minutes: $0 * 60) }
    }
}

extension Rejection {
    static func unknownZone(_ name: String, row: Int, field: String) -> Rejection {
        Rejection(
            name.isEmpty ? .missingField : .notATime, row: row, field: field, excerpt: name,
            remedy: "Name the zone as EST, CDT or UTC, or give its distance from UTC under `zones` in the profile.")
    }
}
