// The index over columns: one table look-up a concentration, the largest of six an hour, in integers.

package import Monitoring
package import Standards

/// The sub-index of every concentration of the six items, for one edition and basis.
///
/// The items stand in the order of `AirIndexStandard.items`.
package struct AirIndexTable: Sendable {
    /// No item has a sub-index.
    package static let missing = UInt16.max
    /// A concentration column's sign for a missing, censored or negative value.
    package static let noConcentration: Int32 = -1
    package static let itemCount = 6
    /// What `airIndexes` needs beside its results: entries of 1,024 rows of six items.
    package static let scratchCount = 6 * 1_024

    package let document: String
    /// The decimals each item's concentration is rounded to.
    package let decimals: [Int]
    /// The tables of the six items, one behind the other. A table's first entry is for no concentration; each entry is
    /// one more than the sub-index, and 0 where there is none, so that nothing and an index of 0 differ.
    let entries: [UInt16]
    /// Where the table of each item begins.
    let firsts: InlineArray<6, Int>
    /// The highest concentration of each table, one above the last break point; what is higher has the same result.
    let lasts: InlineArray<6, Int32>

    package init(_ standard: AirIndexStandard, basis: AirIndex.Basis) {
        var (entries, decimals): ([UInt16], [Int]) = ([], [])
        var firsts = InlineArray<6, Int>(repeating: 0)
        var lasts = InlineArray<6, Int32>(repeating: 0)
        for (item, parameter) in AirIndexStandard.items.enumerated() {
            let averaging = basis.averaging(of: parameter)
            let last = (standard.lastConcentration(of: parameter, over: averaging) ?? 0) + 1
            decimals.append(standard.decimals(of: parameter, over: averaging) ?? 0)
            firsts[item] = entries.count
            lasts[item] = Int32(last)
            entries.append(0)
            for concentration in 0...last {
                let subIndex = standard.subIndex(ofRounded: concentration, parameter: parameter, over: averaging)
                entries.append(subIndex.value.map { UInt16($0) + 1 } ?? 0)
            }
        }
        document = standard.document
        self.decimals = decimals
        self.entries = entries
        self.firsts = firsts
        self.lasts = lasts
    }
}

extension AirIndex.Basis {
    /// The averaging time whose break points `parameter` is held against.
    package func averaging(of parameter: ParameterID) -> AirAveraging {
        switch self {
        case .hour: AirIndexStandard.hourlyColumn(of: parameter)
        case .day: parameter.rawValue == "o3" ? .dayMaximum8h : .day
        }
    }
}

/// Concentrations rounded half to even as the index rounds them, from columns of readings.
///
/// - Shape: five columns of one length; `concentrations` in units of 10^−`decimals`, `AirIndexTable.noConcentration`
///   for a missing, censored or negative value, `Int32.max` for one beyond 32 bits.
/// - Precondition: `decimals` is 0 or 1.
/// - Complexity: O(n), no allocation.
/// - Source: GB/T 8170-2008, 3.2.
/// - Reference: `airConcentrationsReference(mantissa:exponent:qualifier:decimals:)`, equal.
package func airConcentrations(
    mantissa: Span<Int64>, exponent: Span<Int8>, qualifier: Span<UInt8>, decimals: Int,
    into concentrations: inout MutableSpan<Int32>
) {
    precondition(decimals == 0 || decimals == 1, "An index rounds its concentration to 0 or 1 decimals.")
    let count = concentrations.count
    precondition(mantissa.count == count && exponent.count == count && qualifier.count == count, "One of each.")
    for row in 0..<count {
        let value = mantissa[unchecked: row]
        if qualifier[unchecked: row] != Qualifier.none.rawValue || value < 0 {
            concentrations[unchecked: row] = AirIndexTable.noConcentration
            continue
        }
        let units: Int64
        switch Int(exponent[unchecked: row]) + decimals {
        case 0: units = value
        case -1: units = halfEven(value, 10)
        case -2: units = halfEven(value, 100)
        case -3: units = halfEven(value, 1_000)
        case let power: units = scaledHalfEven(value, power)
        }
        concentrations[unchecked: row] = units > Int64(Int32.max) ? Int32.max : Int32(truncatingIfNeeded: units)
    }
}

@inline(__always) private func halfEven(_ value: Int64, _ unit: Int64) -> Int64 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: unit)
    let doubled = remainder &* 2
    return quotient &+ (doubled > unit || (doubled == unit && quotient & 1 == 1) ? 1 : 0)
}

