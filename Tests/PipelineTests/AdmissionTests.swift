// Goal: every decoded row ends in exactly one place, for the reason the registry and the clock give.
// Method: small slices by hand, one rule each, expected places written out.

import Exact
import Formats
import Monitoring
import Pipeline
import Standards
import Testing

@Suite struct AdmissionTests {
    private static let received = CivilDate(year: 2026, month: 5, day: 2)!.start(at: .china)
    private static let noon = CivilTime(date: CivilDate(year: 2026, month: 5, day: 1)!, millisecondOfDay: 43_200_000)
        .instant(at: .china)

    private func profile(_ id: String = "plain", stamp: StampPosition = .instant, hours: Int = 0) -> SourceProfile {
        SourceProfile(
            id: id, name: BilingualName(chinese: "测试", english: "test"), offset: .china, stamp: stamp,
            statistic: hours == 0 ? .instant : .mean, window: .hours(hours), cadence: nil, origin: .automatic,
            adopts: false, revises: false, missingCodes: [], flags: [:], parameterNames: [:],
            futureTolerance: .minutes(10))
    }

    private func registry(_ profile: SourceProfile) -> Registry {
        var registry = Registry()
        registry.profiles[profile.id] = profile
        let station = Station(
            id: StationID("S1"), name: BilingualName(chinese: "一号", english: "One"), medium: .water, region: nil,
            waterBody: .river, aliases: ["一号站"], cadence: .hours(4), profile: profile.id, isProvisional: false)
        registry.stations[station.id] = station
        registry.stationNames = ["S1": station.id, "一号站": station.id]
        return registry
    }

    private func slice(
        station: String = "S1", parameter: String = "codmn", start: Instant = noon, value: String = "3.1"
    ) -> DecodedSlice {
        var slice = DecodedSlice()
        let series = slice.block.index(
            of: SeriesKey(
                station: StationID(station), parameter: ParameterID(parameter), statistic: .instant, window: .zero,
                origin: .automatic))
        slice.block.append(
            series: series, start: start, value: ExactDecimal(value)!, qualifier: .none, flag: 0, row: 2)
        return slice
    }

    private func admit(
        _ slice: DecodedSlice, own: SourceProfile? = nil, decodedWith: SourceProfile? = nil, adoptsAll: Bool = false,
        entitled: Set<StationID>? = nil
    ) -> AdmittedSlice {
        let own = own ?? profile()
        return Admission(
            registry: registry(own), catalogue: .standard, profile: decodedWith ?? profile(),
            received: Self.received, adoptsAll: adoptsAll, entitled: entitled
        ).admit(slice)
    }

    @Test func `a sender speaks for its own stations only, by id or by alias, registered or not`() {
        let own: Set<StationID> = [StationID("S1"), StationID("S9")]
        #expect(admit(slice(), entitled: own).block.count == 1)
        #expect(admit(slice(station: "一号站"), entitled: own).block.count == 1)
        #expect(admit(slice(station: "一号站"), entitled: [StationID("一号站")]).block.count == 1)
        #expect(admit(slice(station: "S9"), adoptsAll: true, entitled: own).adoptedStations == [StationID("S9")])
        for (station, entitled) in [("S1", []), ("S1", ["S9"]), ("S2", ["S1"])] as [(String, [String])] {
            let admitted = admit(
                slice(station: station), adoptsAll: true, entitled: Set(entitled.map { StationID($0) }))
            #expect(admitted.block.isEmpty && admitted.adoptedStations.isEmpty && admitted.rejections.isEmpty)
            #expect(admitted.quarantined.map(\.cause.reason) == [.senderNotEntitled])
            #expect(admitted.quarantined.map(\.cause.field) == ["station"])
            #expect(admitted.quarantined.map(\.cause.excerpt) == [station])
            #expect(admitted.quarantined.first?.reading.value == ExactDecimal("3.1"))
        }
    }

    @Test func `a known station's row is kept as decoded`() {
        let admitted = admit(slice())
        #expect(admitted.block.count == 1)
        #expect(admitted.block[0].value == ExactDecimal("3.1"))
        #expect(admitted.quarantined.isEmpty && admitted.rejections.isEmpty && admitted.adoptedStations.isEmpty)
    }

