// Goal: the season range and the rules between parameters say what their references say. Method: all tiny columns, then
// seeded pairs of series whose starts differ.

import Monitoring
import Quality
import Testing

struct SeasonAndCrossParameterTests {
    private func columns(_ name: String, _ values: [Double], start: [Int64]) -> SeriesColumns {
        var series = SeriesColumns(parameter: ParameterID(name), cadence: Duration64(milliseconds: 1))
        for (value, start) in zip(values, start) { series.append(start: start, value: value) }
        return series
    }

    @Test func `A season's range is that of its reference for all tiny columns`() {
        let range = SeasonRange(usual: 0...2, source: "test")
        for values in everySequence(of: [.nan, -0.5, 0, 1, 2, 2.5], upTo: 4) {
            let series = columns("nh3n", values, start: values.indices.map { Int64($0) })
            #expect(ClimatologyCheck(range: range).run(series).verdicts == climatologyReference(values, range))
        }
    }

    @Test func `Rules between parameters are those of their reference, from both sides`() {
        let error = InstrumentError(absolute: 0.5, relative: 0.1)
        let rules = [
            CrossParameterRule(
                parameter: ParameterID("nh3n"), kind: .part(of: ParameterID("tn")), error: error, otherError: error,
                source: "test"),
            CrossParameterRule(
                parameter: ParameterID("do"), kind: .oxygenSaturation(temperature: ParameterID("temp"), share: 1.2),
                error: error, otherError: error, source: "test"),
        ]
        var random = TestRandom(seed: 20_261_121)
        var found: Set<QualityVerdict> = []
        for _ in 0..<200 {
            for (own, other) in [("nh3n", "tn"), ("tn", "nh3n"), ("do", "temp"), ("temp", "do")] {
                let (first, second) = (
                    TestColumns.random(&random, count: 60, levels: 40),
                    TestColumns.random(&random, count: 60, levels: 40)
                )
                let series = columns(own, first.values, start: first.start)
                let neighbours = Neighbourhood(
                    series, earlier: [QualityVerdict](repeating: .valid, count: series.count))
                let against = columns(other, second.values, start: second.start)
                let counterparts = [against.parameter: Counterpart(against, usable: second.usable)]
                let said = CrossParameterCheck(rules: rules).run(series, neighbours, counterparts: counterparts)
                    .verdicts
                #expect(
                    said
                        == crossParameterReference(
                            series, usable: neighbours.usable, rules: rules, counterparts: counterparts))
                found.formUnion(said)
            }
        }
        #expect(found == [.notTested, .valid, .suspect])
    }
}
