// Goal: a deployment's numbers of detection are read, and every mistake in them is told. Method: files written out.

import Detection
import Monitoring
import Testing

@Suite struct DetectionRulesReaderTests {
    private func read(_ lines: String...) -> (rules: DetectionRules, problems: [String]) {
        let text = (["detection:", "  source: example"] + lines.map { "  " + $0 }).joined(separator: "\n") + "\n"
        let read = DetectionRulesReader.read([("detection.yaml", text)])
        return (read.rules, read.problems.map { "\($0.line) \($0.check)" })
    }

    @Test func `Without a file, and with an empty one, the rules are those of the program`() {
        #expect(DetectionRulesReader.read([]).rules == DetectionRules())
        #expect(read().rules == DetectionRules() && read().problems.isEmpty)
    }

    @Test func `Every number is taken, and what is not written stays`() {
        let (rules, problems) = read(
            "episode: {hold-on: 3}",
            "trend: {window-days: 90, minimum-days: 45, significance: 0.01, relative-slope-per-year: 0.5, "
                + "hold-on-days: 5, hold-off-days: 4, minimum-day-share: 0.75}",
            "silence: {cadences: 6}",
            "sliding-trends:", "  - {parameter: codmn, window: 1000}",
            "  - {parameter: tp, stations: [S1], window: 360}")
        var expected = DetectionRules()
        expected.episode = EpisodeRule(holdOn: 3, holdOff: 3)
        expected.trend.windowDays = 90
        expected.trend.minimumDays = 45
        expected.trend.significance = 0.01
        expected.trend.relativeSlopePerYear = 0.5
        expected.trend.holdOnDays = 5
        expected.trend.holdOffDays = 4
        expected.trend.minimumDayShare = 0.75
        expected.silence.cadences = 6
        expected.slidingTrends = [
            SlidingTrendEntry(parameter: ParameterID("codmn"), stations: [], window: 1_000),
            SlidingTrendEntry(parameter: ParameterID("tp"), stations: [StationID("S1")], window: 360),
        ]
        #expect(problems == [] && rules == expected)
    }

    @Test func `Numbers that cannot be, and keys nobody knows, are told with their place and change nothing`() {
        let (rules, problems) = read(
            "episode: {hold-on: 0, hold-off: two}", "trend: {window-days: 20, significance: 0}",
            "silence: {cadences: 9999}", "sliding-trends:", "  - {parameter: codmn, window: 10}",
            "  - {parameter: nothing, window: 100}", "  - {window: 100}", "volume: 11")
        #expect(
            problems.sorted() == [
                "10 registry.key.unknown", "3 detection.number", "3 registry.value.type", "4 detection.number",
                "4 detection.trend", "5 detection.number", "7 detection.number", "8 detection.parameter",
                "9 registry.value.missing",
            ])
        var expected = DetectionRules()
        expected.trend.windowDays = 20
        expected.trend.minimumDays = 20
        #expect(rules == expected)
    }

    @Test func `A second file is refused`() {
        let text = "detection:\n  source: example\n"
        let read = DetectionRulesReader.read([("a/detection.yaml", text), ("detection.yaml", text)])
        #expect(read.problems.map(\.check) == ["detection.twice"])
    }

    @Test func `A sliding trend is for an hour's readings and longer ones, and none is on unless asked for`() {
        func station(_ cadence: Duration64?) -> Station {
            Station(
                id: StationID("S1"), name: BilingualName(chinese: "站", english: "station"), medium: .water, region: nil,
                waterBody: .river, aliases: [], cadence: cadence, profile: "p", isProvisional: false)
        }
        var rules = DetectionRules()
        let tp = ParameterID("tp")
        #expect(rules.slidingWindow(of: tp, at: station(.hours(4))) == nil)
        rules.slidingTrends = [
            SlidingTrendEntry(parameter: tp, stations: [], window: 100),
            SlidingTrendEntry(parameter: tp, stations: [StationID("S1")], window: 200),
            SlidingTrendEntry(parameter: ParameterID("tn"), stations: [StationID("S2")], window: 300),
        ]
        #expect(rules.slidingWindow(of: tp, at: station(.hours(1))) == 200)
        #expect(rules.slidingWindow(of: ParameterID("tn"), at: station(.hours(1))) == nil)
        #expect(rules.slidingWindow(of: tp, at: station(Duration64(milliseconds: 60_000))) == nil)
        #expect(rules.slidingWindow(of: tp, at: station(nil)) == nil)
    }
}
