// What operators report of their stations, and what bureaus answer: records over intervals, beside the values.

/// What a notice (报备) reports.
package enum NoticeKind: String, Sendable, CaseIterable {
    /// The station or instrument stands still (停运).
    case outage
    case maintenance
    case calibration
    case instrumentChange = "instrument-change"
    /// Why readings are missing, said of holes that are known.
    case holeReason = "hole-reason"

    package var name: BilingualName {
        switch self {
        case .outage: BilingualName(chinese: "停运", english: "outage")
        case .maintenance: BilingualName(chinese: "维护", english: "maintenance")
        case .calibration: BilingualName(chinese: "校准", english: "calibration")
        case .instrumentChange: BilingualName(chinese: "仪器更换", english: "instrument change")
        case .holeReason: BilingualName(chinese: "缺测说明", english: "reason for a hole")
        }
    }
}

/// An operator's notice (报备) about a station over an interval. It changes no value and no verdict.
package struct Notice: Hashable, Sendable {
    package let kind: NoticeKind
    package let station: StationID
    /// The parameters concerned, in order of their ids; empty for all.
    package let parameters: [ParameterID]
    package let interval: Interval
    /// Who filed it.
    package let person: String
    package let reason: String
    /// What supports it, in words or as a document number.
    package let evidence: String
    package let filedAt: Instant

    package init(
        kind: NoticeKind, station: StationID, parameters: [ParameterID], interval: Interval, person: String,
        reason: String, evidence: String, filedAt: Instant
    ) {
        self.kind = kind
        self.station = station
        self.parameters = Set(parameters).sorted()
        self.interval = interval
        self.person = person
        self.reason = reason
        self.evidence = evidence
        self.filedAt = filedAt
    }

    /// Filed later than what it reports began (事后报备).
    package var isAfterTheFact: Bool { filedAt > interval.start }

    package func concerns(_ parameter: ParameterID) -> Bool { parameters.isEmpty || parameters.contains(parameter) }
}

/// What one side's bureau said to a notice; a side decides once.
package struct NoticeDecision: Hashable, Sendable {
    package enum Verdict: String, Sendable, CaseIterable { case confirmed, refused }

    package let verdict: Verdict
    /// The region whose bureau decided.
    package let region: RegionID
    /// The side of the boundary that region speaks for.
    package let side: RegionID
    package let person: String
    package let reason: String
    package let decidedAt: Instant

    package init(
        verdict: Verdict, region: RegionID, side: RegionID, person: String, reason: String, decidedAt: Instant
    ) {
        self.verdict = verdict
        self.region = region
        self.side = side
        self.person = person
        self.reason = reason
        self.decidedAt = decidedAt
    }
}

/// Where a notice stands.
package enum NoticeStanding: String, Sendable, CaseIterable {
    /// No bureau has decided.
    case filed
    case confirmed
    case refused
    /// One side confirmed it, another refused it.
    case disputed

    package var name: BilingualName {
        switch self {
        case .filed: BilingualName(chinese: "待确认", english: "awaiting decision")
        case .confirmed: BilingualName(chinese: "已确认", english: "confirmed")
        case .refused: BilingualName(chinese: "不予确认", english: "refused")
        case .disputed: BilingualName(chinese: "有争议", english: "disputed")
        }
    }
}

/// A notice as it is on record, with all that bureaus said to it.
package struct NoticeRecord: Hashable, Sendable {
    /// `notice-` and twelve hexadecimal digits, derived from what it says.
    package let id: String
    /// Its place in the log.
    package let sequence: Int64
    package let notice: Notice
    /// In the order they were made.
    package var decisions: [NoticeDecision]

    package init(id: String, sequence: Int64, notice: Notice, decisions: [NoticeDecision] = []) {
        self.id = id
        self.sequence = sequence
        self.notice = notice
        self.decisions = decisions
    }

    package var standing: NoticeStanding {
        switch Set(decisions.map(\.verdict)) {
        case []: .filed
        case [.confirmed]: .confirmed
        case [.refused]: .refused
        default: .disputed
        }
    }
}
