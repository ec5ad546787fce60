// Goal: the index over columns is the index of the text, for every concentration there is. Method: each item through its
// whole range and beyond, in both editions and on both bases, then seeded random rows with gaps; rounding on ties.

import Assessment
import Exact
import Monitoring
import Standards
import Testing

@Suite struct AirIndexTableTests {
    private func check(_ columns: [Int32], _ basis: AirIndex.Basis, _ edition: AirEdition) {
        let count = columns.count / AirIndexTable.itemCount
        let table = AirIndexTable(edition.index, basis: basis)
        var index = [UInt16](repeating: 9, count: count)
        var (primary, absent) = ([UInt8](repeating: 9, count: count), [UInt8](repeating: 9, count: count))
        var indexSpan = index.mutableSpan
        var primarySpan = primary.mutableSpan
        var absentSpan = absent.mutableSpan
        airIndexes(columns.span, table: table, index: &indexSpan, primary: &primarySpan, absent: &absentSpan)
        let expected = airIndexesReference(columns, of: basis, edition: edition)
        #expect(index == expected.map(\.index))
        #expect(primary == expected.map(\.primary))
        #expect(absent == expected.map(\.absent))
    }

    @Test(arguments: AirIndex.Basis.allCases)
    func `Every concentration of every item has the sub-index of the text`(basis: AirIndex.Basis) throws {
        for edition in [try #require(edition2012), try #require(edition2026)] {
            for item in 0..<AirIndexTable.itemCount {
                let range = Array(Int32(-1)...3_900) + [Int32.max]
                var columns = [Int32](repeating: -1, count: range.count * AirIndexTable.itemCount)
                for (row, value) in range.enumerated() { columns[item * range.count + row] = value }
                check(columns, basis, edition)
            }
        }
    }

    @Test func `Rows of six items with gaps and ties are as by the text`() throws {
        var numbers = SeededNumbers(state: 11)
        for edition in [try #require(edition2012), try #require(edition2026)] {
            for limit in [3, 60, 400, 3_000] {
                let columns = (0..<6 * 300).map { _ in Int32(numbers.next(below: limit + 1) - 1) }
                for basis in AirIndex.Basis.allCases { check(columns, basis, edition) }
            }
        }
        check([], .hour, try #require(edition2026))
    }

    @Test func `Concentrations are rounded half to even, at any exponent`() {
        var numbers = SeededNumbers(state: 12)
        var (mantissa, exponent, qualifier): ([Int64], [Int8], [UInt8]) = ([], [], [])
        for value in [
            0, 1, 4, 5, 6, 15, 25, 35, 49, 50, 51, 149, 150, 151, 250, 2_500, 999_999_999_999_999_999, -1, -5,
        ] {
            for power in -18...18 {
                mantissa.append(Int64(value))
                exponent.append(Int8(power))
                qualifier.append(0)
            }
        }
        for _ in 0..<2_000 {
            mantissa.append(Int64(numbers.next(below: 1_000_000)) - 100)
            exponent.append(Int8(numbers.next(below: 37) - 18))
            qualifier.append(UInt8(numbers.next(below: 4)))
        }
        for decimals in [0, 1] {
            var concentrations = [Int32](repeating: 9, count: mantissa.count)
            var span = concentrations.mutableSpan
            airConcentrations(
                mantissa: mantissa.span, exponent: exponent.span, qualifier: qualifier.span, decimals: decimals,
                into: &span)
            let expected = airConcentrationsReference(
                mantissa: mantissa, exponent: exponent, qualifier: qualifier, decimals: decimals)
            #expect(concentrations == expected)
        }
    }
}
