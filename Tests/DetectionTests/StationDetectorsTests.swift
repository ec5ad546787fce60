// Goal: detectors that go on from stored bytes find what the whole history shows. Method: seeded random histories, cut at
// random places, each state written and read again; the findings told so far against the reference after every cut.

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
private let airStation = Station(
    id: StationID("EX-W1"), name: plain, medium: .air, region: nil, waterBody: nil, aliases: [], cadence: .hours(4),
    profile: "p", isProvisional: false)
/// 2026-01-26 00:00 +08:00: histories run over the ends of months.
private let begin = Instant(milliseconds: 1_769_356_800_000)

private func share(_ text: String) -> ExactDecimal? { ExactDecimal(text) }

private let section = Section(
    id: SectionID("EX-S1"), name: plain, boundary: "b", river: nil, waterBody: .river, upstream: nil, downstream: nil,
    stations: [station.id],
    targets: [
        Section.Target(
            span: DateSpan(from: nil, until: CivilDate("2026-02-20")), waterClass: WaterClass(rank: 3),
            indexLimit: 100, preWarningShare: share("0.9"), forecastShare: share("0.95"), source: "example"),
        Section.Target(
            span: DateSpan(from: CivilDate("2026-02-20"), until: nil), waterClass: WaterClass(rank: 2),
            indexLimit: 80, preWarningShare: nil, forecastShare: nil, source: "example"),
    ])

/// Short windows, so that trends begin and end within some weeks.
private let rules: DetectionRules = {
    var rules = DetectionRules()
    rules.trend.windowDays = 9
    rules.trend.minimumDays = 5
    rules.trend.holdOnDays = 2
    rules.trend.holdOffDays = 2
    rules.trend.relativeSlopePerYear = 0.5
    rules.change.trainingDays = 10
    rules.change.baselineDays = 5
    rules.change.baselineMinimum = 2
    rules.change.runLengthDays = 10
    // The trend of readings in place of daily means; the other items keep theirs.
    rules.slidingTrends = [SlidingTrendEntry(parameter: ParameterID("codmn"), stations: [], window: 40)]
    return rules
}()

private typealias History = [ParameterID: [ScreenedReading]]

private func history(_ chance: inout SplitMix64, steps: Int) -> History {
    var history: History = [:]
    for (name, level, swing) in [
        ("nh3n", 80, 60), ("do", 560, 120), ("ph", 850, 80), ("pm25", 70, 60), ("codmn", 500, 300),
        ("ec", 40_000, 9_000),
    ] {
        var readings: [ScreenedReading] = []
        var drift = 0.0
        var isGap = false
        for step in 0..<steps {
            drift += Double.random(in: -1...1.2, using: &chance) * Double(swing) / 20
            if Int.random(in: 0..<40, using: &chance) == 0 { isGap.toggle() }
            if isGap, Int.random(in: 0..<8, using: &chance) > 0 { continue }
            let value = max(0, level + Int(drift) + Int.random(in: -swing / 3...swing / 3, using: &chance))
            let start = begin.advanced(by: .hours(4 * step))
            let kind = Int.random(in: 0..<30, using: &chance)
            let decimal = ExactDecimal(
                mantissa: Int64(name == "pm25" ? value : value * (kind == 7 ? 10 : 1)),
                exponent: name == "pm25" ? 0 : kind == 7 ? -3 : -2)
            readings.append(
                ScreenedReading(
                    start: start, value: kind == 0 ? nil : decimal,
                    qualifier: kind == 0 ? .missing : kind == 1 ? .below : kind == 2 ? .above : .none,
                    verdict: kind == 3 ? .suspect : kind == 4 ? .notTested : kind == 5 ? .invalid : .valid))
            // One series without contradictions: it is looked at in whole runs.
            if kind == 6, name != "ec" {
                readings.append(ScreenedReading(start: start, value: .zero, verdict: .notTested))
            }
        }
        history[ParameterID(name)] = readings
    }
    return history
}

/// What has been told: findings by identity, as an alert book would keep them.
private struct Told {
    var findings: [FindingID: Finding] = [:]

    mutating func take(_ found: SectionFindings) {
        let present = Set(found.findings.map(\.id))
        for id in findings.keys where !present.contains(id) && found.examined.contains(where: { $0.covers(id) }) {
            findings[id] = nil
        }
        for finding in found.findings {
            #expect(
                found.examined.contains { $0.covers(finding.id) }, "\(finding.id) lies outside of what was examined")
            findings[finding.id] = finding
        }
    }
}

@Suite struct StationDetectorsTests {
    private func part(_ history: History, _ steps: Range<Int>) -> ScreenedStretch {
        var stretch = ScreenedStretch()
        let from = begin.advanced(by: .hours(4 * steps.lowerBound))
        let until = begin.advanced(by: .hours(4 * steps.upperBound))
        for (parameter, readings) in history {
            let inside = readings.filter { from <= $0.start && $0.start < until }
            stretch.readings[parameter] = inside
            stretch.heard += inside.map(\.start)
        }
        return stretch
    }

    private func reference(_ history: History, _ steps: Int, isAir: Bool) -> SectionFindings {
        let readings = part(history, 0..<steps).readings
        if isAir {
            return findings(
                section: section, stationSeries: [StationReadings(station: airStation, readings: readings)],
                edition: { _, instant in AirEdition.at(instant, region: nil, registry: Registry()) }, rules: rules,
                now: nil)
        }
        return findings(
            section: section, stationSeries: [StationReadings(station: station, readings: readings)],
            standard: .gb3838of2002, rules: rules, now: nil)
    }

