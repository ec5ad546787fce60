// How single values become the value of a period: levels, what each needs, what takes part. A rule names every number.

package import Exact
package import Monitoring

/// How a mean is formed.
package enum Averaging: Hashable, Sendable {
    case arithmetic
    /// pH: over hydrogen ions. The exact mean has no end, so the decimals it is printed with, and enters formulas with,
    /// belong to the rule, six at most; a class follows from the mean before that rounding.
    case hydrogenIons(places: Int)
}

/// What a mean needs to stand: a share of the parts expected, a number of them, or both; blank when neither is given.
package struct Sufficiency: Hashable, Sendable, CustomStringConvertible {
    package let share: Fraction?
    package let count: Int?

    package init(share: Fraction? = nil, count: Int? = nil) {
        self.share = share
        self.count = count
    }

    /// Nothing is named, and so nothing is ever enough.
    package var isBlank: Bool { share == nil && count == nil }

    /// Whether `used` parts of `expected` are enough; none never are.
    package func isReached(by used: Int, of expected: Int) -> Bool {
        if isBlank || used == 0 { return false }
        return (share.map { Fraction(used) >= $0 * Fraction(expected) } ?? true) && (count.map { used >= $0 } ?? true)
    }

    /// `a share of 3/5`, `at least 4`, both, or `blank`.
    package var description: String {
        let parts = [share.map { "a share of \($0)" }, count.map { "at least \($0)" }].compactMap { $0 }
        return parts.isEmpty ? "blank" : parts.joined(separator: " and ")
    }
}

/// The step between values that are due.
package enum ValueStep: Hashable, Sendable {
    case every(Duration64)
    /// Once a day, month, quarter or year, at any time in it: manual sampling.
    case oncePer(CivilUnit)
}

/// What becomes of the slots of excluded values when a mean is held against what it needs.
package enum ExcludedSlots: String, Sendable, CaseIterable {
    /// They stay expected: a period with much taken out is not assessable. The default.
    case stayExpected = "stay-expected"
    /// They are not expected: the rest must suffice for the rest of the period.
    case notExpected = "not-expected"
}

/// The rule of a period's mean.
///
/// What a level needs has no default: the national number was not found, so an agreement or its annex names it. A
/// blank need makes every result not assessable.
package struct PeriodRule: Sendable {
    /// One step: means over `unit`, each of as many of the parts expected in it as `needs` says.
    package struct Level: Hashable, Sendable {
        package let unit: CivilUnit
        package let needs: Sufficiency

        package init(_ unit: CivilUnit, needs: Sufficiency) {
            self.unit = unit
            self.needs = needs
        }

        package init(_ unit: CivilUnit, minimumShare: Fraction?) {
            self.init(unit, needs: Sufficiency(share: minimumShare))
        }
    }

    /// The step between values; gives the count expected.
    package let step: ValueStep
    /// From the shortest unit to the longest; the period's value is the mean over the last. Empty: straight from the
    /// values.
    package let levels: [Level]
    /// What the period needs of the last level's units (of the values, without levels).
    package let periodNeeds: Sufficiency
    package let averaging: Averaging
    package let quality: QualityPolicy
    package let belowDetection: BelowDetectionRule
    package var excludedSlots = ExcludedSlots.stayExpected

    /// - Precondition: the step is positive and units grow from level to level.
    package init(
        step: ValueStep, levels: [Level], periodNeeds: Sufficiency, averaging: Averaging, quality: QualityPolicy,
        belowDetection: BelowDetectionRule, excludedSlots: ExcludedSlots = .stayExpected
    ) {
        if case .every(let cadence) = step { precondition(cadence > .zero, "Values come at a positive step.") }
        precondition(
            zip(levels, levels.dropFirst()).allSatisfy { $0.unit < $1.unit }, "Levels go from short to long units.")
        self.step = step
        self.levels = levels
        self.periodNeeds = periodNeeds
        self.averaging = averaging
        self.quality = quality
        self.belowDetection = belowDetection
        self.excludedSlots = excludedSlots
    }

    package init(
        cadence: Duration64, levels: [Level], periodShare: Fraction?, averaging: Averaging, quality: QualityPolicy,
        belowDetection: BelowDetectionRule
    ) {
        self.init(
            step: .every(cadence), levels: levels, periodNeeds: Sufficiency(share: periodShare), averaging: averaging,
            quality: quality, belowDetection: belowDetection)
    }

    /// `values→day→month`, as printed with every result: which means of which means.
    package var chain: String { (["values"] + levels.map(\.unit.rawValue)).joined(separator: "→") }

    /// Whether some need is left blank.
    package var hasBlank: Bool { periodNeeds.isBlank || levels.contains { $0.needs.isBlank } }
}

/// One value that may take part in a period's mean.
package struct PeriodValue: Hashable, Sendable {
    package let start: Instant
    package let item: ItemValue
    package let quality: QualityVerdict

    package init(start: Instant, value: ExactDecimal, quality: QualityVerdict, qualifier: Qualifier = .none) {
        self.start = start
        item = ItemValue(value, qualifier: qualifier)
        self.quality = quality
    }
}
