// How often each value stands in a column, counted one by one: what `decimalCounts` must equal.

package import Exact

/// How often each number stands among `values`.
package func decimalCountsReference(_ values: [ExactDecimal]) -> [ExactDecimal: Int] {
    var counts: [ExactDecimal: Int] = [:]
    for value in values where counts[value] == nil { counts[value] = values.count { $0 == value } }
    return counts
}
