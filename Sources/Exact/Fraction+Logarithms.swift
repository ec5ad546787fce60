// Correctly rounded logarithms and powers of exact numbers.

extension Fraction {
    /// The logarithm to base ten, correctly rounded at `places` decimals.
    ///
    /// - Throws: `EnclosureProblem` for a value that is not positive, or when `digitLimit` digits do not decide.
    package func commonLogarithm(
        places: Int, _ rule: RoundingRule, digitLimit: Int = Enclosure.digitLimit
    ) throws(EnclosureProblem) -> Fraction {
        guard self > .zero else { throw .notPositive(self) }
        // The logarithm of a fraction is a fraction only for a power of ten; everything else is irrational, never a
        // tie.
        if let exponent = exponentOfTen { return Fraction(exponent).rounded(places: places, rule) }
        return try Enclosure.rounded(places: places, rule, digitLimit: digitLimit) { bits in
            Enclosure(self, bits: bits).commonLogarithm()
        }
    }

    /// The natural logarithm, correctly rounded at `places` decimals.
    ///
    /// - Throws: `EnclosureProblem` for a value that is not positive, or when `digitLimit` digits do not decide.
    package func naturalLogarithm(
        places: Int, _ rule: RoundingRule, digitLimit: Int = Enclosure.digitLimit
    ) throws(EnclosureProblem) -> Fraction {
        guard self > .zero else { throw .notPositive(self) }
        if self == .one { return .zero }
        return try Enclosure.rounded(places: places, rule, digitLimit: digitLimit) { bits in
            Enclosure(self, bits: bits).logarithm()
        }
    }

    /// e to this power, correctly rounded at `places` decimals.
    ///
    /// - Throws: `EnclosureProblem` beyond ±`Enclosure.exponentLimit`, or when `digitLimit` digits do not decide.
    package func exponential(
        places: Int, _ rule: RoundingRule, digitLimit: Int = Enclosure.digitLimit
    ) throws(EnclosureProblem) -> Fraction {
        guard magnitude <= Fraction(Enclosure.exponentLimit) else { throw .exponentOutOfRange(self) }
        if isZero { return Fraction.one.rounded(places: places, rule) }
        return try Enclosure.rounded(places: places, rule, digitLimit: digitLimit) { bits in
            Enclosure(self, bits: bits).exponential()
        }
    }

    /// 10 to this power, correctly rounded at `places` decimals.
    ///
    /// - Throws: `EnclosureProblem` beyond ±`Enclosure.exponentLimit`, or when `digitLimit` digits do not decide.
    package func powerOfTen(
        places: Int, _ rule: RoundingRule, digitLimit: Int = Enclosure.digitLimit
    ) throws(EnclosureProblem) -> Fraction {
        guard magnitude <= Fraction(Enclosure.exponentLimit) else { throw .exponentOutOfRange(self) }
        if let exponent = integer { return Fraction.powerOfTen(exponent).rounded(places: places, rule) }
        return try Enclosure.rounded(places: places, rule, digitLimit: digitLimit) { bits in
            Enclosure.powerOfTen(self, bits: bits)
        }
    }

    /// n when this value is 10ⁿ, else `nil`.
    var exponentOfTen: Int? {
        if isNegative || isZero { return nil }
        if self < .one { return reciprocal.exponentOfTen.map { -$0 } }
        guard isInteger else { return nil }
        let digits = description.utf8
        return digits.first == 0x31 && digits.dropFirst().allSatisfy { $0 == 0x30 } ? digits.count - 1 : nil
    }
}
