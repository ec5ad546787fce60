// What decoding keeps from one batch to the next: buffers, the inflater's state, and the series already met.

internal import Monitoring

/// Memory for decoding one batch after another.
///
/// A workspace serves one batch at a time; each thread that decodes has its own. It changes no result, only its cost.
package final class DecodeWorkspace {
    /// Memories kept: one for each profile and catalogue in use; beyond that the oldest is forgotten.
    private static let memoryLimit = 8

    private var memories: [(profile: SourceProfile, format: FormatID, memory: LongRowMemory)] = []
    /// The text buffer of the batch before; taken while a batch is read.
    private var buffer: (start: UnsafeMutablePointer<UInt8>, capacity: Int)?
    private var stage: SliceStage?
    private var inflater: Inflater?
    private let zlibOnly: Bool
    /// Bytes of the batch, as sent, that were read so far; of an archive, of its present member.
    package internal(set) var consumedByteCount = 0
    /// `ReadContext.letGo` of the batch being read.
    var letGo: (@Sendable () -> Void)?

    /// - Parameter zlibOnly: no other library inflates, whatever the build has; for comparing the two.
    /// - Note: all batches of one workspace are read with one parameter catalogue, and ask one registry for the profiles
    ///   of their stations.
    package init(zlibOnly: Bool = false) { self.zlibOnly = zlibOnly }

    deinit { buffer?.start.deallocate() }

    /// What the rows of batches with this profile and format are looked up in.
    func memory(
        for profile: SourceProfile, _ format: FormatID, _ parameters: ParameterCatalogue
    ) -> LongRowMemory {
        if let known = memories.first(where: { $0.format == format && $0.profile == profile }) { return known.memory }
        if memories.count == Self.memoryLimit { memories.removeFirst() }
        let made = LongRowMemory(profile, parameters: parameters)
        memories.append((profile, format, made))
        return made
    }

    /// A buffer of at least `capacity` bytes and `TextSource.padding` more; give it back with `keep`.
    func takeBuffer(capacity: Int) -> (start: UnsafeMutablePointer<UInt8>, capacity: Int) {
        if let kept = buffer {
            buffer = nil
            if kept.capacity >= capacity { return kept }
            kept.start.deallocate()
        }
        return (.allocate(capacity: capacity + TextSource.padding), capacity)
    }

    /// Takes a buffer back; a great one (of a document) is not kept.
    func keep(_ start: UnsafeMutablePointer<UInt8>, capacity: Int) {
        if buffer != nil || capacity > 4 * TextSource.windowBytes {
            start.deallocate()
        } else {
            buffer = (start, capacity)
        }
    }

    func takeStage() -> SliceStage {
        defer { stage = nil }
        return stage ?? SliceStage()
    }

    func keep(_ used: SliceStage) { stage = used }

    func takeInflater(_ framing: CompressedFraming) -> Inflater {
        guard let kept = inflater, kept.framing == framing else {
            return Inflater(framing: framing, zlibOnly: zlibOnly)
        }
        inflater = nil
        return kept
    }

    func keep(_ used: Inflater) { inflater = used }
}

/// Columns that rows are written to before they move to a block a few thousand at a time.
final class SliceStage {
    static let capacity = 4_096

    let series = UnsafeMutablePointer<Int32>.allocate(capacity: SliceStage.capacity)
    let start = UnsafeMutablePointer<Int64>.allocate(capacity: SliceStage.capacity)
    let mantissa = UnsafeMutablePointer<Int64>.allocate(capacity: SliceStage.capacity)
    let exponent = UnsafeMutablePointer<Int8>.allocate(capacity: SliceStage.capacity)
    let qualifier = UnsafeMutablePointer<UInt8>.allocate(capacity: SliceStage.capacity)
    let flag = UnsafeMutablePointer<UInt16>.allocate(capacity: SliceStage.capacity)
    let row = UnsafeMutablePointer<Int32>.allocate(capacity: SliceStage.capacity)

    deinit {
        series.deallocate()
        start.deallocate()
        mantissa.deallocate()
        exponent.deallocate()
        qualifier.deallocate()
        flag.deallocate()
        row.deallocate()
    }
}
