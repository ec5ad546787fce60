// Goal: the zones that are built in are those of the IANA database. Method: changes of clocks as laws and notices print
// them, and local times with their offsets by Python's zoneinfo from the same edition (fixtures/zones, whose last column
// names both; `scripts/civil-zones --sample`, seed 20260329).

import Foundation
import Monitoring
import Standards
import Testing

@Suite struct CivilZoneTableTests {
    private func milliseconds(_ text: Substring) throws -> Int64 {
        let date = try #require(CivilDate(String(text.prefix(10))))
        let hour = try #require(Int(text.dropFirst(11).prefix(2)))
        let minute = try #require(Int(text.dropFirst(14).prefix(2)))
        return Int64(date.dayNumber) * 86_400_000 + Int64(hour * 60 + minute) * 60_000
    }

    /// The last minute before a change and the first after it, as the zone's clock shows them.
    @Test(arguments: [
        // Directive 2000/84/EC: last Sundays of March and October at 01:00 UTC.
        ("Europe/Berlin", "2026-03-29T01:00", "+01:00", "+02:00"),
        ("Europe/Berlin", "2026-10-25T01:00", "+02:00", "+01:00"),
        ("Europe/London", "2026-03-29T01:00", "Z", "+01:00"), ("Europe/Paris", "2099-03-29T01:00", "+01:00", "+02:00"),
        // 15 U.S.C. 260a: second Sunday of March, first Sunday of November, at 02:00.
        ("America/New_York", "2026-03-08T07:00", "-05:00", "-04:00"),
        ("America/New_York", "2026-11-01T06:00", "-04:00", "-05:00"),
        ("US/Pacific", "2026-03-08T10:00", "-08:00", "-07:00"),
        // Before the Energy Policy Act of 2005: first Sunday of April.
        ("America/Chicago", "2006-04-02T08:00", "-06:00", "-05:00"),
        // China's summer time of 1986 to 1991; Russia's changes of 2011 and 2014.
        ("Asia/Shanghai", "1986-05-03T18:00", "+08:00", "+09:00"),
        ("Asia/Shanghai", "1991-09-14T17:00", "+09:00", "+08:00"),
        ("Europe/Moscow", "2011-03-26T23:00", "+03:00", "+04:00"),
        ("Europe/Moscow", "2014-10-25T22:00", "+04:00", "+03:00"),
        ("Australia/Lord_Howe", "2026-04-04T15:00", "+11:00", "+10:30"),
    ])
    func `Clocks change when the law says`(name: String, at: String, before: String, after: String) throws {
        let zone = try #require(CivilZoneTable.zone(named: name))
        let change = try milliseconds(at[...])
        #expect(zone.offset(at: Instant(milliseconds: change - 1)).description == before)
        #expect(zone.offset(at: Instant(milliseconds: change)).description == after)
        #expect(zone.name == name && zone.edition.hasPrefix("tzdata 20"))
    }

    @Test func `Shanghai has had no summer time since 1991, and Phoenix none`() throws {
        let shanghai = try #require(CivilZoneTable.zone(named: "Asia/Shanghai"))
        #expect(shanghai.spans.count == 13 && shanghai.spans.last?.offset == .china)
        #expect(try #require(CivilZoneTable.zone(named: "America/Phoenix")).spans.last?.offset == UTCOffset("-07:00"))
    }

    @Test func `Python says the same of every sampled local time`() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "fixtures/zones/python-zoneinfo.csv")
        let lines = try String(contentsOf: path, encoding: .utf8).split(separator: "\n").dropFirst()
        #expect(lines.count == 1_500)
        var doubled = 0
        var skipped = 0
        for line in lines {
            let fields = line.split(separator: ",")
            let zone = try #require(CivilZoneTable.zone(named: String(fields[0])), "\(fields[0])")
            let local = try milliseconds(fields[1])
            let before = Instant(milliseconds: local - (try #require(Int64(fields[2]))) * 1_000)
            let after = Instant(milliseconds: local - (try #require(Int64(fields[3]))) * 1_000)
            let expected: LocalTimeMeaning =
                before == after ? .once(before) : before < after ? .twice(earlier: before, later: after) : .skipped
            if before < after { doubled += 1 }
            if after < before { skipped += 1 }
            #expect(zone.meaning(ofLocal: local) == expected, "\(line)")
            #expect(fields[4].hasSuffix(zone.edition))
        }
        #expect(doubled > 50 && skipped > 50)
    }

    @Test func `Every zone of the table can be read, up to 2100 where clocks still change`() throws {
        let names = CivilZoneTable.names
        #expect(names.count == 497 && Set(names).count == names.count)
        for name in names { #expect(CivilZoneTable.zone(named: name)?.spans.isEmpty == false) }
        let berlin = try #require(CivilZoneTable.zone(named: "Europe/Berlin"))
        #expect(berlin.spans.last.map { CivilTime($0.start, at: .utc).date.year } == CivilZoneTable.lastYear)
        #expect(CivilZoneTable.zone(named: "europe/berlin") == nil)
    }

    @Test(arguments: [
        ("europe/berlin", ["Europe/Berlin"]), ("Berlin", ["Europe/Berlin"]), ("America/New York", ["America/New_York"]),
        ("", []), ("Middle-earth/Shire", []),
    ])
    func `A wrong name is answered with names like it`(name: String, near: [String]) {
        #expect(CivilZoneTable.names(like: name) == near)
    }
}
