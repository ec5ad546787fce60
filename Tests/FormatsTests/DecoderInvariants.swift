// What must hold of every decoder whatever the bytes are; used by the tests here and by the fuzzers in Fuzzing/.

import CZlib
import Exact
import Formats
import Monitoring

/// A decoder under test: gives a sentence for everything that does not hold, and nothing for sound bytes or refused ones.
enum DecoderInvariants {
    static let targets: [(name: String, faults: @Sendable ([UInt8]) -> [String])] = [
        ("batch", batch), ("chunk", chunk), ("segment", segment), ("json", json),
        ("inflate", inflate),
        // The same as `batch`, from archives and workbooks on: few mutants of a text become one.
        ("container", batch),
    ]

    /// Small limits, so that any input is read in bounded time and memory, and slices are many.
    static let limits: ReadLimits = {
        var limits = ReadLimits()
        limits.inflatedBytes = 4 << 20
        limits.lineBytes = 16 << 10
        limits.fieldBytes = 4 << 10
        limits.documentBytes = 1 << 20
        limits.rows = 20_000
        limits.blockRows = 64
        limits.keptRejections = 100
        return limits
    }()

    /// Observations that one row of a wide format may add to a block beyond its limit.
    static let widestRow = 16 << 10

    static func batch(_ bytes: [UInt8]) -> [String] {
        let context = ReadContext(
            profiles: BuiltInProfiles.all, parameters: ParameterCatalogue(), nameHints: ["2026", "feed.csv"],
            received: Instant(milliseconds: 1_777_680_000_000), limits: limits)
        var faults: [String] = []
        var formats: Set<FormatID> = []
        var observations = 0
        var rejections = 0
        let outcome = bytes.withUnsafeBytes { buffer in
            decodeBatch(buffer, context: context) { slice in
                faults += blockFaults(slice.block)
                if slice.format == nil { faults.append("a slice does not name its format") }
                formats.formUnion([slice.format].compactMap { $0 })
                observations += slice.block.count
                rejections += slice.rejections.count { $0.row > 0 }
                if slice.rejections.contains(where: { $0.row < 0 }) { faults.append("a rejection has a negative row") }
            }
        }
        switch outcome {
        case .read(let summary): faults += accounts(summary, formats, observations, rejections)
        case .stopped(let rejection, let summary):
            if rejection.remedy.isEmpty { faults.append("\(rejection.reason) says no remedy") }
            // What damaged compression left is not handed on, whole slices of it.
            if let summary, rejection.reason != .damagedCompression {
                faults += accounts(summary, formats, observations, rejections)
            }
            if summary == nil, observations > 0 { faults.append("rows of a batch whose format is unknown") }
        }
        return faults
    }

    /// Every row of a long format is an observation or a rejection, and no more rows come out than went in.
    private static func accounts(
        _ summary: DecodedSummary, _ formats: Set<FormatID>, _ observations: Int, _ rejections: Int
    ) -> [String] {
        var faults: [String] = []
        let (rows, unkept) = (summary.rowCount, summary.unkeptRejections)
        if rows > limits.rows + 1 { faults.append("\(rows) rows are more than the limit") }
        // A container's summary names the format of its first part alone; the others may be of a wide one.
        switch formats.first(where: { $0 != summary.format }) ?? summary.format {
        case .tributaryCSV, .tributaryNDJSON:
            // A batch that stops in the middle hands on what it had; a row may then be counted and not told.
            if observations + rejections + unkept < rows - 1 {
                faults.append("\(rows) rows gave \(observations) observations, \(rejections) + \(unkept) rejections")
            }
            if observations > rows { faults.append("\(observations) observations of \(rows) rows") }
        default:
            if observations > rows * widestRow { faults.append("\(observations) observations of \(rows) rows") }
        }
        return faults
    }

    private static func blockFaults(_ block: ObservationBlock) -> [String] {
        var faults: [String] = []
        let counts = [
            block.series.count, block.mantissa.count, block.exponent.count, block.qualifier.count, block.flag.count,
            block.row.count,
        ]
        if counts.contains(where: { $0 != block.count }) {
            faults.append("columns of \(counts), starts \(block.count)")
        }
        if block.count > limits.blockRows + widestRow { faults.append("a block of \(block.count) rows") }
        if block.series.contains(where: { !block.seriesTable.indices.contains(Int($0)) }) {
            faults.append("a series that is not in the table")
        }
        if block.flag.contains(where: { !block.flagTable.indices.contains(Int($0)) }) {
            faults.append("a flag that is not in the table")
        }
        if block.qualifier.contains(where: { Qualifier(rawValue: $0) == nil }) { faults.append("an unknown qualifier") }
        if block.exponent.contains(where: { !ExactDecimal.exponentRange.contains(Int($0)) }) {
            faults.append("an exponent out of range")
        }
        return faults
    }

    /// What decodes encodes to bytes that decode to the same.
    static func chunk(_ bytes: [UInt8]) -> [String] {
        guard let chunk = try? Chunk(decoding: bytes) else { return [] }
        var encoder = ChunkEncoder()
        let encoded = encoder.encode(chunk)
        guard let again = try? Chunk(decoding: encoded) else { return ["its own encoding is refused"] }
        if again.count != chunk.count { return ["\(chunk.count) versions became \(again.count)"] }
        var faults: [String] = []
        if (0..<chunk.count).contains(where: { chunk[$0] != again[$0] }) { faults.append("a version changed") }
        if encoder.encode(again) != encoded { faults.append("equal chunks gave other bytes") }
        if zip(chunk.start, chunk.start.dropFirst()).contains(where: { $0.0 > $0.1 }) {
            faults.append("starts go back")
        }
        return faults
    }

