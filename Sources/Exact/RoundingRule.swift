// The named ways to round. A rounding anywhere in the program is one of these, with a unit and a place.

/// How a value between two steps of a unit is taken to one of them.
package enum RoundingRule: String, Sendable, CaseIterable {
    /// To the nearer step, a tie to the even one (GB/T 8170-2008, 3.2: 四舍六入五成双).
    case halfEven
    /// To the nearer step, a tie away from zero (四舍五入).
    case halfUp
    /// Away from zero.
    case up
    /// Towards zero.
    case down
}
