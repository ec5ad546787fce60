// What became of some hundred files, on its way from the node to whoever asked: over the socket, or within a process.

import Foundation
import Monitoring
import Synchronization

/// What became of some files, ready to be printed.
struct IngestNews: Codable, Sendable {
    /// For standard output: a line a receipt.
    var lines = ""
    /// For standard error: what was refused or could not be read, each with cause and remedy.
    var notes = ""
    var total = IngestTotal()

    init() {}

    init(_ results: [FileResult], _ format: OutputFormat) {
        for result in results {
            switch result {
            case .taken(let outcome):
                total.add(outcome)
                lines += outcome.line(format)
                if let refusal = outcome.refusal { notes += "tributary: \(Self.sentence(refusal))\n" }
            case .unreadable(let failure):
                total.unreadable += 1
                notes += "tributary: \(failure.message)\n"
            }
        }
    }

    mutating func add(_ other: IngestNews) {
        lines += other.lines
        notes += other.notes
        total.add(other.total)
    }

    private static func sentence(_ refusal: CanonicalJSON) -> String {
        guard case .object(let members) = refusal else { return refusal.text() }
        func text(_ name: String) -> String {
            switch members[name] {
            case .string(let text): text
            case .number(let text): text
            default: ""
            }
        }
        let kept = text("observations_kept")
        return "\(text("name")) was refused\(kept == "0" ? "" : ", but for \(kept) observations"): \(text("reason")) "
            + "(\(text("excerpt"))). \(text("remedy"))"
    }
}

/// Who is told while files are taken.
protocol IngestListener: Sendable {
    func took(_ news: IngestNews)
    /// Rows of a large batch that is not whole yet.
    func admitted(rows: Int)
}

/// Keeps the news of one request: its files are limited, so are they.
final class CollectedNews: IngestListener {
    private let news = Mutex(IngestNews())

    func took(_ more: IngestNews) { news.withLock { $0.add(more) } }

    func admitted(rows: Int) {}

    var encoded: String {
        get throws { String(decoding: try JSONEncoder().encode(news.withLock { $0 }), as: UTF8.self) }
    }
}
