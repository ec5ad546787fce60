// Goal: a local time is told to be one instant, two, or none. Method: spans written out by hand around changes of clocks
// that are published, with the instants worked out by hand.

import Monitoring
import Testing

private func instant(_ text: String) -> Instant {
    let date = CivilDate(String(text.prefix(10)))!
    let clock = text.dropFirst(11).split(separator: ":").map { Int($0)! }
    return CivilTime(date: date, millisecondOfDay: (clock[0] * 60 + clock[1]) * 60_000).instant(at: .utc)
}

private func span(_ start: String?, _ offset: String, _ name: String) -> CivilZone.Span {
    CivilZone.Span(
        start: start.map { instant($0) } ?? Instant(milliseconds: .min), offset: UTCOffset(offset)!, abbreviation: name)
}

struct CivilZoneTests {
    private let berlin = CivilZone(
        name: "Europe/Berlin", edition: "by hand",
        spans: [
            span(nil, "+01:00", "CET"), span("2026-03-29 01:00", "+02:00", "CEST"),
            span("2026-10-25 01:00", "+01:00", "CET"),
        ])
    /// Lebanon puts its clocks forward at midnight; Samoa left out 2011-12-30.
    private let beirut = CivilZone(
        name: "Asia/Beirut", edition: "by hand",
        spans: [span(nil, "+02:00", "EET"), span("2026-03-28 22:00", "+03:00", "EEST")])
    private let apia = CivilZone(
        name: "Pacific/Apia", edition: "by hand",
        spans: [span(nil, "-10:00", "-10"), span("2011-12-30 10:00", "+14:00", "+14")])

    @Test func `Every minute of the days of change is one instant, two or none`() {
        let first = instant("2026-03-29 00:00").milliseconds
        for minute in 0..<1_440 {
            let local = first + Int64(minute) * 60_000
            let expected: LocalTimeMeaning =
                switch minute {
                case ..<120: .once(Instant(milliseconds: local - 3_600_000))
                case 120..<180: .skipped
                default: .once(Instant(milliseconds: local - 7_200_000))
                }
            #expect(berlin.meaning(ofLocal: local) == expected, "minute \(minute)")
        }
        let second = instant("2026-10-25 00:00").milliseconds
        for minute in 0..<1_440 {
            let local = second + Int64(minute) * 60_000
            let (summer, winter) = (Instant(milliseconds: local - 7_200_000), Instant(milliseconds: local - 3_600_000))
            let expected: LocalTimeMeaning =
                minute < 120 ? .once(summer) : minute < 180 ? .twice(earlier: summer, later: winter) : .once(winter)
            #expect(berlin.meaning(ofLocal: local) == expected, "minute \(minute)")
        }
    }

    @Test func `An abbreviation tells the two apart, and another one fits neither`() {
        let local = instant("2026-10-25 02:30").milliseconds
        #expect(berlin.meaning(ofLocal: local, abbreviation: "CEST") == .once(instant("2026-10-25 00:30")))
        #expect(berlin.meaning(ofLocal: local, abbreviation: "CET") == .once(instant("2026-10-25 01:30")))
        #expect(berlin.meaning(ofLocal: local, abbreviation: "EDT") == .skipped)
        #expect(berlin.meaning(ofLocal: instant("2026-07-01 12:00").milliseconds, abbreviation: "CET") == .skipped)
    }

    @Test func `The first and the last span hold for ever, also at the ends of what can be counted`() {
        #expect(berlin.meaning(ofLocal: instant("1900-01-01 00:00").milliseconds) == .once(instant("1899-12-31 23:00")))
        #expect(berlin.meaning(ofLocal: instant("9000-07-01 00:00").milliseconds) == .once(instant("9000-06-30 23:00")))
        #expect(berlin.offset(at: Instant(milliseconds: .min)).minutes == 60)
        #expect(berlin.standardOffset.minutes == 60)
    }

    @Test func `A day begins at its first instant, also where midnight was left out, and not where the day was`() {
        let day = CivilDate("2026-03-29")!.dayNumber
        #expect(beirut.start(ofDay: day) == instant("2026-03-28 22:00"))
        #expect(beirut.start(ofDay: day + 1) == instant("2026-03-29 21:00"))
        #expect(berlin.start(ofDay: day) == instant("2026-03-28 23:00"))
        #expect(berlin.start(ofDay: day + 1) == instant("2026-03-29 22:00"))
        let lost = CivilDate("2011-12-30")!.dayNumber
        #expect(apia.start(ofDay: lost) == nil)
        #expect(apia.start(ofDay: lost - 1) == instant("2011-12-29 10:00"))
        #expect(apia.start(ofDay: lost + 1) == instant("2011-12-30 10:00"))
    }
}
