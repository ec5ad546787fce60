// The checks by name, and why one of them may have nothing to say of a reading.

/// The checks by the name they are stored and shown under.
package enum CheckName: String, Sendable, CaseIterable {
    case sourceFlag = "source-flag"
    case grossRange = "gross-range"
    case climatology
    case spike
    case windowSpike = "window-spike"
    case rateOfChange = "rate-of-change"
    case flatLine = "flat-line"
    case attenuatedSignal = "attenuated-signal"
    case gap
    case stuckDecimals = "stuck-decimals"
    case crossParameter = "cross-parameter"
    case neighbourConsistency = "neighbour-consistency"
    case instrumentQA = "instrument-qa"
    case varianceDrop = "variance-drop"
    case maintenanceStep = "maintenance-step"
    case repeatedSequence = "repeated-sequence"

    /// Whether a reading that this check alone passed has been looked at: time going on says nothing of a value.
    package var looksAtValue: Bool { self != .gap }

    /// The check's bit in `RollUp.untested`.
    package var bit: UInt32 {
        switch self {
        case .sourceFlag: 1 << 0
        case .grossRange: 1 << 1
        case .spike: 1 << 2
        case .flatLine: 1 << 3
        case .gap: 1 << 4
        case .climatology: 1 << 5
        case .windowSpike: 1 << 6
        case .rateOfChange: 1 << 7
        case .attenuatedSignal: 1 << 8
        case .stuckDecimals: 1 << 9
        case .crossParameter: 1 << 10
        case .neighbourConsistency: 1 << 11
        case .instrumentQA: 1 << 12
        case .varianceDrop: 1 << 13
        case .maintenanceStep: 1 << 14
        case .repeatedSequence: 1 << 15
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
    /// The check set has no entry for the parameter at this station.
    case noConfiguration
    /// No usable reading near enough: on one side for a spike, before it for a rate of change.
    case noNeighbour
    /// Fewer readings than the check looks at.
    case tooFewReadings
    /// The source sends no flag with this reading.
    case noFlag
    /// The source profile does not say what this flag means.
    case unlistedFlag
    /// The step between readings is not known.
    case noCadence
    /// The first reading has none before it.
    case firstReading
    /// The check set has entries for the parameter, but none for this month.
    case noSeason
    /// The other parameter, or the other station, has no usable reading for this time.
    case noCounterpart
    /// No record of the instrument's checks before this reading, or the last is older than the check set allows.
    case noRecord
    /// A record of the instrument's checks lacks a limit or a reference, so that it neither passed nor failed.
    case incompleteRecord
    /// No maintenance, calibration or change of the instrument is known near this reading.
    case noMark
    /// The value is too large for its last decimal to be seen.
    case notResolved

    /// The reason in the words of reports and of `tributary qc`.
    package var name: String {
        switch self {
        case .none: ""
        case .missingValue: "missing-value"
        case .censoredValue: "censored-value"
        case .noConfiguration: "no-configuration"
        case .noNeighbour: "no-neighbour"
        case .tooFewReadings: "too-few-readings"
        case .noFlag: "no-flag"
        case .unlistedFlag: "unlisted-flag"
        case .noCadence: "no-cadence"
        case .firstReading: "first-reading"
        case .noSeason: "no-season"
        case .noCounterpart: "no-counterpart"
        case .noRecord: "no-record"
        case .incompleteRecord: "incomplete-record"
        case .noMark: "no-mark"
        case .notResolved: "not-resolved"
        }
    }
}
