// Rules between parameters of one station: a part is not more than the whole, water holds only so much oxygen.
// A breach makes a reading suspect, never invalid: which of the two instruments is wrong, the rule cannot say.

package import Monitoring

/// What an instrument may be wrong by, as its papers state it: the larger of the two.
package struct InstrumentError: Hashable, Sendable {
    /// In the parameter's unit.
    package let absolute: Double
    /// As a share of the reading.
    package let relative: Double

    /// - Precondition: neither is negative.
    package init(absolute: Double, relative: Double) {
        precondition(absolute >= 0 && relative >= 0, "An error is not negative.")
        self.absolute = absolute
        self.relative = relative
    }

    package func size(at value: Double) -> Double { max(absolute, relative * value.magnitude) }
}

/// A rule between two parameters measured at one station at one time.
package struct CrossParameterRule: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// The part is not above the whole: NH₃-N in TN, PM2.5 in PM10. Both readings are suspect.
        case part(of: ParameterID)
        /// Dissolved oxygen is not above this share of saturation at the water's temperature. The oxygen is suspect.
        case oxygenSaturation(temperature: ParameterID, share: Double)
    }

    package let parameter: ParameterID
    package let kind: Kind
    package let error: InstrumentError
    /// Of the other parameter.
    package let otherError: InstrumentError
    /// Where the numbers come from, or the word `example`.
    package let source: String

    package init(
        parameter: ParameterID, kind: Kind, error: InstrumentError, otherError: InstrumentError, source: String
    ) {
        self.parameter = parameter
        self.kind = kind
        self.error = error
        self.otherError = otherError
        self.source = source
    }

    package var other: ParameterID {
        switch kind {
        case .part(let whole): whole
        case .oxygenSaturation(let temperature, _): temperature
        }
    }

    /// Whether a breach makes the other parameter's reading suspect as well.
    package var concernsOther: Bool {
        if case .part = kind { return true }
        return false
    }

    /// Saturation of fresh water with oxygen in mg/L at a temperature in °C, at sea level.
    ///
    /// - Source: the formula of HJ 2.3 (468 / (31.6 + T)), as GB 3838's users apply it; it leaves out altitude, at which
    ///   water holds less, so the share has to leave room for nothing there.
    package static func oxygenSaturation(at temperature: Double) -> Double { 468 / (31.6 + temperature) }

    /// Whether the rule is broken by more than the instruments' errors; `nil` when it says nothing of these values.
    package func isBroken(_ value: Double, other: Double) -> Bool? {
        let least = value - error.size(at: value)
        switch kind {
        case .part: return least > other + otherError.size(at: other)
        case .oxygenSaturation(_, let share):
            // Colder water holds more: the error of the thermometer is given to the instrument.
            let coldest = other - otherError.size(at: other)
            // Freezing to boiling, with room for a thermometer's error; the formula has a pole at −31.6.
            guard (-5...100).contains(coldest) else { return nil }
            return least > share * Self.oxygenSaturation(at: coldest)
        }
    }
}

/// The usable readings of another series, which a reading may be compared with.
package struct Counterpart: Sendable {
    package let start: [Int64]
    package let value: [Double]

    /// In time order, each start once.
    package init(_ series: SeriesColumns, usable: [UInt8]) {
        var start: [Int64] = []
        var value: [Double] = []
        start.reserveCapacity(series.count)
        value.reserveCapacity(series.count)
        for index in series.start.indices where usable[index] == 1 {
            // Time that stands still or goes back belongs to nobody.
            if let last = start.last, series.start[index] <= last { continue }
            start.append(series.start[index])
            value.append(series.value[index])
        }
        self.start = start
        self.value = value
    }
}

/// Tests each usable reading against those of other parameters of the same start.
package struct CrossParameterCheck: Sendable {
    package let rules: [CrossParameterRule]

    package init(rules: [CrossParameterRule]) { self.rules = rules }

    package func run(
        _ series: SeriesColumns, _ neighbours: Neighbourhood, counterparts: [ParameterID: Counterpart]
    ) -> CheckResult {
        let concerning = rules.filter {
            $0.parameter == series.parameter || $0.concernsOther && $0.other == series.parameter
        }
        guard !concerning.isEmpty else { return .notRun(.crossParameter, count: series.count, .noConfiguration) }
        var verdicts = [QualityVerdict](repeating: .notTested, count: series.count)
        for rule in concerning {
            let isOwn = rule.parameter == series.parameter
            guard let counterpart = counterparts[isOwn ? rule.other : rule.parameter] else { continue }
            var place = 0
            for index in series.start.indices where neighbours.usable[index] == 1 {
                while place < counterpart.start.count, counterpart.start[place] < series.start[index] { place += 1 }
                guard place < counterpart.start.count else { break }
                guard counterpart.start[place] == series.start[index] else { continue }
                let (own, other) = (series.value[index], counterpart.value[place])
                guard let isBroken = isOwn ? rule.isBroken(own, other: other) : rule.isBroken(other, other: own)
                else { continue }
                let verdict: QualityVerdict = isBroken ? .suspect : .valid
                if verdict.rawValue > verdicts[index].rawValue { verdicts[index] = verdict }
            }
        }
        return CheckResult(check: .crossParameter, verdicts: verdicts, of: series, otherwise: .noCounterpart)
    }
}
