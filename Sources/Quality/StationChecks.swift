// The checks of a station's series, looked up once: the roll-up alone, for readings as they come.

package import Monitoring

/// What a check set asks of some series of one station that are held against each other.
package struct StationChecks: Sendable {
    private let set: CheckSet
    private let monthly: [MonthlyChecks]
    /// The series that a rule between parameters names.
    private let isCompared: [Bool]

    package init(_ set: CheckSet, station: StationID, parameters: [ParameterID]) {
        self.set = set
        monthly = parameters.map { set.checks(of: $0, at: station) }
        isCompared = parameters.map { parameter in
            set.rules.contains { $0.parameter == parameter || $0.other == parameter }
        }
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
