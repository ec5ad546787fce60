// Goal: who may speak for a station, where a notice stands, and keys that read back. Method: a small registry by hand.

import Monitoring
import Testing

@Suite struct ActTests {
    private static let registry: Registry = {
        func name(_ text: String) -> BilingualName { BilingualName(chinese: text, english: text) }
        var registry = Registry()
        for (id, parent) in [
            ("up", nil), ("upcity", "up"), ("upother", "up"), ("down", nil), ("downcity", "down"), ("far", nil),
        ] {
            registry.regions[RegionID(id)] = Region(
                id: RegionID(id), name: name(id), level: parent == nil ? .province : .city,
                parent: parent.map { RegionID($0) })
        }
        registry.boundaries["b"] = Boundary(
            id: "b", name: name("b"), kind: .river, regions: [RegionID("up"), RegionID("down"), RegionID("far")],
            isExample: true)
        func section(_ id: String, down: String?, station: String) -> Section {
            Section(
                id: SectionID(id), name: name(id), boundary: "b", river: nil, waterBody: nil,
                upstream: RegionID("up"), downstream: down.map { RegionID($0) }, stations: [StationID(station)],
                targets: [])
        }
        registry.sections[SectionID("border")] = section("border", down: "down", station: "S")
        registry.sections[SectionID("inside")] = section("inside", down: nil, station: "T")
        for id in ["S", "T", "alone"] {
            registry.stations[StationID(id)] = Station(
                id: StationID(id), name: name(id), medium: .water, region: RegionID("upcity"), waterBody: nil,
                aliases: [], cadence: nil, profile: "p", isProvisional: false)
        }
        return registry
    }()

    @Test(arguments: [
        ("S", "up", "up"), ("S", "down", "down"), ("S", "upcity", "up"), ("S", "downcity", "down"),
        ("S", "upother", nil), ("S", "far", nil), ("S", "nowhere", nil),
        ("T", "far", "far"), ("T", "down", "down"), ("alone", "upcity", "upcity"), ("alone", "up", "upcity"),
        ("alone", "upother", nil), ("alone", "down", nil), ("unknown", "up", nil),
    ])
    func `A bureau speaks for its side of the sections that a station measures for`(
        station: String, region: String, side: String?
    ) {
        #expect(Self.registry.side(of: RegionID(region), at: StationID(station))?.rawValue == side)
    }

    @Test func `A notice stands as the sides decided, and knows when it came after the fact`() {
        func record(_ verdicts: [NoticeDecision.Verdict], filedAt: Int64 = 5) -> NoticeRecord {
            let notice = Notice(
                kind: .outage, station: StationID("S"), parameters: [],
                interval: Interval(start: Instant(milliseconds: 5), end: Instant(milliseconds: 9)), person: "p",
                reason: "r", evidence: "e", filedAt: Instant(milliseconds: filedAt))
            let decisions = verdicts.map { verdict in
                NoticeDecision(
                    verdict: verdict, region: RegionID("a"), side: RegionID("a"), person: "q", reason: "",
                    decidedAt: Instant(milliseconds: 6))
            }
            return NoticeRecord(id: "n", sequence: 1, notice: notice, decisions: decisions)
        }
        #expect(record([]).standing == .filed)
        #expect(record([.confirmed]).standing == .confirmed)
        #expect(record([.refused]).standing == .refused)
        #expect(record([.confirmed, .refused]).standing == .disputed)
        #expect(!record([]).notice.isAfterTheFact && record([], filedAt: 6).notice.isAfterTheFact)
    }

    @Test func `A series key reads back from its text, with slashes in a station's id too`() throws {
        let key = SeriesKey(
            station: StationID("省/流域/断面"), parameter: ParameterID("tp"), statistic: .mean, window: .hours(1),
            origin: .thirdParty)
        #expect(SeriesKey(canonicalText: key.canonicalText) == key)
        for text in ["", "a/b/mean/3600", "a/b/mode/3600/manual", "a/b/mean/-1/manual", "a/b/mean/01/manual"] {
            #expect(SeriesKey(canonicalText: text) == nil, "\(text)")
        }
    }
}
