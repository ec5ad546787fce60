// Results of the Water Quality Portal, in the legacy columns or those of WQX 3.0: one row a result, with fraction and limits.

internal import Exact
internal import Monitoring

/// Reads result files by the names of their columns; the code says the legacy ones.
///
/// - Time: date, clock time and zone name. A row that lacks the clock time or the zone has no instant: refused.
/// - Fraction: only the fractions in `FeedParameters.characteristics` are the catalogue's parameter; a dissolved
///   result is kept under a name of its own. So are results of other media and statistics over several samples.
/// - Unit: the basis (`mg/l as P`, or the method speciation) must be the catalogue's. As PO4 or NO3 is refused: the
///   ratio of molar masses has no end in decimals.
/// - `Not Detected` and its like with a quantitation limit are `<` the limit, without one they are missing; the
///   condition is the flag. Otherwise the flag is the qualifier code.
/// - Samples of quality control are no readings of the water: refused.
///
/// Source: reference formats, section 6 (S71).
struct WaterQualityPortalRows: FeedRows {
    let header: FeedHeader
    let extra: [String]
    let profile: SourceProfile
    private var units: FeedUnits
    private let writer: FeedRowWriter

    private static let required = [
        "MonitoringLocationIdentifier", "ActivityStartDate", "CharacteristicName", "ResultMeasureValue",
        "ResultMeasure/MeasureUnitCode",
    ]

    static func recognises(_ header: FeedHeader) -> Bool {
        header.has(required) || header.has(required.compactMap { modernNames[$0] })
    }

    /// Where the column stands that the legacy files call `name`.
    private func place(_ name: String) -> Int? { header[name] ?? Self.modernNames[name].flatMap { header[$0] } }

    /// The column's name in this file.
    private func shown(_ name: String) -> String {
        guard let modern = Self.modernNames[name], header[name] == nil, header[modern] != nil else { return name }
        return modern
    }

    init(header: FeedHeader, profile: SourceProfile, context: ReadContext) {
        self.header = header
        self.profile = profile
        let unknown = header.extra(besides: Self.known)
        extra = header.has(Self.required) ? unknown : unknown.filter { !Self.isModern($0) }
        units = FeedUnits(context: context, spellings: FeedParameters.portalUnits)
        writer = FeedRowWriter(profile: profile, context: context)
    }

    mutating func take(_ cells: FeedCells, row: Int, into sink: inout SliceBuilder) {
        guard
            let station = sink.name(
                cells[place("MonitoringLocationIdentifier")], row: row, field: shown("MonitoringLocationIdentifier")),
            let name = sink.name(cells[place("CharacteristicName")], row: row, field: shown("CharacteristicName"))
        else { return }
        let activity = cells.text(place("ActivityTypeCode"))
        if activity.hasPrefix("Quality Control") {
            sink.reject(
                Rejection(
                    .unknownFlag, row: row, field: shown("ActivityTypeCode"), excerpt: activity,
                    remedy: "A sample of quality control is no reading of the water: leave it out."))
            return
        }
        guard let stamp = stamp(cells, row: row, into: &sink) else { return }
        let result = result(cells)
        let meaning = meaning(name, cells, unit: result.unit)
        writer.take(
            FeedValue(
                cell: result.cell,
                item: FeedItem(parameter: meaning.id, statistic: profile.statistic, window: profile.window),
                conversion: meaning.conversion, unit: result.unit, unitField: result.unitField, field: result.field,
                sign: result.sign, flag: result.flag),
            station: station, stamp: stamp, row: row, into: &sink)
    }

    private func stamp(_ cells: FeedCells, row: Int, into sink: inout SliceBuilder) -> Int64? {
        let date = cells[place("ActivityStartDate")]
        let clock = cells[place("ActivityStartTime/Time")]
        if clock.isEmpty {
            sink.reject(
                Rejection(
                    .missingField, row: row, field: shown("ActivityStartTime/Time"), excerpt: date.excerpt,
                    remedy: "A sample without a clock time has no instant: give the time and its zone."))
            return nil
        }
        let zone = cells.text(place("ActivityStartTime/TimeZoneCode"))
        guard let offset = ZoneTable.offset(zone, profile) else {
            sink.reject(.unknownZone(zone, row: row, field: shown("ActivityStartTime/TimeZoneCode")))
            return nil
        }
        guard let stamp = FeedTimes.instant(date: date, clock: clock, offset: offset) else {
            sink.reject(
                Rejection(
                    .notATime, row: row, field: shown("ActivityStartDate"), excerpt: date.excerpt + " " + clock.excerpt,
                    remedy: "Write the date as 2026-05-01 and the time as 09:30:00."))
            return nil
        }
        return stamp
    }