    @Test func `a feed's name for a station becomes its id`() {
        let admitted = admit(slice(station: "一号站"))
        #expect(admitted.block[0].series.station == StationID("S1"))
    }

    @Test func `a laboratory's result keeps its origin at a station whose instruments have a profile`() {
        var result = DecodedSlice()
        result.format = .labResults
        let key = SeriesKey(
            station: StationID("一号站"), parameter: ParameterID("codmn"), statistic: .instant, window: .zero,
            origin: .manual)
        let series = result.block.index(of: key)
        result.block.append(
            series: series, start: Self.noon, value: ExactDecimal("2.3")!, qualifier: .none, flag: 0, row: 2)
        #expect(admit(result).block[0].series.canonicalText == "S1/codmn/instant/0/manual")
        result.format = .tributaryCSV
        #expect(admit(result).block[0].series.canonicalText == "S1/codmn/instant/0/automatic")
    }

    @Test(arguments: [
        ("S9", "codmn", RejectionReason.unknownStation, "station", "S9"),
        ("S1", "nonsense", .unknownParameter, "parameter", "nonsense"),
    ])
    func `an unknown name is kept aside, whole, with its remedy`(
        station: String, parameter: String, reason: RejectionReason, field: String, excerpt: String
    ) throws {
        let admitted = admit(slice(station: station, parameter: parameter))
        #expect(admitted.block.isEmpty)
        let kept = try #require(admitted.quarantined.first)
        #expect(kept.cause.reason == reason)
        #expect(kept.cause.field == field)
        #expect(kept.cause.excerpt == excerpt)
        #expect(kept.cause.row == 2)
        #expect(kept.reading.value == ExactDecimal("3.1"))
    }

    @Test func `without a registry an unknown station is adopted`() {
        let admitted = admit(slice(station: "S9"), adoptsAll: true)
        #expect(admitted.block.count == 1)
        #expect(admitted.adoptedStations == [StationID("S9")])
    }

    @Test(arguments: [(599_999, true), (600_000, true), (600_001, false)])
    func `a stamp may run ahead of our clock by the tolerance and no further`(ahead: Int, isKept: Bool) {
        let start = Self.received.advanced(by: Duration64(milliseconds: Int64(ahead)))
        let admitted = admit(slice(start: start))
        #expect(admitted.block.count == (isKept ? 1 : 0))
        #expect(admitted.quarantined.map(\.cause.reason) == (isKept ? [] : [.timeInFuture]))
    }

    @Test func `a stamp before any instrument is kept aside`() {
        let admitted = admit(slice(start: CivilDate(year: 1949, month: 12, day: 31)!.start(at: .utc)))
        #expect(admitted.quarantined.map(\.cause.reason) == [.timeTooOld])
    }

    @Test func `a concentration below zero is rejected, a temperature is not`() {
        let concentration = admit(slice(value: "-0.1"))
        #expect(concentration.block.isEmpty)
        #expect(concentration.rejections.map(\.reason) == [.negativeConcentration])
        #expect(concentration.rejections.first?.excerpt == "-0.1")
        #expect(admit(slice(parameter: "temp", value: "-0.1")).block.count == 1)
    }

    @Test func `a station's own profile says what its plain readings mean`() {
        // Hour means stamped at the end of the hour: 12:00 begins at 11:00.
        let admitted = admit(slice(), own: profile("hourly", stamp: .end, hours: 1))
        #expect(admitted.block[0].series.statistic == .mean)
        #expect(admitted.block[0].series.window == .hours(1))
        #expect(admitted.block[0].start == Self.noon.advanced(by: -.hours(1)))
    }

    @Test func `rows of one slice part ways and none is lost`() {
        var mixed = slice()
        for (station, value) in [("S9", "1"), ("S1", "-2"), ("S1", "2")] {
            let series = mixed.block.index(
                of: SeriesKey(
                    station: StationID(station), parameter: ParameterID("codmn"), statistic: .instant, window: .zero,
                    origin: .automatic))
            mixed.block.append(
                series: series, start: Self.noon, value: ExactDecimal(value)!, qualifier: .none, flag: 0, row: 3)
        }
        let admitted = admit(mixed)
        #expect(admitted.block.count == 2)
        #expect(admitted.quarantined.count == 1)
        #expect(admitted.rejections.count == 1)
    }
}
