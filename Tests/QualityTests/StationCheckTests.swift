// Goal: the checks that look beyond one series, and the whole of a set on bad input. Method: series written out; every
// bad input of a list through every check; a property over random sets and series.

import Exact
import Monitoring
import Quality
import Testing

private let hour: Int64 = 3_600_000

private func series(
    _ parameter: String, _ values: [Double], station: String = "S", cadence: Duration64? = .hours(1),
    start: [Int64]? = nil
) -> SeriesColumns {
    var columns = SeriesColumns(parameter: ParameterID(parameter), cadence: cadence, station: StationID(station))
    for (index, value) in values.enumerated() {
        columns.append(start: start?[index] ?? Int64(index) * hour, value: value)
    }
    return columns
}

private func words(_ report: QualityReport, _ check: CheckName) -> String {
    guard let result = report.results.first(where: { $0.check == check }) else { return "absent" }
    return (0..<result.count).map { index in
        switch result.verdict(index) {
        case .valid: "v"
        case .suspect: "s"
        case .invalid: "i"
        case .notTested: result.reason(index).name
        }
    }.joined(separator: " ")
}

private func decimal(_ text: String) -> ExactDecimal? { ExactDecimal(text) }

/// A set in which every check is configured for `codmn`.
private let full: CheckSet = {
    var set = CheckSet(id: "test/1", required: [.grossRange, .gap])
    var checks = ParameterChecks()
    checks.grossRange = ValueRange(possible: 0...100, plausible: 0...50, source: "test")
    checks.climatology = SeasonRange(usual: 0...40, source: "test")
    checks.spike = SpikeThreshold(absolute: 5, relative: 0, source: "test")
    checks.windowSpike = WindowSpikeThreshold(side: 3, absolute: 2, deviations: 6, source: "test")
    checks.rateOfChange = RateLimit(perHour: 4, source: "test")
    checks.flatLine = FlatLineLimit(readings: 4, source: "test")
    checks.attenuatedSignal = AttenuationLimit(window: .hours(6), range: 0.2, readings: 4, source: "test")
    checks.stuckDecimals = StuckDecimalsLimit(readings: 6, decimals: 1, source: "test")
    checks.varianceDrop = VarianceDropLimit(stretch: .hours(6), baseline: 3, share: 0.1, readings: 4, source: "test")
    checks.maintenanceStep = MaintenanceStepLimit(
        side: 3, within: .days(1), absolute: 2, relative: 0, source: "test")
    checks.repeatedSequence = RepeatedSequenceLimit(readings: 5, distinct: 3, source: "test")
    set.entries = [CheckEntry(parameter: ParameterID("codmn"), stations: [], months: .all, checks: checks)]
    return set
}()

@Suite struct StationCheckTests {
    private static let rules: CheckSet = {
        var set = CheckSet(id: "test/1", required: [])
        let none = InstrumentError(absolute: 0, relative: 0)
        let tenth = InstrumentError(absolute: 0.05, relative: 0.1)
        set.rules = [
            CrossParameterRule(
                parameter: ParameterID("nh3n"), kind: .part(of: ParameterID("tn")), error: tenth, otherError: tenth,
                source: "test"),
            CrossParameterRule(
                parameter: ParameterID("do"), kind: .oxygenSaturation(temperature: ParameterID("temp"), share: 1.5),
                error: InstrumentError(absolute: 0.3, relative: 0), otherError: none, source: "test"),
        ]
        return set
    }()

