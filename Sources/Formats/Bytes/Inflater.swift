// zlib's inflate over the members of a gzip file, a buffer at a time.

internal import CZlib

/// Inflates the members of one gzip file in turn.
final class Inflater {
    enum Outcome {
        /// This many bytes were written; more may follow.
        case written(Int)
        /// Every member is complete and the input is used up.
        case end(Int)
        /// The input ends inside a member.
        case truncated(Int)
        /// zlib refused the data; its words.
        case damaged(Int, String)
        /// Bytes that are not a gzip member follow the last one.
        case trailingBytes(Int)
    }

    /// Complete members so far.
    private(set) var memberCount = 0
    private let stream: UnsafeMutablePointer<z_stream>
    private var input = UnsafeRawBufferPointer(start: nil, count: 0)
    private var offset = 0
    private var isBetweenMembers = false

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 bits of window, + 16: gzip framing only.
        let code = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
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

    /// Fills `output` as far as the input reaches.
    ///
    /// - Precondition: `output` is not empty.
    func inflate(into output: UnsafeMutableBufferPointer<UInt8>) -> Outcome {
        var written = 0
        while written < output.count {
            if isBetweenMembers {
                while offset < input.count, input[offset] == 0 { offset += 1 }
                if offset == input.count { return .end(written) }
                guard offset + 1 < input.count, input[offset] == 0x1F, input[offset + 1] == 0x8B else {
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
