// What is plain by whole numbers is what the exact comparison leaves nothing to say of.

import Detection
import Exact
import Monitoring
import Testing

struct PlainValuesTests {
    /// What the general path comes to: within the limit, and not beyond its share.
    private func isPlain(_ value: ExactDecimal, _ limit: TargetLimit, _ share: ExactDecimal?) -> Bool {
        guard limit.judge(value, .none) == .within else { return false }
        guard let share else { return true }
        switch limit {
        case .maximum(let bound): return Fraction(value) <= Fraction(bound) * Fraction(share)
        case .minimum(let bound): return Fraction(value) * Fraction(share) >= Fraction(bound)
        case .range: return false
        }
    }

    @Test func `All small values, limits and shares`() throws {
        let limits: [TargetLimit] = ["0.2", "1.0", "5", "0", "-3", "0.05"].flatMap { text -> [TargetLimit] in
            guard let bound = ExactDecimal(text) else { return [] }
            return [.maximum(bound), .minimum(bound)]
        }
        let range = TargetLimit.range(try #require(ExactDecimal("6")), try #require(ExactDecimal("9.0")))
        let shares = [nil, ExactDecimal("0.9"), ExactDecimal("1"), ExactDecimal("0.333")]
        var wrong: [String] = []
        for limit in limits + [range] {
            for share in shares {
                let plain = PlainValues(limit, nearFrom: share)
                for exponent in Int8(-4)...1 {
                    for mantissa in Int64(-150)...1_200 {
                        let value = ExactDecimal(mantissa: mantissa, exponent: exponent)
                        let isFound = plain.contains(value)
                        // Beyond whole numbers, below zero with a share, or a range with one: left to the general path.
                        let isLeft =
                            exponent > 0 || share != nil && (limit == range || limit.text.hasPrefix("≥-"))
                        if isFound != (isPlain(value, limit, share) && !isLeft) {
                            wrong.append("\(value) \(limit) \(String(describing: share))")
                        }
                    }
                }
            }
        }
        #expect(wrong.isEmpty, "\(wrong.prefix(5))")
        #expect(!PlainValues().contains(.zero))
    }

    @Test func `Values and limits of many digits are left to the general path or right`() throws {
        let bound = try #require(ExactDecimal("123456789012345678"))
        for mantissa in [Int64.max, .min, 123_456_789_012_345_678, 123_456_789_012_345_679] {
            for limit in [TargetLimit.maximum(bound), .minimum(bound)] {
                let value = ExactDecimal(mantissa: mantissa, exponent: 0)
                if PlainValues(limit, nearFrom: nil).contains(value) { #expect(isPlain(value, limit, nil)) }
                let share = try #require(ExactDecimal("0.9"))
                if PlainValues(limit, nearFrom: share).contains(value) { #expect(isPlain(value, limit, share)) }
            }
        }
    }
}
