// An alert (报警): a finding that people must work, with a side for each region from its birth.

package import Detection
package import Monitoring

/// The id of an alert, made from its finding alone: the same data give the same ids everywhere.
package struct AlertID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: String

    package init(_ rawValue: String) { self.rawValue = rawValue }

    /// `A-<section>-<station>-<parameter>-<start, UTC>-<kind>`; `station` stands for the parameter of a silence.
    package init(_ id: FindingID) {
        rawValue =
            Self.beginning(id.section, id.station, id.parameter) + "\(Self.stamp(id.start))-\(id.kind.rawValue)"
    }

    /// The ids of alerts of a series that began in an interval, of whatever kind, lie in this range; so may a few others.
    package static func texts(
        _ section: SectionID, _ station: StationID, _ parameter: ParameterID?, in interval: Interval
    ) -> Range<String> {
        let beginning = beginning(section, station, parameter)
        // Whole seconds: what follows them in an id is `Z` or a fraction.
        let (from, last) = (stamp(interval.start).prefix(15), stamp(interval.end).prefix(15))
        return "\(beginning)\(from)"..<"\(beginning)\(last)~"
    }

    /// When the alert of this id began, to the second; `nil` when it is not one of the series.
    package func beginning(_ section: SectionID, _ station: StationID, _ parameter: ParameterID?) -> Instant? {
        let beginning = Self.beginning(section, station, parameter)
        guard rawValue.hasPrefix(beginning) else { return nil }
        let digits = Array(rawValue.utf8.dropFirst(beginning.utf8.count).prefix(15))
        guard digits.count == 15 else { return nil }
        func text(_ range: Range<Int>) -> String { String(decoding: digits[range], as: UTF8.self) }
        return Instant(
            iso8601: "\(text(0..<4))-\(text(4..<6))-\(text(6..<11)):\(text(11..<13)):\(text(13..<15))Z")
    }

    private static func beginning(_ section: SectionID, _ station: StationID, _ parameter: ParameterID?) -> String {
        "A-\(section)-\(station)-\(parameter?.rawValue ?? "station")-"
    }

    private static func stamp(_ instant: Instant) -> String {
        let separators = [UInt8(ascii: "-"), UInt8(ascii: ":")]
        return String(decoding: instant.iso8601(at: .utc).utf8.filter { !separators.contains($0) }, as: UTF8.self)
    }

    package static func < (left: AlertID, right: AlertID) -> Bool { left.rawValue < right.rawValue }
    package var description: String { rawValue }
}

/// A region that has a side in an alert.
package struct AlertParty: Hashable, Sendable {
    package enum Role: String, Sendable, CaseIterable {
        case upstream, downstream
        /// Where the direction changes or all share: air, and both banks.
        case neighbour
    }

    package let region: RegionID
    package let role: Role

    package init(region: RegionID, role: Role) {
        self.region = region
        self.role = role
    }

    /// The parties of a section, upstream first: both sides where both are named, else all regions of its boundary.
    package static func parties(of section: Section, in registry: Registry) -> [AlertParty] {
        let upstream = section.upstream.map { AlertParty(region: $0, role: .upstream) }
        let downstream = section.downstream.map { AlertParty(region: $0, role: .downstream) }
        if let upstream, let downstream, upstream.region != downstream.region { return [upstream, downstream] }
        let regions = registry.boundaries[section.boundary]?.regions ?? []
        // A section inside one region: what happens there reaches the others along the river.
        if let upstream {
            let others = regions.filter { $0 != upstream.region }
            return [upstream] + others.map { AlertParty(region: $0, role: .downstream) }
        }
        return regions.map { AlertParty(region: $0, role: .neighbour) }
    }
}

/// What one side says of an alert (意见). Receiving and seeing are not among them: neither is agreeing.
package enum AlertPosition: String, Sendable, CaseIterable {
    /// 认可
    case agree
    /// 有异议
    case disagree
    /// 需要时间
    case needTime = "need-time"
    /// 联合采样
    case jointSampling = "joint-sampling"
    /// 第三方复测
    case thirdPartyRetest = "third-party-retest"
}

/// One side of an alert.
package struct AlertSide: Hashable, Sendable {
    package let party: AlertParty
    /// When the notice was delivered.
    package var receivedAt: Instant?
    /// When a person opened it.
    package var seenAt: Instant?
    package var position: AlertPosition?
    package var positionAt: Instant?
    package var reason = ""
    /// When silence becomes what the agreement says; no agreement sets it yet, so it is `nil`.
    package var respondBy: Instant?

    init(party: AlertParty) { self.party = party }
}

/// Whether an alert is about measured water and air.
package enum AlertMark: String, Sendable, CaseIterable {
    case measured
    /// Made by `tributary simulate` (合成数据).
    case synthetic
    /// An exercise (演练).
    case drill
}

/// A finding that people work.
package struct Alert: Hashable, Sendable {
    package enum State: String, Sendable, CaseIterable {
        /// The finding lasts (持续).
        case open
        /// Measured values ended it (已结束); silence never does.
        case ended
        /// Data that came later no longer show it (数据变更撤回); kept, with its acts.
        case withdrawn
    }

    package let id: AlertID
    package let mark: AlertMark
    package let openedAt: Instant
    package var state: State
    package var finding: Finding
    package var sides: [AlertSide]
}
