// Goal: each check's verdicts and reasons, and a roll-up in which nothing untested hides. Method: series written out.

import Exact
import Monitoring
import Quality
import Testing

private let flags: [String: QualityVerdict] = ["N": .valid, "M": .invalid, "S": .suspect]

/// A series from cells such as `3.1`, `<0.02`, `` (missing) and `3.1 M` (flagged), one a cadence; `-` skips a cycle.
private func series(_ parameter: String, _ cells: [String], cadence: Duration64? = .hours(4)) throws -> SeriesColumns {
    var columns = SeriesColumns(parameter: ParameterID(parameter), cadence: cadence)
    for (index, cell) in cells.enumerated() where cell != "-" {
        let parts = cell.split(separator: " ", omittingEmptySubsequences: false)
        let isBelow = parts[0].hasPrefix("<")
        let text = String(parts[0].drop { $0 == "<" })
        let value = ExactDecimal(text)
        try #require(text.isEmpty == (value == nil))
        columns.append(
            start: Instant(milliseconds: Int64(index) * 14_400_000), value: value,
            qualifier: value == nil ? .missing : isBelow ? .below : .none,
            flag: parts.count > 1 ? String(parts[1]) : "",
            flags: flags)
    }
    return columns
}

private func verdict(_ report: QualityReport, _ check: CheckName) -> [QualityVerdict] {
    report.results.first { $0.check == check }?.verdicts ?? []
}

private func reason(_ report: QualityReport, _ check: CheckName) -> [NotTestedReason] {
    report.results.first { $0.check == check }?.reasons ?? []
}

@Suite struct CheckTests {
    @Test func `A flag means what the profile lists and nothing else`() throws {
        let report = ExampleChecks.set.run(try series("ph", ["7.1 N", "7.1 M", "7.2 S", "7.1 X", "7.2"]))
        #expect(verdict(report, .sourceFlag) == [.valid, .invalid, .suspect, .notTested, .notTested])
        #expect(reason(report, .sourceFlag) == [.none, .none, .none, .unlistedFlag, .noFlag])
    }

    @Test func `What cannot be is invalid and a missing value is not tested`() throws {
        let report = ExampleChecks.set.run(try series("ph", ["7", "14.01", "-0.5", "3", ""]))
        #expect(verdict(report, .grossRange) == [.valid, .invalid, .invalid, .suspect, .notTested])
        #expect(reason(report, .grossRange)[4] == .missingValue)
        #expect(report.rollUp.verdicts[4] == .notTested)
    }

    @Test func `A parameter without a configuration is not tested, and says so`() throws {
        let report = ExampleChecks.set.run(try series("fc", ["200", "300", "400"]))
        #expect(verdict(report, .grossRange) == [.notTested, .notTested, .notTested])
        #expect(reason(report, .grossRange) == [.noConfiguration, .noConfiguration, .noConfiguration])
        // The gap check alone ran; the required range check did not, so nothing is called valid.
        #expect(report.rollUp.verdicts == [.notTested, .notTested, .notTested])
    }

    @Test func `A single reading that leaves both neighbours is a spike`() throws {
        let report = ExampleChecks.set.run(try series("codmn", ["3.1", "3.2", "14.0", "3.3", "3.1", "9.9"]))
        #expect(verdict(report, .spike) == [.notTested, .valid, .suspect, .valid, .valid, .notTested])
        #expect(reason(report, .spike)[0] == .noNeighbour && reason(report, .spike)[5] == .noNeighbour)
    }

    // opendcs#176: the good reading beside a rejected one must not be blamed for the distance between them.
    @Test func `A spike is not measured against a rejected neighbour`() throws {
        let report = ExampleChecks.set.run(try series("codmn", ["3.1", "9.0", "0.1 M", "9.2", "9.1"]))
        // 9.0 lies between 3.1 and 9.2; against 0.1 it would stand out on both sides.
        #expect(verdict(report, .spike)[1] == .valid)
        let next = ExampleChecks.set.run(try series("codmn", ["0.1 M", "9.0", "0.1 M"]))
        #expect(verdict(next, .spike)[1] == .notTested)
    }

    @Test func `Neighbours beyond two cadences say nothing`() throws {
        let near = ExampleChecks.set.run(try series("codmn", ["3.1", "-", "14.0", "3.1"]))
        #expect(verdict(near, .spike)[1] == .suspect)
        let far = ExampleChecks.set.run(try series("codmn", ["3.1", "-", "-", "14.0", "3.1"]))
        #expect(verdict(far, .spike)[1] == .notTested)
    }

    // EGRET#23: a detection limit taken as a value.
    @Test func `A detection limit is not a level to compare with`() throws {
        let cells = ["<0.025", "<0.025", "<0.025", "3.000", "<0.025"] + Array(repeating: "<0.025", count: 12)
        let report = ExampleChecks.set.run(try series("nh3n", cells))
        #expect(verdict(report, .spike)[3] == .notTested)
        #expect(reason(report, .spike)[0] == .censoredValue)
        #expect(reason(report, .flatLine)[0] == .censoredValue)
        #expect(verdict(report, .grossRange)[0] == .valid)
    }

