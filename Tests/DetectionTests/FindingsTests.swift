// Goal: the findings of a water and an air section from whole histories, independent of the order of the data.
// Method: small histories written here; limits and multiples by GB 3838-2002 table 1, worked by hand.

import Detection
import Exact
import Monitoring
import Standards
import Testing

private func name(_ text: String) -> BilingualName { BilingualName(chinese: text, english: text) }

private let river = Station(
    id: StationID("EX-W1"), name: name("river"), medium: .water, region: nil, waterBody: .river, aliases: [],
    cadence: .hours(4), profile: "p", isProvisional: false)
private let air = Station(
    id: StationID("EX-A1"), name: name("air"), medium: .air, region: nil, waterBody: nil, aliases: [],
    cadence: .hours(1), profile: "p", isProvisional: false)

private func section(
    water: [(from: String?, until: String?, rank: Int)] = [(nil, nil, 3)], index: Int? = nil
) -> Section {
    let targets =
        index.map {
            [Section.Target(span: DateSpan(from: nil, until: nil), waterClass: nil, indexLimit: $0, source: "example")]
        }
        ?? water.map { target in
            Section.Target(
                span: DateSpan(
                    from: target.from.flatMap { CivilDate($0) }, until: target.until.flatMap { CivilDate($0) }),
                waterClass: WaterClass(rank: target.rank), indexLimit: nil, source: "example")
        }
    return Section(
        id: SectionID("EX-S1"), name: name("section"), boundary: "b", river: nil, waterBody: nil,
        upstream: RegionID("a"), downstream: RegionID("b"), stations: [river.id, air.id], targets: targets)
}

private func instant(_ day: String, hour: Int = 0) throws -> Instant {
    let date = CivilDate(day)
    return try #require(date).start(at: .china).advanced(by: .hours(hour))
}

/// Readings every `step` hours from midnight of `day`; an empty cell is a missing value.
private func readings(_ day: String, _ cells: String, step: Int = 4) throws -> [ScreenedReading] {
    try cells.split(separator: " ").enumerated().map { index, cell in
        ScreenedReading(start: try instant(day, hour: index * step), value: ExactDecimal(String(cell)))
    }
}

private func water(
    _ readings: [String: [ScreenedReading]], section: Section = section(), now: Instant,
    rules: DetectionRules = DetectionRules()
) -> SectionFindings {
    let pairs = readings.map { (ParameterID($0.key), $0.value) }
    return findings(
        section: section,
        stationSeries: [StationReadings(station: river, readings: Dictionary(uniqueKeysWithValues: pairs))],
        standard: .gb3838of2002, rules: rules, now: now)
}

private func threshold(_ finding: Finding?) throws -> ThresholdFinding {
    guard case .threshold(let detail)? = finding?.detail else {
        Issue.record("There is no threshold finding.")
        throw CancellationError()
    }
    return detail
}

@Suite struct WaterFindingsTests {
    @Test func `An episode names the class reached, the target and the exact multiple`() throws {
        // Class Ⅲ for ammonia nitrogen is 1.0 mg/L, Ⅳ 1.5, Ⅴ 2.0. (1.84 − 1.0) / 1.0 = 0.84.
        let values = try readings("2026-04-01", "0.500 1.200 1.840 1.3 0.9 0.8 0.7")
        let result = water(["nh3n": values], now: try instant("2026-04-02", hour: 8))
        #expect(result.findings.count == 1)
        let finding = try #require(result.findings.first)
        #expect(try finding.id.start == (instant("2026-04-01", hour: 4)))
        #expect(try finding.end == (instant("2026-04-01", hour: 16)))
        let detail = try threshold(finding)
        #expect(detail.peakClass == WaterClass(rank: 5) && detail.targetClass == WaterClass(rank: 3))
        #expect(detail.multiple == Fraction(84, 100))
        #expect(detail.episode.peak.value.description == "1.840")
        #expect(detail.episode.duration == .hours(12))
        #expect(detail.basis.standard == "GB 3838-2002")
    }

