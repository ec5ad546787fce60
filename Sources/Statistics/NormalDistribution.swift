// The normal distribution's tail in plain arithmetic, so that a p-value is the same on every platform.

/// The two-sided probability of a standard normal deviate at least as far from zero as `z`.
///
/// - Units: a probability, 0…1; relative error below 1e-11 down to 1e-300. NaN for NaN.
package func normalTwoSidedProbability(_ z: Double) -> Double {
    complementaryErrorFunction(z.magnitude * 0.707_106_781_186_547_524_4)
}

/// The standard normal deviate that 2.5 % of the distribution exceed.
let normalQuantile975 = 1.959_963_984_540_054

/// erfc(x) for x ≥ 0: 1 − erf by its series below 2, a continued fraction from 2.
///
/// - Source: NIST Digital Library of Mathematical Functions, 7.6.2 (series), 7.9.2 (continued fraction).
func complementaryErrorFunction(_ x: Double) -> Double {
    if x.isNaN { return x }
    if x < 2 {
        var term = x
        var sum = x
        var index = 1.0
        while term > sum * 1e-17 {
            term *= 2 * x * x / (2 * index + 1)
            sum += term
            index += 1
        }
        return 1 - 1.128_379_167_095_512_574 * exponentialOfMinus(x * x) * sum
    }
    if x > 27.3 { return 0 }
    // 120 steps leave less than 1e-15 at x = 2, and less above.
    var fraction = x
    for step in stride(from: 120, through: 1, by: -1) { fraction = x + Double(step) / 2 / fraction }
    return exponentialOfMinus(x * x) / (fraction * 1.772_453_850_905_516_027)
}

/// e^−x for 0 ≤ x < 746: the power of two taken out, then the series on 0…ln 2 / 2.
func exponentialOfMinus(_ x: Double) -> Double {
    let power = (x * 1.442_695_040_888_963_407).rounded()
    // ln 2 in two parts, the first with few bits, so that the difference is exact.
    let rest = (x - power * 0.693_147_180_369_123_816_49) - power * 1.908_214_929_270_587_700_02e-10
    var sum = 1.0
    for index in stride(from: 16.0, through: 1, by: -1) { sum = 1 - rest * sum / index }
    return Double(sign: .plus, exponent: -Int(power), significand: sum)
}
