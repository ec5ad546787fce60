// The settlement path's first step: what an agreement asks for, answered from frozen observations with evidence.

internal import Assessment
package import Compensation
internal import Detection
internal import Exact
internal import Formats
package import Monitoring
package import Quality
internal import Standards

/// Answers an agreement's requests from stored observations, frozen at one log position.
///
/// There is no answer without measurements: missing, disputed and unassessable inputs say so and stop the run.
package struct SettlementInputs<Source: ObservationSource>: InputSource {
    private let source: Source
    private let registry: Registry
    private let checks: CheckSets
    private let exclusions: [Exclusion]

    /// - Parameter exclusions: records that take values out of the statistics of the places they name; those nobody
    ///   approved change nothing.
    package init(_ source: Source, registry: Registry, checks: CheckSets, exclusions: [Exclusion] = []) {
        self.source = source
        self.registry = registry
        self.checks = checks
        self.exclusions = exclusions
    }

    package func value(for request: InputRequest) -> InputResult {
        // Quality checks run here; a person's review is recorded nowhere yet, so nothing stored reaches further.
        if let asked = request.review, request.measure.isMeasurement, !ReviewState.autoChecked.reaches(asked) {
            return .notAssessable(
                "The agreement asks for data reviewed to \(asked.rawValue); stored data are \(ReviewState.autoChecked.rawValue)."
            )
        }
        return switch request.measure {
        case .periodMean, .previousPeriodMean: mean(request)
        case .sectionClass: sectionClass(request)
        case .given:
            .missing("The figure is not measured: a person supplies it with its document.")
        case .previousResult:
            .missing("The result of \(request.period) is not measured: the run of that period says it.")
        }
    }

    // MARK: One indicator

    private func mean(_ request: InputRequest) -> InputResult {
        guard let parameter = request.parameter else { return .missing("The request names no indicator.") }
        let found: PeriodMean
        switch periodMean(of: parameter, request) {
        case .success(let mean): found = mean
        case .failure(let refusal): return refusal.result
        }
        guard let unit = try? UnitOfMeasure(parsing: ParameterCatalogue.standard[parameter]?.unit ?? "") else {
            return .notAssessable("The catalogue has no unit for \(parameter).")
        }
        switch found.statistic.value {
        case .success(let value):
            return .value(InputValue(value: value, unit: unit, share: found.share, evidence: found.evidence))
        case .failure(let reason):
            return .notAssessable("\(parameter) at \(found.place): \(reason)")
        }
    }

    // MARK: A class over all indicators

    private func sectionClass(_ request: InputRequest) -> InputResult {
        guard let terms = request.statistics else { return .notAssessable(Self.noTerms) }
        var statistics: [PeriodStatistic] = []
        var series: [String] = []
        var digests: [String] = []
        var uses: [EvidenceUse] = []
        var share = Fraction.one
        var used = 0
        var expected = 0
        for parameter in request.indicators {
            switch periodMean(of: parameter, request) {
            case .failure(let refusal): return refusal.result
            case .success(let mean):
                statistics.append(mean.statistic)
                series += mean.evidence.series
                uses += mean.evidence.uses.map {
                    EvidenceUse(of: "\(parameter) \($0.of)", used: $0.used, due: $0.due, without: $0.without)
                }
                digests.append(mean.evidence.digest)
                share = min(share, mean.share)
                used += mean.statistic.used
                expected += mean.statistic.expected
            }
        }
        guard let period = statistics.first?.period else {
            return .notAssessable("The agreement names no indicator for the class.")
        }
        let body = request.section.flatMap { registry.sections[$0]?.waterBody }
        let rule = WaterRule(
            profile: .listed(request.indicators), comparison: terms.comparison, missingItems: .clause,
            belowDetection: terms.belowDetection)
        let assessed = assessPeriod(statistics, over: period, waterBody: body, target: nil, rule: rule)
        guard body != nil else {
            return .notAssessable("The registry does not say whether the section is a river or a lake.")
        }
        switch assessed.classification.result {
        case .failure(let reason): return .notAssessable("\(reason)")
        case .success(let reached):
            guard let unit = try? UnitOfMeasure(parsing: "class") else {
                preconditionFailure("A class step is a unit of ours.")
            }
            let evidence = InputEvidence(
                series: series, interval: period.interval, count: used, expectedCount: expected,
                digest: digests.joined(separator: "+"), uses: uses)
            return .value(
                InputValue(value: Fraction(reached.rank), unit: unit, share: share, evidence: evidence))
        }
    }

    // MARK: From series to statistic

    private static var noTerms: String {
        "The agreement does not say how a mean is formed (statistics): averaging, quality and detection limits."
    }

    /// A refusal on its way to the agreement.
    private struct Refusal: Error {
        let result: InputResult
    }

    private struct PeriodMean {
        let statistic: PeriodStatistic
        let evidence: InputEvidence
        let place: String

        var share: Fraction {
            statistic.expected == 0 ? .zero : Fraction(statistic.used, statistic.expected)
        }
    }

    /// The mean of one indicator, from the first origin of the agreement's order that has a series there.
    private func periodMean(of parameter: ParameterID, _ request: InputRequest) -> Result<PeriodMean, Refusal> {
        guard let terms = request.statistics else { return .failure(Refusal(result: .notAssessable(Self.noTerms))) }
        guard let id = request.section, let section = registry.sections[id] else {
            return .failure(
                Refusal(result: .missing("The section \(request.sectionKey ?? "") is not in the registry.")))
        }
        do {
            guard let (station, key) = try series(of: parameter, at: section, request.evidence) else {
                let origins = request.evidence.map(\.rawValue).joined(separator: ", ")
                return .failure(
                    Refusal(result: .missing("No station of \(id) has sent \(parameter) (\(origins)).")))
            }
            return try statistic(of: key, at: station, in: section, terms, request)
        } catch {
            return .failure(Refusal(result: .notAssessable("The stored observations cannot be read: \(error)")))
        }
    }

    private func series(
        of parameter: ParameterID, at section: Section, _ origins: [SeriesOrigin]
    ) throws -> (Station, SeriesKey)? {
        for origin in origins {
            for id in section.stations {
                guard let station = registry.stations[id], !station.isProvisional else { continue }
                let keys = try source.series(of: id).filter { key in
                    key.parameter == parameter && key.origin == origin
                        && (key.statistic == .instant || key.statistic == .mean)
                }
                if let key = keys.first { return (station, key) }
            }
        }
        return nil
    }

    /// The readings of a series with their verdicts; what other series of the station say of them counts.
    private func screened(
        _ stored: StoredView, at station: Station, _ cadence: Duration64, over interval: Interval
    ) throws -> [ScreenedReading] {
        let set = checks.set(for: station, in: registry)
        let key = stored.key
        let companions = set.companions(of: key.parameter)
        let others = try source.series(of: station.id).filter { other in
            companions.contains(other.parameter) && other.statistic == key.statistic && other.window == key.window
                && other.origin == key.origin
        }
        let views = try [stored] + others.map { StoredView(key: $0, view: try source.view($0, over: interval)) }
        let context = try source.qualityContext(of: station, in: registry, checks: checks, over: interval)
        let all = screen(
            views, profile: registry.profiles[station.profile], cadence: cadence, checks: set, context: context)
        return all[0]
    }

    private func statistic(
        of key: SeriesKey, at station: Station, in section: Section, _ terms: StatisticTerms, _ request: InputRequest
    ) throws -> Result<PeriodMean, Refusal> {
        let profile = registry.profiles[station.profile]
        guard let cadence = station.cadence ?? profile?.cadence else {
            return .failure(
                Refusal(result: .notAssessable("The registry does not say how often \(station.id) measures.")))
        }
        let period = CivilPeriod(from: request.period.from, until: request.period.until, offset: request.offset)
        let view = try source.view(key, over: period.interval)
        let readings = try screened(StoredView(key: key, view: view), at: station, cadence, over: period.interval)
        if let dispute = view.disputes.first {
            let stamp = dispute.start.iso8601(at: request.offset)
            return .failure(
                Refusal(
                    result: .disputed(
                        "\(view.disputes.count) values of \(key.parameter) at \(station.id) were sent in unlike "
                            + "versions, the first for \(stamp).")))
        }
        let rule = PeriodRule(
            cadence: cadence, levels: terms.averaging.map { PeriodRule.Level($0.unit, needs: $0.needs) },
            periodShare: request.minimumShare,
            averaging: key.parameter == ParameterID("ph") ? .hydrogenIons(places: terms.phPlaces) : .arithmetic,
            quality: terms.quality, belowDetection: terms.belowDetection)
        let values = readings.compactMap { reading in
            reading.value.map {
                PeriodValue(
                    start: reading.start, value: $0, quality: reading.verdict, qualifier: reading.qualifier)
            }
        }
        let both = Assessment.statistic(
            PeriodColumns(values), of: key.parameter, over: period, rule: rule,
            excluding: exclusions(of: key.parameter, at: station, in: section))
        let statistic = both.figure
        let digest = try source.digest([key], over: period.interval)
        let evidence = InputEvidence(
            series: [key.canonicalText] + evidence(of: both), interval: period.interval, count: statistic.used,
            expectedCount: statistic.expected, digest: digest.description, uses: statistic.uses)
        return .success(PeriodMean(statistic: statistic, evidence: evidence, place: station.id.rawValue))
    }

    // MARK: Exclusions

    /// The records that may concern a station's values of one parameter, by any name it or its section is known by.
    private func exclusions(of parameter: ParameterID, at station: Station, in section: Section) -> [Exclusion] {
        let names = [section.id.rawValue, station.id.rawValue] + station.aliases
        let isAir = ParameterCatalogue.standard[parameter]?.medium == .air
        return exclusions.filter { $0.concerns(place: names) && (isAir || $0.kind != .dust) }
    }

    /// What stands beside the series in a statement: each record, what it rests on, and the figure as measured.
    private func evidence(of both: ExcludedStatistic) -> [String] {
        let parameter = both.figure.parameter
        let applied = both.with.exclusions.compactMap { id in exclusions.first { $0.id == id } }
        let measured =
            switch both.without.value {
            case .success(let value):
                value.rounded(places: 6, .halfEven).decimalText(places: 6) ?? value.description
            case .failure(let reason): "\(reason)"
            }
        return applied.map { record in
            let approval = record.approval.map { ", \($0.approver) \($0.document)" } ?? ""
            return "剔除 exclusion \(record.id) (\(record.kind.name.chinese) \(record.kind.name.english)\(approval)): "
                + "\(parameter) 不剔除时 as measured \(measured)"
        } + both.notApproved.map { "剔除未批准 exclusion \($0): nobody approved it, it changes nothing" }
    }
}
