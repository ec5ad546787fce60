// The index over columns row by row, by the functions that follow the text of HJ 633.

internal import Exact
internal import Monitoring
package import Standards

/// `value` × 10^`decimals`, rounded half to even, of one reading at a time.
package func airConcentrationsReference(
    mantissa: [Int64], exponent: [Int8], qualifier: [UInt8], decimals: Int
) -> [Int32] {
    mantissa.indices.map { row in
        let value = Fraction(ExactDecimal(mantissa: mantissa[row], exponent: exponent[row]))
        if qualifier[row] != Qualifier.none.rawValue || value.isNegative { return AirIndexTable.noConcentration }
        let units = (value * Fraction(10).raised(to: decimals)).roundedToInteger(.halfEven)
        return units.integer.flatMap { Int32(exactly: $0) } ?? Int32.max
    }
}

/// Index, primary and absent items of each row, by `airIndex`.
package func airIndexesReference(
    _ concentrations: [Int32], of basis: AirIndex.Basis, edition: AirEdition
) -> [(index: UInt16, primary: UInt8, absent: UInt8)] {
    let count = concentrations.count / AirIndexTable.itemCount
    return (0..<count).map { row in
        var values: [ParameterID: ItemValue] = [:]
        for (item, parameter) in AirIndexStandard.items.enumerated() {
            let units = concentrations[item * count + row]
            let decimals = edition.index.decimals(of: parameter, over: basis.averaging(of: parameter)) ?? 0
            if units >= 0 {
                values[parameter] = ItemValue(ExactDecimal(mantissa: Int64(units), exponent: Int8(-decimals)))
            }
        }
        let result =
            basis == .hour
            ? airIndex(hour: values, outsidePlan: [], edition: edition, missingItems: .feedPractice)
            : airIndex(day: values, outsidePlan: [], edition: edition, missingItems: .feedPractice)
        func bits(_ parameters: [ParameterID]) -> UInt8 {
            AirIndexStandard.items.enumerated().reduce(0) {
                $0 | (parameters.contains($1.element) ? 1 << $1.offset : 0)
            }
        }
        return (
            result.index.map { UInt16($0) } ?? AirIndexTable.missing, bits(result.primary), bits(result.missing)
        )
    }
}
