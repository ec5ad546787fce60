// Goal: alerts move only by named events; silence resolves nothing; the log adds up to the book.
// Method: text tables (one row, one delivery, the expected events), every order of small deliveries, replay.

import Alerting
import Detection
import Monitoring
import Testing

/// One delivery: all readings held so far, and what the book should say to them.
private struct Row: Sendable {
    let cells: String
    let events: [String]
    let states: [String]
    init(_ cells: String, _ events: [String], _ states: [String]) {
        self.cells = cells
        self.events = events
        self.states = states
    }
}

/// Numbers that look random and are the same for the same seed.
private struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 29
    }
}

private func states(_ book: AlertBook) -> [String] { book.ordered.map { $0.state.rawValue } }

@Suite struct AlertBookTests {
    @Test func `Each delivery gives its events and nothing twice`() throws {
        let rows = [
            Row("0.5 1.2", [], []),
            Row("0.5 1.2 1.4", ["opened"], ["open"]),
            Row("0.5 1.2 1.4", [], ["open"]),
            Row("0.5 1.2 1.4 1.9", ["extended"], ["open"]),
            Row("0.5 1.2 1.4 1.9 0.9 0.8", [], ["open"]),
            Row("0.5 1.2 1.4 1.9 0.9 0.8 1.1", ["extended"], ["open"]),
            Row("0.5 1.2 1.4 1.9 0.9 0.8 1.1 0.9 0.9 0.9", ["ended"], ["ended"]),
            Row("0.5 1.2 1.4 1.9 0.9 0.8 1.1 0.9 0.9 0.9", [], ["ended"]),
            Row("0.5 1.2 1.4 1.9 0.9 0.8 1.1 0.9 0.9 0.9 1.3 1.3", ["opened"], ["ended", "open"]),
        ]
        var book = AlertBook()
        for row in rows {
            #expect(try book.names(found(row.cells)) == row.events, "\(row.cells)")
            #expect(states(book) == row.states, "\(row.cells)")
        }
    }

    // prometheus#17482: no data resolves an alert.
    @Test func `No data resolves nothing`() throws {
        var book = AlertBook()
        #expect(try book.names(found("0.5 1.2 1.4")) == ["opened"])
        // Stated as missing, no rows, no readings at all, an empty answer.
        #expect(try book.names(found("0.5 1.2 1.4 _ _ _ _ _ _")) == [])
        #expect(try book.names(found([])) == [])
        #expect(try book.names(SectionFindings()) == [])
        #expect(states(book) == ["open"])
        // A silence is an alert of its own beside the open one.
        #expect(try book.names(found("0.5 1.2 1.4", now: 72)) == ["opened"])
        #expect(book.ordered.map(\.finding.id.kind) == [.threshold, .silence])
        #expect(states(book) == ["open", "open"])
    }

    @Test func `Late readings extend, reopen, or end as an end again`() throws {
        var book = AlertBook()
        #expect(try book.names(found("1.2 1.4 0.9 - 0.8 0.7")) == ["opened", "ended"])
        // The missing reading comes late and is over: the end moves on; three more within are not there yet.
        #expect(try book.names(found("1.2 1.4 0.9 1.6 0.8 0.7")) == ["reopened"])
        #expect(try book.names(found("1.2 1.4 0.9 1.6 0.8 0.7 0.6")) == ["ended"])
        #expect(book.ordered.count == 1)
    }

    @Test func `Data that no longer show a finding withdraw it, and keep it`() throws {
        var book = AlertBook()
        let first = readings("0.5 1.2 1.4 0.5")
        #expect(try book.names(found(first)) == ["opened"])
        // Another value for the second reading over: unlike versions take no part, one reading over is no episode.
        let disputed = first + [ScreenedReading(start: instant(hour: 8), value: readings("0.3")[0].value)]
        #expect(try book.names(found(disputed)) == ["withdrawn"])
        #expect(states(book) == ["withdrawn"])
        #expect(try book.names(found(disputed)) == [])
        #expect(try book.names(found(first)) == ["reopened"])
    }