    @Test func `Oxygen and pH have no multiple`() throws {
        let result = water(
            [
                "do": try readings("2026-04-01", "4.9 4.1 4.2"), "ph": try readings("2026-04-01", "9.2 9.4 9.1"),
            ], now: try instant("2026-04-01", hour: 12))
        #expect(result.findings.map { $0.id.parameter } == [ParameterID("do"), ParameterID("ph")])
        for finding in result.findings { #expect(try threshold(finding).multiple == nil) }
        for finding in result.findings { #expect(Finding(json: finding.json) == finding) }
        // Oxygen 4.1: worse than Ⅲ (5), within Ⅳ (3). pH outside 6…9 is worse than Ⅴ.
        #expect(try threshold(result.findings.first).peakClass == WaterClass(rank: 4))
        #expect(try threshold(result.findings.last).peakClass == WaterClass(rank: 6))
    }

    @Test func `Where nobody said the kind of water, only what river and lake agree on is told`() throws {
        // Total phosphorus, Ⅲ: 0.2 mg/L in rivers, 0.05 in lakes. 0.1 and 0.2 lie between: neither over nor within.
        let unstated = Station(
            id: river.id, name: river.name, medium: .water, region: nil, waterBody: nil, aliases: [],
            cadence: river.cadence, profile: "p", isProvisional: false)
        func found(_ parameter: String, _ cells: String) throws -> [Finding] {
            findings(
                section: section(),
                stationSeries: [
                    StationReadings(
                        station: unstated, readings: [ParameterID(parameter): try readings("2026-04-01", cells)])
                ], standard: .gb3838of2002, rules: DetectionRules(), now: try instant("2026-04-02", hour: 12)
            ).findings.filter { $0.id.kind == .threshold }
        }
        #expect(try found("tp", "0.1 0.1 0.2 0.1 0.06").isEmpty)
        let both = try found("tp", "0.04 0.25 0.3 0.1 0.1 0.1 0.04 0.04 0.05")
        #expect(both.count == 1)
        let detail = try threshold(both.first)
        // The readings between the limits end nothing: the first within both does.
        #expect(try both.first?.end == instant("2026-04-02"))
        #expect(detail.episode.overCount == 2)
        #expect(detail.episode.peak.limit == .maximum(ExactDecimal(mantissa: 2, exponent: -1)))
        #expect(detail.peakClass == nil && detail.basis.clause.contains("water body not stated"))
        // Items with one row for both are judged as ever.
        #expect(try found("codmn", "7 7 5 5 5").count == 1)
        #expect(try found("nh3n", "0.5 1.2 1.84 0.5 0.5 0.5").count == 1)
    }

    @Test func `A target changes with the civil day of the reading`() throws {
        // Ⅲ (≤ 6) until the end of March, Ⅱ (≤ 4) from April: 5 mg/L is over only from 2026-04-01 00:00 +08:00.
        let changing = section(water: [(nil, "2026-04-01", 3), ("2026-04-01", nil, 2)])
        let values = try readings("2026-03-31", "5 5 5 5 5 5 5 5")
        let result = water(["codmn": values], section: changing, now: try instant("2026-04-01", hour: 4))
        #expect(try result.findings.map { $0.id.start } == [instant("2026-04-01")])
    }

    @Test func `No target, no finding`() throws {
        let without = section(water: [])
        let values = try readings("2026-04-01", "99 99 99 99")
        let result = water(["codmn": values], section: without, now: try instant("2026-04-01", hour: 12))
        #expect(result.findings.isEmpty)
    }

    @Test func `The order of the readings does not matter, nor does sending them twice`() throws {
        let values = try readings("2026-04-01", "0.5 1.2 1.9 _ 1.3 0.9 0.8 0.7 1.4 1.4")
        let now = try instant("2026-04-02", hour: 12)
        let once = water(["nh3n": values], now: now)
        let twice = water(["nh3n": values.reversed() + values], now: now)
        #expect(once.findings == twice.findings && once.findings.count == 2)
    }

    @Test func `Unlike versions of one reading take no part, a refill does`() throws {
        let start = try instant("2026-04-01", hour: 8)
        let base = try readings("2026-04-01", "0.5 1.2 _ 1.3")
        let refilled = base + [ScreenedReading(start: start, value: ExactDecimal("1.9"))]
        let disputed = refilled + [ScreenedReading(start: start, value: ExactDecimal("0.2"))]
        let now = try instant("2026-04-01", hour: 12)
        #expect(
            try threshold(water(["nh3n": refilled], now: now).findings.first).episode.peak.value.description == "1.9")
        let episode = try threshold(water(["nh3n": disputed], now: now).findings.first).episode
        #expect(episode.peak.value.description == "1.3")
        #expect(episode.excludedCount == 1)
    }

    @Test func `A slow rise of daily means is a trend with slope and p, and an even level is none`() throws {
        // 70 days of six equal readings: 3 mg/L, rising by 0.02 a day from the first day on.
        func history(_ hundredths: (Int) -> Int) throws -> [ScreenedReading] {
            let start = try instant("2026-01-01")
            return (0..<420).map { index in
                ScreenedReading(
                    start: start.advanced(by: .hours(index * 4)),
                    value: ExactDecimal(mantissa: Int64(hundredths(index / 6)), exponent: -2))
            }
        }
        let now = try instant("2026-03-12")
        let rising = water(["codmn": try history { 300 + $0 * 2 }], now: now)
        let trend = try #require(rising.findings.first)
        // The window needs 30 days with a mean: the first trend is seen at the end of the 30th day.
        #expect(try trend.id.kind == .trend && trend.id.start == (instant("2026-01-30")) && trend.end == nil)
        guard case .trend(let detail) = trend.detail else {
            Issue.record("The finding is not a trend.")
            return
        }
        // 0.02 mg/L a day is 7.305 mg/L a year of 365.25 days.
        #expect(abs(detail.slopePerYear - 7.305) < 1e-6)
        #expect(Finding(json: trend.json) == trend)
        #expect(detail.dayCount == 60 && detail.probability < 1e-6)
        let even = water(["codmn": try history { $0 % 2 == 0 ? 300 : 310 }], now: now)
        #expect(even.findings.isEmpty)
    }

    @Test func `A station silent for more than three cadences is a finding that only its next row ends`() throws {
        let first = try readings("2026-04-01", "7.1 7.2")
        let silent = water(["ph": first], now: try instant("2026-04-01", hour: 17))
        #expect(silent.findings.map(\.id.kind) == [.silence])
        #expect(try silent.findings.first?.id.start == (instant("2026-04-01", hour: 8)))
        #expect(silent.findings.first?.end == nil)
        for finding in silent.findings { #expect(Finding(json: finding.json) == finding) }
        #expect(try water(["ph": first], now: instant("2026-04-01", hour: 16)).findings.isEmpty)
        let back = water(["ph": first + (try readings("2026-04-02", "7.3"))], now: try instant("2026-04-02"))
        #expect(back.findings.map(\.id) == silent.findings.map(\.id))
        #expect(try back.findings.first?.end == (instant("2026-04-02")))
    }

    @Test func `Nothing in, nothing found`() throws {
        #expect(try water([:], now: instant("2026-04-01")).findings.isEmpty)
        #expect(try water(["nh3n": []], now: instant("2026-04-01")).examined.isEmpty)
    }
}

@Suite struct AirFindingsTests {
    private func hourly(_ day: String, _ cells: String, index: Int? = 100) throws -> SectionFindings {
        let values = try readings(day, cells, step: 1)
        let now = try instant(day, hour: values.count)
        return findings(
            section: section(index: index),
            stationSeries: [StationReadings(station: air, readings: [ParameterID("pm25"): values])],
            edition: { station, start in AirEdition.at(start, region: station.region, registry: Registry()) },
            rules: DetectionRules(), now: now)
    }

    @Test func `Hours above the index limit are an episode by the edition of their day`() throws {
        // HJ 633-2012: PM2.5 75 is index 100, 76 is 101, 115 is 150.
        let result = try hourly("2025-04-01", "75 76 115 40 40 40")
        let detail = try threshold(result.findings.first)
        #expect(result.findings.count == 1)
        #expect(detail.peakIndex == 150 && detail.targetIndex == 100 && detail.multiple == nil)
        #expect(detail.episode.peak.value.description == "115")
        #expect(detail.basis.standard == "HJ 633-2012")
        // HJ 633-2026 takes 60 µg/m³ as index 100: hours of 70 are within the old edition only.
        #expect(try hourly("2025-04-01", "70 70 70").findings.isEmpty)
        #expect(try hourly("2026-04-01", "70 70 70").findings.count == 1)
    }

    @Test func `Where no edition holds, hours take no part`() throws {
        #expect(try hourly("2014-04-01", "400 400 400").findings.isEmpty)
    }
}
