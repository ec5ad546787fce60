// Order statistics on columns in place: sorting that counts, and selection.

/// What sorting a column tells about its order.
struct ColumnOrder {
    /// Pairs of which the earlier is strictly larger.
    var inversions = 0
    /// Pairs of equal elements.
    var tiedPairs = 0
    /// The sum of t (t − 1) (2 t + 5) over groups of t equal elements.
    var tieCorrection = 0

    /// Adds one group of `size` equal elements.
    mutating func addTies(_ size: Int) {
        tiedPairs += size * (size - 1) / 2
        tieCorrection += size * (size - 1) * (2 * size + 5)
    }
}

/// Sorts the first `count` elements of `column` by merging and counts what it moves; the next `count` are overwritten.
func sortCountingInversions(_ column: UnsafeMutableBufferPointer<Double>, count: Int) -> ColumnOrder {
    var order = ColumnOrder()
    var (source, target) = (0, count)
    var width = 1
    while width < count {
        var start = 0
        while start < count {
            let middle = min(start + width, count)
            let end = min(start + 2 * width, count)
            var (left, right) = (start, middle)
            for place in start..<end {
                if right == end || left < middle && column[source + left] <= column[source + right] {
                    column[target + place] = column[source + left]
                    left += 1
                } else {
                    column[target + place] = column[source + right]
                    right += 1
                    order.inversions += middle - left
                }
            }
            start = end
        }
        swap(&source, &target)
        width *= 2
    }
    if source != 0 { for place in 0..<count { column[place] = column[source + place] } }
    countTies(column, count: count, into: &order)
    return order
}

/// Adds the groups of equal neighbours among the first `count` elements.
func countTies(_ column: UnsafeMutableBufferPointer<Double>, count: Int, into order: inout ColumnOrder) {
    var start = 0
    while start < count {
        var end = start + 1
        while end < count, column[end] == column[start] { end += 1 }
        order.addTies(end - start)
        start = end
    }
}

/// The element that would stand at `rank` (from 0) if the first `count` were sorted; reorders them. No NaN.
///
/// - Source: Hoare, Algorithm 65: FIND, 1961.
func selectElement(_ column: UnsafeMutableBufferPointer<Double>, count: Int, rank: Int) -> Double {
    var low = 0
    var high = count - 1
    while low < high {
        let pivot = column[rank]
        var (left, right) = (low, high)
        repeat {
            while column[left] < pivot { left += 1 }
            while pivot < column[right] { right -= 1 }
            if left <= right {
                column.swapAt(left, right)
                left += 1
                right -= 1
            }
        } while left <= right
        if right < rank { low = left }
        if rank < left { high = right }
    }
    return column[rank]
}