    @Test func `The order of deliveries does not matter for the alerts and what they say`() throws {
        let all = readings("0.5 1.2 1.4 0.9 0.8 0.7 _ 1.3 1.9 1.1")
        let batches = [Array(all[0..<2]), Array(all[2..<5]), Array(all[5..<8]), Array(all[8...])]
        var expected: [Alert]?
        for first in 0..<4 {
            for second in 0..<4 where second != first {
                for third in 0..<4 where third != first && third != second {
                    let last = 6 - first - second - third
                    var book = AlertBook()
                    var held: [ScreenedReading] = []
                    for batch in [first, second, third, last, first] {
                        held += batches[batch]
                        // Silence is judged by the clock, so the clock stands after the data in every order.
                        _ = try book.names(found(held, now: 37))
                    }
                    let standing = book.ordered.filter { $0.state != .withdrawn }
                    #expect(standing == expected ?? standing)
                    expected = standing
                }
            }
        }
        #expect(expected?.count == 2)
        #expect(expected?.map { $0.finding.id.start } == [instant(hour: 4), instant(hour: 28)])
    }

    // A minute series that goes over its limit every few minutes brings thousands of alerts in one piece of a history:
    // each cost as much as there were others (0.7 ms of 3,000), which the time limit would not allow for.
    @Test(.timeLimit(.minutes(1))) func `Tens of thousands of alerts at once cost what each of them costs`() throws {
        let one = try found("1.2 1.4 0.5 0.5 0.5")
        let finding = try #require(one.findings.first)
        func many(_ places: Range<Int>) -> SectionFindings {
            var all = SectionFindings()
            all.findings = places.map { place in
                let id = finding.id
                return Finding(
                    id: FindingID(
                        kind: id.kind, section: id.section, station: id.station, parameter: id.parameter,
                        start: instant(hour: 20 * place)), end: instant(hour: 20 * place + 8), detail: finding.detail)
            }
            all.examined = one.examined.map { series in
                ExaminedSeries(
                    kind: series.kind, section: series.section, station: series.station, parameter: series.parameter,
                    span: Interval(
                        start: instant(hour: 20 * places.lowerBound), end: instant(hour: 20 * places.upperBound - 1)))
            }
            return all
        }
        let count = 30_000
        var book = AlertBook()
        #expect(try book.names(many(0..<count)).filter { $0 == "opened" }.count == count)
        #expect(try book.names(many(0..<count)) == [])
        #expect(book.open.isEmpty)
        // What is taken back is found among them wherever it lies.
        var piece = many(count / 2..<count / 2 + 3)
        piece.findings.remove(at: 1)
        #expect(try book.names(piece) == ["withdrawn"])
        #expect(book.ordered.firstIndex { $0.state == .withdrawn } == count / 2 + 1)
    }

    // A node holds the latest of the alerts that are over; the others are read where a finding may touch them.
    @Test(arguments: [1, 2, 5]) func `A book that lets go of what is over says what a whole book says`(held: Int) throws
    {
        let section = try #require(registry.sections[SectionID("EX-S1")])
        let parties = AlertParty.parties(of: section, in: registry)
        var generator = SeededNumbers(state: UInt64(held))
        for round in 0..<40 {
            var (whole, small) = (AlertBook(), AlertBook(heldOver: held))
            var log: [AlertEvent] = []
            var history = readings([String](repeating: "1.2 1.4 0.5 0.5 0.5", count: 8).joined(separator: " "))
            for step in 0..<12 {
                // A piece of the history, of which a reading was changed: anywhere, as late data may come.
                let changed = Int.random(in: 0..<history.count, using: &generator)
                let value = readings(Bool.random(using: &generator) ? "1.3" : "0.4")[0].value
                history[changed] = ScreenedReading(start: history[changed].start, value: value)
                let first = Int.random(in: 0...changed, using: &generator)
                let last = Int.random(in: changed..<history.count, using: &generator)
                let piece = try found(Array(history[first...last]))
                var stored: [AlertID: Alert] = [:]
                for alert in whole.ordered where small.alerts[alert.id] == nil {
                    let id = alert.finding.id
                    if small.mayHaveReleased(id.section, id.station, from: id.start) { stored[alert.id] = alert }
                }
                let expected = whole.update(piece, parties: parties, mark: .synthetic, at: instant(hour: step))
                let changes = small.changes(
                    piece, parties: parties, mark: .synthetic, at: instant(hour: step), stored: stored)
                small.take(changes)
                log += expected
                #expect(changes.events == expected, "round \(round), step \(step)")
                #expect(small.open == whole.open)
                #expect(small.alerts.count <= whole.open.count + held)
            }
            #expect(try AlertBook(replaying: log, heldOver: held).open == whole.open)
        }
    }

