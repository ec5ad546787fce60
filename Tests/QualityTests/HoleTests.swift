// Goal: every slot that was due has a value or stands in exactly one hole, whatever order batches came in; and what
// people said changes a hole's state and reason, never its extent. Method: small series written out, then seeded
// random ones against a plain set of slots.

import Monitoring
import Quality
import Statistics
import Testing

private let hour: Int64 = 3_600_000
private let four = Duration64.hours(4)
private let series = SeriesKey(
    station: StationID("S"), parameter: ParameterID("codmn"), statistic: .instant, window: .zero, origin: .automatic)
private let grid = SlotGrid(cadence: four, offset: .china)
/// Slot 0 begins at midnight of the first day of 1970 in China; tests count from there.
private let zero = grid.start(of: 0)

private func time(_ hours: Double) -> Instant { Instant(milliseconds: zero.milliseconds + Int64(hours * Double(hour))) }

/// A statement of a station: hours since slot 0, with a value or without, by the batch at a log position.
private struct Heard {
    var hours: Double
    var hasValue = true
    var sequence: Int64 = 1
}

private func runs(_ heard: [Heard], revises: Bool = false, asKnownAt: Int64 = .max) -> [HeardSlots.Run] {
    var slots = HeardSlots(grid: grid)
    let sorted = heard.enumerated().sorted { ($0.element.hours, $0.offset) < ($1.element.hours, $1.offset) }
    // Two chunks, cut in the middle, as the book hands them over: equal starts stay together.
    let middle = sorted.isEmpty ? 0 : sorted[sorted.count / 2].element.hours
    for part in [sorted.filter { $0.element.hours < middle }, sorted.filter { $0.element.hours >= middle }] {
        slots.append(
            start: part.map { time($0.element.hours).milliseconds },
            qualifier: part.map { ($0.element.hasValue ? Qualifier.none : .missing).rawValue },
            sequence: part.map(\.element.sequence), revises: revises, asKnownAt: asKnownAt)
    }
    return slots.runs
}

/// The batch at log position n was received n hours after slot 1000.
private func received(_ sequence: Int64) -> Instant? { time(4_000 + Double(sequence)) }

private func finder(
    now hours: Double, notices: [NoticeRecord] = [], marks: [HoleMark] = []
) -> HoleFinder {
    HoleFinder(series, grid: grid, rule: HoleRule(), notices: notices, marks: marks, now: time(hours))
}

private func holes(
    _ heard: [Heard], now: Double, notices: [NoticeRecord] = [], marks: [HoleMark] = []
) -> [Hole] {
    let finder = finder(now: now, notices: notices, marks: marks)
    let due = finder.due(from: time(0))
    return finder.holes(runs(heard), due: due, wanted: due, received: received).holes
}

private func notice(
    _ id: String, _ from: Double, _ until: Double, _ verdicts: [(String, NoticeDecision.Verdict)],
    parameters: [String] = [], station: String = "S"
) -> NoticeRecord {
    let filed = Notice(
        kind: .maintenance, station: StationID(station), parameters: parameters.map { ParameterID($0) },
        interval: Interval(start: time(from), end: time(until)), person: "p", reason: "r", evidence: "e",
        filedAt: time(0))
    let decisions = verdicts.map { side, verdict in
        NoticeDecision(
            verdict: verdict, region: RegionID(side), side: RegionID(side), person: "q", reason: "", decidedAt: time(9))
    }
    return NoticeRecord(id: id, sequence: 1, notice: filed, decisions: decisions)
}

private func mark(
    _ kind: HoleMark.Kind, _ side: String, _ from: Double, _ until: Double, sequence: Int64
) -> HoleMark {
    HoleMark(
        series: series, interval: Interval(start: time(from), end: time(until)), kind: kind, region: RegionID(side),
        side: RegionID(side), person: "p", reason: "r", markedAt: time(0), sequence: sequence)
}

/// `from..<until` in hours since slot 0.
private func extent(_ hole: Hole) -> String {
    let from = (hole.interval.start.milliseconds - zero.milliseconds) / hour
    return "\(from)..<\((hole.interval.end.milliseconds - zero.milliseconds) / hour)"
}

