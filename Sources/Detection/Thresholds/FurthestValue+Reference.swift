// The furthest value row by row. Reads columns wider than 32 bits too.

/// The greatest of the rows that have a value, or the least; `nil` where none has.
package func furthestReference(
    _ values: Span<Int64>, hasValue: Span<UInt64>, rows: Range<Int>, greatest: Bool
) -> Int64? {
    var found: Int64?
    for row in rows where hasValue[row / 64] >> UInt64(row % 64) & 1 == 1 {
        let value = values[row]
        found = found.map { greatest ? max($0, value) : min($0, value) } ?? value
    }
    return found
}
