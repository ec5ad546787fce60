// Polynomials of one variable with exact coefficients, as far as finding their least positive root asks for them.

internal import Exact

/// `coefficients[0] + coefficients[1] × t + …`; the last one is not zero, and none stands for zero.
struct Polynomial: Hashable {
    let coefficients: [Fraction]

    init(_ coefficients: [Fraction]) {
        var kept = coefficients
        while kept.last?.isZero == true { kept.removeLast() }
        self.coefficients = kept
    }

    static let zero = Polynomial([])
    static let one = Polynomial([.one])

    var isZero: Bool { coefficients.isEmpty }
    /// -1 for zero.
    var degree: Int { coefficients.count - 1 }
    var isConstant: Bool { degree < 1 }
    subscript(power: Int) -> Fraction { power < coefficients.count ? coefficients[power] : .zero }

    func at(_ t: Fraction) -> Fraction { coefficients.reversed().reduce(.zero) { $0 * t + $1 } }

    /// -1, 0 or 1 for small `t` above zero.
    var signBehindZero: Int {
        coefficients.first { !$0.isZero }.map { $0.isNegative ? -1 : 1 } ?? 0
    }

    static func + (left: Polynomial, right: Polynomial) -> Polynomial {
        Polynomial((0..<max(left.coefficients.count, right.coefficients.count)).map { left[$0] + right[$0] })
    }

    static func - (left: Polynomial, right: Polynomial) -> Polynomial { left + right.scaled(by: Fraction(-1)) }

    static func * (left: Polynomial, right: Polynomial) -> Polynomial {
        if left.isZero || right.isZero { return .zero }
        var product = [Fraction](repeating: .zero, count: left.coefficients.count + right.coefficients.count - 1)
        for (i, a) in left.coefficients.enumerated() {
            for (j, b) in right.coefficients.enumerated() { product[i + j] = product[i + j] + a * b }
        }
        return Polynomial(product)
    }

    func scaled(by factor: Fraction) -> Polynomial { Polynomial(coefficients.map { $0 * factor }) }

    /// - Precondition: `divisor` is not zero.
    func divided(by divisor: Polynomial) -> (quotient: Polynomial, remainder: Polynomial) {
        var rest = coefficients
        var quotient = [Fraction](repeating: .zero, count: max(0, degree - divisor.degree + 1))
        let lead = divisor[divisor.degree]
        for power in quotient.indices.reversed() {
            let factor = rest[power + divisor.degree] / lead
            quotient[power] = factor
            guard !factor.isZero else { continue }
            for (index, coefficient) in divisor.coefficients.enumerated() {
                rest[power + index] = rest[power + index] - factor * coefficient
            }
        }
        return (Polynomial(quotient), Polynomial(rest))
    }

    /// The common divisor of largest degree, its leading coefficient one.
    static func commonDivisor(_ left: Polynomial, _ right: Polynomial) -> Polynomial {
        var (a, b) = (left, right)
        while !b.isZero { (a, b) = (b, a.divided(by: b).remainder) }
        return a.isZero ? .one : a.scaled(by: .one / a[a.degree])
    }

    var derivative: Polynomial {
        Polynomial(coefficients.enumerated().dropFirst().map { $1 * Fraction($0) })
    }
}

/// The place of a root: exactly, or between two values.
struct RootPlace: Hashable {
    let low: Fraction
    let high: Fraction
    var isExact: Bool { low == high }
}

extension Polynomial {
    /// The least root above zero, `nil` when there is none.
    ///
    /// A linear one is solved. Of others the roots are counted by Sturm's theorem and the least one is halved in until it
    /// lies within one part in 2⁶⁴; the fraction with the smallest denominator there is taken when it is a root.
    /// - Complexity: degree² for each halving; degrees are small.
    var leastPositiveRoot: RootPlace? {
        // A root at zero is no place ahead.
        let ahead = Polynomial(Array(coefficients.drop { $0.isZero }))
        if ahead.degree < 1 { return nil }
        if ahead.degree == 1 {
            let root = -ahead[0] / ahead[1]
            return root > .zero ? RootPlace(low: root, high: root) : nil
        }
        let simple = ahead.divided(by: Self.commonDivisor(ahead, ahead.derivative)).quotient
        return SturmChain(simple).leastPositiveRoot
    }
}

/// A polynomial without repeated roots and its remainders, which count the roots between two places.
private struct SturmChain {
    private let chain: [Polynomial]

    init(_ polynomial: Polynomial) {
        var chain = [polynomial, polynomial.derivative]
        while let last = chain.last, !last.isConstant {
            let rest = chain[chain.count - 2].divided(by: last).remainder.scaled(by: Fraction(-1))
            if rest.isZero { break }
            // Only signs count: a positive factor keeps the numbers short.
            chain.append(rest.scaled(by: .one / rest[rest.degree].magnitude))
        }
        self.chain = chain
    }

    private func changes(at t: Fraction) -> Int {
        let signs = chain.map { $0.at(t) }.filter { !$0.isZero }
        return zip(signs, signs.dropFirst()).count { $0.isNegative != $1.isNegative }
    }

    var leastPositiveRoot: RootPlace? {
        let first = chain[0]
        // All roots lie within one more than the largest ratio to the leading coefficient (Cauchy).
        let lead = first[first.degree].magnitude
        var high = (first.coefficients.map(\.magnitude).max() ?? .zero) / lead + .one
        var low = Fraction.zero
        let below = changes(at: low)
        guard below > changes(at: high) else { return nil }
        var isNarrow = false
        for _ in 0..<4_096 where !isNarrow {
            let middle = (low + high) / Fraction(2)
            if first.at(middle).isZero, changes(at: low) - changes(at: middle) == 1 {
                return RootPlace(low: middle, high: middle)
            }
            if below > changes(at: middle) { high = middle } else { low = middle }
            isNarrow = low > .zero && (high - low) * Self.parts < low
        }
        let simple = simplest(between: low, and: high)
        return first.at(simple).isZero ? RootPlace(low: simple, high: simple) : RootPlace(low: low, high: high)
    }

    /// 2⁶⁴.
    private static let parts = Fraction(1 << 32) * Fraction(1 << 32)
}