@Suite struct HoleTests {
    @Test func `A hole reaches from the first slot without a value to the next with one`() {
        // Due at 0, 4, 8 … 36; the clock stands at 44, and the slot that ended at 40 is overdue just now.
        let found = holes([Heard(hours: 0), Heard(hours: 4), Heard(hours: 16), Heard(hours: 20)], now: 44)
        #expect(found.map(extent) == ["8..<16", "24..<40"])
        #expect(found.map(\.missingCount) == [2, 4])
        #expect(found.map(\.isSilence) == [false, true])
        #expect(found.allSatisfy { $0.state == .open && $0.unexplainedCount == $0.missingCount })
        #expect(found[0].id.description == "S/codmn/instant/0/automatic@1970-01-01T08:00:00+08:00")
        // The reading before it came with the batch at log 1.
        #expect(found[0].knownSince == received(1))
    }

    @Test func `A reading may be an eighth of a cadence early, any time late within its slot, and come twice`() {
        #expect(holes([Heard(hours: 0), Heard(hours: 3.5), Heard(hours: 11.4), Heard(hours: 11.45)], now: 16) == [])
        #expect(
            holes([Heard(hours: 0), Heard(hours: 3.49), Heard(hours: 8)], now: 16).map(extent) == ["4..<8"],
            "Earlier than that it belongs to the slot before.")
        // A station that measures at 02, 06, 10 has the same slots.
        #expect(holes([Heard(hours: 2), Heard(hours: 6), Heard(hours: 10)], now: 16) == [])
    }

    @Test func `What the station states to be missing is missing, and is told apart`() {
        let found = holes(
            [Heard(hours: 0), Heard(hours: 4, hasValue: false), Heard(hours: 12)], now: 20)
        #expect(found.map(extent) == ["4..<12"])
        #expect(found.map(\.statedCount) == [1])
        #expect(found.map(\.missingCount) == [2])
    }

    @Test func `A slot is missing only one cadence after it has ended`() {
        #expect(holes([Heard(hours: 0)], now: 11.9) == [])
        #expect(holes([Heard(hours: 0)], now: 12).map(extent) == ["4..<8"])
    }

    @Test func `Without any reading everything due is one hole, and nothing due is none`() {
        #expect(holes([], now: 24).map(extent) == ["0..<20"])
        #expect(holes([], now: 2) == [])
        #expect(holes([], now: -50) == [])
    }

    @Test func `In a revising series the last statement stands, otherwise any value does`() {
        let heard = [
            Heard(hours: 0), Heard(hours: 4), Heard(hours: 4, hasValue: false, sequence: 2), Heard(hours: 8),
        ]
        let due = finder(now: 16).due(from: time(0))
        func count(revises: Bool, asKnownAt: Int64 = .max) -> Int {
            finder(now: 16).holes(
                runs(heard, revises: revises, asKnownAt: asKnownAt), due: due, wanted: due, received: received
            ).holes.count
        }
        #expect(count(revises: false) == 0)
        #expect(count(revises: true) == 1)
        #expect(count(revises: true, asKnownAt: 1) == 0, "As known before the second batch.")
    }

    @Test func `A reason counts once it is confirmed, over the slots it touches, for its station and parameter`() {
        let heard = [Heard(hours: 0), Heard(hours: 20)]
        func hole(_ notices: NoticeRecord...) throws -> Hole {
            try #require(holes(heard, now: 28, notices: notices).first)
        }
        func unexplained(_ notices: NoticeRecord...) -> Int? {
            holes(heard, now: 28, notices: notices).first?.unexplainedCount
        }
        #expect(unexplained() == 4)
        #expect(unexplained(notice("n", 5, 9, [])) == 4)
        #expect(unexplained(notice("n", 5, 9, [("a", .refused)])) == 4)
        #expect(unexplained(notice("n", 5, 9, [("a", .confirmed)])) == 2)
        #expect(unexplained(notice("n", 4, 20, [("a", .confirmed)], parameters: ["nh3n"])) == 4)
        #expect(unexplained(notice("n", 4, 20, [("a", .confirmed)], station: "T")) == 4)
        #expect(
            unexplained(notice("n", 4, 12, [("a", .confirmed)]), notice("m", 8, 20, [("b", .confirmed)])) == 0,
            "What two notices touch is counted once.")
        let confirmed = holes(heard, now: 28, notices: [notice("n", 0, 99, [("a", .confirmed)])])
        #expect(confirmed.map(\.state) == [.open], "An explained hole is still open.")
        #expect(confirmed.map(\.notices.count) == [1])
        let disputed = holes(heard, now: 28, notices: [notice("n", 5, 9, [("a", .confirmed), ("b", .refused)])])
        #expect(disputed.map(\.state) == [.disputed])
        #expect(disputed.map(\.unexplainedCount) == [4])
    }

    @Test func `Only people close a hole, wholly, and two sides that disagree dispute it`() {
        let heard = [Heard(hours: 0), Heard(hours: 20)]
        func state(_ marks: HoleMark...) -> HoleState? { holes(heard, now: 28, marks: marks).first?.state }
        #expect(state(mark(.unrecoverable, "a", 4, 20, sequence: 5)) == .unrecoverable)
        #expect(state(mark(.unrecoverable, "a", 4, 16, sequence: 5)) == .open, "One slot has grown since.")
        #expect(
            state(mark(.unrecoverable, "a", 4, 20, sequence: 5), mark(.recoverable, "b", 8, 12, sequence: 6))
                == .disputed)
        #expect(
            state(mark(.recoverable, "a", 4, 20, sequence: 6), mark(.unrecoverable, "a", 4, 20, sequence: 5)) == .open,
            "The later word of one side counts, in whatever order they are read.")
        #expect(
            state(mark(.unrecoverable, "a", 4, 12, sequence: 5), mark(.unrecoverable, "b", 12, 20, sequence: 6))
                == .unrecoverable)
    }

    @Test func `What came after a later reading was a hole, and says by which batch`() throws {
        let heard = [
            Heard(hours: 0, sequence: 1), Heard(hours: 4, sequence: 5), Heard(hours: 8, sequence: 5),
            Heard(hours: 16, sequence: 2), Heard(hours: 20, sequence: 3),
        ]
        let finder = finder(now: 28)
        let due = finder.due(from: time(0))
        let refills = finder.refills(runs(heard), wanted: due, received: received)
        #expect(refills.map(extent) == ["4..<12"])
        #expect(refills.map(\.state) == [.refilled])
        #expect(refills.map(\.missingCount) == [0] && refills.map(\.expectedCount) == [2])
        #expect(refills.first?.refill == Hole.Refill(sequence: 5, at: try #require(received(5))))
        #expect(finder.holes(runs(heard), due: due, wanted: due, received: received).holes.map(extent) == ["12..<16"])
        // History that comes in order was never a hole, nor was what one delivery mixed up.
        let inOrder = (0..<9).map { Heard(hours: Double($0) * 4, sequence: Int64($0) + 1) }
        #expect(finder.refills(runs(inOrder), wanted: due, received: received) == [])
        let atOnce = (0..<6).map { Heard(hours: Double($0) * 4, sequence: 9 - Int64($0)) }
        #expect(finder.refills(runs(atOnce), wanted: due, received: { _ in time(9) }) == [])
    }

    @Test func `A value after the station's own 'none', after a mark or after days of silence is a refill`() {
        func refills(_ heard: [Heard], marks: [HoleMark] = []) -> [String] {
            finder(now: 2_000_000, marks: marks).refills(
                runs(heard), wanted: 0..<2_000, received: received
            ).map(extent)
        }
        #expect(
            refills([
                Heard(hours: 0), Heard(hours: 4, hasValue: false), Heard(hours: 4, hasValue: true, sequence: 2),
            ]) == ["4..<8"])
        let late = [Heard(hours: 0), Heard(hours: 4, sequence: 2)]
        #expect(refills(late) == [])
        #expect(refills(late, marks: [mark(.unrecoverable, "a", 4, 8, sequence: 1)]) == ["4..<8"])
        // A slot of hour 4 whose batch came 40 hours after the one before it: silent for more than a day.
        #expect(refills([Heard(hours: 0), Heard(hours: 4, sequence: 41)]) == ["4..<8"])
    }

    @Test func `Every due slot has a value or stands in exactly one hole, for any order of arrival`() {
        var random = SplitMix64(seed: 20_250_101)
        for round in 0..<300 {
            let count = Int64(random.next() % 60)
            var heard: [Heard] = []
            var present: Set<Int64> = []
            for slot in 0..<count where random.next() % 3 != 0 {
                let hasValue = random.next() % 4 != 0
                let offset = Double(random.next() % 100) / 40
                heard.append(Heard(hours: Double(slot) * 4 + offset, hasValue: hasValue))
                if hasValue { present.insert(slot) }
            }
            let now = Double(random.next() % 300)
            func find(_ heard: [Heard], wanted: Range<Int64>? = nil) -> SeriesHoles {
                let finder = finder(now: now)
                let due = finder.due(from: time(0))
                return finder.holes(runs(heard), due: due, wanted: wanted ?? due, received: { _ in nil })
            }
            let due = finder(now: now).due(from: time(0))
            let found = find(heard)
            var covered: [Int64: Int] = [:]
            for hole in found.holes {
                for slot in grid.slots(beginningIn: hole.interval) { covered[slot, default: 0] += 1 }
            }
            for slot in due {
                #expect(covered[slot, default: 0] == (present.contains(slot) ? 0 : 1), "round \(round), slot \(slot)")
            }
            #expect(covered.keys.allSatisfy(due.contains), "round \(round)")
            #expect(found.expectedCount == found.presentCount + found.holes.reduce(0) { $0 + $1.missingCount })
            // Another order: other log positions for the same statements.
            var shuffled = heard
            for index in shuffled.indices { shuffled[index].sequence = Int64(random.next() % 50) + 1 }
            #expect(find(shuffled).holes == found.holes, "round \(round)")
            // Part of the time lists the same holes, whole.
            let part = Int64(random.next() % 30)..<Int64(30 + random.next() % 30)
            let inPart = found.holes.filter { grid.slots(beginningIn: $0.interval).overlaps(part.clamped(to: due)) }
            #expect(find(heard, wanted: part).holes == inPart, "round \(round)")
        }
    }
}

