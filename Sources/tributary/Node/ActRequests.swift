// What commands about holes and notices ask of the node, as it travels over the socket: texts, checked by the node.

/// Which holes to list; an absent part does not restrict.
struct HoleQuery: Codable, Sendable {
    var station: String?
    var parameter: String?
    /// Civil dates of +08:00 or times, half-open.
    var from: String?
    var until: String?
    /// Only holes that nobody has closed: open and disputed ones.
    var onlyOpen = false
    /// Holes of the past too.
    var includesRefilled = false
}

struct NoticeFiling: Codable, Sendable {
    var station: String
    var parameters: [String]
    var kind: String
    var from: String
    var until: String
    var person: String
    var reason: String
    var evidence: String
}

struct NoticeDeciding: Codable, Sendable {
    var notice: String
    var verdict: String
    var region: String
    var person: String
    var reason: String
}

/// Which notices to list; an absent part does not restrict.
struct NoticeQuery: Codable, Sendable {
    var station: String?
    var onlyUndecided = false
}

struct HoleMarking: Codable, Sendable {
    /// A hole's id, `STATION/PARAMETER@TIME`, or `STATION@TIME` for all its parameters.
    var hole: String
    var mark: String
    var region: String
    var person: String
    var reason: String
}

/// Which quarantined rows to admit; neither digests nor a station: all.
struct AdmitRequest: Codable, Sendable {
    /// Batches' digests, or their first digits.
    var digests: [String] = []
    var station: String?
    /// The registry folder that the node shall take over first.
    var stations: String?
    var isDryRun = false
    var person: String
    var reason: String
}
