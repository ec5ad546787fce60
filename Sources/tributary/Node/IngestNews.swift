// What became of some hundred files, on its way from the node to whoever asked: over the socket, or within a process.

import Formats
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

    /// - Parameter key: signs the receipts, where each file was taken alone.
    init(_ results: [FileResult], _ format: OutputFormat, signedBy key: NodeKey?) {
        for result in results {
            switch result {
            case .taken(let outcome):
                total.add(outcome)
                lines += outcome.line(format, signedBy: key)
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
        let excerpt = text("excerpt").onOneLine
        return "\(text("name").onOneLine) was refused\(kept == "0" ? "" : ", but for \(kept) observations"): "
            + text("reason") + (excerpt.isEmpty ? "" : " (\(excerpt))") + ". \(text("remedy"))"
    }
}

/// How far a large batch is, of which no receipt tells yet.
enum LargeBatchProgress: Sendable {
    /// `rows` more; `consumed` bytes of its file were read by now.
    case admitted(rows: Int, consumed: Int)
    /// The file at `place` is in the book.
    case whole(place: Int)
}

/// Who is told while files are taken.
protocol IngestListener: Sendable {
    func took(_ news: IngestNews)
    func sees(_ progress: LargeBatchProgress)
}

extension String {
    /// With a blank for every control character: a terminal obeys them, and a sentence stays on its line.
    var onOneLine: String {
        let scalars = unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
        return String(String.UnicodeScalarView(scalars))
    }
}

/// Keeps the news of one request: its files are limited, so are they.
final class CollectedNews: IngestListener {
    private let news = Mutex(IngestNews())

    func took(_ more: IngestNews) { news.withLock { $0.add(more) } }

    func sees(_ progress: LargeBatchProgress) {}

    var encoded: String {
        get throws { String(decoding: try JSONEncoder().encode(news.withLock { $0 }), as: UTF8.self) }
    }
}
