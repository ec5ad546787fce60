// The numbers of a check set's parameters, each check with its source, and the months they hold in.

internal import Exact
internal import Monitoring
internal import Standards

extension CheckSetReader {
    /// An entry with the place it was read from.
    struct PlacedEntry {
        let entry: CheckEntry
        let line: Int
        let column: Int
    }

    mutating func readEntry(_ node: PositionedNode, _ file: String) -> PlacedEntry? {
        var fields = StrictMapping(node, file: file, subject: "A parameter's checks")
        let parameter = parameter("parameter", &fields)
        if let parameter { fields.subject = "The checks of \(parameter)" }
        let stations = fields.texts("stations").compactMap { station($0, &fields) }
        let months = readMonths(&fields)
        let source = fields.optionalText("source")
        var checks = ParameterChecks()
        readLevels(&checks, &fields, source)
        readShapes(&checks, &fields, source)
        readSigns(&checks, &fields, source)
        problems += fields.finish()
        guard let parameter else { return nil }
        return PlacedEntry(
            entry: CheckEntry(parameter: parameter, stations: Set(stations), months: months, checks: checks),
            line: node.line, column: node.column)
    }

    private func readMonths(_ fields: inout StrictMapping) -> MonthSet {
        guard let node = fields.optional("months") else { return .all }
        let months = (node.items ?? []).map { $0.text.flatMap { Int($0) } ?? 0 }
        guard !months.isEmpty, months.allSatisfy((1...12).contains), Set(months).count == months.count else {
            fields.report(
                "checks.months", at: node, "`months` of \(fields.subject) is not a list of different months.",
                "Write numbers of 1…12, such as [6, 7, 8].")
            return .all
        }
        return MonthSet(months)
    }

    private func readLevels(_ checks: inout ParameterChecks, _ fields: inout StrictMapping, _ source: String?) {
        CheckFields.read("gross-range", in: &fields, source) { inner in
            let possible = inner.range("possible")
            let plausible = inner.range("plausible")
            guard let possible, let plausible, let source = inner.source() else { return }
            guard possible.lowerBound <= plausible.lowerBound, plausible.upperBound <= possible.upperBound else {
                return inner.reportOrder("What is plausible is not all possible.", "Narrow `plausible`.")
            }
            checks.grossRange = ValueRange(possible: possible, plausible: plausible, source: source)
        }
        CheckFields.read("climatology", in: &fields, source) { inner in
            let usual = inner.range("usual")
            guard let usual, let source = inner.source() else { return }
            checks.climatology = SeasonRange(usual: usual, source: source)
        }
    }

    private func readShapes(_ checks: inout ParameterChecks, _ fields: inout StrictMapping, _ source: String?) {
        CheckFields.read("spike", in: &fields, source) { inner in
            let (absolute, relative) = (inner.size("absolute"), inner.size("relative"))
            guard let absolute, let relative, let source = inner.source() else { return }
            checks.spike = SpikeThreshold(absolute: absolute, relative: relative, source: source)
        }
        CheckFields.read("window-spike", in: &fields, source) { inner in
            let side = inner.count("side", 1...WindowSpikeThreshold.sideLimit)
            let (absolute, deviations) = (inner.size("absolute"), inner.size("deviations"))
            guard let side, let absolute, let deviations, let source = inner.source() else { return }
            checks.windowSpike = WindowSpikeThreshold(
                side: side, absolute: absolute, deviations: deviations, source: source)
        }
        CheckFields.read("rate-of-change", in: &fields, source) { inner in
            let perHour = inner.size("per-hour")
            guard let perHour, let source = inner.source() else { return }
            checks.rateOfChange = RateLimit(perHour: perHour, source: source)
        }
        CheckFields.read("flat-line", in: &fields, source) { inner in
            let readings = inner.count("readings", 2...CheckFields.readingsLimit)
            guard let readings, let source = inner.source() else { return }
            checks.flatLine = FlatLineLimit(readings: readings, source: source)
        }
        CheckFields.read("attenuated-signal", in: &fields, source) { inner in
            let (window, range) = (inner.length("window"), inner.size("range"))
            let readings = inner.count("readings", 2...CheckFields.readingsLimit)
            guard let window, let range, let readings, let source = inner.source() else { return }
            checks.attenuatedSignal = AttenuationLimit(
                window: window, range: range, readings: readings, source: source)
        }
    }

