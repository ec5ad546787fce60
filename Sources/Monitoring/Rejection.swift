// Rows that could not be taken: closed reasons, kept and counted, never thrown across a batch.

/// Why a row, or a whole batch, was not accepted. The raw value is stored and shown.
package enum RejectionReason: String, Sendable, CaseIterable {
    // Whole batch: the archive keeps the bytes; a file of the drop folder also goes to rejected/ with this reason.
    case emptyFile = "empty-file"
    case truncatedCompression = "truncated-compression"
    case damagedCompression = "damaged-compression"
    /// Bytes after the last gzip member: what was read before them stands.
    case trailingBytes = "trailing-bytes"
    case notCompressed = "not-compressed"
    case inflatedTooLarge = "inflated-too-large"
    case wrongEncoding = "wrong-encoding"
    case unknownFormat = "unknown-format"
    case malformedDocument = "malformed-document"
    /// An archive that is encrypted, nested, overlapping or names places outside itself: nothing of it is unpacked.
    case unsafeContainer = "unsafe-container"
    /// A sheet of a workbook that nobody who opens it sees: it was not read.
    case hiddenSheet = "hidden-sheet"
    /// Evidence without the body that issued it or without its number.
    case missingDocument = "missing-document"
    // One row: the rest of the batch is kept.
    case missingField = "missing-field"
    case extraField = "extra-field"
    case lineTooLong = "line-too-long"
    case notANumber = "not-a-number"
    case numberOutOfRange = "number-out-of-range"
    case negativeConcentration = "negative-concentration"
    case notATime = "not-a-time"
    case unknownUnit = "unknown-unit"
    case unknownFlag = "unknown-flag"
    // One row that is kept aside until somebody decides (隔离): not lost, in no statistic.
    case timeInFuture = "time-in-future"
    case timeTooOld = "time-too-old"
    /// A time that clocks of the profile's zone showed twice, or never.
    case doubledTime = "doubled-time"
    case skippedTime = "skipped-time"
    case unknownStation = "unknown-station"
    case unknownParameter = "unknown-parameter"
    /// The station is not one that the batch's sender may speak for.
    case senderNotEntitled = "sender-not-entitled"
    /// The station's source profile declares an encoding, shape or separator that the file does not have.
    case otherProfile = "other-profile"

    /// Whether rows with this reason are quarantined (隔离) rather than rejected (拒收).
    package var isQuarantine: Bool {
        switch self {
        case .timeInFuture, .timeTooOld, .doubledTime, .skippedTime, .unknownStation, .unknownParameter,
            .senderNotEntitled, .otherProfile:
            true
        default: false
        }
    }
}

/// One row or batch that was not accepted, with its place and remedy.
package struct Rejection: Hashable, Sendable {
    package let reason: RejectionReason
    /// 1-based row (line of a text, record of a document); 0 when the whole batch is meant.
    package let row: Int
    /// The column or key, empty when the whole row is meant.
    package let field: String
    /// The offending text, at most `excerptLimit` characters.
    package let excerpt: String
    /// What to do about it: one sentence.
    package let remedy: String

    package static let excerptLimit = 120

    package init(_ reason: RejectionReason, row: Int, field: String = "", excerpt: String = "", remedy: String) {
        self.reason = reason
        self.row = row
        self.field = field
        self.excerpt = String(excerpt.prefix(Self.excerptLimit))
        self.remedy = remedy
    }
}

/// A fault in a registry, standards or agreement file, with place and remedy; `tributary check` prints them all.
package struct Problem: Hashable, Sendable, CustomStringConvertible {
    /// Named so that one check can be run or silenced alone: `registry.region.missing`.
    package let check: String
    package let file: String
    /// 1-based; 0 when the whole file is meant.
    package let line: Int
    /// 1-based; 0 when the whole line is meant.
    package let column: Int
    package let message: String
    package let remedy: String

    package init(check: String, file: String, line: Int, column: Int = 0, message: String, remedy: String) {
        self.check = check
        self.file = file
        self.line = line
        self.column = column
        self.message = message
        self.remedy = remedy
    }

    /// `file:line:column: message [check]. Remedy.`
    package var description: String {
        let place = line == 0 ? file : column == 0 ? "\(file):\(line)" : "\(file):\(line):\(column)"
        return "\(place): \(message) [\(check)] \(remedy)"
    }
}
