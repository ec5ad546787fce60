// A file at the door, and what became of it.

import Formats
import Foundation
import Glibc
import Ingest
import Monitoring
import Standards
import Storage

/// A file at the door.
struct IngestFile: Sendable {
    var path: String
    /// The path byte for byte where `path` is only its text: names need not be UTF-8.
    var pathBytes: [UInt8]?
    /// The name the batch keeps; it may carry the date that a feed leaves out.
    let name: String
    let sender: String
    /// The stations the sender may speak for; `nil`: any.
    var entitled: Set<StationID>?
    /// Bytes of the file, where the door knows them.
    var byteCount = 0
    /// The file's bytes where the door has read them already.
    var contents: Data?
    /// The file itself where the door has opened it: a large one, whatever lies under its path by now.
    var open: OpenFile?
    var sent = SentTime.unknown

    /// Opens it; `errno` tells why it cannot be.
    func opened() -> OpenFile? {
        if let open { return open }
        let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK
        let descriptor = pathBytes.map { withCString($0) { Glibc.open($0, flags) } } ?? Glibc.open(path, flags)
        return descriptor < 0 ? nil : OpenFile(descriptor: descriptor)
    }
}

/// What became of one file.
struct IngestOutcome: Sendable {
    let receipt: Receipt
    /// The same bytes were in the book: nothing changed.
    let isRepeat: Bool
    /// Why nothing of the batch, or not all of it, could be read.
    let refusal: CanonicalJSON?
    /// The sender whose name now stands in the log beside that of the batch's first.
    var newSender: String?
    /// Values read, before admission; 0 for a repeated batch, which is not read again.
    var valueCount = 0
    var valueSum = ExactSum()

    var digest: Digest256 { receipt.digest }
}

/// What the door says of one file.
enum FileResult: Sendable {
    case taken(IngestOutcome)
    /// Nothing of it is in the book.
    case unreadable(CommandFailure)
}

/// What a batch is read and admitted by: the same for every batch until the registry changes.
struct IntakeRules: Sendable {
    let registry: Registry
    let catalogue: ParameterCatalogue
    /// Gives pages back while a mapped batch is read.
    private var letGo: (@Sendable () -> Void)?

    init(registry: Registry, catalogue: ParameterCatalogue) {
        self.registry = registry
        self.catalogue = catalogue
    }

    /// The same for reading a mapped batch, whose pages are given back on the way.
    func giving(back raw: MappedBatch) -> IntakeRules {
        var rules = self
        rules.letGo = { raw.letGo() }
        return rules
    }

    /// The same for a file that is not in the archive.
    func giving(back raw: MappedFile) -> IntakeRules {
        var rules = self
        rules.letGo = { raw.letGo() }
        return rules
    }

    /// The reading context of a batch: the built-in profiles, and what the registry declares in their place.
    func context(_ raw: UnsafeRawBufferPointer, name: String, received: Instant) -> ReadContext {
        var context = ReadContext(
            profiles: BuiltInProfiles.all, parameters: catalogue,
            nameHints: name.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }, received: received)
        context.letGo = letGo
        context.zoneNamed = { CivilZoneTable.zone(named: $0) }
        context.takeProfiles(of: registry, for: raw)
        return context
    }
}
