// The checks of a station's series, looked up once: the roll-up alone, for readings as they come.

package import Monitoring

/// What a check set asks of some series of one station that are held against each other.
package struct StationChecks: Sendable {
    let set: CheckSet
    let monthly: [MonthlyChecks]
    /// The series that a rule between parameters names.
    private let isCompared: [Bool]
    /// What the scratch runs of each series, where all months are alike.
    let allYear: [PlainChecks?]
    /// The rules between two of the series, by their places.
    let pairs: [PairRule]
    /// The series that a rule between parameters concerns.
    let isRuled: [Bool]
    /// What a reading needs to be called valid.
    let required: RequiredChecks

    /// A rule between two series that are here.
    struct PairRule: Sendable {
        let rule: CrossParameterRule
        let own: Int
        let other: Int
    }

    package init(_ set: CheckSet, station: StationID, parameters: [ParameterID]) {
        self.set = set
        monthly = parameters.map { set.checks(of: $0, at: station) }
        isCompared = parameters.map { parameter in
            set.rules.contains { $0.parameter == parameter || $0.other == parameter }
        }
        allYear = monthly.map { $0.allYear.flatMap { PlainChecks($0) } }
        pairs = set.rules.compactMap { rule in
            guard let own = parameters.firstIndex(of: rule.parameter), let other = parameters.firstIndex(of: rule.other)
            else { return nil }
            return PairRule(rule: rule, own: own, other: other)
        }
        isRuled = parameters.map { parameter in
            set.rules.contains { $0.parameter == parameter || $0.concernsOther && $0.other == parameter }
        }
        required = RequiredChecks(set.required)
    }

    /// The rolled-up verdicts of each series' readings.
    ///
    /// - Parameter series: of the parameters this was made for, in their order.
    /// - Reference: `CheckSet.run(station:context:)` with nothing known besides; the same verdicts.
    package func verdicts(_ series: [SeriesColumns]) -> [[QualityVerdict]] {
        precondition(series.count == monthly.count, "Each series has its checks.")
        let looks = zip(series, monthly).map { set.firstLook($0, $1) }
        var context = QualityContext()
        for place in series.indices where isCompared[place] {
            let parameter = series[place].parameter
            if context.counterparts[parameter] == nil {
                context.counterparts[parameter] = looks[place].counterpart(series[place])
            }
        }
        return zip(series, looks).map { columns, look in
            rollUp(set.allResults(columns, look, context: context), required: set.required).verdicts
        }
    }
}
