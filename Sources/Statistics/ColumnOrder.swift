// Order statistics on columns in place: sorting that counts, and selection.

/// What sorting a column tells about its order.
struct ColumnOrder {
    /// Pairs of which the earlier is strictly larger.
    var inversions = 0
    /// Pairs of equal elements.
    var tiedPairs = 0
    /// The sum of t (t − 1) (2 t + 5) over groups of t equal elements.
    var tieCorrection = 0
    /// The sum of t (t − 1) (t − 2) over the same groups.
    var tieTriples = 0

    /// Adds one group of `size` equal elements.
    mutating func addTies(_ size: Int) {
        tiedPairs += size * (size - 1) / 2
        tieCorrection += size * (size - 1) * (2 * size + 5)
        tieTriples += size * (size - 1) * (size - 2)
    }

    /// Adds what another column's order tells.
    mutating func add(_ other: ColumnOrder) {
        inversions += other.inversions
        tiedPairs += other.tiedPairs
        tieCorrection += other.tieCorrection
        tieTriples += other.tieTriples
    }
}

/// An integer that orders as doubles do; 0 and −0 are one key. No NaN.
@inline(__always)
func orderKey(_ value: Double) -> UInt64 {
    let bits = (value + 0).bitPattern
    return bits ^ (UInt64(bitPattern: Int64(bitPattern: bits) >> 63) | 1 << 63)
}

/// The double whose `orderKey` is `key`.
@inline(__always)
func valueOfOrderKey(_ key: UInt64) -> Double {
    Double(bitPattern: key >> 63 == 1 ? key & ~(1 << 63) : ~key)
}

/// Elements that are put in order by insertion before the runs are merged.
private let insertionRunCount = 12

/// Sorts the first `count` keys and returns how many pairs stood the wrong way round; equal keys keep their order.
///
/// Runs that meet in order are left alone and only their overlap is merged, so that keys that are nearly in order cost
/// little more than a look.
/// - Shape: `buffer`, at least half of `count`, overwritten.
/// - Complexity: O(n log n) time; O(n) when nothing is far from its place.
func sortCountingInversions(
    _ keys: UnsafeMutablePointer<UInt64>, count: Int, buffer: UnsafeMutablePointer<UInt64>
) -> Int {
    var inversions = 0
    var start = 0
    while start < count {
        let end = min(start + insertionRunCount, count)
        inversions += sortByInsertion(keys + start, count: end - start)
        start = end
    }
    var width = insertionRunCount
    while width < count {
        var start = 0
        while start + width < count {
            let end = min(start + 2 * width, count)
            inversions += merge(keys + start, leftCount: width, count: end - start, buffer: buffer)
            start = end
        }
        width *= 2
    }
    return inversions
}

@inline(__always)
private func sortByInsertion(_ keys: UnsafeMutablePointer<UInt64>, count: Int) -> Int {
    var inversions = 0
    var index = 1
    while index < count {
        let key = keys[index]
        var place = index
        while place > 0, keys[place - 1] > key {
            keys[place] = keys[place - 1]
            place &-= 1
        }
        keys[place] = key
        inversions &+= index &- place
        index &+= 1
    }
    return inversions
}

/// Merges two sorted runs that lie side by side and counts the pairs that change places.
@inline(__always)
private func merge(
    _ keys: UnsafeMutablePointer<UInt64>, leftCount: Int, count: Int, buffer: UnsafeMutablePointer<UInt64>
) -> Int {
    let (leftLast, rightFirst) = (keys[leftCount - 1], keys[leftCount])
    if leftLast <= rightFirst { return 0 }
    // What stands before the right run's first key, and behind the left run's last, is in place.
    let first = firstPlace(keys, from: 0, to: leftCount) { $0 > rightFirst }
    let end = firstPlace(keys, from: leftCount, to: count) { $0 >= leftLast }
    let moved = leftCount - first
    buffer.update(from: keys + first, count: moved)
    var inversions = 0
    var left = 0
    var right = leftCount
    var place = first
    // Chosen without a branch: which run comes next is chance.
    while left < moved, right < end {
        let (a, b) = (buffer[left], keys[right])
        let takesRight = b < a
        let step = takesRight ? 1 : 0
        keys[place] = takesRight ? b : a
        inversions &+= takesRight ? moved &- left : 0
        right &+= step
        left &+= 1 &- step
        place &+= 1
    }
    while left < moved {
        keys[place] = buffer[left]
        left &+= 1
        place &+= 1
    }
    return inversions
}

/// The first place in `from`..<`to` whose key satisfies `isBeyond`, by halving; `to` when none does.
@inline(__always)
private func firstPlace(
    _ keys: UnsafeMutablePointer<UInt64>, from: Int, to: Int, _ isBeyond: (UInt64) -> Bool
) -> Int {
    var (low, high) = (from, to)
    while low < high {
        let middle = (low + high) / 2
        if isBeyond(keys[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
}

/// Adds the groups of equal neighbours among the first `count` keys.
func countTies(_ keys: UnsafeMutablePointer<UInt64>, count: Int, into order: inout ColumnOrder) {
    var start = 0
    while start < count {
        var end = start + 1
        while end < count, keys[end] == keys[start] { end += 1 }
        if end - start > 1 { order.addTies(end - start) }
        start = end
    }
}

/// The element that would stand at `rank` (from 0) if `low`...`high` were sorted; reorders them. No NaN.
///
/// What stands before `rank` afterwards is not larger, what stands behind it not smaller.
/// - Source: Hoare, Algorithm 65: FIND, 1961.
func selectElement(_ column: UnsafeMutablePointer<Double>, low: Int, high: Int, rank: Int) -> Double {
    var (low, high) = (low, high)
    while low < high {
        let pivot = medianOfThree(column[low], column[rank], column[high])
        var (left, right) = (low, high)
        repeat {
            while column[left] < pivot { left &+= 1 }
            while pivot < column[right] { right &-= 1 }
            if left <= right {
                let held = column[left]
                column[left] = column[right]
                column[right] = held
                left &+= 1
                right &-= 1
            }
        } while left <= right
        if right < rank { low = left }
        if rank < left { high = right }
    }
    return column[rank]
}

@inline(__always)
private func medianOfThree(_ a: Double, _ b: Double, _ c: Double) -> Double {
    max(min(a, b), min(max(a, b), c))
}

/// The element that would stand at `rank` (from 0) if the first `count` were sorted; reorders them. No NaN.
func selectElement(_ column: UnsafeMutableBufferPointer<Double>, count: Int, rank: Int) -> Double {
    guard let start = column.baseAddress else { preconditionFailure("A column that is searched has elements.") }
    return selectElement(start, low: 0, high: count - 1, rank: rank)
}
