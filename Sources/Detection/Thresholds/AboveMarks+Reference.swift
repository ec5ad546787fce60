// The marks one by one. Reads columns wider than 32 bits too.

/// Sets bit `i % 64` of word `i / 64` where value `i` is above `bound`; bits beyond the last value are 0.
package func markAboveReference(_ values: Span<Int64>, bound: Int64, into words: inout MutableSpan<UInt64>) {
    for index in values.indices {
        if index % 64 == 0 { words[index / 64] = 0 }
        if values[index] > bound { words[index / 64] |= 1 << UInt64(index % 64) }
    }
}
