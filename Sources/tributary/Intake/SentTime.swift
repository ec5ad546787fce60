// When a batch was sent, as its door knows it: what orders the statements of a revising source.

import Glibc
import Monitoring

/// What a door knows of when a batch was sent. It is no part of the batch's identity.
enum SentTime: Codable, Hashable, Sendable {
    /// The batch counts as sent when it was received.
    case unknown
    /// When its file was last changed.
    case fileTime
    /// UTC milliseconds.
    case told(Int64)

    /// How far a sender's clock may be ahead of ours, as `SourceProfile.futureTolerance` for readings.
    private static let tolerance = Duration64.hours(1)

    init(_ instant: Instant?) { self = instant.map { .told($0.milliseconds) } ?? .unknown }

    /// The time that the book keeps; `nil` where none is known, or where it cannot be: after the receipt, or in or before
    /// 1970, as of a file without a date.
    ///
    /// - Parameter modified: when the file was last changed.
    func instant(modified: Instant?, received: Instant) -> Instant? {
        let said: Instant?
        switch self {
        case .unknown: said = nil
        case .fileTime: said = modified
        case .told(let milliseconds): said = Instant(milliseconds: milliseconds)
        }
        return said.flatMap { Self.isPossible($0, received: received) ? $0 : nil }
    }

    static func isPossible(_ sent: Instant, received: Instant) -> Bool {
        sent >= earliest && sent <= received.advanced(by: tolerance)
    }

    /// 1971-01-01: no data were sent as files before.
    private static let earliest = CivilDate(year: 1971, month: 1, day: 1)!.start(at: .utc)
}

extension Instant {
    /// When the file was last changed.
    init(modified status: stat) {
        let seconds = Int64(status.st_mtim.tv_sec).multipliedReportingOverflow(by: 1_000)
        self.init(
            milliseconds: seconds.overflow ? .max : seconds.partialValue + Int64(status.st_mtim.tv_nsec) / 1_000_000)
    }
}
