// The value of a run that lies furthest beyond a limit.

/// The greatest of the rows that have a value, or the least.
///
/// - Shape: `values`, mantissas; `hasValue`, their bits; `rows`, rows of the column.
/// - Returns: `nil` where no row has a value.
/// - Complexity: O(rows).
/// - Reference: `furthestReference(_:hasValue:rows:greatest:)`; the same value.
package func furthest(
    _ values: Span<Int32>, hasValue: Span<UInt64>, rows: Range<Int>, greatest: Bool
) -> Int32? {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= values.count, "The rows are rows of the column.")
    precondition((rows.upperBound + 63) / 64 <= hasValue.count, "Every row has its bit.")
    var found = greatest ? Int32.min : Int32.max
    var isFound = false
    values.withUnsafeBufferPointer { values in
        hasValue.withUnsafeBufferPointer { words in
            var row = rows.lowerBound
            while row < rows.upperBound {
                let end = min(rows.upperBound, (row | 63) &+ 1)
                var bits = words[row &>> 6] &>> UInt64(truncatingIfNeeded: row & 63)
                if end &- row < 64 { bits &= (1 &<< UInt64(truncatingIfNeeded: end &- row)) &- 1 }
                isFound = isFound || bits != 0
                while bits != 0 {
                    let value = values[row &+ bits.trailingZeroBitCount]
                    found = greatest ? max(found, value) : min(found, value)
                    bits &= bits &- 1
                }
                row = end
            }
        }
    }
    return isFound ? found : nil
}