    @Test func `The ids of a series that began in an interval lie in one range of texts`() throws {
        let (section, station, tp) = (SectionID("EX-S1"), StationID("EX-W1"), ParameterID("tp"))
        func id(_ parameter: ParameterID?, _ milliseconds: Int64, _ kind: FindingID.Kind = .threshold) -> AlertID {
            AlertID(
                FindingID(
                    kind: kind, section: section, station: station, parameter: parameter,
                    start: Instant(milliseconds: milliseconds)))
        }
        let hour: Int64 = 3_600_000
        for parameter in [tp, nil] {
            let texts = AlertID.texts(
                section, station, parameter,
                in: Interval(start: Instant(milliseconds: hour), end: Instant(milliseconds: 2 * hour)))
            for kind in FindingID.Kind.allCases {
                for inside in [hour, hour + 1, hour + 1_000, 2 * hour] {
                    #expect(texts.contains(id(parameter, inside, kind).rawValue))
                }
            }
            #expect(
                !texts.contains(id(parameter, hour - 1).rawValue)
                    && !texts.contains(id(parameter, 2 * hour + 1_000).rawValue))
            #expect(!texts.contains(id(ParameterID("tpx"), hour).rawValue))
            #expect(
                id(parameter, hour + 1, .preWarning).beginning(section, station, parameter)
                    == Instant(milliseconds: hour))
            #expect(id(parameter, hour).beginning(section, station, ParameterID("other")) == nil)
        }
    }

    @Test func `The log adds up to the book`() throws {
        let section = try #require(registry.sections[SectionID("EX-S1")])
        let parties = AlertParty.parties(of: section, in: registry)
        var book = AlertBook()
        var log: [AlertEvent] = []
        let histories = ["0.5 1.2 1.4", "0.5 1.2 1.4 1.9 0.9 0.8 0.7", "0.5 1.2 1.4 1.9 0.9 0.8 0.7 1.3 1.4"]
        for (index, cells) in histories.enumerated() {
            log += book.update(try found(cells), parties: parties, mark: .synthetic, at: instant(hour: index))
            #expect(try AlertBook(replaying: log).alerts == book.alerts)
        }
        let id = try #require(book.ordered.first).id
        for change: AlertEvent.Change in [
            .received(upstream), .seen(upstream), .stated(upstream, .disagree, reason: "upstream works"),
            .received(downstream),
        ] {
            log += try book.act(change, on: id, at: instant(hour: 50)).get()
            #expect(try AlertBook(replaying: log).alerts == book.alerts)
        }
        // Written to the log and read back, it is the same log.
        let texts = log.map { $0.json.text() }
        let read = texts.compactMap { CanonicalJSON(reading: $0).flatMap { AlertEvent(json: $0) } }
        #expect(read == log)
        #expect(log.map(\.name) == ["opened", "ended", "opened", "received", "seen", "stated", "received"])
    }
}

