// Eight lanes at a time over columns: the loads, stores and masks the quality kernels share.

internal import Monitoring

/// Lanes a kernel takes at once.
let laneCount = 8

/// Eight numbers from `index` on.
@inline(__always)
func lanes(_ column: UnsafePointer<Double>, _ index: Int) -> SIMD8<Double> {
    UnsafeRawPointer(column + index).loadUnaligned(as: SIMD8<Double>.self)
}

/// Eight bytes from `index` on.
@inline(__always)
func bytes(_ column: UnsafePointer<UInt8>, _ index: Int) -> UInt64 {
    UnsafeRawPointer(column + index).loadUnaligned(as: UInt64.self)
}

/// Each byte 1.
let everyLane: UInt64 = 0x0101_0101_0101_0101

/// The lanes of a mask as bytes, 1 where it is set.
@inline(__always)
func ones(_ mask: SIMDMask<SIMD8<Int64>>) -> UInt64 {
    let wide = SIMD8<UInt64>(repeating: 0).replacing(with: 1, where: mask)
    return unsafeBitCast(SIMD8<UInt8>(truncatingIfNeeded: wide), to: UInt64.self)
}

/// Bytes of 0 and 1 as bits, lane 0 lowest.
@inline(__always)
func bits(_ ones: UInt64) -> UInt64 { (ones &* 0x0102_0408_1020_4080) >> 56 }

/// Writes eight verdicts from `index` on: `suspect` where the byte is 1, `valid` where it is 0.
@inline(__always)
func store(suspect ones: UInt64, _ column: UnsafeMutablePointer<UInt8>, _ index: Int) {
    // valid is 1 and suspect 2, in every lane at once.
    UnsafeMutableRawPointer(column + index).storeBytes(of: everyLane &+ ones, as: UInt64.self)
}

extension Span<QualityVerdict> {
    /// The raw values of the verdicts.
    func withRawValues<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        withUnsafeBufferPointer { buffer in buffer.withMemoryRebound(to: UInt8.self, body) }
    }
}

extension MutableSpan<QualityVerdict> {
    /// The raw values of the verdicts, to be written.
    mutating func withMutableRawValues(_ body: (UnsafeMutableBufferPointer<UInt8>) -> Void) {
        withUnsafeMutableBufferPointer { buffer in buffer.withMemoryRebound(to: UInt8.self, body) }
    }
}
