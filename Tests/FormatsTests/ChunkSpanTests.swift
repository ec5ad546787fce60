// Goal: spans begin and end where the UTC calendar says. Method: dates written out, limits of cadence on both sides.

import Formats
import Monitoring
import Testing

@Suite struct ChunkSpanTests {
    @Test(
        arguments: [
            (Duration64.minutes(1), ChunkSpan.day), (.minutes(10), .day), (.minutes(11), .month), (.hours(1), .month),
            (.hours(3), .month), (.hours(4), .year), (.days(1), .year),
        ])
    func `the cadence chooses the span`(cadence: Duration64, span: ChunkSpan) {
        #expect(ChunkSpan(cadence: cadence) == span)
    }

    @Test func `an undeclared cadence is the median step; one observation alone is a month`() {
        #expect(ChunkSpan(inferredFrom: [0, 60_000, 120_000, 999_000_000]) == .day)
        #expect(ChunkSpan(inferredFrom: [86_400_000, 0, 172_800_000]) == .year)
        #expect(ChunkSpan(inferredFrom: [5]) == .month)
        #expect(ChunkSpan(inferredFrom: [5, 5, 5]) == .month)
    }

    @Test(
        arguments: [
            (ChunkSpan.day, "2024-02-29", "2024-02-29", "2024-03-01"),
            (.month, "2024-02-29", "2024-02-01", "2024-03-01"), (.month, "2023-12-31", "2023-12-01", "2024-01-01"),
            (.year, "2024-12-31", "2024-01-01", "2025-01-01"), (.year, "2023-06-15", "2023-01-01", "2024-01-01"),
            (.month, "1969-12-31", "1969-12-01", "1970-01-01"), (.year, "0001-01-01", "0001-01-01", "0002-01-01"),
        ])
    func `a span holds its calendar's days`(span: ChunkSpan, day: String, from: String, until: String) throws {
        let dates = try [day, from, until].map { try #require(CivilDate($0)).start(at: .utc) }
        let last = Instant(milliseconds: dates[0].milliseconds + 86_399_999)
        for instant in [dates[0], last] {
            #expect(span.interval(holding: instant) == Interval(start: dates[1], end: dates[2]))
        }
    }
}