@Suite struct AlertSideTests {
    private func openBook() throws -> (AlertBook, AlertID) {
        var book = AlertBook()
        _ = try book.names(found("1.2 1.4"))
        return (book, try #require(book.ordered.first).id)
    }

    @Test func `An alert has both sides from birth, upstream first`() throws {
        let (book, id) = try openBook()
        let sides = try #require(book.alerts[id]).sides
        #expect(sides.map(\.party.region) == [upstream, downstream])
        #expect(sides.allSatisfy { $0.receivedAt == nil && $0.seenAt == nil && $0.position == nil })
    }

    @Test func `Receiving and seeing is not agreeing, and happens once`() throws {
        var (book, id) = try openBook()
        #expect(try book.act(.received(upstream), on: id, at: instant(hour: 1)).get().count == 1)
        #expect(try book.act(.seen(upstream), on: id, at: instant(hour: 2)).get().count == 1)
        #expect(try book.act(.seen(upstream), on: id, at: instant(hour: 3)).get().isEmpty)
        let side = try #require(book.alerts[id]).sides[0]
        #expect(side.seenAt == instant(hour: 2) && side.position == nil)
        #expect(book.alerts[id]?.sides[1].receivedAt == nil)
    }

    // oncall#3161 and #3111: an acknowledgement that races with the end, or comes months later, opens nothing again.
    @Test func `An act after the end does not open the alert again`() throws {
        var (book, id) = try openBook()
        #expect(try book.names(found("1.2 1.4 0.9 0.8 0.7")) == ["ended"])
        _ = try book.act(.seen(downstream), on: id, at: instant(hour: 24 * 90)).get()
        #expect(book.alerts[id]?.state == .ended)
        #expect(try book.names(found("1.2 1.4 0.9 0.8 0.7")) == [])
    }

    @Test func `Events that cannot be are refused and change nothing`() throws {
        var (book, id) = try openBook()
        let before = book.alerts
        let stranger = RegionID("ex-stranger")
        let finding = try #require(before[id]).finding
        let unknown = AlertID("A-none")
        #expect(throws: AlertProblem.noSuchSide(id, stranger)) {
            try book.act(.seen(stranger), on: id, at: instant(hour: 1)).get()
        }
        #expect(throws: AlertProblem.unknownAlert(unknown)) {
            try book.act(.withdrawn, on: unknown, at: instant(hour: 1)).get()
        }
        // Silence would have resolved it: the finding has no end.
        #expect(throws: AlertProblem.endWithoutMeasurement(id)) {
            try book.act(.ended(finding), on: id, at: instant(hour: 1)).get()
        }
        #expect(throws: AlertProblem.alreadyOpen(id)) {
            try book.act(.reopened(finding), on: id, at: instant(hour: 1)).get()
        }
        #expect(throws: AlertProblem.alreadyOpened(id)) {
            try book.act(.opened(finding, parties: [], mark: .drill), on: id, at: instant(hour: 1)).get()
        }
        #expect(book.alerts == before)
    }

    /// Every sequence of five events over one alert: only an end with a measured end leads to `ended`.
    @Test func `No sequence of events ends an open alert without a measured end`() throws {
        let (book, id) = try openBook()
        let open = try #require(book.alerts[id]).finding
        let ended = try #require(found("1.2 1.4 0.9 0.8 0.7").findings.first)
        let changes: [AlertEvent.Change] = [
            .extended(open), .ended(open), .ended(ended), .reopened(open), .withdrawn, .seen(upstream),
            .stated(downstream, .agree, reason: ""),
        ]
        var endedCount = 0
        func walk(_ book: AlertBook, depth: Int, measured: Bool) {
            if let alert = book.alerts[id], alert.state == .ended {
                endedCount += 1
                #expect(measured && alert.finding.end != nil)
            }
            if depth == 0 { return }
            for (index, change) in changes.enumerated() {
                var next = book
                let event = AlertEvent(alert: id, at: instant(hour: 1), change: change)
                if (try? next.apply(event)) != nil {
                    walk(next, depth: depth - 1, measured: index == 2 || (measured && index > 4))
                }
            }
        }
        walk(book, depth: 5, measured: false)
        #expect(endedCount > 0, "Some sequence does end the alert.")
    }

    @Test func `A section inside one region still has the other side of its boundary`() throws {
        let inside = Section(
            id: SectionID("EX-UP"), name: name("上游", "Upstream"), boundary: "ex", river: nil, waterBody: .river,
            upstream: upstream, downstream: nil, stations: [], targets: [])
        #expect(
            AlertParty.parties(of: inside, in: registry) == [
                AlertParty(region: upstream, role: .upstream), AlertParty(region: downstream, role: .downstream),
            ])
    }

    @Test func `In the air every region of the boundary is a side`() throws {
        var registry = registry
        let third = RegionID("ex-third")
        registry.boundaries["air"] = Boundary(
            id: "air", name: name("示例空气", "Example Air"), kind: .air, regions: [upstream, downstream, third],
            isExample: true)
        let point = Section(
            id: SectionID("EX-P1"), name: name("点位", "Point"), boundary: "air", river: nil, waterBody: nil,
            upstream: nil, downstream: nil, stations: [], targets: [])
        let parties = AlertParty.parties(of: point, in: registry)
        #expect(parties.map(\.region) == [upstream, downstream, third])
        #expect(parties.allSatisfy { $0.role == .neighbour })
    }
}
