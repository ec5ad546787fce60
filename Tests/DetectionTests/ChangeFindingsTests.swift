// Goal: a step of the level is a finding, an exceedance is not told twice, and clean items give none; going on from
// stored bytes finds the same. Method: seeded four-hourly histories written here, cut at many places; figures by
// fixtures/change/make_findings.py, a monitor of its own in plain Python (its findings.json; sums differ by their order).

import Detection
import Exact
import Monitoring
import Standards
import Statistics
import Testing

private let plain = BilingualName(chinese: "站", english: "station")
private let station = Station(
    id: StationID("EX-W1"), name: plain, medium: .water, region: nil, waterBody: .river, aliases: [],
    cadence: .hours(4), profile: "p", isProvisional: false)
private let section = Section(
    id: SectionID("EX-S1"), name: plain, boundary: "b", river: nil, waterBody: .river, upstream: nil, downstream: nil,
    stations: [station.id],
    targets: [
        Section.Target(
            span: DateSpan(from: nil, until: nil), waterClass: WaterClass(rank: 3), indexLimit: nil, source: "example")
    ])
/// 2026-01-01 00:00 +08:00.
private let begin = Instant(milliseconds: 1_767_196_800_000)

/// Four-hourly readings around `level` (in `exponent`), with memory and a daily cycle, shifted by `step` from day 90 on.
private func readings(
    days: Int, level: Int, noise: Int, exponent: Int8, seed: UInt64, step: Int = 0
) -> [ScreenedReading] {
    var state = seed
    func chance(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }
    var memory = 0
    return (0..<(days * 6)).map { number in
        let bell = (0..<6).reduce(0) { sum, _ in sum + chance(noise + 1) } - 3 * noise
        memory = memory * 6 / 10 + bell
        let day = [0, 1, 2, 3, 2, 1][number % 6] * noise / 3
        let shift = number >= 90 * 6 + 2 ? step : 0
        return ScreenedReading(
            start: begin.advanced(by: .hours(4 * number)),
            value: ExactDecimal(mantissa: Int64(level + memory + day + shift), exponent: exponent))
    }
}

private func whole(
    _ readings: [ParameterID: [ScreenedReading]], rules: DetectionRules = DetectionRules()
) -> [Finding] {
    findings(
        section: section, stationSeries: [StationReadings(station: station, readings: readings)],
        standard: .gb3838of2002, rules: rules, now: nil
    ).findings
}

struct ChangeFindingsTests {
    @Test func `A step in conductivity is found and its figures are stated`() throws {
        let ec = ParameterID("ec")
        let found = whole([
            ec: readings(days: 160, level: 4_120, noise: 60, exponent: -1, seed: 5, step: 960),
            ParameterID("turb"): readings(days: 160, level: 180, noise: 8, exponent: -1, seed: 6),
            ParameterID("ph"): readings(days: 160, level: 770, noise: 3, exponent: -2, seed: 7),
        ])
        #expect(found.map(\.id.parameter) == [ec])
        guard case .change(let change)? = found.first?.detail else {
            Issue.record("There is no change.")
            return
        }
        let onset = begin.advanced(by: .hours(4 * (90 * 6 + 2)))
        let finding = try #require(found.first)
        #expect(finding.id.start == onset)
        // Reading 542 began it, reading 551 showed it, reading 563 settled it: 1 775 001 600, … 145 600 and … 304 000 s.
        #expect(onset == Instant(milliseconds: 1_775_001_600_000))
        #expect(change.detectedAt == Instant(milliseconds: 1_775_145_600_000))
        #expect(finding.end == Instant(milliseconds: 1_775_304_000_000))
        #expect(isNear(change.size, 102.646_968_156_695_5) && isNear(change.baseline, 413.447_181_494_127_05))
        #expect(isNear(change.statistic, 24.255_234_280_351_218) && isNear(change.threshold, 23.432_225_866_533_745))
        // What one reading may add to the chart is clipped: a step, however large, takes several of these four-hourly ones.
        #expect(change.detectedAt.duration(since: onset) == .hours(40))
        #expect(change.direction == .rise && abs(change.size - 96) < 15 && abs(change.baseline - 415) < 12)
        #expect(change.statistic > change.threshold && change.runLengthDays == 36_525 && change.chart == "cusum")
        #expect(change.outcome == .lasting && finding.end != nil && change.unit == "uS/cm")
        #expect(Finding(json: finding.json) == finding)
        #expect(CanonicalJSON(reading: finding.json.text()).flatMap { Finding(json: $0) } == finding)
    }

