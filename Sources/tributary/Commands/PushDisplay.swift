// What `tributary push` shows: a line a file on standard output; progress that rewrites itself only on a terminal.

import Formats
import Forwarding
import Foundation
import Monitoring
import Synchronization

/// Shows the forwarder's events.
final class PushDisplay: Sendable {
    private struct State {
        /// The progress line that stands on the terminal.
        var drawn = ""
        /// The last reason to wait, so that a long outage is told once and not at each attempt.
        var told = ""
    }

    /// A longer line would wrap on a small terminal and could not be drawn over.
    private static let lineLimit = 78

    private let isTerminal = isatty(FileHandle.standardError.fileDescriptor) == 1
    private let state = Mutex(State())

    func show(_ event: ForwardingEvent) {
        state.withLock { state in
            switch event {
            case .sending(let name, let sent, let byteCount, let waiting):
                if isTerminal {
                    draw("sending \(name)  \(sent * 100 / max(1, byteCount)) %  (\(waiting) waiting)", &state)
                }
            case .sent(let name, let receipt, let wasKept):
                state.told = ""
                let counts = receipt.counts
                let what = wasKept ? "receipt was here already" : "received"
                clear(&state)
                Terminal.output(
                    "\(name): \(what); accepted \(counts.accepted), duplicate \(counts.duplicate), conflict "
                        + "\(counts.conflict), rejected \(counts.rejected), quarantined \(counts.quarantined); "
                        + "\(receipt.batch)\n")
            case .refused(let name, let words):
                clear(&state)
                Terminal.output("\(name): refused; \(words)\n")
            case .waiting(let name, let words, let delay):
                if isTerminal {
                    if state.told != words { note("tributary: \(name): \(words)", &state) }
                    draw("waiting \(Self.seconds(delay)) s", &state)
                } else if state.told != words {
                    note("tributary: \(name): \(words); tried again after \(Self.seconds(delay)) s", &state)
                }
                state.told = words
            case .pinned(let key):
                note("tributary: from now on the node's key is \(key) (fingerprint \(key.fingerprint)).", &state)
            case .notice(let words): note("tributary: \(words)", &state)
            }
        }
    }

    func show(_ result: ForwardingResult) {
        state.withLock { state in
            note(
                "sent \(result.sent) · refused \(result.refused) · still waiting \(result.left + result.waiting)",
                &state)
        }
    }

    private func note(_ line: String, _ state: inout State) {
        clear(&state)
        Terminal.note(line)
    }

    private func draw(_ line: String, _ state: inout State) {
        let text = String(line.prefix(Self.lineLimit))
        if text == state.drawn { return }
        let blank = String(repeating: " ", count: max(0, state.drawn.count - text.count))
        try? FileHandle.standardError.write(contentsOf: Data("\r\(text)\(blank)".utf8))
        state.drawn = text
    }

    private func clear(_ state: inout State) {
        if !state.drawn.isEmpty {
            let blank = String(repeating: " ", count: state.drawn.count)
            try? FileHandle.standardError.write(contentsOf: Data("\r\(blank)\r".utf8))
        }
        state.drawn = ""
    }

    private static func seconds(_ delay: Duration) -> Int { Int((delay / .seconds(1)).rounded(.up)) }
}
