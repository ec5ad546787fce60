// Goal: intervals are half-open. Method: the edges, written out.

import Monitoring
import Testing

struct InstantTests {
    private let hour = Interval(start: Instant(milliseconds: 0), end: Instant(milliseconds: 3_600_000))

    @Test(arguments: [(Int64(-1), false), (0, true), (3_599_999, true), (3_600_000, false)])
    func `An interval holds its start and not its end`(milliseconds: Int64, isInside: Bool) {
        #expect(hour.contains(Instant(milliseconds: milliseconds)) == isInside)
    }

    @Test func `Neighbours do not overlap`() {
        let next = Interval(start: hour.end, end: hour.end.advanced(by: .hours(1)))
        #expect(!hour.overlaps(next))
        #expect(!next.overlaps(hour))
        #expect(hour.overlaps(Interval(start: Instant(milliseconds: 3_599_999), end: next.end)))
        #expect(hour.duration == .hours(1))
    }

    @Test func `An empty interval holds nothing`() {
        let empty = Interval(start: hour.start, end: hour.start)
        #expect(!empty.contains(hour.start))
        #expect(!empty.overlaps(hour))
        #expect(empty.duration == .zero)
    }

    @Test func `An interval that ends before it starts stops the program`() async {
        await #expect(processExitsWith: .failure) {
            _ = Interval(start: Instant(milliseconds: 1), end: Instant(milliseconds: 0))
        }
    }

    @Test func `Lengths of time are milliseconds`() {
        #expect(Duration64.seconds(2).milliseconds == 2_000)
        #expect(Duration64.minutes(2).milliseconds == 120_000)
        #expect(Duration64.hours(2).milliseconds == 7_200_000)
        #expect(Duration64.days(2).milliseconds == 172_800_000)
        #expect(-Duration64.days(1) < .zero)
        #expect(
            Instant(milliseconds: 5).advanced(by: .seconds(1)).duration(since: Instant(milliseconds: 5)) == .seconds(1))
    }
}
