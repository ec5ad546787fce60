// The index over columns: one table look-up a concentration, the largest of six an hour, in integers.

package import Monitoring
package import Standards

/// The sub-index of every concentration of the six items, for one edition and basis.
///
/// The items stand in the order of `AirIndexStandard.items`. A table ends one above the last break point; everything
/// higher has the same result.
package struct AirIndexTable: Sendable {
    /// No value, or one that has no index.
    package static let missing = UInt16.max
    /// A concentration the edition computes no index for (HJ 633-2012 above the last break point of a short averaging
    /// time); unlike `missing` it is no gap in the data.
    package static let notComputed = UInt16.max - 1
    /// A concentration column's sign for a missing, censored or negative value.
    package static let noConcentration: Int32 = -1
    package static let itemCount = 6

    package let document: String
    /// The tables of the six items, one behind the other.
    package let subIndices: [UInt16]
    /// Where the table of each item begins, and after the last one the end.
    package let offsets: [Int]
    /// The decimals each item's concentration is rounded to.
    package let decimals: [Int]

    package init(_ standard: AirIndexStandard, basis: AirIndex.Basis) {
        var (subIndices, offsets, decimals): ([UInt16], [Int], [Int]) = ([], [0], [])
        for parameter in AirIndexStandard.items {
            let averaging = basis.averaging(of: parameter)
            let last = standard.lastConcentration(of: parameter, over: averaging) ?? 0
            decimals.append(standard.decimals(of: parameter, over: averaging) ?? 0)
            for concentration in 0...last + 1 {
                let subIndex = standard.subIndex(ofRounded: concentration, parameter: parameter, over: averaging)
                subIndices.append(subIndex.value.map { UInt16($0) } ?? Self.notComputed)
            }
            offsets.append(subIndices.count)
        }
        document = standard.document
        self.subIndices = subIndices
        self.offsets = offsets
        self.decimals = decimals
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
///   `AirIndexTable.missing` where no item has a sub-index; `primary` and `absent`, n, bit i for item i.
/// - Complexity: O(n), no allocation; six look-ups in 16 KiB of tables.
/// - Source: HJ 633: the largest sub-index; primary above 50 only, ties all.
/// - Reference: `airIndexesReference(_:of:edition:)`, equal.
package func airIndexes(
    _ concentrations: Span<Int32>, table: AirIndexTable, index: inout MutableSpan<UInt16>,
    primary: inout MutableSpan<UInt8>, absent: inout MutableSpan<UInt8>
) {
    let count = index.count
    precondition(concentrations.count == count * AirIndexTable.itemCount, "Six items an hour.")
    precondition(primary.count == count && absent.count == count, "One result an hour.")
    let subIndices = table.subIndices.span
    for row in 0..<count {
        index[unchecked: row] = 0
        primary[unchecked: row] = 0
        absent[unchecked: row] = 0
    }
    for item in 0..<AirIndexTable.itemCount {
        let column = concentrations.extracting(item * count..<(item + 1) * count)
        let first = table.offsets[item]
        let last = Int32(truncatingIfNeeded: table.offsets[item + 1] - first - 1)
        let own = subIndices.extracting(first..<table.offsets[item + 1])
        let bit = UInt8(1) << UInt8(item)
        for row in 0..<count {
            let concentration = column[unchecked: row]
            let isPresent = concentration >= 0
            let place = concentration < last ? concentration : last
            // One more than the sub-index, so that nothing and an index of 0 differ.
            let found = own[unchecked: Int(isPresent ? place : 0)] &+ 1
            let raised = isPresent && found < AirIndexTable.notComputed ? found : 0
            let largest = index[unchecked: row]
            let before = primary[unchecked: row]
            primary[unchecked: row] = raised > largest ? bit : raised == largest && raised > 0 ? before | bit : before
            index[unchecked: row] = raised > largest ? raised : largest
            absent[unchecked: row] |= isPresent ? 0 : bit
        }
    }
    for row in 0..<count {
        let largest = index[unchecked: row]
        index[unchecked: row] = largest &- 1
        primary[unchecked: row] = largest > 51 ? primary[unchecked: row] : 0
    }
}
