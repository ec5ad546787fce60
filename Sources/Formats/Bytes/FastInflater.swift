// gzip members inflated by ISA-L, where the package is built with the trait FastInflate; zlib remains the oracle.

#if FastInflate
    internal import CIsal

    /// Inflates the members of a gzip file in turn, as long as nothing is out of the ordinary.
    ///
    /// zlib is the oracle. Where this gives an answer, zlib would give the same text; for anything else (damage, a file
    /// that breaks off, odd headers, bytes behind the last member) it has none, and zlib reads the file from its beginning,
    /// so that refusals and their words are the same in every build.
    struct FastInflater: ~Copyable {
        /// Complete members so far.
        private(set) var memberCount = 0
        /// Compressed bytes that stand behind the text so far.
        private(set) var consumed = 0
        private let state: UnsafeMutablePointer<inflate_state>
        private var input = UnsafeRawBufferPointer(start: nil, count: 0)
        private var isBetweenMembers = true

        /// Source: RFC 1952, 2.3: magic, deflate, and at most a file name beside the data.
        private static let magic: (UInt8, UInt8, UInt8) = (0x1F, 0x8B, 8)
        private static let nameBit: UInt8 = 1 << 3
        /// Magic, method, flags, time, extra flags and system; checksum and length at the end.
        private static let leastMember = 18
        /// Bytes handed to the library at once: its counts have 32 bits.
        private static let pieceLimit = Inflater.pieceBytes

        init() {
            state = .allocate(capacity: 1)
            isal_inflate_init(state)
        }

        deinit { state.deallocate() }

        /// Starts on the members in `input`, which must stay where it is until the last `fill`.
        mutating func begin(_ input: UnsafeRawBufferPointer) {
            self.input = input
            memberCount = 0
            consumed = 0
            isBetweenMembers = true
        }

        /// Fills `output` as far as the present member reaches; `nil` when zlib must read the file, and what is in `output`
        /// then means nothing.
        ///
        /// - Precondition: `output` is not empty.
        mutating func fill(_ output: UnsafeMutableBufferPointer<UInt8>) -> SupplyOutcome? {
            if isBetweenMembers {
                if memberCount > 0 {
                    while consumed < input.count, input[consumed] == 0 { consumed += 1 }
                    if consumed == input.count { return .end(0) }
                }
                guard beginsMember() else { return nil }
            }
            var written = 0
            let begun = consumed
            while written < output.count {
                if consumed - begun >= Self.pieceLimit { return .written(written) }
                let piece = min(input.count - consumed, Self.pieceLimit)
                let room = min(output.count - written, Self.pieceLimit)
                state.pointee.avail_in = UInt32(piece)
                state.pointee.next_in = UnsafeMutablePointer(
                    mutating: input.baseAddress!.advanced(by: consumed).assumingMemoryBound(to: UInt8.self))
                state.pointee.next_out = output.baseAddress! + written
                state.pointee.avail_out = UInt32(room)
                guard isal_inflate(state) == ISAL_DECOMP_OK else { return nil }
                let taken = piece - Int(state.pointee.avail_in)
                let given = room - Int(state.pointee.avail_out)
                consumed += taken
                written += given
                if state.pointee.block_state == ISAL_BLOCK_FINISH {
                    // What the library has read and not used is not this member's.
                    consumed -= Int(state.pointee.read_in_length) / 8
                    memberCount += 1
                    isBetweenMembers = true
                    return .written(written)
                }
                // The file breaks off.
                if taken == 0, given == 0 { return nil }
            }
            return .written(written)
        }

        private mutating func beginsMember() -> Bool {
            guard input.count - consumed >= Self.leastMember,
                (input[consumed], input[consumed + 1], input[consumed + 2]) == Self.magic,
                input[consumed + 3] & ~Self.nameBit == 0
            else { return false }
            isal_inflate_reset(state)
            state.pointee.crc_flag = UInt32(ISAL_GZIP)
            isBetweenMembers = false
            return true
        }
    }
#endif
