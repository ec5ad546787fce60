// The logarithm, the exponential, the sine and the cosine in plain arithmetic: mathematics libraries differ in the last
// bits, and a result must be the same on every machine.

/// ln 2 in two parts, the first with few bits, so that a small multiple of it is exact.
private let ln2High = 0.693_147_180_369_123_816_49
private let ln2Low = 1.908_214_929_270_587_700_02e-10

/// ln x: relative error below 4e-16 away from 1, absolute below 1e-16 near it. −∞ for 0, NaN below.
///
/// - Source: x = 2ᵏ m with m in √½…√2, then ln m = 2 artanh((m − 1) / (m + 1)) by its series (DLMF 4.6.4).
package func naturalLogarithm(_ x: Double) -> Double {
    if !(x > 0) { return x == 0 ? -.infinity : .nan }
    if x == .infinity { return x }
    var significand = x.significand
    var power = Double(x.exponent)
    if significand > 1.414_213_562_373_095 {
        significand /= 2
        power += 1
    }
    let f = significand - 1
    let s = f / (significand + 1)
    let square = s * s
    var sum = 2.0 / 23
    for odd in stride(from: 21.0, through: 3, by: -2) { sum = sum * square + 2 / odd }
    // 2 s = f − s f, and f is exact: the small terms are added before it.
    let rest = s * (sum * square - f)
    return power * ln2High + (f + (rest + power * ln2Low))
}

/// eˣ: relative error below 4e-16 where the result is normal; 0 and ∞ beyond.
package func exponential(_ x: Double) -> Double {
    if x.isNaN { return x }
    if x > 709.79 { return .infinity }
    if x < -745.2 { return 0 }
    let power = (x * 1.442_695_040_888_963_407).rounded()
    let rest = (x - power * ln2High) - power * ln2Low
    var sum = 1.0
    for index in stride(from: 17.0, through: 2, by: -1) { sum = 1 + rest * sum / index }
    return Double(sign: .plus, exponent: Int(power), significand: 1 + rest * sum)
}

/// sin(2π · `turns`): absolute error below 4e-16. NaN for what is not finite.
///
/// - Units: turns (1 is a whole circle), so that a whole number of years is exactly none.
package func sine(turns: Double) -> Double {
    if !turns.isFinite { return .nan }
    // To the nearest quarter turn, exactly; then the series on −1/8…1/8.
    let folded = turns - turns.rounded(.toNearestOrEven)
    let quarter = (folded * 4).rounded(.toNearestOrEven)
    let angle = (folded - quarter / 4) * 6.283_185_307_179_586_477
    switch Int(quarter) & 3 {
    case 0: return sineSeries(angle)
    case 1: return cosineSeries(angle)
    case 2: return -sineSeries(angle)
    default: return -cosineSeries(angle)
    }
}

/// cos(2π · `turns`): absolute error below 4e-16. NaN for what is not finite.
package func cosine(turns: Double) -> Double {
    if !turns.isFinite { return .nan }
    let folded = turns - turns.rounded(.toNearestOrEven)
    let quarter = (folded * 4).rounded(.toNearestOrEven)
    let angle = (folded - quarter / 4) * 6.283_185_307_179_586_477
    switch Int(quarter) & 3 {
    case 0: return cosineSeries(angle)
    case 1: return -sineSeries(angle)
    case 2: return -cosineSeries(angle)
    default: return sineSeries(angle)
    }
}

/// - Source: DLMF 4.19.1; the term after the last is below 1e-18 at π/4.
private func sineSeries(_ x: Double) -> Double {
    let square = x * x
    var sum = 1.0
    for index in stride(from: 17.0, through: 3, by: -2) { sum = 1 - square * sum / (index * (index - 1)) }
    return x * sum
}

/// - Source: DLMF 4.19.2; the term after the last is below 1e-18 at π/4.
private func cosineSeries(_ x: Double) -> Double {
    let square = x * x
    var sum = 1.0
    for index in stride(from: 18.0, through: 2, by: -2) { sum = 1 - square * sum / (index * (index - 1)) }
    return sum
}
