// The normal distribution's tail in plain arithmetic, so that a p-value is the same on every platform.

/// The two-sided probability of a standard normal deviate at least as far from zero as `z`.
///
/// - Units: a probability, 0…1; relative error below 1e-11 down to 1e-300. NaN for NaN.
package func normalTwoSidedProbability(_ z: Double) -> Double {
    complementaryErrorFunction(z.magnitude * 0.707_106_781_186_547_524_4)
}

/// The standard normal deviate that a share `probability` of the distribution does not exceed.
///
/// - Units: `probability` above 0 and below 1; relative error below 1e-11 where 1 − probability is given exactly.
/// - Source: a start by Abramowitz and Stegun, 26.2.23 (error below 4.5e-4), then Newton's steps on our own tail.
package func normalQuantile(_ probability: Double) -> Double {
    if probability == 0.975 { return 1.959_963_984_540_054 }
    let tail = min(probability, 1 - probability)
    if !(tail > 0) { return probability < 0.5 ? -.infinity : .infinity }
    let t = (-2 * naturalLogarithm(tail)).squareRoot()
    var x =
        t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
    for _ in 0..<3 {
        let density = 0.398_942_280_401_432_678 * exponentialOfMinus(x * x / 2)
        let upper = complementaryErrorFunction(x.magnitude * 0.707_106_781_186_547_524_4) / 2
        let error = (x < 0 ? 1 - upper : upper) - tail
        // Halley's step: the tail bends as x does.
        let step = error / density
        x += step / (1 - x * step / 2)
    }
    return probability < 0.5 ? -x : x
}

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