@Suite struct HoleLineTests {
    @Test func `One stop of a whole station is one line, and what must be worked comes first`() throws {
        var registry = Registry()
        registry.stations[StationID("S")] = {
            var station = Station(
                id: StationID("S"), name: BilingualName(chinese: "一号站", english: "Station One"), medium: .water,
                region: nil, waterBody: nil, aliases: [], cadence: four, profile: "p", isProvisional: false)
            station.parameters = [ParameterID("codmn"), ParameterID("tp")]
            return station
        }()
        func found(_ parameter: String, _ heard: [Heard], _ notices: [NoticeRecord]) -> [Hole] {
            let key = SeriesKey(
                station: StationID("S"), parameter: ParameterID(parameter), statistic: .instant, window: .zero,
                origin: .automatic)
            let finder = HoleFinder(
                key, grid: grid, rule: HoleRule(), notices: notices, marks: [], now: time(44))
            let due = finder.due(from: time(0))
            return finder.holes(runs(heard), due: due, wanted: due, received: { _ in nil }).holes
        }
        let heard = [Heard(hours: 0), Heard(hours: 8), Heard(hours: 16), Heard(hours: 20)]
        let notices = [notice("notice-1", 12, 16, [("a", .confirmed)])]
        let groups = HoleGroup.groups(found("codmn", heard, notices) + found("tp", heard, notices))
        let lines = groups.map { HoleLine($0, registry: registry, parameters: ParameterCatalogue()) }
        #expect(
            lines.map(\.reference) == [
                "S@1970-01-02T00:00", "S@1970-01-01T04:00", "S@1970-01-01T12:00",
            ])
        #expect(
            lines[0].english
                == "[open] Station One, all 2 parameters: 1970-01-02T00:00:00+08:00 until 1970-01-02T16:00:00+08:00 "
                + "(silent to now), 8 of 8 missing; unexplained; known since 1970-01-02T08:00:00+08:00")
        #expect(
            lines[2].chinese
                == "[缺测] 一号站 全部 2 项：1970-01-01T12:00:00+08:00 至 1970-01-01T16:00:00+08:00，缺 2 / 应测 2；"
                + "维护：r；发现于 1970-01-01T20:00:00+08:00")
    }
}
