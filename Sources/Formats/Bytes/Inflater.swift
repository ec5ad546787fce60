// zlib's inflate over the members of a gzip file or one zlib stream, a buffer at a time.

internal import CZlib

/// How a compressed batch is framed, told by its first bytes.
enum CompressedFraming: String {
    /// RFC 1952: any number of members.
    case gzip
    /// RFC 1950: one stream. The second byte is the one that zlib's levels write, so that text is never taken for it.
    case zlib

    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 2 else { return nil }
        switch (bytes[0], bytes[1]) {
        case (0x1F, 0x8B): self = .gzip
        case (0x78, 0x01), (0x78, 0x5E), (0x78, 0x9C), (0x78, 0xDA): self = .zlib
        default: return nil
        }
    }
}

/// Inflates the members of one gzip file in turn, or one zlib stream.
final class Inflater: TextSupply {
    /// Complete members so far.
    private(set) var memberCount = 0
    private let stream: UnsafeMutablePointer<z_stream>
    private var input = UnsafeRawBufferPointer(start: nil, count: 0)
    private var offset = 0
    private var isBetweenMembers = false
    let framing: CompressedFraming

    init(framing: CompressedFraming) {
        self.framing = framing
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 bits of window, + 16: gzip framing only.
        let code = inflateInit2_(
            stream, framing == .gzip ? 15 + 16 : 15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(code == Z_OK, "zlib could not be initialised.")
    }

    /// Starts on the members in `input`, which must stay where it is until the last `inflate`.
    func begin(_ input: UnsafeRawBufferPointer) {
        self.input = input
        offset = 0
        memberCount = 0
        isBetweenMembers = false
        inflateReset(stream)
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Compressed bytes read so far.
    var consumed: Int { offset }
    var container: String { framing.rawValue + " stream" }

    /// Fills `output` as far as the input reaches.
    ///
    /// - Precondition: `output` is not empty.
    func fill(_ output: UnsafeMutableBufferPointer<UInt8>) -> SupplyOutcome {
        var written = 0
        while written < output.count {
            if isBetweenMembers {
                while offset < input.count, input[offset] == 0 { offset += 1 }
                if offset == input.count { return .end(written) }
                guard framing == .gzip, offset + 1 < input.count, input[offset] == 0x1F, input[offset + 1] == 0x8B
                else {
                    return .trailingBytes(written)
                }
                inflateReset(stream)
                isBetweenMembers = false
            }
            let piece = min(input.count - offset, 1 << 30)
            if piece == 0 { return .truncated(written) }
            stream.pointee.next_in = UnsafeMutablePointer(
                mutating: input.baseAddress!.advanced(by: offset).assumingMemoryBound(to: UInt8.self))
            stream.pointee.avail_in = UInt32(piece)
            stream.pointee.next_out = output.baseAddress! + written
            stream.pointee.avail_out = UInt32(min(output.count - written, 1 << 30))
            let room = Int(stream.pointee.avail_out)
            let code = CZlib.inflate(stream, Z_NO_FLUSH)
            offset += piece - Int(stream.pointee.avail_in)
            written += room - Int(stream.pointee.avail_out)
            switch code {
            case Z_STREAM_END:
                memberCount += 1
                isBetweenMembers = true
                return .written(written)
            case Z_OK: break
            case Z_BUF_ERROR where offset == input.count && written < output.count: return .truncated(written)
            default:
                let words = stream.pointee.msg.map { String(cString: $0) } ?? "zlib code \(code)"
                return .damaged(written, words)
            }
        }
        return .written(written)
    }
}
