// What `exactSum` means, value by value in fractions.

package import Exact

/// The sum of `mantissa[i] × 10^exponent[i]` as a fraction; any size.
package func exactSumReference(mantissa: [Int64], exponent: [Int8]) -> Fraction {
    var sum = Fraction.zero
    for (units, place) in zip(mantissa, exponent) { sum += Fraction(units: Int128(units), exponent: Int(place)) }
    return sum
}
