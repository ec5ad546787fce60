// Inflates the members of a gzip file or one zlib stream, a buffer at a time: by zlib, or faster where the build can.

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
    private var ownMemberCount = 0
    private let stream: UnsafeMutablePointer<z_stream>
    private var input = UnsafeRawBufferPointer(start: nil, count: 0)
    private var offset = 0
    private var isBetweenMembers = false
    /// Compressed bytes read at once, at most twice as many in one filling.
    static let pieceBytes = TextSource.passedBytes
    let framing: CompressedFraming
    #if FastInflate
        private var fast = FastInflater()
        private let mayBeFast: Bool
        /// zlib has not been asked yet.
        private var isFast = false
        /// Bytes of text given so far, while `isFast`.
        private var given = 0
        /// Rows of monitoring data inflate about eightfold.
        private static let ordinaryRatio = 24
    #endif

    /// - Parameter zlibOnly: no other library inflates, whatever the build has.
    init(framing: CompressedFraming, zlibOnly: Bool = false) {
        self.framing = framing
        #if FastInflate
            mayBeFast = framing == .gzip && !zlibOnly
        #endif
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
        ownMemberCount = 0
        isBetweenMembers = false
        #if FastInflate
            isFast = mayBeFast
            given = 0
            if isFast {
                fast.begin(input)
                return
            }
        #endif
        inflateReset(stream)
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    #if FastInflate
        /// Compressed bytes read so far.
        var consumed: Int { isFast ? fast.consumed : offset }
        /// Complete members so far.
        var memberCount: Int { isFast ? fast.memberCount : ownMemberCount }
    #else
        /// Compressed bytes read so far.
        var consumed: Int { offset }
        /// Complete members so far.
        var memberCount: Int { ownMemberCount }
    #endif
    var container: String { framing.rawValue + " stream" }

    /// Fills `output` as far as the input reaches.
    ///
    /// - Precondition: `output` is not empty.
    func fill(_ output: UnsafeMutableBufferPointer<UInt8>) -> SupplyOutcome {
        #if FastInflate
            if isFast {
                if let outcome = fast.fill(output), !isSuspicious(outcome) { return outcome }
                if let ending = catchUp() { return ending }
            }
        #endif
        return fillByZlib(output)
    }

    #if FastInflate
        /// Counts what was given; `true` where the text is so much longer than the file that zlib shall judge it.
        private func isSuspicious(_ outcome: SupplyOutcome) -> Bool {
            guard case .written(let count) = outcome else { return false }
            let total = given + count
            if total > TextSource.ratioJudgedFrom, total / Self.ordinaryRatio > fast.consumed { return true }
            given = total
            return false
        }

        /// Brings zlib to where the text stands; its ending when it does not get there.
        private func catchUp() -> SupplyOutcome? {
            isFast = false
            inflateReset(stream)
            let scratch = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 64 << 10)
            defer { scratch.deallocate() }
            while given > 0 {
                let room = UnsafeMutableBufferPointer(rebasing: scratch[..<min(given, scratch.count)])
                switch fillByZlib(room) {
                case .written(let count): given -= count
                case .end: return .end(0)
                case .truncated: return .truncated(0)
                case .damaged(_, let words): return .damaged(0, words)
                case .trailingBytes: return .trailingBytes(0)
                case .refused(_, let rejection): return .refused(0, rejection)
                }
            }
            return nil
        }
    #endif

    private func fillByZlib(_ output: UnsafeMutableBufferPointer<UInt8>) -> SupplyOutcome {
        var written = 0
        let begun = offset
        while written < output.count {
            // A name in a member's header has no end of its own, and empty blocks no text.
            if offset - begun >= Self.pieceBytes { return .written(written) }
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
            let piece = min(input.count - offset, Self.pieceBytes)
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
                ownMemberCount += 1
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