    private func readSigns(_ checks: inout ParameterChecks, _ fields: inout StrictMapping, _ source: String?) {
        CheckFields.read("stuck-decimals", in: &fields, source) { inner in
            let readings = inner.count("readings", 3...CheckFields.readingsLimit)
            let decimals = inner.count("decimals", 0...StuckDecimalsLimit.decimalsLimit)
            guard let readings, let decimals, let source = inner.source() else { return }
            checks.stuckDecimals = StuckDecimalsLimit(readings: readings, decimals: decimals, source: source)
        }
        CheckFields.read("variance-drop", in: &fields, source) { inner in
            let (stretch, share) = (inner.length("stretch"), inner.size("share"))
            let baseline = inner.count("baseline", 1...VarianceDropLimit.baselineLimit)
            let readings = inner.count("readings", 3...CheckFields.readingsLimit)
            guard let stretch, let share, let baseline, let readings, let source = inner.source() else { return }
            checks.varianceDrop = VarianceDropLimit(
                stretch: stretch, baseline: baseline, share: share, readings: readings, source: source)
        }
        CheckFields.read("maintenance-step", in: &fields, source) { inner in
            let side = inner.count("side", 1...MaintenanceStepLimit.sideLimit)
            let within = inner.length("within")
            let (absolute, relative) = (inner.size("absolute"), inner.size("relative"))
            guard let side, let within, let absolute, let relative, let source = inner.source() else { return }
            checks.maintenanceStep = MaintenanceStepLimit(
                side: side, within: within, absolute: absolute, relative: relative, source: source)
        }
        CheckFields.read("repeated-sequence", in: &fields, source) { inner in
            let readings = inner.count("readings", 2...RepeatedSequenceLimit.readingsLimit)
            let distinct = inner.count("distinct", 1...RepeatedSequenceLimit.readingsLimit)
            guard let readings, let distinct, let source = inner.source() else { return }
            guard distinct <= readings else {
                return inner.reportOrder("A sequence has no more values than readings.", "Lower `distinct`.")
            }
            checks.repeatedSequence = RepeatedSequenceLimit(readings: readings, distinct: distinct, source: source)
        }
    }

    /// Each check of a parameter and its stations holds in every month exactly once.
    mutating func checkSeasons(_ entries: [PlacedEntry], _ file: String) {
        let names: [(String, (ParameterChecks) -> Bool)] = [
            ("gross-range", { $0.grossRange != nil }), ("climatology", { $0.climatology != nil }),
            ("spike", { $0.spike != nil }), ("window-spike", { $0.windowSpike != nil }),
            ("rate-of-change", { $0.rateOfChange != nil }), ("flat-line", { $0.flatLine != nil }),
            ("attenuated-signal", { $0.attenuatedSignal != nil }), ("stuck-decimals", { $0.stuckDecimals != nil }),
            ("variance-drop", { $0.varianceDrop != nil }), ("maintenance-step", { $0.maintenanceStep != nil }),
            ("repeated-sequence", { $0.repeatedSequence != nil }),
        ]
        for (name, has) in names {
            // An entry without stations is for the general level, told apart by `nil`.
            var met: [ParameterID: [StationID?: UInt16]] = [:]
            var last: [ParameterID: [StationID?: PlacedEntry]] = [:]
            for placed in entries where has(placed.entry.checks) {
                let entry = placed.entry
                let stations: [StationID?] = entry.stations.isEmpty ? [nil] : entry.stations.sorted().map { $0 }
                for station in stations {
                    let before = met[entry.parameter]?[station] ?? 0
                    let twice = MonthSet(bits: before & entry.months.bits).months
                    if !twice.isEmpty {
                        report(
                            "checks.season.overlap", placed, file,
                            "`\(name)` of \(entry.parameter)\(Self.place(station)) has numbers twice for the months "
                                + "\(Self.list(twice)).", "Keep one of the two.")
                    }
                    met[entry.parameter, default: [:]][station] = before | entry.months.bits
                    last[entry.parameter, default: [:]][station] = placed
                }
            }
            for (parameter, levels) in met.sorted(by: { $0.key < $1.key }) {
                for (station, bits) in levels where bits != MonthSet.all.bits {
                    guard let placed = last[parameter]?[station] else { continue }
                    let missing = MonthSet(bits: ~bits).months
                    report(
                        "checks.season.hole", placed, file,
                        "`\(name)` of \(parameter)\(Self.place(station)) has no numbers for the months "
                            + "\(Self.list(missing)).", "Add an entry for them.")
                }
            }
        }
    }

    private mutating func report(
        _ check: String, _ placed: PlacedEntry, _ file: String, _ message: String, _ remedy: String
    ) {
        problems.append(
            Problem(
                check: check, file: file, line: placed.line, column: placed.column, message: message, remedy: remedy))
    }

    private static func place(_ station: StationID?) -> String { station.map { " at \($0)" } ?? "" }

    private static func list(_ months: [Int]) -> String { months.map(String.init).joined(separator: ", ") }
}
