// What one check says of each reading of a series, and why it says nothing where it could not run.

package import Monitoring

/// One check's verdicts over one series, reading by reading.
package struct CheckResult: Hashable, Sendable {
    /// Reasons follow from the reading's state wherever they can, so that a check costs one byte a reading.
    private enum Columns: Hashable, Sendable {
        /// Ran on no reading, for one reason.
        case notRun(NotTestedReason, count: Int)
        /// Ran; a reading without a verdict has none because of its state, else for one reason of the check.
        case derived([QualityVerdict], [ReadingState], otherwise: NotTestedReason)
        /// Ran; a reading without a verdict has none for this reason.
        case ran([QualityVerdict], otherwise: NotTestedReason)
        case each([QualityVerdict], [NotTestedReason])
    }

    package let check: CheckName
    private let columns: Columns

    private init(_ check: CheckName, _ columns: Columns) {
        self.check = check
        self.columns = columns
    }

    /// - Precondition: each reading has a verdict and a reason, `none` exactly where the verdict is not `notTested`.
    package init(check: CheckName, verdicts: [QualityVerdict], reasons: [NotTestedReason]) {
        precondition(verdicts.count == reasons.count, "Each reading has a verdict and a reason.")
        self.init(check, .each(verdicts, reasons))
    }

    /// A check whose reasons follow from the readings' states; `otherwise` is its own reason for a measured value.
    init(check: CheckName, verdicts: [QualityVerdict], of series: SeriesColumns, otherwise: NotTestedReason) {
        precondition(verdicts.count == series.count, "Each reading has a verdict.")
        self.init(check, .derived(verdicts, series.state, otherwise: otherwise))
    }

    /// A check that looks at times alone, whatever the readings' states.
    init(check: CheckName, verdicts: [QualityVerdict], otherwise: NotTestedReason) {
        self.init(check, .ran(verdicts, otherwise: otherwise))
    }

    /// A check that ran on no reading, for one reason.
    package static func notRun(_ check: CheckName, count: Int, _ reason: NotTestedReason) -> CheckResult {
        CheckResult(check, .notRun(reason, count: count))
    }

    package var count: Int {
        switch columns {
        case .notRun(_, let count): count
        case .derived(let verdicts, _, _), .ran(let verdicts, _), .each(let verdicts, _): verdicts.count
        }
    }

    /// False when the check ran on no reading.
    package var didRun: Bool {
        if case .notRun = columns { return false }
        return true
    }

    package var verdicts: [QualityVerdict] {
        switch columns {
        case .notRun(_, let count): [QualityVerdict](repeating: .notTested, count: count)
        case .derived(let verdicts, _, _), .ran(let verdicts, _), .each(let verdicts, _): verdicts
        }
    }

    /// Whether a reading is suspect, of a check that finds nothing invalid.
    var findsSuspects: Bool { didRun && verdicts.reduce(UInt8(0)) { $0 | $1.rawValue } & 2 != 0 }

    /// `none` exactly where the verdict is not `notTested`.
    package var reasons: [NotTestedReason] { (0..<count).map(reason) }

    package func verdict(_ index: Int) -> QualityVerdict {
        switch columns {
        case .notRun: .notTested
        case .derived(let verdicts, _, _), .ran(let verdicts, _), .each(let verdicts, _): verdicts[index]
        }
    }

    package func reason(_ index: Int) -> NotTestedReason {
        switch columns {
        case .notRun(let reason, _): return reason
        case .each(_, let reasons): return reasons[index]
        case .ran(let verdicts, let otherwise): return verdicts[index] == .notTested ? otherwise : .none
        case .derived(let verdicts, let states, let otherwise):
            if verdicts[index] != .notTested { return .none }
            switch states[index] {
            case .measured: return otherwise
            case .missing, .notFinite: return .missingValue
            case .censored: return .censoredValue
            }
        }
    }
}
