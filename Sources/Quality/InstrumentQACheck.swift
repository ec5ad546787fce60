// Consequences of instrument checks: a failure makes the values from the last pass to the next pass suspect.

internal import Exact
package import Monitoring

/// Tests each reading by the records of its instrument's checks around it.
///
/// A kind of check is looked at when the check set has a rule for it or a record of it is known. Of several kinds the
/// worst counts, and a kind that a rule asks for and that could not run leaves the reading untested.
package struct InstrumentQACheck: Sendable {
    package let rules: [InstrumentRule]

    package init(rules: [InstrumentRule]) { self.rules = rules }

    /// - Parameter records: of this station; in any order.
    package func run(_ series: SeriesColumns, records: [InstrumentRecord]) -> CheckResult {
        let own = records.filter { $0.parameter == series.parameter && $0.station == series.station }
        let asked = rules.filter { $0.parameter == series.parameter }
        if own.isEmpty, asked.isEmpty { return .notRun(.instrumentQA, count: series.count, .noConfiguration) }
        var verdicts = [QualityVerdict](repeating: .notTested, count: series.count)
        var reasons = [NotTestedReason](repeating: .noRecord, count: series.count)
        let kinds = InstrumentRecord.Kind.allCases.filter { kind in
            own.contains { $0.kind == kind } || asked.contains { $0.kind == kind }
        }
        let timelines = kinds.map { kind in
            Timeline(own.filter { $0.kind == kind }, rule: asked.first { $0.kind == kind })
        }
        for index in series.start.indices {
            let start = Instant(milliseconds: series.start[index])
            if series.state[index] == .missing || series.state[index] == .notFinite {
                reasons[index] = .missingValue
                continue
            }
            let said = timelines.map { $0.verdict(at: start) }
            if said.contains(where: { $0.verdict == .suspect }) {
                (verdicts[index], reasons[index]) = (.suspect, .none)
            } else if let open = said.first(where: { $0.verdict == .notTested }) {
                reasons[index] = open.reason
            } else {
                (verdicts[index], reasons[index]) = (.valid, .none)
            }
        }
        return CheckResult(check: .instrumentQA, verdicts: verdicts, reasons: reasons)
    }

    /// The records of one kind in time order.
    private struct Timeline {
        /// Records that passed or failed.
        private var decided: [(time: Instant, passed: Bool)] = []
        private var firstIncomplete: Instant?
        private let every: Duration64?

        init(_ records: [InstrumentRecord], rule: InstrumentRule?) {
            every = rule?.every
            for record in records.sorted(by: { $0.time < $1.time }) {
                switch record.outcome(rule) {
                case .incomplete: firstIncomplete = firstIncomplete ?? record.time
                case .passed, .failed:
                    let passed = record.outcome(rule) == .passed
                    // Of two records of one moment the failure counts.
                    if let last = decided.last, last.time == record.time {
                        decided[decided.count - 1].passed = last.passed && passed
                    } else {
                        decided.append((record.time, passed))
                    }
                }
            }
        }

        func verdict(at time: Instant) -> (verdict: QualityVerdict, reason: NotTestedReason) {
            let next = decided.firstIndex { $0.time > time } ?? decided.count
            let before = next > 0 ? decided[next - 1] : nil
            // A failure reaches back to the last pass, and on to the next.
            if before?.passed == false || (next < decided.count && !decided[next].passed) { return (.suspect, .none) }
            guard let before else {
                let isIncomplete = firstIncomplete.map { $0 <= time } ?? false
                return (.notTested, isIncomplete ? .incompleteRecord : .noRecord)
            }
            if let every, time.duration(since: before.time) > every { return (.notTested, .noRecord) }
            return (.valid, .none)
        }
    }
}