    private struct Result {
        var cell: Cell
        var field: String
        var unit: String
        var unitField: String
        var sign = Qualifier.none
        var flag: String
    }

    private static let below: Set = [
        "Not Detected", "*Non-detect", "Present Below Quantification Limit", "Below Detection Limit",
        "Below Reporting Limit", "Below Method Detection Limit", "Not Detected at Reporting Limit",
        "Not Detected at Detection Limit", "Detected Not Quantified", "*Present <QL",
    ]

    /// The value, or the quantitation limit with its sign where the result was not detected.
    private func result(_ cells: FeedCells) -> Result {
        let value = cells[place("ResultMeasureValue")]
        let condition = cells.text(place("ResultDetectionConditionText"))
        var result = Result(
            cell: value, field: shown("ResultMeasureValue"),
            unit: cells.text(place("ResultMeasure/MeasureUnitCode")), unitField: shown("ResultMeasure/MeasureUnitCode"),
            flag: condition.isEmpty ? cells.text(place("MeasureQualifierCode")) : condition)
        let isText = value.isEmpty || value.equals("ND")
        guard isText else { return result }
        result.cell = Cell(start: value.start, count: 0)
        let isBelow = Self.below.contains(condition) || value.equals("ND")
        let limit = cells[place("DetectionQuantitationLimitMeasure/MeasureValue")]
        guard isBelow || condition == "Present Above Quantification Limit", !limit.isEmpty else { return result }
        result.cell = limit
        result.field = shown("DetectionQuantitationLimitMeasure/MeasureValue")
        result.unit = cells.text(place("DetectionQuantitationLimitMeasure/MeasureUnitCode"))
        result.unitField = shown("DetectionQuantitationLimitMeasure/MeasureUnitCode")
        result.sign = isBelow ? .below : .above
        return result
    }

    /// The parameter of a result and what is done to its values.
    private mutating func meaning(
        _ name: String, _ cells: FeedCells, unit: String
    ) -> (id: ParameterID, conversion: UnitConversion) {
        let fraction = cells.text(place("ResultSampleFractionText"))
        let medium = cells.text(place("ActivityMediaName"))
        let statistic = cells.text(place("StatisticalBaseCode"))
        let isWater = medium.isEmpty || medium == "Water"
        let parts = [name, fraction, isWater ? "" : medium, statistic].filter { !$0.isEmpty }
        let own = parts.joined(separator: ", ")
        if let id = profile.parameterNames[own] { return (id, units.conversion(bare(unit), to: id)) }
        guard let known = FeedParameters.characteristics[name], isWater, statistic.isEmpty,
            known.fractions.isEmpty || known.fractions.contains(fraction)
        else {
            return (ParameterID("wqp-\(own) (\(unit))"), .scale(.one))
        }
        let id = ParameterID(known.parameter)
        guard let basis = known.basis else { return (id, units.conversion(bare(unit), to: id)) }
        let stated = statedBasis(unit, speciation: cells.text(place("MethodSpeciationName")))
        guard stated == basis else {
            let found = stated.map { "as \($0)" } ?? "without a basis"
            return (id, .refused("Send \(id) as \(basis); \(found) it is another mass, and the ratio is not exact."))
        }
        return (id, units.conversion(bare(unit), to: id))
    }

    /// The unit before its basis: `mg/l` of `mg/l as P`, `mg/l asNO3` and `mg/l PO4`.
    private func bare(_ unit: String) -> String {
        let parts = unit.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].contains("/"), !parts[1].hasPrefix("@") else { return unit }
        return String(parts[0])
    }

    /// `P` of `mg/l as P` or of the speciation `as P`; `nil` when neither says.
    private func statedBasis(_ unit: String, speciation: String) -> String? {
        let parts = unit.split(separator: " ", maxSplits: 1)
        let text = parts.count == 2 ? String(parts[1]) : speciation
        let bare = text.hasPrefix("as") ? text.dropFirst(2) : text[...]
        let trimmed = bare.drop { $0 == " " }
        return trimmed.isEmpty ? nil : String(trimmed)
    }
}
