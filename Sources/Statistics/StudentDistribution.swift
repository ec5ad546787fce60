// Student's distribution's tail in plain arithmetic, so that a p-value is the same on every platform.

/// The two-sided probability of Student's t with `freedom` degrees of freedom at least as far from zero as `t`.
///
/// - Units: a probability, 0…1; relative error below 1e-10. NaN for NaN.
/// - Source: DLMF 8.17.22: the incomplete beta function's continued fraction.
package func studentTwoSidedProbability(_ t: Double, freedom: Int) -> Double {
    precondition(freedom > 0, "Student's distribution has a degree of freedom.")
    if t.isNaN { return t }
    let (nu, square) = (Double(freedom), t * t)
    if square == .infinity { return 0 }
    // I_x(ν/2, 1/2) at x = ν / (ν + t²), by the fraction that converges.
    let (x, rest) = (nu / (nu + square), square / (nu + square))
    let (a, b) = (nu / 2, 0.5)
    if rest == 0 { return 1 }
    let front = exponential(
        logGamma(a + b) - logGamma(a) - logGamma(b) + a * naturalLogarithm(x) + b * naturalLogarithm(rest))
    return x < (a + 1) / (a + b + 2) ? front * betaFraction(x, a, b) / a : 1 - front * betaFraction(rest, b, a) / b
}

/// The continued fraction of the incomplete beta function, by Lentz's method.
private func betaFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    var c = 1.0
    var d = 1 / (1 - (a + b) * x / (a + 1))
    var fraction = d
    for step in 1...2_000 {
        let m = Double(step)
        for coefficient in [
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ] {
            d = 1 / (1 + coefficient * d)
            c = 1 + coefficient / c
            fraction *= c * d
        }
        if abs(c * d - 1) < 1e-15 { break }
    }
    return fraction
}

/// ln Γ(x) for x > 0 by Stirling's series (DLMF 5.11.1), x moved above 12 first.
func logGamma(_ x: Double) -> Double {
    var (x, product) = (x, 1.0)
    while x < 12 {
        product *= x
        x += 1
    }
    let square = 1 / (x * x)
    let series =
        (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1_260 - square * (1.0 / 1_680 - square / 1_188)))) / x
    return (x - 0.5) * naturalLogarithm(x) - x + 0.918_938_533_204_672_741_8 + series - naturalLogarithm(product)
}
