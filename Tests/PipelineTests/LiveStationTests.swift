// Goal: a station is looked at for the items its boundary names, and the basis of its states says so. Method: one registry
// with each kind of item list, the parameters of the screen and what readings of copper come to.

import Detection
import Exact
import Formats
import Monitoring
import Pipeline
import Quality
import Testing

private let name = BilingualName(chinese: "站", english: "station")

private func station(_ body: WaterBody? = .river) -> Station {
    Station(
        id: StationID("S1"), name: name, medium: .water, region: nil, waterBody: body, aliases: [], cadence: .hours(4),
        profile: "p", isProvisional: false)
}

private let section = Section(
    id: SectionID("EX"), name: name, boundary: "b", river: nil, waterBody: nil, upstream: nil, downstream: nil,
    stations: [StationID("S1")],
    targets: [
        Section.Target(
            span: DateSpan(from: nil, until: nil), waterClass: WaterClass(rank: 3), indexLimit: nil, source: "example")
    ])

private func live(
    _ standard: BoundaryStandard?, _ body: WaterBody? = .river, records: [InstrumentRecord] = [],
    series: [SeriesKey] = []
) throws -> LiveStation {
    var registry = Registry()
    registry.boundaries["b"] = Boundary(id: "b", name: name, kind: .river, regions: [], isExample: true)
    registry.stations[StationID("S1")] = station(body)
    registry.sections[section.id] = section
    if let standard { registry.boundaryStandards["b"] = standard }
    var table = StationChecksTable()
    return try #require(
        LiveStation(
            section, station(body), in: registry, series: series, checks: ExampleChecks.set, table: &table,
            rules: DetectionRules(), records: records))
}

private func standard(_ profile: String, _ items: [String]) -> BoundaryStandard {
    BoundaryStandard(family: "GB 3838-2002", itemProfile: profile, items: items.map { ParameterID($0) })
}

/// One series in memory.
private struct OneSeries: LiveSource {
    let chunk: Chunk

    func view(_ series: SeriesKey, over interval: Interval) -> CurrentView {
        var view = CurrentView()
        view.append(chunk, over: interval)
        return view
    }

    func firstStart(_ series: SeriesKey, from instant: Instant) -> Instant? {
        chunk.start.first { $0 >= instant.milliseconds }.map { Instant(milliseconds: $0) }
    }
}

@Suite struct LiveStationTests {
    @Test func `readings from the last passed check of their instrument to the next are suspect`() throws {
        // Permanganate index, Ⅲ: 6 mg/L; twelve readings over it, four hours apart.
        let codmn = ParameterID("codmn")
        func time(_ step: Int, _ hours: Int = 0) -> Instant {
            Instant(milliseconds: 1_769_356_800_000 + Int64(step * 4 + hours) * 3_600_000)
        }
        var chunk = Chunk()
        var outcomes: [MergeOutcome] = []
        chunk.merge(
            (0..<12).map { step in
                ChunkAddition(
                    start: time(step).milliseconds, mantissa: 70 + Int64(step * 7 % 5), exponent: -1, qualifier: 0,
                    flag: 0, sequence: 1)
            }, outcomes: &outcomes
        ) { _ in SentOrder(sent: time(0), digest: Digest256(bytes: [UInt8](repeating: 0, count: 32))) }
        func check(_ time: Instant, _ result: String) -> InstrumentRecord {
            InstrumentRecord(
                kind: .zero, station: StationID("S1"), parameter: codmn, time: time, result: ExactDecimal(result),
                reference: .zero, limit: ExactDecimal("0.1"))
        }
        func starts(_ records: [InstrumentRecord]) throws -> [Instant] {
            let key = SeriesKey(
                station: StationID("S1"), parameter: codmn, statistic: .instant, window: .zero, origin: .automatic)
            let looked = try live(nil, records: records, series: [key])
            var detection = LiveDetection(looked, from: nil, OneSeries(chunk: chunk))
            let outcome = try detection.run(later: [], lastChange: time(0), newest: time(11), budget: .max)
            return outcome.findings.findings.filter { $0.id.kind == .threshold }.map(\.id.start)
        }
        let passed = check(time(0, -1), "0.05")
        #expect(try starts([]) == [time(0)])
        #expect(try starts([passed, check(time(6), "0.02")]) == [time(0)])
        // It failed at the seventh reading: what was read since the pass is suspect, until it passes at the tenth.
        #expect(try starts([passed, check(time(6), "0.4"), check(time(9), "0.1")]) == [time(9)])
        #expect(try starts([passed, check(time(6), "0.4")]) == [])
        // A record without its numbers says neither.
        let open = InstrumentRecord(
            kind: .zero, station: StationID("S1"), parameter: codmn, time: time(6), result: nil)
        #expect(try starts([open]) == [time(0)])
        #expect(try live(nil, records: [open]).basis == live(nil).basis)
        #expect(try live(nil, records: [check(time(6), "0.4")]).basis != live(nil).basis)
    }

    @Test func `the X of 5+X, the 21 and listed items are judged as readings come`() throws {
        func items(_ standard: BoundaryStandard?) throws -> [String] {
            try live(standard).screen.rules.waterItems.map(\.rawValue)
        }
        let five = ["ph", "do", "codmn", "nh3n", "tp"]
        #expect(try items(nil) == five)
        #expect(try items(standard("5+X", [])) == five)
        #expect(try items(standard("5+X", ["cu", "f"])) == five + ["cu", "f"])
        #expect(try items(standard("listed", ["cu", "tp", "ph"])) == ["ph", "tp", "cu"])
        #expect(try items(standard("21", [])).count == 21)
    }

    @Test func `copper beyond its class, named by the boundary, is an episode`() throws {
        // Copper, Ⅲ: 1.0 mg/L.
        let cu = ParameterID("cu")
        let readings = (0..<12).map { step in
            ScreenedReading(
                start: Instant(milliseconds: 1_769_356_800_000 + Int64(step) * 14_400_000),
                value: ExactDecimal(mantissa: 5, exponent: 0))
        }
        var stretch = ScreenedStretch()
        stretch.readings[cu] = readings
        stretch.heard = readings.map(\.start)
        for (named, count) in [(standard("5+X", ["cu"]), 1), (standard("5+X", []), 0)] {
            var detectors = StationDetectors(try live(named).screen)
            detectors.add(stretch)
            let found = detectors.findings(isWhole: true).findings.filter { $0.id.kind == .threshold }
            #expect(found.map(\.id.parameter) == [ParameterID?](repeating: cu, count: count))
        }
    }

    @Test func `states of other items or another kind of water are of no use`() throws {
        let bases = try [
            live(nil).basis, live(standard("5+X", ["cu"])).basis, live(standard("5+X", ["f"])).basis,
            live(nil, .lake).basis, live(nil, nil).basis,
        ]
        #expect(Set(bases).count == 5)
        #expect(try live(standard("5+X", [])).basis == bases[0])
    }
}