    /// Members lie inside the bytes, one after another.
    static func segment(_ bytes: [UInt8]) -> [String] {
        let (entries, _) = SegmentReader.entries(in: bytes)
        var end = 0
        for entry in entries {
            guard entry.byteCount >= 0, entry.offset >= end + SegmentMember.blockLength,
                entry.byteCount <= bytes.count - entry.offset
            else { return ["a member at \(entry.offset) of \(entry.byteCount) bytes in \(bytes.count)"] }
            end = entry.offset + entry.byteCount
        }
        return []
    }

    /// What reads is written so that it reads the same, and is then written the same.
    static func json(_ bytes: [UInt8]) -> [String] {
        guard let value = CanonicalJSON(reading: String(decoding: bytes, as: UTF8.self)) else { return [] }
        let text = value.text()
        guard let again = CanonicalJSON(reading: text) else { return ["its own text is refused: \(text.prefix(200))"] }
        return again == value && again.text() == text ? [] : ["another value after writing: \(text.prefix(200))"]
    }
}

extension DecoderInvariants {
    /// zlib is the oracle: a build with a faster inflate gives the same text and the same ending, whatever the bytes are.
    ///
    /// The bytes are read as a gzip file, as the raw stream of one (with the length and checksum that zlib finds), and as
    /// text that is compressed in a way their first byte says, once whole and once with a bit turned.
    static func inflate(_ bytes: [UInt8]) -> [String] {
        var faults = inflateFaults(bytes, "a file")
        if let member = gzipMember(raw: bytes) { faults += inflateFaults(member, "a raw stream") }
        guard let way = bytes.first else { return faults }
        let level = CInt(way % 10)
        let strategy = CInt(way / 10 % 5)
        let half = bytes.count / 2
        let member = gzipMember(text: bytes, level: level, strategy: strategy)
        faults += inflateFaults(member, "a member")
        let members =
            gzipMember(text: Array(bytes[..<half]), level: level, strategy: strategy)
            + gzipMember(text: Array(bytes[half...]), level: 9 - level, strategy: 0)
            + [UInt8](repeating: 0, count: Int(way % 3))
        faults += inflateFaults(members, "two members")
        var turned = members
        turned[Int(way) * turned.count / 256] ^= 1 << (way % 8)
        return faults + inflateFaults(turned, "a turned bit")
    }

    private static func inflateFaults(_ bytes: [UInt8], _ name: String) -> [String] {
        bytes.withUnsafeBytes { raw in
            let oracle = inflatedText(raw, limits: limits, zlibOnly: true)
            let found = inflatedText(raw, limits: limits, zlibOnly: false)
            if oracle == found || hasIncompleteTable(oracle.ending, found.ending) { return [] }
            return [
                "\(name): zlib gives \(oracle.text.count) bytes and \(oracle.ending), else \(found.text.count) bytes and "
                    + found.ending
            ]
        }
    }

    /// The one difference that is known: a table of distances which leaves codes unused is refused by zlib and read by
    /// ISA-L. The text is the same by its checksum, and refused where that is wrong.
    private static func hasIncompleteTable(_ oracle: String, _ found: String) -> Bool {
        oracle.contains("invalid distances set") && !found.contains("stopped")
    }

    /// A gzip member around a raw stream that zlib accepts whole; `nil` for any other bytes.
    private static func gzipMember(raw: [UInt8]) -> [UInt8]? {
        var stream = z_stream()
        guard inflateInit2_(&stream, -15, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
        defer { inflateEnd(&stream) }
        var input = raw
        var text = [UInt8](repeating: 0, count: 1 << 20)
        let code = input.withUnsafeMutableBufferPointer { source in
            text.withUnsafeMutableBufferPointer { target in
                (stream.next_in, stream.avail_in) = (source.baseAddress, CUnsignedInt(source.count))
                (stream.next_out, stream.avail_out) = (target.baseAddress, CUnsignedInt(target.count))
                return CZlib.inflate(&stream, Z_FINISH)
            }
        }
        guard code == Z_STREAM_END, stream.avail_in == 0 else { return nil }
        let count = text.count - Int(stream.avail_out)
        let sum = CUnsignedLong(crc32(0, text, CUnsignedInt(count)))
        let ending = [UInt32(truncatingIfNeeded: sum), UInt32(count)].flatMap { number in
            (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        }
        return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255] + raw + ending
    }

    private static func gzipMember(text: [UInt8], level: CInt, strategy: CInt) -> [UInt8] {
        var stream = z_stream()
        let made = deflateInit2_(
            &stream, level, Z_DEFLATED, 15 + 16, 8, strategy, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
        precondition(made == Z_OK, "zlib could not be initialised.")
        defer { deflateEnd(&stream) }
        var input = text
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, CUnsignedLong(text.count))) + 64)
        input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                (stream.next_in, stream.avail_in) = (source.baseAddress, CUnsignedInt(source.count))
                (stream.next_out, stream.avail_out) = (target.baseAddress, CUnsignedInt(target.count))
                let code = deflate(&stream, Z_FINISH)
                precondition(code == Z_STREAM_END, "zlib could not finish.")
            }
        }
        output.removeLast(Int(stream.avail_out))
        return output
    }
}
