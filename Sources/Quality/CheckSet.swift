// Which checks run with which numbers: one versioned configuration, whose name is stored with every verdict.

package import Monitoring

/// The checks of one parameter; `nil` where the check set says nothing.
package struct ParameterChecks: Hashable, Sendable {
    package var grossRange: ValueRange?
    package var climatology: SeasonRange?
    package var spike: SpikeThreshold?
    package var windowSpike: WindowSpikeThreshold?
    package var rateOfChange: RateLimit?
    package var flatLine: FlatLineLimit?
    package var attenuatedSignal: AttenuationLimit?
    package var stuckDecimals: StuckDecimalsLimit?
    package var varianceDrop: VarianceDropLimit?
    package var maintenanceStep: MaintenanceStepLimit?
    package var repeatedSequence: RepeatedSequenceLimit?

    package init() {}

    /// These checks, and where they say nothing, those of `general`.
    func over(_ general: ParameterChecks) -> ParameterChecks {
        var checks = self
        checks.grossRange = grossRange ?? general.grossRange
        checks.climatology = climatology ?? general.climatology
        checks.spike = spike ?? general.spike
        checks.windowSpike = windowSpike ?? general.windowSpike
        checks.rateOfChange = rateOfChange ?? general.rateOfChange
        checks.flatLine = flatLine ?? general.flatLine
        checks.attenuatedSignal = attenuatedSignal ?? general.attenuatedSignal
        checks.stuckDecimals = stuckDecimals ?? general.stuckDecimals
        checks.varianceDrop = varianceDrop ?? general.varianceDrop
        checks.maintenanceStep = maintenanceStep ?? general.maintenanceStep
        checks.repeatedSequence = repeatedSequence ?? general.repeatedSequence
        return checks
    }
}

/// The checks of one parameter, at some stations or all, in some months or all.
package struct CheckEntry: Hashable, Sendable {
    package let parameter: ParameterID
    /// Empty: all stations of the set.
    package let stations: Set<StationID>
    package let months: MonthSet
    package let checks: ParameterChecks

    package init(parameter: ParameterID, stations: Set<StationID>, months: MonthSet, checks: ParameterChecks) {
        self.parameter = parameter
        self.stations = stations
        self.months = months
        self.checks = checks
    }
}

/// A named and versioned set of checks (质控方案).
package struct CheckSet: Hashable, Sendable {
    /// `id` and version, changed with every change of a number: verdicts are keyed by it.
    package let id: String
    /// Where months begin.
    package var offset = UTCOffset.china
    package var entries: [CheckEntry] = []
    package var rules: [CrossParameterRule] = []
    package var neighbours: [NeighbourRule] = []
    package var instruments: [InstrumentRule] = []
    /// Checks without whose verdict a reading is not called valid.
    package var required: Set<CheckName>

    package init(id: String, required: Set<CheckName>) {
        self.id = id
        self.required = required
    }

    /// For a station that no check set names: no check is configured, and nothing is called valid.
    package static let none = CheckSet(id: "none", required: [.grossRange])

    /// The parameters that a rule holds against this one.
    package func companions(of parameter: ParameterID) -> Set<ParameterID> {
        rules.reduce(into: []) { found, rule in
            if rule.parameter == parameter { found.insert(rule.other) }
            if rule.concernsOther, rule.other == parameter { found.insert(rule.parameter) }
        }
    }

    /// The checks of a series, month by month: an entry that names the station goes before one for all stations.
    package func checks(of parameter: ParameterID, at station: StationID) -> MonthlyChecks {
        let own = entries.filter { $0.parameter == parameter }
        var months: [ParameterChecks] = []
        for month in 1...12 {
            let applying = own.filter { $0.months.contains(month) }
            let specific = applying.filter { $0.stations.contains(station) }
            let general = applying.filter { $0.stations.isEmpty }
            months.append((specific + general).reduce(ParameterChecks()) { $0.over($1.checks) })
        }
        return MonthlyChecks(months: months, offset: offset)
    }
}
