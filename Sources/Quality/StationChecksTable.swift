// The checks of stations that measure the same, looked up once for all of them.

package import Monitoring

/// What check sets ask of stations, as far as it was asked for; good for one reading of the registry.
package struct StationChecksTable: Sendable {
    private struct Key: Hashable, Sendable {
        let set: String
        /// Where an entry of the set names it: all others are asked alike.
        let station: StationID?
        let parameters: [ParameterID]
    }

    private var known: [Key: StationChecks] = [:]

    package init() {}

    /// - Parameter set: one of several that have an id each.
    package mutating func checks(
        _ set: CheckSet, station: StationID, parameters: [ParameterID]
    ) -> StationChecks {
        let isNamed = set.entries.contains { $0.stations.contains(station) }
        let key = Key(set: set.id, station: isNamed ? station : nil, parameters: parameters)
        if let checks = known[key] { return checks }
        let checks = StationChecks(set, station: station, parameters: parameters)
        known[key] = checks
        return checks
    }
}