    @Test func `Eight equal readings are suspect, seven are not, and a missing one breaks nothing`() throws {
        let seven = Array(repeating: "3.10", count: 7)
        #expect(
            verdict(ExampleChecks.set.run(try series("codmn", seven + ["3.2"])), .flatLine)
                == Array(repeating: .valid, count: 8))
        let eight = ExampleChecks.set.run(try series("codmn", seven + ["", "3.1", "3.2"]))
        #expect(
            verdict(eight, .flatLine) == Array(repeating: .suspect, count: 7) + [.notTested, .suspect, .valid])
        let short = ExampleChecks.set.run(try series("codmn", ["3.1", "3.1"]))
        #expect(reason(short, .flatLine) == [.tooFewReadings, .tooFewReadings])
    }

    @Test func `A hole is listed and the reading after it keeps its verdict`() throws {
        let report = ExampleChecks.set.run(try series("ph", ["7.1", "-", "-", "7.2", "7.3"]))
        #expect(verdict(report, .gap) == [.notTested, .valid, .valid])
        #expect(
            report.holes == [
                ReadingHole(
                    span: Interval(
                        start: Instant(milliseconds: 14_400_000), end: Instant(milliseconds: 43_200_000)),
                    missingCount: 2)
            ])
    }

    @Test func `Time that stands still or goes back is suspect`() {
        var columns = SeriesColumns(parameter: ParameterID("ph"), cadence: .hours(1))
        for start: Int64 in [0, 3_600_000, 3_600_000, 0, 7_200_000] {
            columns.append(
                start: Instant(milliseconds: start), value: ExactDecimal(mantissa: 7, exponent: 0), qualifier: .none,
                flag: "", flags: [:])
        }
        #expect(GapCheck().run(columns).result.verdicts == [.notTested, .valid, .suspect, .suspect, .valid])
    }

    @Test func `Of unlike values at one time none is preferred, of equal ones the first stands`() {
        var columns = SeriesColumns(parameter: ParameterID("ph"), cadence: .hours(1))
        // Hour 0: 7 and 8. Hour 1: 7, 7 and 9. Hour 2: 7 twice. Hour 3: nothing and 7.
        for (hour, value) in [(0, 7), (0, 8), (1, 7), (1, 7), (1, 9), (2, 7), (2, 7), (3, .nan), (3, 7)]
            as [(Int64, Double)]
        {
            columns.append(start: hour * 3_600_000, value: value)
        }
        #expect(
            GapCheck().run(columns).result.verdicts == [
                .suspect, .suspect, .suspect, .suspect, .suspect, .valid, .suspect, .suspect, .suspect,
            ])
    }

    @Test func `What nothing looked at is never valid, whatever is required`() throws {
        var set = CheckSet(id: "test/1", required: [])
        // Time went on, and the station's flag says "valid" of a value that is not there.
        let flagged = set.run(try series("fc", ["200", "300 N", " N", "<20 N"]))
        #expect(flagged.rollUp.verdicts == [.notTested, .valid, .notTested, .valid])
        #expect(reason(flagged, .sourceFlag)[2] == .missingValue)
        for required: Set<CheckName> in [[.gap], [.sourceFlag, .gap], [.gap, .grossRange]] {
            set.required = required
            let report = set.run(try series("fc", ["200", "300", "", "400"]))
            #expect(report.rollUp.verdicts == [.notTested, .notTested, .notTested, .notTested])
        }
    }

    @Test func `Nothing, one and two readings have a defined result`() throws {
        #expect(ExampleChecks.set.run(try series("ph", [])).rollUp.verdicts.isEmpty)
        #expect(ExampleChecks.set.run(try series("ph", ["7"])).rollUp.verdicts == [.valid])
        #expect(ExampleChecks.set.run(try series("ph", [""])).rollUp.verdicts == [.notTested])
        let noCadence = ExampleChecks.set.run(try series("ph", ["7", "7"], cadence: nil))
        #expect(reason(noCadence, .spike) == [.noCadence, .noCadence] && reason(noCadence, .gap)[1] == .noCadence)
    }
}

@Suite struct RollUpTests {
    private static func result(_ check: CheckName, _ verdict: QualityVerdict) -> CheckResult {
        CheckResult(check: check, verdicts: [verdict], reasons: [verdict == .notTested ? .noConfiguration : .none])
    }

    @Test func `Not tested never hides behind valid, in any combination of three checks`() {
        for first in QualityVerdict.allCases {
            for second in QualityVerdict.allCases {
                for third in QualityVerdict.allCases {
                    let rolled = rollUp(
                        [
                            Self.result(.sourceFlag, first), Self.result(.grossRange, second),
                            Self.result(.spike, third),
                        ], required: [.sourceFlag, .grossRange])
                    let all = [first, second, third]
                    let expected: QualityVerdict =
                        all.contains(.invalid)
                        ? .invalid
                        : all.contains(.suspect)
                            ? .suspect
                            : first == .valid && second == .valid ? .valid : .notTested
                    #expect(rolled.verdicts == [expected])
                    #expect((rolled.untested[0] & CheckName.spike.bit != 0) == (third == .notTested))
                }
            }
        }
    }

    @Test func `A required check that was left out leaves the reading untested`() {
        let rolled = rollUp([Self.result(.sourceFlag, .valid)], required: [.grossRange])
        #expect(rolled.verdicts == [.notTested])
        #expect(rolled.untested == [CheckName.grossRange.bit])
    }
}
