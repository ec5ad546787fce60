// The log of the servers, which falls silent once one of them has failed: whoever ran them says why in one sentence, and
// what the others say of being ended would stand before it.

import Logging
import Synchronization

/// A logger that can be silenced.
struct EndingLog: Sendable {
    let logger: Logger
    private let silence = Silence()

    init(_ base: Logger) {
        var quiet = Logger(label: base.label) { [silence, handler = base.handler] _ in
            QuietHandler(base: handler, silence: silence)
        }
        quiet.logLevel = base.logLevel
        logger = quiet
    }

    func fallSilent() { silence.isSilent.withLock { $0 = true } }

    private final class Silence: Sendable {
        let isSilent = Mutex(false)
    }

    private struct QuietHandler: LogHandler {
        var base: any LogHandler
        let silence: Silence

        var metadata: Logger.Metadata {
            get { base.metadata }
            set { base.metadata = newValue }
        }
        var logLevel: Logger.Level {
            get { base.logLevel }
            set { base.logLevel = newValue }
        }
        var metadataProvider: Logger.MetadataProvider? {
            get { base.metadataProvider }
            set { base.metadataProvider = newValue }
        }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { base[metadataKey: key] }
            set { base[metadataKey: key] = newValue }
        }

        func log(event: LogEvent) {
            if !silence.isSilent.withLock({ $0 }) { base.log(event: event) }
        }
    }
}
