// The counts as they are said: for each bound, how many values are greater. Reads columns wider than 32 bits too.

/// For each of `bounds`, how many of `values` are greater.
///
/// - Complexity: O(n × bounds).
package func countAboveReference(_ values: Span<Int64>, bounds: [Int64]) -> [Int] {
    bounds.map { bound in
        var count = 0
        for index in values.indices where values[index] > bound { count += 1 }
        return count
    }
}
