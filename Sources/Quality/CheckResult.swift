// What one check says of each reading of a series, and why it says nothing where it could not run.

package import Monitoring

/// The checks by the name they are stored and shown under.
package enum CheckName: String, Sendable, CaseIterable {
    case sourceFlag = "source-flag"
    case grossRange = "gross-range"
    case spike
    case flatLine = "flat-line"
    case gap

    /// The check's bit in `RollUp.untested`.
    package var bit: UInt8 {
        switch self {
        case .sourceFlag: 1
        case .grossRange: 2
        case .spike: 4
        case .flatLine: 8
        case .gap: 16
        }
    }
}

/// Why a check gave no verdict (未检验的原因).
package enum NotTestedReason: UInt8, Sendable, CaseIterable {
    /// It did run.
    case none = 0
    /// The source stated that there is no value, or the value is not a finite number.
    case missingValue
    /// The value is a detection or range limit (`<`, `>`), not a measured level.
    case censoredValue
    /// The check set has no entry for the parameter.
    case noConfiguration
    /// No valid reading near enough on one side; the newest reading waits for the next one.
    case noNeighbour
    /// The series is shorter than the shortest run the check looks for.
    case tooFewReadings
    /// The source sends no flag with this reading.
    case noFlag
    /// The source profile does not say what this flag means.
    case unlistedFlag
    /// The step between readings is not known.
    case noCadence
    /// The first reading has none before it.
    case firstReading
}

/// One check's verdicts over one series, reading by reading.
package struct CheckResult: Hashable, Sendable {
    package let check: CheckName
    package var verdicts: [QualityVerdict]
    /// `none` exactly where the verdict is not `notTested`.
    package var reasons: [NotTestedReason]

    package init(check: CheckName, verdicts: [QualityVerdict], reasons: [NotTestedReason]) {
        precondition(verdicts.count == reasons.count, "Each reading has a verdict and a reason.")
        self.check = check
        self.verdicts = verdicts
        self.reasons = reasons
    }

    /// A check that ran on no reading, for one reason.
    static func notRun(_ check: CheckName, count: Int, _ reason: NotTestedReason) -> CheckResult {
        CheckResult(
            check: check, verdicts: [QualityVerdict](repeating: .notTested, count: count),
            reasons: [NotTestedReason](repeating: reason, count: count))
    }
}
