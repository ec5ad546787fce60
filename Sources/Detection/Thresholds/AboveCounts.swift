// How many values lie above each of five bounds: the class of a whole column in one pass.

/// Counts the values above each of five bounds.
///
/// - Shape: `values`, n mantissas at one exponent; `bounds`, integer bounds at the same exponent (`IntegerBounds`).
/// - Returns: for each bound how many values are greater; the counts of rows without a value are the caller's to take
///   off: such rows hold 0.
/// - Complexity: O(n); five comparisons and five subtractions a vector of four 32-bit numbers, no branch.
/// - Reference: `countAboveReference(_:bounds:)`; the same numbers.
package func countAbove(_ values: Span<Int32>, bounds: FiveBounds) -> FiveCounts {
    var counts = FiveCounts()
    var index = 0
    values.withUnsafeBufferPointer { column in
        guard let base = UnsafeRawPointer(column.baseAddress) else { return }
        let (b0, b1, b2, b3, b4) = (
            SIMD8(repeating: bounds.first), SIMD8(repeating: bounds.second), SIMD8(repeating: bounds.third),
            SIMD8(repeating: bounds.fourth), SIMD8(repeating: bounds.fifth)
        )
        // A lane counts at most n / 8, below 2³¹ for any column that fits memory.
        var (c0, c1, c2, c3, c4) = (
            SIMD8<Int32>.zero, SIMD8<Int32>.zero, SIMD8<Int32>.zero, SIMD8<Int32>.zero, SIMD8<Int32>.zero
        )
        while index &+ 8 <= column.count {
            let value = base.loadUnaligned(fromByteOffset: index &* 4, as: SIMD8<Int32>.self)
            c0.replace(with: c0 &+ 1, where: value .> b0)
            c1.replace(with: c1 &+ 1, where: value .> b1)
            c2.replace(with: c2 &+ 1, where: value .> b2)
            c3.replace(with: c3 &+ 1, where: value .> b3)
            c4.replace(with: c4 &+ 1, where: value .> b4)
            index &+= 8
        }
        counts = FiveCounts(
            Int(c0.wrappedSum()), Int(c1.wrappedSum()), Int(c2.wrappedSum()), Int(c3.wrappedSum()),
            Int(c4.wrappedSum()))
    }
    while index < values.count {
        counts.add(Int64(values[index]), bounds)
        index += 1
    }
    return counts
}

/// Five bounds in order of class; a value is beyond class `k` when it is above bound `k`.
package struct FiveBounds: Hashable, Sendable {
    package var first: Int32
    package var second: Int32
    package var third: Int32
    package var fourth: Int32
    package var fifth: Int32

    package init(_ first: Int32, _ second: Int32, _ third: Int32, _ fourth: Int32, _ fifth: Int32) {
        (self.first, self.second, self.third, self.fourth, self.fifth) = (first, second, third, fourth, fifth)
    }

    package var all: [Int64] { [first, second, third, fourth, fifth].map(Int64.init) }
}

/// One count for each of five bounds.
package struct FiveCounts: Hashable, Sendable {
    package var first = 0
    package var second = 0
    package var third = 0
    package var fourth = 0
    package var fifth = 0

    package init() {}

    package init(_ first: Int, _ second: Int, _ third: Int, _ fourth: Int, _ fifth: Int) {
        (self.first, self.second, self.third, self.fourth, self.fifth) = (first, second, third, fourth, fifth)
    }

    package var all: [Int] { [first, second, third, fourth, fifth] }

    /// The count of bound `place`, 1…5.
    package func count(_ place: Int) -> Int {
        switch place {
        case 1: first
        case 2: second
        case 3: third
        case 4: fourth
        default: fifth
        }
    }

    /// Takes `zeros` values of 0 off the counts of the bounds that 0 is above.
    package mutating func takeOff(_ zeros: Int, where bounds: FiveBounds) {
        if zeros == 0 { return }
        first -= 0 > bounds.first ? zeros : 0
        second -= 0 > bounds.second ? zeros : 0
        third -= 0 > bounds.third ? zeros : 0
        fourth -= 0 > bounds.fourth ? zeros : 0
        fifth -= 0 > bounds.fifth ? zeros : 0
    }

    /// For each bound, how many of `total` values are not above it.
    package func complement(_ total: Int) -> FiveCounts {
        FiveCounts(total - first, total - second, total - third, total - fourth, total - fifth)
    }

    fileprivate mutating func add(_ value: Int64, _ bounds: FiveBounds) {
        first += value > Int64(bounds.first) ? 1 : 0
        second += value > Int64(bounds.second) ? 1 : 0
        third += value > Int64(bounds.third) ? 1 : 0
        fourth += value > Int64(bounds.fourth) ? 1 : 0
        fifth += value > Int64(bounds.fifth) ? 1 : 0
    }
}
