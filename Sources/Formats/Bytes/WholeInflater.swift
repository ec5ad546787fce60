// Small gzip files inflated at once by libdeflate, where the package is built with the trait FastInflate.

#if FastInflate
    internal import CDeflate

    /// Inflates whole gzip files into a buffer that is large enough; whatever is out of the ordinary is left to zlib.
    ///
    /// zlib is the oracle. This gives an answer only for files that both read alike: every member complete, its checksum
    /// and length right, nothing behind the last one but zeros. Limits, damage and odd headers are zlib's, so that
    /// refusals and their words are the same in every build.
    final class WholeInflater {
        /// Inflated bytes of one file: below this the inflation ratio is not judged (`TextSource.ratioJudgedFrom`).
        static let outputLimit = TextSource.ratioJudgedFrom
        private static let magic: (UInt8, UInt8) = (0x1F, 0x8B)
        /// FHCRC: a checksum of the header, which zlib verifies and libdeflate passes over. Source: RFC 1952, 2.3.1.
        private static let headerChecksumBit: UInt8 = 1 << 1
        /// Magic, method, flags, time, extra flags and system; checksum and length at the end.
        private static let leastMember = 18

        private let decompressor: OpaquePointer

        init() {
            guard let made = libdeflate_alloc_decompressor() else {
                preconditionFailure("The system has no memory left.")
            }
            decompressor = made
        }

        deinit { libdeflate_free_decompressor(decompressor) }

        /// What the last member says of its length; `nil` when the file is no candidate.
        static func claimedByteCount(_ input: UnsafeRawBufferPointer) -> Int? {
            guard input.count >= leastMember, input.count <= outputLimit else { return nil }
            let claimed = UInt32(
                littleEndian: input.loadUnaligned(fromByteOffset: input.count - 4, as: UInt32.self))
            return claimed <= UInt32(outputLimit) ? Int(claimed) : nil
        }

        /// Inflates all members into `room`; their bytes, or `nil` when zlib must read the file.
        func inflate(
            _ input: UnsafeRawBufferPointer, into room: UnsafeMutableBufferPointer<UInt8>, memberLimit: Int
        ) -> Int? {
            var offset = 0
            var written = 0
            var members = 0
            repeat {
                guard input.count - offset >= Self.leastMember, members < memberLimit,
                    (input[offset], input[offset + 1]) == Self.magic,
                    input[offset + 3] & Self.headerChecksumBit == 0
                else { return nil }
                var taken = 0
                var given = 0
                let result = libdeflate_gzip_decompress_ex(
                    decompressor, input.baseAddress! + offset, input.count - offset, room.baseAddress! + written,
                    room.count - written, &taken, &given)
                guard result == LIBDEFLATE_SUCCESS, taken > 0 else { return nil }
                offset += taken
                written += given
                members += 1
                while offset < input.count, input[offset] == 0 { offset += 1 }
            } while offset < input.count
            return written
        }
    }
#endif