    @Test(
        arguments: [
            (4_120, 60, -1, 5, 0.691_386_198_851_177_9, 5.840_854_824_417_164, 23.432_225_866_533_745),
            (180, 8, -1, 6, 0.578_034_176_466_192_3, 0.906_147_272_919_579_2, 14.181_661_100_768_832),
            (770, 3, -2, 7, 0.527_028_536_200_566_1, 0.035_892_921_578_829_43, 15.155_953_835_773_541),
        ] as [(Int, Int, Int8, UInt64, Double, Double, Double)])
    func `What a series is calibrated to agrees with a monitor written apart`(
        level: Int, noise: Int, exponent: Int8, seed: UInt64, memory: Double, scale: Double, threshold: Double
    ) throws {
        var state = ChangeState(grid: ChangeGrid(cadence: .hours(4), offset: .china), rule: .forAlerts)
        // The 56 days of the training, and the reading that closes the last stretch.
        for reading in readings(days: 57, level: level, noise: noise, exponent: exponent, seed: seed) {
            if state.monitor.calibration != nil { break }
            _ = state.add(reading.value?.approximate ?? .nan, start: reading.start)
        }
        let found = try #require(state.monitor.calibration)
        #expect(isNear(found.design.persistence, memory) && isNear(found.design.scale, scale))
        #expect(isNear(found.threshold, threshold))
    }

    private func isNear(_ found: Double, _ wanted: Double) -> Bool { abs(found - wanted) <= 1e-9 * abs(wanted) }

    @Test func `An exceedance is told as one, not as a change too`() {
        var values = readings(days: 120, level: 500, noise: 12, exponent: -3, seed: 9)
        for number in (100 * 6)..<(100 * 6 + 18) {
            values[number] = ScreenedReading(
                start: values[number].start, value: ExactDecimal(mantissa: 1_600, exponent: -3))
        }
        var rules = DetectionRules()
        rules.changeItems = [ParameterID("nh3n")]
        #expect(whole([ParameterID("nh3n"): values], rules: rules).map(\.id.kind) == [.threshold])
    }

    @Test func `Unusable readings leave no trace`() {
        let values = readings(days: 130, level: 4_120, noise: 60, exponent: -1, seed: 5).map { reading in
            reading.start >= begin.advanced(by: .days(90))
                ? ScreenedReading(
                    start: reading.start, value: ExactDecimal(mantissa: 9_999, exponent: 0),
                    verdict: reading.start.milliseconds % 7 == 0 ? .suspect : .invalid) : reading
        }
        #expect(whole([ParameterID("ec"): values]).isEmpty)
    }

    @Test func `Going on from stored bytes finds the same change`() throws {
        let ec = ParameterID("ec")
        let history = readings(days: 110, level: 4_120, noise: 60, exponent: -1, seed: 5, step: 960)
        let expected = whole([ec: history])
        #expect(!expected.isEmpty)
        let screen = StationScreen.water(section, station, standard: .gb3838of2002, rules: DetectionRules())
        for cut in [1, 300, 56 * 6, 90 * 6, 90 * 6 + 2, 90 * 6 + 3, 90 * 6 + 4, 90 * 6 + 5, 90 * 6 + 9, 92 * 6, 640] {
            var told: [FindingID: Finding] = [:]
            var bytes: [UInt8]?
            for part in [history[..<cut], history[cut...]] {
                var detectors = try bytes.map { try StationDetectors(screen, bytes: $0) } ?? StationDetectors(screen)
                var stretch = ScreenedStretch()
                stretch.readings[ec] = Array(part)
                stretch.heard = part.map(\.start)
                detectors.add(stretch)
                for finding in detectors.findings(isWhole: false).findings { told[finding.id] = finding }
                if part.endIndex == history.endIndex {
                    for finding in detectors.findings(isWhole: true).findings { told[finding.id] = finding }
                }
                bytes = detectors.bytes
            }
            #expect(told.values.sorted { $0.id < $1.id } == expected, "cut at \(cut)")
        }
    }

    @Test func `A state of one series goes on bit for bit, or not at all`() throws {
        let grid = ChangeGrid(cadence: .minutes(30), offset: .china)
        #expect(grid.step == .hours(1) && grid.slots == 24 && grid.expectedCount == 2)
        #expect(ChangeGrid(cadence: .hours(5), offset: .china).slots == 4)
        #expect(ChangeGrid(cadence: .days(7), offset: .china).slots == 1)
        let rule = ChangeRule()
        var whole = ChangeState(grid: grid, rule: rule)
        var cut = whole
        for number in 0..<3_000 {
            let start = begin.advanced(by: .minutes(30 * number))
            let value = Double((number * 7_919) % 101) + (number > 2_950 ? 300 : 0)
            let (left, right) = (whole.add(value, start: start), cut.add(value, start: start))
            #expect(left == right)
            if number % 37 == 0 { cut = try ChangeState(cut.encoded(), grid: grid, rule: rule) }
        }
        #expect(whole == cut && whole.monitor.openChange != nil)
        let bytes = whole.encoded()
        for length in [0, 1, 5, 40, bytes.count - 1] {
            #expect(throws: StateProblem.self) {
                try ChangeState(Array(bytes[..<length]), grid: grid, rule: rule)
            }
        }
    }
}
