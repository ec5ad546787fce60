// The book as a search for holes reads it, and the times that people write.

import Formats
import Monitoring
import Pipeline
import Storage

/// One reading of the book, frozen at one log position.
final class HeardBook: HeardSource {
    let reader: BookReader
    let asKnownAt: Int64
    private var received: [Int64: Instant] = [:]

    init(_ reader: BookReader, asKnownAt: Int64) {
        self.reader = reader
        self.asKnownAt = asKnownAt
    }

    func firstHeard(_ series: SeriesKey) throws -> (start: Instant, received: Instant?)? {
        guard let first = try reader.firstHeard(series, asKnownAt: asKnownAt) else { return nil }
        return (first.start, try receivedAt(first.sequence))
    }

    func valueStart(_ series: SeriesKey, before instant: Instant) throws -> Instant? {
        try reader.valueStart(series, before: instant, asKnownAt: asKnownAt)
    }

    func valueStart(_ series: SeriesKey, from instant: Instant) throws -> Instant? {
        try reader.valueStart(series, from: instant, asKnownAt: asKnownAt)
    }

    func forEachChunk(_ series: SeriesKey, over interval: Interval, _ body: (Chunk) throws -> Void) throws {
        try reader.forEachChunk(of: series, over: interval, body)
    }

    func receivedAt(_ sequence: Int64) throws -> Instant? {
        if let known = received[sequence] { return known }
        let at = try reader.batch(at: sequence)?.receipt.receivedAt
        received[sequence] = at
        return at
    }
}

extension Instant {
    /// `2025-03-01` (its midnight), `2025-03-01T08:00` or `2025-03-01T08:00:00` at +08:00, or a time with its offset.
    init?(dateOrTime text: String) {
        if let date = CivilDate(text) {
            self = date.start(at: .china)
        } else if let instant = Instant(iso8601: text) ?? Instant(iso8601: text + "+08:00") {
            self = instant
        } else {
            return nil
        }
    }
}