    private func screen(isAir: Bool) -> StationScreen {
        isAir
            ? .air(
                section, airStation,
                edition: { _, instant in AirEdition.at(instant, region: nil, registry: Registry()) }, rules: rules)
            : .water(section, station, standard: .gb3838of2002, rules: rules)
    }

    @Test(arguments: 0..<40)
    func `going on from stored bytes tells what the whole history shows`(seed: Int) throws {
        var chance = SplitMix64(seed: UInt64(seed))
        let isAir = seed % 4 == 3
        let steps = 330
        let history = history(&chance, steps: steps)
        let screen = screen(isAir: isAir)
        var state = StationDetectors(screen).bytes
        var told = Told()
        var (from, end) = (0, 0)
        while end < steps {
            end = min(steps, end + Int.random(in: 1...25, using: &chance))
            // In pieces up to a new place to go on from, and from there to the end.
            let next = Int.random(in: from...end, using: &chance)
            var piece = try StationDetectors(screen, bytes: state)
            piece.add(part(history, from..<next))
            if Bool.random(using: &chance) { told.take(piece.findings(isWhole: false)) }
            let stored = piece.bytes
            #expect(try StationDetectors(screen, bytes: stored).bytes == stored)
            var rest = try StationDetectors(screen, bytes: state)
            rest.add(part(history, from..<end))
            told.take(rest.findings(isWhole: true))
            (state, from) = (stored, next)
            let expected = reference(history, end, isAir: isAir).findings
            #expect(told.findings.values.sorted { $0.id < $1.id } == expected, "seed \(seed), after step \(end)")
            if told.findings.count != expected.count { break }
        }
    }

    @Test func `the histories of the test above bring findings of every kind`() {
        var kinds: Set<FindingID.Kind> = []
        for seed in 0..<8 {
            var chance = SplitMix64(seed: UInt64(seed))
            let history = history(&chance, steps: 330)
            kinds.formUnion(reference(history, 330, isAir: false).findings.map(\.id.kind))
        }
        #expect(kinds == Set(FindingID.Kind.allCases))
    }

    @Test func `the state does not depend on how the history was cut`() throws {
        var chance = SplitMix64(seed: 99)
        let history = history(&chance, steps: 200)
        let screen = screen(isAir: false)
        var whole = StationDetectors(screen)
        whole.add(part(history, 0..<200))
        for _ in 0..<10 {
            let cut = Int.random(in: 0...200, using: &chance)
            var first = StationDetectors(screen)
            first.add(part(history, 0..<cut))
            var second = try StationDetectors(screen, bytes: first.bytes)
            second.add(part(history, cut..<200))
            #expect(second.bytes == whole.bytes)
        }
    }

    @Test func `damaged bytes are refused or are a state, and never a crash`() throws {
        var chance = SplitMix64(seed: 5)
        let history = history(&chance, steps: 200)
        let screen = screen(isAir: false)
        var detectors = StationDetectors(screen)
        detectors.add(part(history, 0..<150))
        let bytes = detectors.bytes
        for length in 0..<bytes.count {
            #expect(throws: StateProblem.self) { try StationDetectors(screen, bytes: Array(bytes[..<length])) }
        }
        #expect(throws: StateProblem.self) { try StationDetectors(screen, bytes: bytes + [0]) }
        #expect(throws: StateProblem.otherVersion) { try StationDetectors(screen, bytes: [9] + bytes) }
        for _ in 0..<20_000 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...3, using: &chance) {
                damaged[Int.random(in: 0..<damaged.count, using: &chance)] = UInt8.random(in: 0...255, using: &chance)
            }
            guard var read = try? StationDetectors(screen, bytes: damaged) else { continue }
            // A state says until when it has seen: who goes on from it takes no other rows.
            if read.lastHeard.map({ $0 < begin.advanced(by: .hours(600)) }) ?? true {
                read.add(part(history, 150..<160))
            }
            _ = read.findings(isWhole: true)
        }
    }

    @Test func `a month's mean, worked by hand, says what the rest may bring`() throws {
        // February 2026 has 28 days of six readings: 168. Ten days at 1.20 mg/L, class Ⅲ asks 1.0: the remaining 108
        // may have (168 × 1.0 − 60 × 1.2) / 108 = 96 / 108 = 8/9.
        let outlook = MonthOutlook(count: 60, mean: Fraction(6, 5), remaining: 108)
        let one = try #require(ExactDecimal("1.0"))
        #expect(outlook.remainingMean(keeping: one) == Fraction(8, 9))
        #expect(outlook.isInDanger(.maximum(one), share: ExactDecimal("0.9")))
        #expect(!outlook.isInDanger(.maximum(one), share: ExactDecimal("0.88")))
        #expect(!outlook.isInDanger(.maximum(one), share: nil))
        // 140 readings at 1.25 are more than the month may have: nothing can make up for them.
        let lost = MonthOutlook(count: 140, mean: Fraction(5, 4), remaining: 28)
        #expect(lost.remainingMean(keeping: one) == Fraction(-1, 4))
        #expect(lost.isInDanger(.maximum(one), share: nil))
        // Oxygen: the rest must be above; 60 readings at 4.5 against 5 leave (840 − 270) / 108 = 95/18 = 5.28.
        let five = try #require(ExactDecimal("5"))
        let oxygen = MonthOutlook(count: 60, mean: Fraction(9, 2), remaining: 108)
        #expect(oxygen.remainingMean(keeping: five) == Fraction(95, 18))
        #expect(oxygen.isInDanger(.minimum(five), share: ExactDecimal("0.95")))
        #expect(!oxygen.isInDanger(.minimum(five), share: ExactDecimal("0.94")))
        #expect(!oxygen.isInDanger(.minimum(five), share: nil))
    }
}
