// The composite index for ranking (环境空气质量综合指数): the sum of six concentrations, each by its limit.

package import Exact
package import Monitoring
package import Standards

/// The composite index of one place and period.
package struct AirComposite: Sendable {
    /// C ÷ S of one item, with its weight.
    package struct Item: Sendable {
        package let parameter: ParameterID
        package let concentration: Fraction
        package let limit: ExactDecimal
        package let weight: Fraction
        /// C ÷ S, unweighted.
        package let index: Fraction
    }

    package let edition: String
    package let items: [Item]
    /// Exact; nothing is rounded.
    package let index: Fraction

    /// The items with the largest single index (首要污染物 of the period); ties all.
    package var mainPollutants: [ParameterID] {
        guard let largest = items.map(\.index).max() else { return [] }
        return items.filter { $0.index == largest }.map(\.parameter)
    }
}

/// The composite index from the statistics of a month, quarter or year.
///
/// SO2, NO2, PM10 and PM2.5 enter by their mean against the yearly limit of grade Ⅱ, CO by its 95th percentile against
/// the daily limit, O3 by the 90th percentile of the daily maxima against theirs.
/// - Parameter weights: by item; an item not named weighs one.
/// - Returns: not assessable unless all six have a value.
/// - Source: 环办监测〔2018〕 城市环境空气质量排名技术规定 (S32, S33; mark A), weights one. Weights of one province's code
///   (PM2.5 3, NO2 2, O3 2; S34, unconfirmed) are not the default and are given by the caller.
package func airComposite(
    _ statistics: [AirStatistic], edition: AirEdition, weights: [ParameterID: Fraction] = [:], rules: AirPeriodRules
) -> Result<AirComposite, NotAssessable> {
    var items: [AirComposite.Item] = []
    for wanted in AirAssessmentItem.items(over: .month) {
        guard let statistic = statistics.first(where: { $0.item == wanted }), !statistic.isDisputed else {
            return .failure(NotAssessable(.missingItem, "\(wanted.parameter) \(wanted.name)"))
        }
        guard let limit = edition.limits.limit(of: wanted.parameter, over: wanted.limit, grade: .second) else {
            return .failure(NotAssessable(.noLimit, "\(wanted.parameter) over \(wanted.limit.rawValue)"))
        }
        switch statistic.value {
        case .failure(let reason): return .failure(reason)
        case .success(let value):
            items.append(
                AirComposite.Item(
                    parameter: wanted.parameter, concentration: value, limit: limit,
                    weight: weights[wanted.parameter] ?? .one, index: value / Fraction(limit)))
        }
    }
    let index = items.reduce(Fraction.zero) { $0 + $1.index * $1.weight }
    return .success(AirComposite(edition: edition.limits.id, items: items, index: index))
}

/// The ranks of places by their composite index, the lowest first; equal indices share a rank.
///
/// - Parameter decimals: where the ranking compares rounded indices, their decimals; `nil` compares exactly.
/// - Source: S32: ties share a rank.
package func airRanks(_ indices: [Fraction], decimals: Int?) -> [Int] {
    let compared = decimals.map { places in indices.map { $0.rounded(places: places, .halfEven) } } ?? indices
    let sorted = compared.sorted()
    return compared.map { value in (sorted.firstIndex(of: value) ?? 0) + 1 }
}

/// How a statistic changed against the same statistic of an earlier period.
package struct AirChange: Sendable {
    package let difference: Fraction
    /// The difference by the earlier value, `nil` when that is zero.
    package let relative: Fraction?
}

/// The change from `earlier` to `later`, of exact values.
///
/// - Returns: not assessable when either has no value, when either is disputed, or when the gas reference state differs:
///   the same gas reads about 8.4 % lower since 2018-09-01.
package func airChange(from earlier: AirStatistic, to later: AirStatistic) -> Result<AirChange, NotAssessable> {
    precondition(earlier.item == later.item, "A change is of one statistic.")
    let parameter = later.item.parameter
    let (before, after) = (earlier.period.from, later.period.from)
    if GasReferenceState.of(parameter, on: before) != GasReferenceState.of(parameter, on: after) {
        return .failure(NotAssessable(.mixedEditions, "the gas reference state changes on 2018-09-01"))
    }
    if earlier.isDisputed || later.isDisputed {
        return .failure(NotAssessable(.disputedValue))
    }
    return earlier.value.flatMap { old in
        later.value.map { new in
            AirChange(difference: new - old, relative: old.isZero ? nil : (new - old) / old)
        }
    }
}
