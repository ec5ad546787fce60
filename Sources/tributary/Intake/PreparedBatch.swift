// Live batches: read whole, decoded and admitted before their transaction begins, so that the writer only merges.

import Formats
import Foundation
import Glibc
import Monitoring
import Pipeline
import Storage

/// A batch that waits for its transaction with everything the transaction needs. A class, because it goes through
/// several hands and is never changed.
final class PreparedBatch: Sendable {
    let incoming: IncomingBatch
    let bytes: [UInt8]
    let admitted: AdmittedBatch
    /// Several only where a container holds several parts.
    let slices: [(slice: AdmittedSlice, traits: SeriesTraits)]
    let rowCount: Int

    init(
        incoming: IncomingBatch, bytes: [UInt8], admitted: AdmittedBatch,
        slices: [(slice: AdmittedSlice, traits: SeriesTraits)]
    ) {
        self.incoming = incoming
        self.bytes = bytes
        self.admitted = admitted
        self.slices = slices
        rowCount = slices.reduce(0) { $0 + $1.slice.block.count }
    }
}

/// What a file at the door turned out to be.
enum Preparation {
    case ready(PreparedBatch)
    /// Too large to go between others: it goes by the history lane.
    case large
    case unreadable(CommandFailure)
}

/// What passes on the live lane; anything larger is committed in slices.
enum LiveLane {
    /// Compressed bytes of a live batch.
    static let byteLimit = 1 << 20
    /// Rows of a live batch: what a slice of the reader may hold.
    static let rowLimit = 262_144
}

/// Prepares live batches on one thread.
final class BatchPreparation {
    private let rules: IntakeRules
    private var admission: BatchAdmission

    init(rules: IntakeRules) {
        self.rules = rules
        admission = BatchAdmission(rules: rules)
    }

    /// Reads, decodes and admits a file. Whether the book has it already shows in its transaction.
    func prepare(_ file: IngestFile, received: Instant) throws -> Preparation {
        let bytes: [UInt8]
        let modified: Instant?
        switch file.contents.map({ Contents.bytes([UInt8]($0), modified: nil) }) ?? Self.read(file.path) {
        case .bytes(let read, let time): (bytes, modified) = (read, time)
        case .large: return .large
        case .failed(let words):
            return .unreadable(
                CommandFailure(status: ExitStatus.inputUnusable, message: "\(file.path) cannot be read: \(words)"))
        }
        let incoming = IncomingBatch(
            digest: bytes.withUnsafeBytes { sha256($0) }, name: file.name, sender: file.sender, receivedAt: received,
            sentAt: file.sent.instant(modified: modified, received: received))
        do {
            return .ready(try admit(bytes, incoming, entitled: file.entitled))
        } catch is TooManyRows {
            // Its rows are dropped, and with them the stations that the memory has told of.
            admission = BatchAdmission(rules: rules)
            return .large
        }
    }

    private func admit(_ bytes: [UInt8], _ incoming: IncomingBatch, entitled: Set<StationID>?) throws -> PreparedBatch {
        let taken = FewSlices()
        let admitted = try bytes.withUnsafeBytes { raw in
            try admission.admit(
                raw, name: incoming.name, received: incoming.receivedAt, entitled: entitled, to: taken)
        }
        // Its rows are dropped, and with them the stations that the memory has told of.
        if admitted.isDamaged { admission = BatchAdmission(rules: rules) }
        return PreparedBatch(
            incoming: incoming, bytes: bytes, admitted: admitted, slices: admitted.isDamaged ? [] : taken.slices)
    }

    private struct TooManyRows: Error {}

    /// Keeps the rows of a live batch.
    private final class FewSlices: AdmittedRowTaker {
        private(set) var slices: [(slice: AdmittedSlice, traits: SeriesTraits)] = []
        private var rowCount = 0

        func take(_ slice: AdmittedSlice, traits: SeriesTraits) throws {
            rowCount += slice.block.count + slice.quarantined.count
            // Rows decide, not slices: a directory of series that earlier batches filled ends slices early.
            if rowCount > LiveLane.rowLimit { throw TooManyRows() }
            slices.append((slice, traits))
        }
    }

    private enum Contents {
        case bytes([UInt8], modified: Instant?)
        case large
        case failed(String)
    }

    /// Reads a file at once: one that is replaced while it is read must not become two batches.
    private static func read(_ path: String) -> Contents {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return .failed(UnreadableFile.words(errno)) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return .failed(UnreadableFile.words(errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            return .failed("it is no regular file: give a file, or - to read standard input.")
        }
        let size = Int(status.st_size)
        if size > LiveLane.byteLimit { return .large }
        var problem: String?
        let bytes = [UInt8](unsafeUninitializedCapacity: size + 1) { buffer, count in
            while count < size + 1 {
                let wanted = size + 1 - count
                let got = Glibc.read(descriptor, buffer.baseAddress! + count, wanted)
                if got < 0, errno == EINTR { continue }
                if got < 0 { problem = UnreadableFile.words(errno) }
                if got <= 0 { break }
                count += got
                // A regular file gives less than was asked for only at its end.
                if got < wanted, count == size { break }
            }
        }
        if let problem { return .failed(problem) }
        return bytes.count == size
            ? .bytes(bytes, modified: Instant(modified: status)) : .failed("it changed while it was read: try again.")
    }
}