/// `value` × 10^`power`, rounded; `Int64.max` when it does not fit.
private func scaledHalfEven(_ value: Int64, _ power: Int) -> Int64 {
    if value == 0 { return 0 }
    if power < -18 { return 0 }
    if power > 9 { return .max }
    var unit: Int64 = 1
    for _ in 0..<abs(power) { unit *= 10 }
    if power < 0 { return halfEvenWide(value, unit) }
    let (product, overflow) = value.multipliedReportingOverflow(by: unit)
    return overflow ? .max : product
}

private func halfEvenWide(_ value: Int64, _ unit: Int64) -> Int64 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: unit)
    let left = unit - remainder
    return quotient + (remainder > left || (remainder == left && quotient & 1 == 1) ? 1 : 0)
}

/// The index of each hour or day, its primary items and its missing ones.
///
/// - Shape: `concentrations`, six columns of n one behind the other, as `airConcentrations` makes them; `index`, n, with
///   `AirIndexTable.missing` where no item has a sub-index; `primary` and `absent`, n, bit i for item i; `scratch`,
///   `AirIndexTable.scratchCount`, overwritten.
/// - Complexity: O(n), no allocation; six look-ups in 17 kB of tables.
/// - Source: HJ 633: the largest sub-index; primary above 50 only, ties all.
/// - Reference: `airIndexesReference(_:of:edition:)`, equal.
package func airIndexes(
    _ concentrations: Span<Int32>, table: AirIndexTable, index: inout MutableSpan<UInt16>,
    primary: inout MutableSpan<UInt8>, absent: inout MutableSpan<UInt8>, scratch: inout MutableSpan<UInt16>
) {
    let count = index.count
    precondition(concentrations.count == count * AirIndexTable.itemCount, "Six items an hour.")
    precondition(primary.count == count && absent.count == count, "One result an hour.")
    precondition(scratch.count >= AirIndexTable.scratchCount, "The scratch holds the entries of one block of rows.")
    var first = 0
    while first < count {
        let rows = first..<min(first + blockRows, count)
        for item in 0..<AirIndexTable.itemCount {
            let column = concentrations.extracting(item * count + rows.lowerBound..<item * count + rows.upperBound)
            lookUp(column, table, item: item, into: &scratch)
        }
        markLargest(scratch.span, rows, &index, &primary)
        markAbsent(concentrations, count, rows, &absent)
        first = rows.upperBound
    }
}

/// Rows taken together: their entries stay in the nearest cache between the look-ups and the comparison.
private let blockRows = AirIndexTable.scratchCount / AirIndexTable.itemCount

/// The entries of one item: the only step that vectors cannot do.
private func lookUp(_ column: Span<Int32>, _ table: AirIndexTable, item: Int, into scratch: inout MutableSpan<UInt16>) {
    let entries = table.entries.span
    let (first, last, base) = (table.firsts[item] + 1, table.lasts[item], item * blockRows)
    for row in column.indices {
        let place = max(-1, min(column[unchecked: row], last))
        scratch[unchecked: base &+ row] = entries[unchecked: first &+ Int(place)]
    }
}

private func markLargest(
    _ scratch: Span<UInt16>, _ rows: Range<Int>, _ index: inout MutableSpan<UInt16>, _ primary: inout MutableSpan<UInt8>
) {
    for row in 0..<rows.count {
        let (so2, no2) = (scratch[unchecked: row], scratch[unchecked: row &+ blockRows])
        let (pm10, co) = (scratch[unchecked: row &+ 2 &* blockRows], scratch[unchecked: row &+ 3 &* blockRows])
        let (pm25, o3) = (scratch[unchecked: row &+ 4 &* blockRows], scratch[unchecked: row &+ 5 &* blockRows])
        let largest = max(max(max(so2, no2), max(pm10, co)), max(pm25, o3))
        var bits: UInt16 = so2 == largest ? 1 : 0
        bits |= no2 == largest ? 2 : 0
        bits |= pm10 == largest ? 4 : 0
        bits |= co == largest ? 8 : 0
        bits |= pm25 == largest ? 16 : 0
        bits |= o3 == largest ? 32 : 0
        // An entry is one more than its sub-index.
        bits = largest > 51 ? bits : 0
        index[unchecked: rows.lowerBound &+ row] = largest &- 1
        primary[unchecked: rows.lowerBound &+ row] = UInt8(truncatingIfNeeded: bits)
    }
}

private func markAbsent(
    _ concentrations: Span<Int32>, _ count: Int, _ rows: Range<Int>, _ absent: inout MutableSpan<UInt8>
) {
    for row in rows {
        var bits: UInt32 = 0
        for item in 0..<AirIndexTable.itemCount {
            let sign = UInt32(bitPattern: concentrations[unchecked: item &* count &+ row]) &>> 31
            bits |= sign &<< UInt32(truncatingIfNeeded: item)
        }
        absent[unchecked: row] = UInt8(truncatingIfNeeded: bits)
    }
}
