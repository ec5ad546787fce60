// The sine of the daily and seasonal cycles, made of + − × only: mathematics libraries differ in the last bits.

/// sin(2π · `turns`), within 10⁻⁹ of the true value for `turns` within ±10⁶.
///
/// - Units: turns (1 is a whole circle). Result: −1 … 1.
package func portableSine(turns: Double) -> Double {
    var folded = turns - turns.rounded(.toNearestOrEven)
    if folded > 0.25 { folded = 0.5 - folded } else if folded < -0.25 { folded = -0.5 - folded }
    let angle = folded * 6.283185307179586
    let square = angle * angle
    // Taylor's series to the 13th power by Horner's rule; the next term is below 7 · 10⁻¹⁰ at a quarter turn.
    var sum = 1.0 / 6_227_020_800
    sum = sum * square - 1.0 / 39_916_800
    sum = sum * square + 1.0 / 362_880
    sum = sum * square - 1.0 / 5_040
    sum = sum * square + 1.0 / 120
    sum = sum * square - 1.0 / 6
    sum = sum * square + 1
    return angle * sum
}
