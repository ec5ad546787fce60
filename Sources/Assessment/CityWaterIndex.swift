// The city water quality index CWQI by which cities are ranked: the sum of each item over its class Ⅲ limit.

package import Exact
package import Monitoring
package import Standards

/// The index of one set of sections of one kind of water.
package struct CityWaterIndex: Sendable {
    package struct Part: Hashable, Sendable {
        package let parameter: ParameterID
        package let index: Fraction
    }

    /// The exact sum; rankings compare it unrounded.
    package let index: Fraction
    package let parts: [Part]
    /// Items of the profile without a value; never hidden, since each would add to the index.
    package let missing: [ParameterID]
}

/// CWQI = Σ Cᵢ / Sᵢ(Ⅲ); dissolved oxygen S / C; pH 7 − pH up to 7 and (pH − 7) / 2 above.
///
/// - Parameters:
///   - waterBody: `nil` when nobody knows; there is then an index only where river and lake have the same.
///   - profile: the items summed over; the ranking rule takes the 21.
/// - Returns: not assessable when an item is missing under `clause`; under `feed-practice` the sum of those present,
///   with the missing ones named: such sums of unlike items must not be ranked against each other.
/// - Source: ranking rule of 2017 as carried in one code base (mark B). How the indices of a city's rivers and lakes are
///   put together is not in the sources at hand, so one call is one kind of water.
package func cityWaterIndex(
    _ values: [ParameterID: Result<Fraction, NotAssessable>], waterBody: WaterBody?,
    profile: WaterItemProfile = .twentyOne, missingItems: MissingItemRule = .clause,
    standard: SurfaceWaterStandard = .gb3838of2002
) -> Result<CityWaterIndex, NotAssessable> {
    guard let waterBody else {
        let indices = [WaterBody.river, .lake].map { kind in
            cityWaterIndex(
                values, waterBody: kind, profile: profile, missingItems: missingItems, standard: standard)
        }
        guard case .success(let river) = indices[0], case .success(let lake) = indices[1], river.index != lake.index
        else { return indices[0] }
        return .failure(
            NotAssessable(
                .unknownWater, "the index of a river and of a lake differ; state `water-body: river` or `lake`"))
    }
    var parts: [CityWaterIndex.Part] = []
    var missing: [ParameterID] = []
    for parameter in profile.items {
        guard case .success(let value) = values[parameter] else {
            missing.append(parameter)
            continue
        }
        switch partIndex(parameter, value, waterBody, standard) {
        case .failure(let reason): return .failure(reason)
        case .success(let index): parts.append(CityWaterIndex.Part(parameter: parameter, index: index))
        }
    }
    if parts.isEmpty { return .failure(NotAssessable(.noValues, "no item of \(profile.id) has a value")) }
    if missingItems == .clause, !missing.isEmpty {
        return .failure(NotAssessable(.missingItem, missing.map(\.rawValue).joined(separator: " ")))
    }
    return .success(
        CityWaterIndex(index: parts.reduce(Fraction.zero) { $0 + $1.index }, parts: parts, missing: missing))
}

private func partIndex(
    _ parameter: ParameterID, _ value: Fraction, _ waterBody: WaterBody, _ standard: SurfaceWaterStandard
) -> Result<Fraction, NotAssessable> {
    guard let row = standard.item(parameter, in: waterBody) else {
        return .failure(NotAssessable(.noLimit, "no class limits for \(parameter) in a \(waterBody.rawValue)"))
    }
    if value.isNegative { return .failure(NotAssessable(.impossibleValue, "\(parameter) is negative")) }
    if row.direction == .range {
        let distance = value - Fraction(7)
        return .success(distance > .zero ? distance / Fraction(2) : -distance)
    }
    guard let limit = standard.limit(of: parameter, for: .three, in: waterBody).map({ Fraction($0) }), limit > .zero
    else { return .failure(NotAssessable(.noLimit, "\(parameter) has no class III limit")) }
    if row.direction == .maximum { return .success(value / limit) }
    if value.isZero { return .failure(NotAssessable(.impossibleValue, "\(parameter) is zero: its index has no bound")) }
    return .success(limit / value)
}
