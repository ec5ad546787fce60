// The keys of a sliding window: the narrowest whole numbers that hold it, and one pass of comparisons over them.

/// How the window compares with the reading that arrives and the one that leaves.
struct WindowComparison: Equatable {
    var aboveArriving = 0
    var equalArriving = 0
    var aboveLeaving = 0
    var equalLeaving = 0
}

/// Keys in the order of their places; a place that holds none has the least number, which is never a key.
enum WindowKeys: Sendable {
    case narrow([Int16])
    case wide([Int32])
    case widest([Int64])

    /// The narrowest keys for readings that lie `span` apart at most, around the middle.
    init(span: Int64, length: Int) {
        let places = (length + 7) / 8 * 8
        // One less than what fits, since the middle is rounded.
        if span / 2 < Int64(Int16.max) - 1 {
            self = .narrow([Int16](repeating: .min, count: places))
        } else if span / 2 < Int64(Int32.max) - 1 {
            self = .wide([Int32](repeating: .min, count: places))
        } else {
            self = .widest([Int64](repeating: .min, count: places))
        }
    }

    var isWide: Bool {
        if case .narrow = self { false } else { true }
    }

    func holds(_ key: Int64) -> Bool {
        switch self {
        case .narrow: key.magnitude <= UInt64(Int16.max)
        case .wide: key.magnitude <= UInt64(Int32.max)
        case .widest: key != .min
        }
    }

    subscript(place: Int) -> Int64 {
        switch self {
        case .narrow(let keys): Int64(keys[place])
        case .wide(let keys): Int64(keys[place])
        case .widest(let keys): keys[place]
        }
    }

    mutating func set(_ key: Int64, at place: Int) {
        // Taken out first, so that the column is changed where it lies.
        switch self {
        case .narrow(var keys):
            self = .widest([])
            keys[place] = Int16(key)
            self = .narrow(keys)
        case .wide(var keys):
            self = .widest([])
            keys[place] = Int32(key)
            self = .wide(keys)
        case .widest(var keys):
            self = .widest([])
            keys[place] = key
            self = .widest(keys)
        }
    }

    /// Compares every key with both readings.
    ///
    /// - Precondition: `holds` both.
    func compare(arriving: Int64, leaving: Int64) -> WindowComparison {
        switch self {
        case .narrow(let keys): compareNarrow(keys.span, Int16(arriving), Int16(leaving))
        case .wide(let keys): compareWide(keys.span, Int32(arriving), Int32(leaving))
        case .widest(let keys): compareWidest(keys.span, arriving, leaving)
        }
    }
}

/// One pass over 16-bit keys, eight at a time: comparisons give −1, which is subtracted from a count.
private func compareNarrow(_ keys: Span<Int16>, _ arriving: Int16, _ leaving: Int16) -> WindowComparison {
    let (first, second) = (SIMD8<Int16>(repeating: arriving), SIMD8<Int16>(repeating: leaving))
    var (aboveFirst, equalFirst) = (SIMD8<Int16>.zero, SIMD8<Int16>.zero)
    var (aboveSecond, equalSecond) = (SIMD8<Int16>.zero, SIMD8<Int16>.zero)
    let bytes = keys.bytes
    for offset in stride(from: 0, to: bytes.byteCount, by: 16) {
        let eight = bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: SIMD8<Int16>.self)
        aboveFirst &-= unsafeBitCast(eight .> first, to: SIMD8<Int16>.self)
        equalFirst &-= unsafeBitCast(eight .== first, to: SIMD8<Int16>.self)
        aboveSecond &-= unsafeBitCast(eight .> second, to: SIMD8<Int16>.self)
        equalSecond &-= unsafeBitCast(eight .== second, to: SIMD8<Int16>.self)
    }
    return WindowComparison(
        aboveArriving: Int(aboveFirst.wrappedSum()), equalArriving: Int(equalFirst.wrappedSum()),
        aboveLeaving: Int(aboveSecond.wrappedSum()), equalLeaving: Int(equalSecond.wrappedSum()))
}

/// The same over 32-bit keys.
private func compareWide(_ keys: Span<Int32>, _ arriving: Int32, _ leaving: Int32) -> WindowComparison {
    let (first, second) = (SIMD8<Int32>(repeating: arriving), SIMD8<Int32>(repeating: leaving))
    var (aboveFirst, equalFirst) = (SIMD8<Int32>.zero, SIMD8<Int32>.zero)
    var (aboveSecond, equalSecond) = (SIMD8<Int32>.zero, SIMD8<Int32>.zero)
    let bytes = keys.bytes
    for offset in stride(from: 0, to: bytes.byteCount, by: 32) {
        let eight = bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: SIMD8<Int32>.self)
        aboveFirst &-= unsafeBitCast(eight .> first, to: SIMD8<Int32>.self)
        equalFirst &-= unsafeBitCast(eight .== first, to: SIMD8<Int32>.self)
        aboveSecond &-= unsafeBitCast(eight .> second, to: SIMD8<Int32>.self)
        equalSecond &-= unsafeBitCast(eight .== second, to: SIMD8<Int32>.self)
    }
    return WindowComparison(
        aboveArriving: Int(aboveFirst.wrappedSum()), equalArriving: Int(equalFirst.wrappedSum()),
        aboveLeaving: Int(aboveSecond.wrappedSum()), equalLeaving: Int(equalSecond.wrappedSum()))
}

/// The same over 64-bit keys, one at a time: windows that wide are rare.
private func compareWidest(_ keys: Span<Int64>, _ arriving: Int64, _ leaving: Int64) -> WindowComparison {
    var counts = WindowComparison()
    for index in keys.indices {
        counts.aboveArriving += keys[index] > arriving ? 1 : 0
        counts.equalArriving += keys[index] == arriving ? 1 : 0
        counts.aboveLeaving += keys[index] > leaving ? 1 : 0
        counts.equalLeaving += keys[index] == leaving ? 1 : 0
    }
    return counts
}
