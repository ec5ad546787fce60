// Goal: what the scratch says of some rows is what the checks say of them apart. Method: seeded random series of one
// station, with holes, flags, censored and missing values, times that stand still, and sets of every kind of check; rows
// cut anywhere, in one scratch that is used again.

import Monitoring
import Quality
import Testing

@Suite struct ScreeningScratchTests {
    private static let minute: Int64 = 60_000
    private static let parameters = ["nh3n", "tn", "do", "temp", "ph"].map { ParameterID($0) }

    private static func checks(_ random: inout TestRandom, hasRare: Bool) -> ParameterChecks {
        var checks = ParameterChecks()
        if Int.random(in: 0..<5, using: &random) > 0 {
            checks.grossRange = ValueRange(possible: 0...9, plausible: 0...7, source: "test")
        }
        if Bool.random(using: &random) { checks.climatology = SeasonRange(usual: 1...6, source: "test") }
        if Bool.random(using: &random) {
            checks.spike = SpikeThreshold(absolute: 2, relative: 0.5, source: "test")
        }
        if Bool.random(using: &random) { checks.rateOfChange = RateLimit(perHour: 150, source: "test") }
        if Bool.random(using: &random) {
            checks.flatLine = FlatLineLimit(readings: Int.random(in: 2...12, using: &random), source: "test")
        }
        if Bool.random(using: &random) {
            checks.stuckDecimals = StuckDecimalsLimit(readings: 4, decimals: 1, source: "test")
        }
        if Bool.random(using: &random) {
            checks.maintenanceStep = MaintenanceStepLimit(
                side: 3, within: .days(1), absolute: 2, relative: 0, source: "test")
        }
        if hasRare { checks.windowSpike = WindowSpikeThreshold(side: 3, absolute: 2, deviations: 6, source: "test") }
        return checks
    }

    private static func checkSet(_ random: inout TestRandom) -> CheckSet {
        let required = CheckName.allCases.filter { _ in Int.random(in: 0..<6, using: &random) == 0 }
        var set = CheckSet(id: "test/1", required: Set(required))
        let hasRare = Int.random(in: 0..<8, using: &random) == 0
        for parameter in parameters {
            let isSeasonal = Int.random(in: 0..<3, using: &random) == 0
            set.entries.append(
                CheckEntry(
                    parameter: parameter, stations: [], months: isSeasonal ? MonthSet([1, 2]) : .all,
                    checks: checks(&random, hasRare: hasRare)))
        }
        let error = InstrumentError(absolute: 0.1, relative: 0.1)
        set.rules = [
            CrossParameterRule(
                parameter: ParameterID("nh3n"), kind: .part(of: ParameterID("tn")), error: error, otherError: error,
                source: "test"),
            CrossParameterRule(
                parameter: ParameterID("do"), kind: .oxygenSaturation(temperature: ParameterID("temp"), share: 0.4),
                error: error, otherError: error, source: "test"),
            CrossParameterRule(
                parameter: ParameterID("ph"), kind: .part(of: ParameterID("absent")), error: error, otherError: error,
                source: "test"),
        ]
        return set
    }

    /// About the turn of a month in China, so that seasonal sets see both sides.
    private static func series(_ parameter: ParameterID, count: Int, _ random: inout TestRandom) -> SeriesColumns {
        let cadences: [Duration64?] = [nil, .minutes(1), .minutes(1), .minutes(1)]
        var columns = SeriesColumns(
            parameter: parameter, cadence: cadences.randomElement(using: &random) ?? nil, station: StationID("S"))
        // 2025-02-28T16:00:00Z is midnight in China.
        var start: Int64 = 1_740_758_400_000 - Int64(Int.random(in: 0..<400, using: &random)) * minute
        for _ in 0..<count {
            let kind = Int.random(in: 0..<20, using: &random)
            let value = kind == 0 ? Double.nan : Double(Int.random(in: 0..<50, using: &random)) / 5 - 0.2
            let verdicts: [QualityVerdict] = [.notTested, .valid, .valid, .valid, .valid, .invalid]
            let verdict = verdicts.randomElement(using: &random) ?? .notTested
            columns.append(
                start: start, value: kind < 6 ? 3 : value, isCensored: kind == 1, flagVerdict: verdict,
                flagReason: verdict == .notTested ? .noFlag : .none)
            start += kind == 2 ? 5 * minute : kind == 7 ? 0 : minute
        }
        return columns
    }

    private static func cut(_ columns: SeriesColumns, _ rows: Range<Int>) -> SeriesColumns {
        SeriesColumns(
            parameter: columns.parameter, cadence: columns.cadence, station: columns.station,
            start: Array(columns.start[rows]), value: Array(columns.value[rows]), state: Array(columns.state[rows]),
            flagVerdict: Array(columns.flagVerdict[rows]), flagReason: Array(columns.flagReason[rows]))
    }

    @Test func `Rows in the scratch have the verdicts of rows apart`() {
        var random = TestRandom(seed: 20_260_301)
        var scratch = ScreeningScratch()
        for _ in 0..<300 {
            let checks = StationChecks(
                Self.checkSet(&random), station: StationID("S"), parameters: Self.parameters)
            let series = Self.parameters.map {
                Self.series($0, count: Int.random(in: 0..<200, using: &random), &random)
            }
            let columns = series.map { ScreenedColumns($0) }
            for _ in 0..<4 {
                let rows = series.map { columns in
                    let (one, other) = (
                        Int.random(in: 0...columns.count, using: &random),
                        Int.random(in: 0...columns.count, using: &random)
                    )
                    return min(one, other)..<max(one, other)
                }
                checks.screen(columns, rows, in: &scratch)
                let apart = checks.verdicts(zip(series, rows).map { Self.cut($0, $1) })
                #expect(apart.indices.map { scratch.verdicts($0) } == apart)
            }
        }
    }
}
