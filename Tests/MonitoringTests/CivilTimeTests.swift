// Goal: civil dates and instants convert both ways. Method: values of Python's datetime, and a walk through 800 years.

import Monitoring
import Testing

struct CivilTimeTests {
    @Test(arguments: [
        ("0001-01-01", -719_162), ("1600-02-29", -135_081), ("1899-12-31", -25_568), ("1900-03-01", -25_508),
        ("1969-12-31", -1), ("1970-01-01", 0), ("2000-02-29", 11_016), ("2024-02-29", 19_782), ("2026-04-01", 20_544),
        ("2100-03-01", 47_541), ("9999-12-31", 2_932_896),
    ])
    func `Days are numbered from 1970`(text: String, number: Int) throws {
        let date = try #require(CivilDate(text))
        #expect(date.dayNumber == number)
        #expect(CivilDate(dayNumber: number) == date)
        #expect(date.description == text)
    }

    @Test func `Each day follows the one before`() throws {
        var date = try #require(CivilDate("1600-01-01"))
        for number in date.dayNumber...(date.dayNumber + 300_000) {
            if date.dayNumber != number { Issue.record("\(date) is \(date.dayNumber)"); break }
            let isLast = date.day == CivilDate.dayCount(year: date.year, month: date.month)
            let next =
                isLast
                ? CivilDate(year: date.month == 12 ? date.year + 1 : date.year, month: date.month % 12 + 1, day: 1)
                : CivilDate(year: date.year, month: date.month, day: date.day + 1)
            if date.advanced(byDays: 1) != next { Issue.record("after \(date)"); break }
            date = try #require(next)
        }
    }

    @Test(arguments: [
        "", "2026-4-1", "2026-04-31", "2023-02-29", "1900-02-29", "2026-00-01", "2026-13-01", "2026-01-00",
        "0000-01-01",
        "2026/04/01", "2026-04-01 ", "+026-04-01", "２０２６-04-01", "2026-04-0a", "2026-04", "2026-04-01-01",
    ])
    func `Other text is no date`(text: String) {
        #expect(CivilDate(text) == nil)
    }

    @Test(arguments: [
        ("2026-04-01T05:00:00+08:00", "+08:00", Int64(1_774_990_800_000)),
        ("1969-12-31T23:59:59.999Z", "Z", -1),
        ("2026-01-01T00:00:00+08:00", "+08:00", 1_767_196_800_000),
        ("2024-02-29T23:30:00-05:30", "-05:30", 1_709_269_200_000),
        ("0001-01-02T00:00:00Z", "Z", -62_135_510_400_000),
    ])
    func `Instants print with their offset`(text: String, offset: String, milliseconds: Int64) throws {
        let zone = try #require(UTCOffset(offset))
        let instant = Instant(milliseconds: milliseconds)
        #expect(instant.iso8601(at: zone) == text)
        #expect(Instant(iso8601: text) == instant)
        #expect(CivilTime(instant, at: zone).instant(at: zone) == instant)
    }

    @Test(arguments: [
        ("Z", 0, "Z"), ("z", 0, "Z"), ("+08:00", 480, "+08:00"), ("+0800", 480, "+08:00"), ("+08", 480, "+08:00"),
        ("-05:30", -330, "-05:30"), ("-00:30", -30, "-00:30"), ("+18:00", 1_080, "+18:00"), ("+00:00", 0, "Z"),
    ])
    func `Offsets are read and printed`(text: String, minutes: Int, printed: String) throws {
        let offset = try #require(UTCOffset(text))
        #expect(offset.minutes == minutes)
        #expect(offset.description == printed)
    }

    @Test(arguments: ["", "8", "+8", "08:00", "+08:60", "+18:01", "+19", "+080", "UTC", "+08:0a", "＋08:00", "+０８:00"])
    func `Other text is no offset`(text: String) {
        #expect(UTCOffset(text) == nil)
    }

    @Test func `A day in China begins eight hours before the day in UTC`() throws {
        let date = try #require(CivilDate("2026-04-01"))
        #expect(date.start(at: .utc).duration(since: date.start(at: .china)) == .hours(8))
        let last = CivilTime(date.start(at: .china).advanced(by: Duration64(milliseconds: -1)), at: .china)
        #expect(last.date == CivilDate("2026-03-31"))
        #expect((last.hour, last.minute, last.second) == (23, 59, 59))
    }

    @Test func `A clock time outside its day stops the program`() async {
        await #expect(processExitsWith: .failure) {
            _ = CivilTime(date: CivilDate(dayNumber: 0), millisecondOfDay: 86_400_000)
        }
    }
}
