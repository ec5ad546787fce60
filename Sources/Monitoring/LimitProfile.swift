// Limits and an episode rule that a deployer writes down: for waters or purposes that no built-in standard covers.

package import Exact

/// How a value is held against class limits.
package enum LimitDirection: String, Sendable, CaseIterable {
    /// value ≤ limit
    case maximum = "max"
    /// value ≥ limit (dissolved oxygen)
    case minimum = "min"
    /// lowest ≤ value ≤ highest, one range for all classes (pH)
    case range

    /// Whether `limits` are those of five classes, none stricter than the one before, or the ends of a range.
    package func isOrdered(_ limits: [ExactDecimal]) -> Bool {
        switch self {
        case .maximum: limits.count == 5 && zip(limits, limits.dropFirst()).allSatisfy { $0 <= $1 }
        case .minimum: limits.count == 5 && zip(limits, limits.dropFirst()).allSatisfy { $0 >= $1 }
        case .range: limits.count == 2 && limits[0] <= limits[1]
        }
    }
}

/// An end of a range.
package enum RangeEnd: String, Sendable, CaseIterable { case both, lowest, highest }

/// A profile of limits: class limits by parameter, and when readings over one of them are an episode.
package struct LimitProfile: Hashable, Sendable {
    /// Class limits of one parameter, as written.
    package struct Item: Hashable, Sendable {
        package let parameter: ParameterID
        package let direction: LimitDirection
        /// Five limits in order of class; for a range its ends.
        package let limits: [ExactDecimal]
        /// For a range: beyond which end of it readings make episodes.
        package let episodeEnd: RangeEnd

        package init(
            parameter: ParameterID, direction: LimitDirection, limits: [ExactDecimal], episodeEnd: RangeEnd = .both
        ) {
            self.parameter = parameter
            self.direction = direction
            self.limits = limits
            self.episodeEnd = episodeEnd
        }
    }

    package let id: String
    package let name: BilingualName
    /// The document that sets the limits, or what they are if no document does.
    package let source: String
    /// Readings worse than this class are over the limit.
    package let overClass: WaterClass
    /// Readings over the limit in a row that start an episode, and readings within it that end one.
    package let holdOn: Int
    package let holdOff: Int
    /// Readings with one of these flags count; others are left out.
    package let flags: Set<String>
    /// Whether readings without a flag count.
    package let countsUnflagged: Bool
    package let items: [Item]

    package init(
        id: String, name: BilingualName, source: String, overClass: WaterClass, holdOn: Int, holdOff: Int,
        flags: Set<String>, countsUnflagged: Bool, items: [Item]
    ) {
        self.id = id
        self.name = name
        self.source = source
        self.overClass = overClass
        self.holdOn = holdOn
        self.holdOff = holdOff
        self.flags = flags
        self.countsUnflagged = countsUnflagged
        self.items = items
    }
}
