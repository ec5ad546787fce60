// What the simulation draws from the project's generator: a stream for each label, shares and bell-shaped numbers.

package import Statistics

extension SplitMix64 {
    /// A generator of its own for `label`, so that adding a series does not change the others.
    package init(seed: UInt64, label: String) {
        // FNV-1a over the label's bytes; Swift's `Hasher` is seeded anew in every process.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in label.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        var mixer = SplitMix64(seed: seed ^ hash)
        self.init(seed: mixer.next())
    }

    /// A number in 0 ..< 1, a multiple of 2⁻⁵³.
    package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A bell-shaped number with mean 0 and variance 1, within ±6: twelve uniforms added, no logarithm.
    package mutating func bell() -> Double {
        var sum = -6.0
        for _ in 0..<12 { sum += unit() }
        return sum
    }
}
