// The world failing under the book: what, where, why, and what to do next.

/// A failure of the data folder or of the book in it. Wrong data are never this; they are rejections.
package struct BookProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case folderMissing = "book.folder-missing"
        case folderLocked = "book.folder-locked"
        case notOurs = "book.not-ours"
        case newerSchema = "book.newer-schema"
        case archiveDamaged = "book.archive-damaged"
        case needsReopening = "book.needs-reopening"
        case keyUnusable = "book.key-unusable"
        case input = "book.input"
        case system = "book.system"
        /// The disk has no room; the book goes on by itself when it has.
        case diskFull = "book.disk-full"
        case chunkDamaged = "book.chunk-damaged"
        case unbalanced = "book.unbalanced"
        case alreadyIssued = "book.already-issued"
        case unknownSubject = "book.unknown-subject"
        case alreadyOnRecord = "book.already-on-record"
        case readTooLong = "book.read-too-long"
        case query = "book.query"
    }

    package let code: Code
    /// File, table or record.
    package let place: String
    package let message: String
    /// What to do next: one sentence.
    package let remedy: String

    package init(_ code: Code, place: String, message: String, remedy: String) {
        self.code = code
        self.place = place
        self.message = message
        self.remedy = remedy
    }

    package var description: String { "\(place): \(message) [\(code.rawValue)] \(remedy)" }
}
