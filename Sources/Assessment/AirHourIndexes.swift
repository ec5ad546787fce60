// The real-time index of every hour of a place, from its columns of hour means: the table kernel over whole years.

internal import Exact
package import Monitoring
package import Standards

/// The index of consecutive hours.
package struct AirHourIndexes: Sendable {
    package let period: CivilPeriod
    /// One an hour; `AirIndexTable.missing` where no item has a sub-index or no edition holds.
    package let index: [UInt16]
    /// Bit i for item i of `AirIndexStandard.items`: primary, and without a usable value.
    package let primary: [UInt8]
    package let absent: [UInt8]
    /// The document of each day, or why there is none.
    package let editions: [Result<String, NotAssessable>]

    /// The items of `bits` in their order.
    package static func items(_ bits: UInt8) -> [ParameterID] {
        AirIndexStandard.items.enumerated().filter { bits >> UInt8($0.offset) & 1 == 1 }.map(\.element)
    }

    /// The index of one hour under a rule on missing items, or why there is none.
    package func result(_ hour: Int, _ rule: MissingItemRule) -> Result<Int, NotAssessable> {
        if case .failure(let reason) = editions[hour / 24] { return .failure(reason) }
        let found = index[hour]
        if found == AirIndexTable.missing {
            return .failure(NotAssessable(.noValues, "no item has a sub-index"))
        }
        if rule == .clause, absent[hour] != 0, found <= 100 {
            let names = Self.items(absent[hour]).map(\.rawValue).joined(separator: " ")
            return .failure(NotAssessable(.missingItem, names))
        }
        return .success(Int(found))
    }
}

/// The index of every hour of `period`, which the columns of `hours` span.
///
/// - Source: HJ 633-2012 and HJ 633-2026, real-time report: hour means, particles by the daily columns.
package func airHourIndexes(
    _ hours: [ParameterID: AirHours], over period: CivilPeriod, region: RegionID?, registry: Registry
) -> AirHourIndexes {
    precondition(hours.values.allSatisfy { $0.period == period }, "All columns span the period.")
    let days = period.until.dayNumber - period.from.dayNumber
    let editions = (0..<days).map { day in
        AirEdition.on(period.from.advanced(byDays: day), region: region, registry: registry)
    }
    var index = [UInt16](repeating: AirIndexTable.missing, count: days * 24)
    var primary = [UInt8](repeating: 0, count: days * 24)
    var absent = [UInt8](repeating: 0b11_1111, count: days * 24)
    var scratch = [UInt16](repeating: 0, count: AirIndexTable.scratchCount)
    var first = 0
    while first < days {
        guard case .success(let edition) = editions[first] else {
            first += 1
            continue
        }
        var end = first + 1
        while end < days, (try? editions[end].get())?.index.id == edition.index.id { end += 1 }
        let rows = first * 24..<end * 24
        let table = AirIndexTable(edition.index, basis: .hour)
        let concentrations = concentrations(hours, rows, decimals: table.decimals)
        var part = [UInt16](repeating: AirIndexTable.missing, count: rows.count)
        var primaryPart = [UInt8](repeating: 0, count: rows.count)
        var absentPart = primaryPart
        var indexSpan = part.mutableSpan
        var primarySpan = primaryPart.mutableSpan
        var absentSpan = absentPart.mutableSpan
        var scratchSpan = scratch.mutableSpan
        airIndexes(
            concentrations.span, table: table, index: &indexSpan, primary: &primarySpan, absent: &absentSpan,
            scratch: &scratchSpan)
        index.replaceSubrange(rows, with: part)
        primary.replaceSubrange(rows, with: primaryPart)
        absent.replaceSubrange(rows, with: absentPart)
        first = end
    }
    return AirHourIndexes(
        period: period, index: index, primary: primary, absent: absent,
        editions: editions.map { edition in edition.map(\.index.document) })
}

/// Six columns of rounded concentrations, one behind the other.
private func concentrations(_ hours: [ParameterID: AirHours], _ rows: Range<Int>, decimals: [Int]) -> [Int32] {
    var all = [Int32](repeating: AirIndexTable.noConcentration, count: rows.count * AirIndexTable.itemCount)
    for (item, parameter) in AirIndexStandard.items.enumerated() {
        guard let column = hours[parameter]?.column else { continue }
        let place = item * rows.count
        switch column {
        case .fractions(let values):
            for (row, value) in values[rows].enumerated() {
                guard let value, !value.isNegative else { continue }
                let units = (value * Fraction(10).raised(to: decimals[item])).roundedToInteger(.halfEven)
                all[place + row] = units.integer.flatMap { Int32(exactly: $0) } ?? .max
            }
        case .integers(let places, let units):
            let own = Array(units[rows])
            let qualifiers = own.map { $0 == AirHours.empty ? Qualifier.missing.rawValue : Qualifier.none.rawValue }
            let exponents = [Int8](repeating: Int8(-places), count: own.count)
            var part = [Int32](repeating: AirIndexTable.noConcentration, count: own.count)
            var span = part.mutableSpan
            airConcentrations(
                mantissa: own.span, exponent: exponents.span, qualifier: qualifiers.span, decimals: decimals[item],
                into: &span)
            all.replaceSubrange(place..<place + own.count, with: part)
        }
    }
    return all
}
