// Goal: where clocks change, a reading a day or every few hours still has one slot each. Method: a year of Berlin's clock,
// with instruments that follow it and instruments that do not; each reading's slot must be the next one.

import Monitoring
import Quality
import Testing

@Suite struct ZoneGridTests {
    private static let hour: Int64 = 3_600_000
    private let berlin: CivilZone = {
        func at(_ text: String) -> Instant { CivilDate(text)!.start(at: .utc).advanced(by: .hours(1)) }
        return CivilZone(
            name: "Europe/Berlin", edition: "by hand",
            spans: [
                .init(start: Instant(milliseconds: .min), offset: UTCOffset(minutes: 60), abbreviation: "CET"),
                .init(start: at("2026-03-29"), offset: UTCOffset(minutes: 120), abbreviation: "CEST"),
                .init(start: at("2026-10-25"), offset: UTCOffset(minutes: 60), abbreviation: "CET"),
            ])
    }()

    private func slots(_ starts: [Instant], cadence: Duration64) -> [Int64] {
        let grid = SlotGrid(cadence: cadence, offset: berlin.standardOffset, zone: berlin)
        for start in starts { #expect(grid.start(of: grid.slot(of: start.milliseconds)) <= start) }
        return starts.map { grid.slot(of: $0.milliseconds) }
    }

    @Test(arguments: [2, 4, 6, 8, 12, 24])
    func `Each reading of a year has the slot after that of the one before`(hours: Int) throws {
        let first = try #require(CivilDate("2026-01-01")).dayNumber
        let count = 365 * 24 / hours
        let local = (0..<count).map { Int64(first) * 24 * Self.hour + Int64($0 * hours) * Self.hour }
        let following = local.map { berlin.start(ofLocal: $0) }
        let fixed = local.map { Instant(milliseconds: $0 - Self.hour) }
        for starts in [following, fixed] {
            let found = slots(starts, cadence: .hours(hours))
            #expect(found == Array(found[0]..<found[0] + Int64(count)))
        }
    }

    @Test func `Hours go on in UTC, and a day of change has 23 or 25 of them`() throws {
        let grid = SlotGrid(cadence: .hours(1), offset: berlin.standardOffset, zone: berlin)
        #expect(grid == SlotGrid(cadence: .hours(1), offset: berlin.standardOffset))
        let days = SlotGrid(cadence: .days(1), offset: berlin.standardOffset, zone: berlin)
        for (text, hours) in [("2026-03-28", 24), ("2026-03-29", 23), ("2026-10-25", 25), ("2026-10-26", 24)] {
            let day = Int64(try #require(CivilDate(text)).dayNumber)
            #expect(days.interval(of: day..<day + 1).duration == .hours(hours))
            #expect(days.slots(touching: days.interval(of: day..<day + 1)) == day..<day + 1)
            #expect(days.slots(beginningIn: days.interval(of: day..<day + 1)) == day..<day + 1)
        }
        // From the first to the second showing of 02:30 no slot begins.
        let doubled = Interval(
            start: Instant(milliseconds: berlin.spans[2].start.milliseconds - Self.hour / 2),
            end: Instant(milliseconds: berlin.spans[2].start.milliseconds + Self.hour / 4))
        #expect(days.slots(beginningIn: doubled).isEmpty)
        #expect(days.slots(touching: doubled).count == 1)
    }
}
