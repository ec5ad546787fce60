// Eight neighbours of a column as one vector: how the charts read rows of many series.

/// The eight elements from `index` on.
@inline(__always)
func eight(_ column: Span<Double>, _ index: Int) -> SIMD8<Double> {
    precondition(index >= 0 && index + 8 <= column.count, "Eight elements lie within the column.")
    return column.bytes.unsafeLoadUnaligned(fromByteOffset: index * 8, as: SIMD8<Double>.self)
}

/// The same for an index that the caller knows to lie within the column: the one load of the inner loops.
@inline(__always)
func eight(_ column: Span<Double>, unchecked index: Int) -> SIMD8<Double> {
    column.withUnsafeBufferPointer { buffer in
        UnsafeRawPointer(buffer.baseAddress.unsafelyUnwrapped).loadUnaligned(
            fromByteOffset: index &* 8, as: SIMD8<Double>.self)
    }
}

/// Writes eight elements from `index` on, as one vector: lane by lane it is a fifth of a row's time.
@inline(__always)
func store(_ vector: SIMD8<Double>, into column: inout MutableSpan<Double>, at index: Int) {
    precondition(index >= 0 && index + 8 <= column.count, "Eight elements lie within the column.")
    column.withUnsafeMutableBytes { $0.storeBytes(of: vector, toByteOffset: index &* 8, as: SIMD8<Double>.self) }
}

/// Whether no lane is infinite or no number.
@inline(__always)
func areAllFinite(_ vector: SIMD8<Double>) -> Bool {
    // A difference with itself is 0 or no number, and one that is none makes the sum none.
    let zeros = vector - vector
    let four = zeros.lowHalf + zeros.highHalf
    let two = four.lowHalf + four.highHalf
    return two[0] + two[1] == 0
}

/// Whether any lane is set.
@inline(__always)
func isAny(_ mask: SIMDMask<SIMD8<Int64>>) -> Bool {
    let bits = unsafeBitCast(mask, to: SIMD8<Int64>.self)
    let four = bits.lowHalf | bits.highHalf
    let two = four.lowHalf | four.highHalf
    return two[0] | two[1] != 0
}

/// Writes the signals of eight neighbours: those in `isSignal`, rises where `isRise`, else falls.
func store(
    _ isRise: SIMDMask<SIMD8<Int64>>, _ isSignal: SIMDMask<SIMD8<Int64>>, into signals: inout MutableSpan<UInt8>,
    at index: Int
) {
    for lane in 0..<8 where isSignal[lane] {
        signals[index + lane] = (isRise[lane] ? ChartSignal.rise : .fall).rawValue
    }
}
