// Which check set holds at a station.

package import Monitoring

/// The check sets of a deployment and the stations each is for.
package struct CheckSets: Sendable {
    /// What a check set is for; a station's own name goes before its source profile, that before its boundary.
    package struct Scope: Hashable, Sendable {
        package var stations: Set<StationID> = []
        package var profiles: Set<String> = []
        package var boundaries: Set<String> = []

        package init() {}
    }

    package private(set) var sets: [(set: CheckSet, scope: Scope)] = []

    package init() {}

    package init(_ sets: [(set: CheckSet, scope: Scope)]) { self.sets = sets }

    /// The set for every station, whatever its scope says.
    package static func everywhere(_ set: CheckSet) -> CheckSets {
        var sets = CheckSets()
        sets.everywhere = set
        return sets
    }

    private var everywhere: CheckSet?

    /// The check set of a station; `CheckSet.none` where no set names it.
    package func set(for station: Station, in registry: Registry) -> CheckSet {
        if let everywhere { return everywhere }
        if let own = sets.first(where: { $0.scope.stations.contains(station.id) }) { return own.set }
        if let ofProfile = sets.first(where: { $0.scope.profiles.contains(station.profile) }) { return ofProfile.set }
        if sets.allSatisfy({ $0.scope.boundaries.isEmpty }) { return .none }
        let boundaries = Set(registry.sections(of: station.id).map(\.boundary))
        return sets.first { !$0.scope.boundaries.isDisjoint(with: boundaries) }?.set ?? .none
    }
}
