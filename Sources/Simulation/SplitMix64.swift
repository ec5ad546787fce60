// The simulation's own source of chance: the same seed gives the same numbers on every machine.

/// A small seeded generator of 64-bit numbers.
///
/// - Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014, figure 17 (SplitMix64).
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    /// A generator of its own for `label`, so that adding a series does not change the others.
    package init(seed: UInt64, label: String) {
        // FNV-1a over the label's bytes; Swift's `Hasher` is seeded anew in every process.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in label.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        var mixer = SplitMix64(seed: seed ^ hash)
        self.init(seed: mixer.next())
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A number in 0 ..< 1, a multiple of 2⁻⁵³.
    package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A whole number in 0 ..< `bound`.
    ///
    /// - Precondition: `bound` is positive.
    package mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "A random number lies below a positive bound.")
        return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// A bell-shaped number with mean 0 and variance 1, within ±6: twelve uniforms added, no logarithm.
    package mutating func bell() -> Double {
        var sum = -6.0
        for _ in 0..<12 { sum += unit() }
        return sum
    }
}
