// What `tributary ingest` shows: receipts on standard output as they come, and on a terminal how far it is.

import Foundation
import Glibc
import Synchronization

/// Prints the news of one `tributary ingest`.
final class IngestDisplay: IngestListener {
    private let format: OutputFormat
    private let sharesTerminal = isatty(STDOUT_FILENO) == 1
    private let state: Mutex<State>

    private struct State: Sendable {
        var total = IngestTotal()
        var progress: IngestProgress?
        /// The header of CSV is printed before its first line.
        var isHeaderDue: Bool
    }

    /// - Parameter files: in their order; asked for their sizes only when somebody looks on.
    init(_ files: [FoundFile], format: OutputFormat) {
        self.format = format
        let progress = isatty(STDERR_FILENO) == 1 ? IngestProgress(files) : nil
        state = Mutex(State(progress: progress, isHeaderDue: format == .csv))
    }

    func took(_ news: IngestNews) {
        state.withLock { state in
            // The progress line gives way to lines on the same terminal.
            let givesWay = sharesTerminal || !news.notes.isEmpty
            if givesWay { state.progress?.erase() }
            if state.isHeaderDue { Terminal.output(IngestOutcome.csvHeader) }
            state.isHeaderDue = false
            Terminal.output(news.lines)
            if !news.notes.isEmpty { Terminal.draw(news.notes) }
            state.total.add(news.total)
            state.progress?.took(
                files: news.total.files + news.total.unreadable, rows: news.total.rows, draws: givesWay)
        }
    }

    func sees(_ progress: LargeBatchProgress) { state.withLock { $0.progress?.sees(progress) } }

    /// Notes files that were not even found, and what was left out.
    func missed(_ failures: [CommandFailure], leftOut: [String]) {
        state.withLock { state in
            for words in leftOut { Terminal.note("tributary: \(words)") }
            for failure in failures { Terminal.note("tributary: \(failure.message)") }
            state.total.unreadable += failures.count
        }
    }

    /// Takes the progress line away: something else is said.
    func erase() { state.withLock { $0.progress?.erase() } }

    /// Prints the sums; the exit code of the command.
    func end() -> Int32 {
        state.withLock { state in
            state.progress?.erase()
            state.progress = nil
            Terminal.output((state.isHeaderDue ? IngestOutcome.csvHeader : "") + state.total.line(format))
            return state.total.status
        }
    }
}

/// One line on a terminal, redrawn a few times a second.
struct IngestProgress: Sendable {
    private static let pause = Duration.milliseconds(250)

    /// Bytes of the files up to each place.
    private let bytesBefore: [Int]
    private let began = ContinuousClock.now
    private var drawn: ContinuousClock.Instant?
    private var files = 0
    private var rows = 0
    /// Rows of a large batch that is not whole yet.
    private var rowsUnderWay = 0
    /// Bytes of large batches that are in the book before their turn to be told of.
    private var bytesAhead = 0
    /// Bytes that were read of a large batch that is not whole yet.
    private var bytesUnderWay = 0

    init(_ files: [FoundFile]) {
        var total = 0
        bytesBefore =
            [0]
            + files.map { file in
                var status = stat()
                if file.status(&status) == 0 { total += Int(status.st_size) }
                return total
            }
        draw()
    }

    mutating func took(files fileCount: Int, rows rowCount: Int, draws: Bool) {
        files = min(files + fileCount, bytesBefore.count - 1)
        rows += rowCount
        rowsUnderWay = 0
        bytesAhead = 0
        bytesUnderWay = 0
        if draws { drawn = nil }
        drawWhenDue()
    }

    mutating func sees(_ progress: LargeBatchProgress) {
        switch progress {
        case .admitted(let rows, let consumed):
            // The first sign of a large file is shown at once: it may take minutes.
            if bytesUnderWay == 0 { drawn = nil }
            rowsUnderWay += rows
            bytesUnderWay = max(bytesUnderWay, consumed)
        case .whole(let place):
            bytesAhead += bytesBefore[place + 1] - bytesBefore[place]
            bytesUnderWay = 0
        }
        drawWhenDue()
    }

    func erase() { Terminal.draw("\r\u{1B}[K") }

    private mutating func drawWhenDue() {
        if let drawn, drawn.duration(to: .now) < Self.pause { return }
        draw()
    }

    private mutating func draw() {
        drawn = .now
        Terminal.draw("\r" + line(after: began.duration(to: .now)) + "\u{1B}[K")
    }

    /// `12.5 of 96.0 MB · 81 of 400 files · 90417 rows · 41200 rows/s · 24 s left`
    func line(after elapsed: Duration) -> String {
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        let all = bytesBefore[bytesBefore.count - 1]
        let done = min(all, bytesBefore[files] + bytesAhead + bytesUnderWay)
        let seen = rows + rowsUnderWay
        var parts = [
            "\(Self.megabytes(done)) of \(Self.megabytes(all)) MB", "\(files) of \(bytesBefore.count - 1) files",
            "\(seen) rows",
        ]
        if seconds >= 1 { parts.append("\(Int(Double(seen) / seconds)) rows/s") }
        // From the bytes read: rows yet to come are unknown.
        if seconds >= 1, done > 0 {
            parts.append("\(Int((seconds * Double(all - done) / Double(done)).rounded(.up))) s left")
        }
        return parts.joined(separator: " · ")
    }

    private static func megabytes(_ bytes: Int) -> String { "\(bytes / 1_000_000).\(bytes / 100_000 % 10)" }
}
