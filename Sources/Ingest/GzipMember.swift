// The compressing end of a station's file: one gzip member without a time stamp, so that equal text gives equal bytes.

import CZlib

/// Writes what stations send.
package enum GzipMember {
    /// One gzip member holding `bytes`.
    ///
    /// - Precondition: fewer than 2 GiB; a station's batch is far smaller.
    package static func compress(_ bytes: [UInt8]) -> [UInt8] {
        precondition(bytes.count < 1 << 31, "One gzip member of ours holds less than 2 GiB.")
        var stream = z_stream()
        // 15 window bits, plus 16: a gzip header with no name and no time.
        let opened = deflateInit2_(
            &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(opened == Z_OK, "zlib could not open a stream.")
        defer { deflateEnd(&stream) }
        var input = bytes
        let room = Int(deflateBound(&stream, uLong(bytes.count)))
        return input.withUnsafeMutableBufferPointer { source in
            [UInt8](unsafeUninitializedCapacity: room) { target, count in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(room)
                let status = deflate(&stream, Z_FINISH)
                precondition(status == Z_STREAM_END, "A stream with room for its bound ends at once.")
                count = room - Int(stream.avail_out)
            }
        }
    }
}
