// The names a formula may use: figures with their units and sets, maps between sets, tier tables, exemptions.

package import Exact

/// What a name in an agreement stands for, as far as units and indices go.
package struct ScopeSymbol: Sendable {
    package let unit: UnitOfMeasure
    /// The sets it has a value for each member of, in the order of its indices; empty for one value.
    package let sets: [String]

    package init(unit: UnitOfMeasure, sets: [String] = []) {
        self.unit = unit
        self.sets = sets
    }

    package var isIndexed: Bool { !sets.isEmpty }
}

/// The names an expression may use.
package struct ExpressionScope: Sendable {
    package var symbols: [String: ScopeSymbol] = [:]
    /// The sets a sum may run over, with their members: `indicators`.
    package var sets: [String: [String]] = [:]
    package var maps: [String: MemberMap] = [:]
    package var tiers: [String: TierTable] = [:]
    /// The sets an exemption is asked for, by its name.
    package var exemptions: [String: [String]] = [:]
    /// The windows whose end an expression may ask for.
    package var windows: [String] = []

    /// Members for which a fixed figure is zero, by its name: nothing is divided by them.
    var zeros: [String: Set<[String]>] = [:]
    /// Formulas that stand at or below the line being read.
    var laterNames: Set<String> = []

    package init() {}

    /// Whether every member of `part` is one of `whole`.
    func isSubset(_ part: String, of whole: String) -> Bool {
        part == whole || Set(sets[part] ?? []).isSubset(of: sets[whole] ?? [])
    }

    /// Every combination of members of `names`, the last set running fastest; one empty combination for no set.
    package func combinations(of names: [String]) -> [[String]] {
        names.reduce([[]]) { known, set in
            known.flatMap { members in (sets[set] ?? []).map { members + [$0] } }
        }
    }

    /// The nearest known spelling of a figure's name.
    func nearestName(to name: String) -> String? { nearest(to: name, among: symbols.keys.sorted()) }
}

/// Who belongs to what: `owner` gives each section a party (责任主体).
package struct MemberMap: Sendable {
    package let name: String
    package let from: [String]
    package let to: String
    package let values: [[String]: String]
    package let clause: String
}

/// `c[s1, codmn]`, or the bare name when it has one value.
func indexedName(_ name: String, _ members: [String]) -> String {
    members.isEmpty ? name : "\(name)[\(members.joined(separator: ", "))]"
}