    @Test func `A part above its whole makes both suspect, beyond the instruments' errors only`() {
        // 1.2 − 0.12 = 1.08 against 1.0 + 0.1 = 1.1: within. 1.3 − 0.13 = 1.17: beyond.
        let reports = Self.rules.run(
            station: [
                series("nh3n", [0.5, 1.2, 1.3, 1.3]), series("tn", [1, 1, 1, .nan]), series("codmn", [1, 1, 1, 1]),
            ])
        #expect(words(reports[0], .crossParameter) == "v v s no-counterpart")
        #expect(words(reports[1], .crossParameter) == "v v s missing-value")
        #expect(
            words(reports[2], .crossParameter) == Array(repeating: "no-configuration", count: 4).joined(separator: " "))
        #expect(reports.allSatisfy { !$0.rollUp.verdicts.contains(.invalid) })
    }

    // 468 / (31.6 + 20) = 9.0698 mg/L; × 1.5 = 13.605, and 0.3 for the instrument.
    @Test func `Oxygen beyond its share of saturation is suspect, and the thermometer is not blamed`() {
        let reports = Self.rules.run(
            station: [series("do", [9, 13.8, 14, 14, 14]), series("temp", [20, 20, 20, .nan, -31.6])])
        #expect(words(reports[0], .crossParameter) == "v v s no-counterpart no-counterpart")
        #expect(words(reports[1], .crossParameter).hasPrefix("no-configuration"))
        #expect(abs(CrossParameterRule.oxygenSaturation(at: 20) - 9.069_767_441_860_465) < 1e-12)
    }

    @Test func `A reading is held against the other station's of a travel time before`() {
        var set = CheckSet(id: "test/1", required: [])
        set.neighbours = [
            NeighbourRule(
                station: StationID("S"), other: StationID("U"), parameter: ParameterID("codmn"), travel: .hours(2),
                window: .hours(2), absolute: 1, relative: 0, source: "test")
        ]
        let up = series("codmn", [3, 3, 8, 3, 3, 3, 3], station: "U")
        let down = series("codmn", [3, 3, 3, 9, 8, 9.1, 1.9])
        var context = QualityContext()
        #expect(words(set.run(down, context: context), .neighbourConsistency).hasPrefix("no-counterpart"))
        let noOne = CheckSet(id: "up/1", required: [])
        context.others[StationID("U")] = [ParameterID("codmn"): noOne.firstLook(up).counterpart(up)]
        // Windows: hours −3…−1 and so on; the 8 upstream is in those of readings 3, 4 and 5.
        #expect(words(set.run(down, context: context), .neighbourConsistency) == "no-counterpart v v v v s s")
    }

    @Test(arguments: [
        // kind, result, reference, span, record's limit, rule's limit, expected
        ("zero", "0.2", "0", "", "", "0.2", InstrumentRecord.Outcome.passed),
        ("zero", "0.2000000001", "0", "", "", "0.2", .failed),
        ("zero", "0.3", "0", "", "0.5", "0.2", .passed),
        ("zero", "0.3", "0", "", "", "", .incomplete),
        ("zero", "0.3", "", "", "0.5", "", .incomplete),
        ("span", "4.4", "4", "", "0.10", "", .passed),
        ("span", "4.41", "4", "", "0.10", "", .failed),
        ("zero-drift", "0.05", "-0.05", "2", "0.05", "", .passed),
        ("zero-drift", "0.06", "-0.05", "2", "0.05", "", .failed),
        ("zero-drift", "0.06", "-0.05", "", "0.05", "", .incomplete),
        ("linearity", "0.998", "", "", "0.999", "", .failed),
        ("spike-recovery", "0.8", "", "", "0.8", "", .incomplete),
    ])
    func `A record of an instrument passes, fails, or lacks a number`(
        kind: String, result: String, reference: String, span: String, limit: String, ruled: String,
        expected: InstrumentRecord.Outcome
    ) throws {
        let kind = try #require(InstrumentRecord.Kind(rawValue: kind))
        let record = InstrumentRecord(
            kind: kind, station: StationID("S"), parameter: ParameterID("codmn"), time: Instant(milliseconds: 0),
            result: decimal(result), reference: decimal(reference), span: decimal(span), limit: decimal(limit))
        let rule = InstrumentRule(
            kind: kind, parameter: ParameterID("codmn"), limit: decimal(ruled), upperLimit: nil, every: nil,
            source: "test")
        #expect(record.outcome(rule) == expected)
    }

    @Test func `A failure makes the values from the last pass to the next pass suspect`() {
        var set = CheckSet(id: "test/1", required: [])
        set.instruments = [
            InstrumentRule(
                kind: .zero, parameter: ParameterID("codmn"), limit: decimal("0.2"), upperLimit: nil,
                every: .hours(5), source: "test")
        ]
        func record(_ at: Int64, _ result: String?) -> InstrumentRecord {
            InstrumentRecord(
                kind: .zero, station: StationID("S"), parameter: ParameterID("codmn"),
                time: Instant(milliseconds: at * hour), result: result.flatMap(decimal), reference: .zero)
        }
        let columns = series("codmn", Array(repeating: 1, count: 16))
        var context = QualityContext()
        context.records = [record(9, "0.1"), record(1, nil), record(2, "0"), record(6, "0.3")]
        // Pass at 2, failure at 6, pass at 9; after 14 the pass is too old.
        #expect(
            words(set.run(columns, context: context), .instrumentQA)
                == "no-record incomplete-record s s s s s s s v v v v v v no-record")
        #expect(words(set.run(columns), .instrumentQA).hasPrefix("no-record no-record"))
        let ruleless = CheckSet(id: "test/1", required: [])
        #expect(words(ruleless.run(columns), .instrumentQA).hasPrefix("no-configuration"))
        for index in columns.start.indices {
            let time = Instant(milliseconds: columns.start[index])
            #expect(
                set.run(columns, context: context).results.first { $0.check == .instrumentQA }?.verdict(index)
                    == instrumentQAReference(time, records: context.records, rule: set.instruments[0]))
        }
    }

    @Test func `A step at a maintenance is suspect, and without a mark nothing is said`() {
        let columns = series("codmn", [3, 3.1, 2.9, 3, 3.2, 6, 6.1, 5.9, 6, 6])
        var context = QualityContext()
        context.marks = [
            (nil, Interval(start: Instant(milliseconds: 4 * hour + 1), end: Instant(milliseconds: 5 * hour)))
        ]
        #expect(words(full.run(columns), .maintenanceStep).hasPrefix("no-mark"))
        #expect(
            words(full.run(columns, context: context), .maintenanceStep)
                == "no-mark no-mark no-mark no-mark no-mark s s s no-mark no-mark")
        context.marks = [(ParameterID("tp"), context.marks[0].interval)]
        #expect(
            words(full.run(columns, context: context), .maintenanceStep).hasPrefix(
                "no-mark no-mark no-mark no-mark no-mark no-mark"))
    }

    @Test func `Each season has its numbers, and a month without any is not tested`() {
        var set = CheckSet(id: "test/1", required: [.climatology])
        func entry(_ months: [Int], _ usual: ClosedRange<Double>, _ stations: Set<StationID> = []) -> CheckEntry {
            var checks = ParameterChecks()
            checks.climatology = SeasonRange(usual: usual, source: "test")
            return CheckEntry(
                parameter: ParameterID("temp"), stations: stations, months: MonthSet(months), checks: checks)
        }
        set.entries = [
            entry([12, 1, 2], 0...10), entry([6, 7, 8], 20...30), entry(Array(1...12), 5...6, [StationID("T")]),
        ]
        func at(_ text: String) -> Int64 { CivilDate(text)?.start(at: .china).milliseconds ?? 0 }
        let starts = ["2025-01-15", "2025-02-28", "2025-03-01", "2025-06-01", "2025-08-31", "2035-01-01"].map(at)
        let values: [Double] = [5, 25, 5, 25, 5, 5]
        let report = set.run(series("temp", values, start: starts))
        #expect(words(report, .climatology) == "v s no-season v s v")
        #expect(report.rollUp.verdicts[2] == .notTested)
        #expect(words(set.run(series("temp", values, station: "T", start: starts)), .climatology) == "v s v s v v")
    }

    @Test func `A rate of change is taken against the nearest valid reading, by the time between`() {
        var set = CheckSet(id: "test/1", required: [])
        var checks = ParameterChecks()
        checks.grossRange = ValueRange(possible: 0...100, plausible: 0...100, source: "test")
        checks.rateOfChange = RateLimit(perHour: 2, source: "test")
        set.entries = [CheckEntry(parameter: ParameterID("codmn"), stations: [], months: .all, checks: checks)]
        // −999 is no neighbour: 7 stands two hours after 3 and may have moved by 4; 20 has no usable reading near enough.
        let report = set.run(
            series("codmn", [3, -999, 7, 9.5, 9.5, 20], start: [0, 1, 2, 3, 4, 7].map { $0 * hour }))
        #expect(words(report, .rateOfChange) == "no-neighbour s v s v no-neighbour")
        #expect(report.rollUp.verdicts[1] == .invalid)
    }

    /// Bad input: a defined result with a reason, never a crash and never `valid` by default.
    @Test(
        arguments: [
            [], [1], [1, 1], [.nan], [.nan, .nan, .nan, .nan, .nan, .nan], [.infinity, -.infinity, 1],
            [-999, -999, -999, -999, -999], [5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5], [1, .nan, 1, .nan, 1, .nan, 1],
            [1e308, -1e308, 1e308, -1e308, 0, 0, 0],
        ] as [[Double]])
    func `Bad values have a defined result with a reason`(values: [Double]) {
        let regular = values.indices.map { Int64($0) * hour }
        let backwards = Array(regular.reversed())
        let mixed = values.indices.map { Int64($0) * hour + ($0 % 3 == 0 ? 0 : 600_000) }
        let decade = values.indices.map { Int64($0) * hour + ($0 > values.count / 2 ? 10 * 365 * 24 * hour : 0) }
        let same = values.map { _ in Int64(0) }
        for start in [regular, backwards, mixed, decade, same] {
            for cadence in [Duration64.hours(1), .zero, nil] {
                for set in [full, CheckSet.none] {
                    let columns = series("codmn", values, cadence: cadence, start: start)
                    let report = set.run(columns)
                    expectSound(report, columns, set)
                }
            }
        }
    }

    @Test(arguments: [UInt64](1...200))
    func `Not tested never folds into valid`(seed: UInt64) {
        var random = TestRandom(seed: seed)
        var set = full
        set.required = Set(CheckName.allCases.shuffled(using: &random).prefix(Int.random(in: 0...5, using: &random)))
        var values: [Double] = []
        var start: [Int64] = []
        var time: Int64 = 0
        for _ in 0..<Int.random(in: 0...80, using: &random) {
            values.append(
                Int.random(in: 0..<10, using: &random) == 0
                    ? .nan : Double(Int.random(in: -2...120, using: &random)) / 2)
            time +=
                hour * Int64(Int.random(in: 0...9, using: &random) == 0 ? Int.random(in: -3...30, using: &random) : 1)
            start.append(time)
        }
        let columns = series(Bool.random(using: &random) ? "codmn" : "tp", values, start: start)
        expectSound(set.run(columns), columns, set)
    }

    @Test func `checks looked up once say what the set says of a station`() {
        var random = TestRandom(seed: 77)
        let parameters = ["do", "temp", "nh3n", "tn", "codmn", "ec", "unknown"]
        let checks = StationChecks(
            ExampleChecks.set, station: StationID(""), parameters: parameters.map { ParameterID($0) })
        for count in [0, 1, 2, 30, 144, 145] {
            let columns = parameters.map { parameter in
                let values = (0..<count).map { _ in
                    [.nan, 0, 3, 3, 9.5, 60][Int.random(in: 0...5, using: &random)]
                        + Double(Int.random(in: 0...9, using: &random)) / 10
                }
                return series(parameter, values, start: (0..<count).map { Int64($0) * hour })
            }
            #expect(
                checks.verdicts(columns) == ExampleChecks.set.run(station: columns).map { $0.rollUp.verdicts })
        }
    }

    private func expectSound(_ report: QualityReport, _ columns: SeriesColumns, _ set: CheckSet) {
        #expect(report.results.map(\.check) == CheckName.allCases)
        for index in columns.start.indices {
            let rolled = report.rollUp.verdicts[index]
            for result in report.results {
                #expect((result.verdict(index) == .notTested) == (result.reason(index) != .none), "\(result.check)")
                let bit = report.rollUp.untested[index] & result.check.bit != 0
                #expect(bit == (result.verdict(index) == .notTested))
                if set.required.contains(result.check), result.verdict(index) == .notTested {
                    #expect(rolled != .valid)
                }
            }
            if columns.value[index].isNaN || columns.value[index].isInfinite {
                #expect(
                    report.results.filter { $0.check != .gap && $0.check != .sourceFlag }.allSatisfy {
                        $0.verdict(index) != .valid
                    })
            }
        }
        #expect(report.rollUp == rollUpReference(report.results, required: set.required))
    }
}
