// Takes values of feeds that name parameter, unit and flag in each row: one call a value.

internal import Exact
internal import Monitoring

/// What a value of a feed measures: the part of its series that does not depend on the station.
struct FeedItem: Hashable {
    let parameter: ParameterID
    let statistic: SeriesStatistic
    /// Length of the interval; zero for instants.
    let window: Duration64
}

/// One value where it stands in its row.
struct FeedValue {
    var cell: Cell
    var item: FeedItem
    /// What is done to a value in the stated unit; a refusal costs the row unless it says that there is no value.
    var conversion: UnitConversion
    /// The unit's text and column, for the refusal.
    var unit: String
    var unitField: String
    /// The value's column.
    var field: String
    /// A sign the row states elsewhere (a detection condition).
    var sign = Qualifier.none
    var flag = ""
}

/// Writes values into a slice: missing codes, decimal mark, unit, sign and flag are settled here, the same for all.
struct FeedRowWriter {
    private let profile: SourceProfile
    private let parameters: ParameterCatalogue
    private let values: CellValueReader
    /// The rows are of a station with another profile than the batch's own.
    private let isOther: Bool

    init(profile: SourceProfile, context: ReadContext, isOther: Bool = false) {
        self.profile = profile
        self.isOther = isOther
        parameters = context.parameters
        values = CellValueReader(missingCodes: profile.missingCodes)
    }

    /// Takes `value` of `station` at the profile's stamp.
    func take(_ value: FeedValue, station: String, stamp: Int64, row: Int, into sink: inout SliceBuilder) {
        let start = profile.stamp == .end ? stamp - value.item.window.milliseconds : stamp
        take(value, station: station, start: start, row: row, into: &sink)
    }

    /// Takes `value` of `station` over the interval that begins at `start`.
    func take(_ value: FeedValue, station: String, start: Int64, row: Int, into sink: inout SliceBuilder) {
        switch values.read(value.cell, mark: profile.writing.decimalMark) {
        case .missing:
            append(.zero, .missing, value, station, start, row, &sink)
        case .invalid(let reason, let remedy):
            sink.reject(
                Rejection(reason, row: row, field: value.field, excerpt: value.cell.excerpt, remedy: remedy))
        case .value(let decimal, let ownSign):
            guard value.sign == .none || ownSign == .none || value.sign == ownSign else {
                sink.reject(
                    Rejection(
                        .unknownFlag, row: row, field: value.field, excerpt: value.cell.excerpt,
                        remedy: "The sign before the value contradicts the one its row states elsewhere."))
                return
            }
            let sign = ownSign == .none ? value.sign : ownSign
            takeNumber(decimal, sign, value, station, start, row, &sink)
        }
    }

    private func takeNumber(
        _ decimal: ExactDecimal, _ sign: Qualifier, _ value: FeedValue, _ station: String, _ start: Int64, _ row: Int,
        _ sink: inout SliceBuilder
    ) {
        guard case .scale(let scale) = value.conversion else {
            if case .refused(let why) = value.conversion {
                sink.reject(
                    Rejection(.unknownUnit, row: row, field: value.unitField, excerpt: value.unit, remedy: why))
            }
            return
        }
        if decimal.mantissa < 0, parameters[value.item.parameter]?.isNonNegative ?? false {
            sink.reject(.negative(row: row, field: value.field, cell: value.cell))
            return
        }
        guard let kept = scale == .one ? decimal : scale.applied(to: decimal) else {
            sink.reject(.tooManyDigits(row: row, field: value.field, cell: value.cell))
            return
        }
        append(kept, sign, value, station, start, row, &sink)
    }

    private func append(
        _ decimal: ExactDecimal, _ sign: Qualifier, _ value: FeedValue, _ station: String, _ start: Int64, _ row: Int,
        _ sink: inout SliceBuilder
    ) {
        let key = SeriesKey(
            station: StationID(station), parameter: value.item.parameter, statistic: value.item.statistic,
            window: value.item.window, origin: profile.origin)
        let series = isOther ? sink.index(of: key, readWith: profile) : sink.index(of: key)
        let flag = value.flag.isEmpty ? 0 : sink.index(ofFlag: value.flag)
        sink.append(series: series, start: start, value: decimal, qualifier: sign, flag: flag, row: row)
    }
}
