// Which values lie above a bound, as bits: what runs and episodes are found in.

/// Sets bit `i % 64` of word `i / 64` where value `i` is above `bound`.
///
/// - Shape: `values`, n mantissas; `words`, at least ⌈n / 64⌉ words, of which those are overwritten; bits beyond n are 0.
/// - Complexity: O(n): one comparison a vector where all 64 rows of a word agree, as nearly all do.
/// - Reference: `markAboveReference(_:bound:into:)`; the same bits.
package func markAbove(_ values: Span<Int32>, bound: Int32, into words: inout MutableSpan<UInt64>) {
    let limit = SIMD8(repeating: bound)
    let places = SIMD8<Int32>(1, 2, 4, 8, 16, 32, 64, 128)
    var row = 0
    values.withUnsafeBufferPointer { column in
        guard let base = UnsafeRawPointer(column.baseAddress) else { return }
        while row &+ 64 <= column.count {
            let from = base + row &* 4
            var count = SIMD8<Int32>.zero
            for part in 0..<8 {
                let value = from.loadUnaligned(fromByteOffset: part &* 32, as: SIMD8<Int32>.self)
                count.replace(with: count &+ 1, where: value .> limit)
            }
            let total = count.wrappedSum()
            var word: UInt64 = total == 0 ? 0 : .max
            if total != 0, total != 64 {
                word = 0
                for part in 0..<8 {
                    let value = from.loadUnaligned(fromByteOffset: part &* 32, as: SIMD8<Int32>.self)
                    let bits = SIMD8<Int32>.zero.replacing(with: places, where: value .> limit).wrappedSum()
                    word |= UInt64(truncatingIfNeeded: bits) &<< UInt64(truncatingIfNeeded: part &* 8)
                }
            }
            words[row &>> 6] = word
            row &+= 64
        }
    }
    if row < values.count {
        var word: UInt64 = 0
        let first = row
        while row < values.count {
            word |= (values[row] > bound ? 1 : 0) << UInt64(row - first)
            row += 1
        }
        words[first >> 6] = word
    }
}
