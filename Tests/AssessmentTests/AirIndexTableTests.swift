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
        var scratch = [UInt16](repeating: 9, count: AirIndexTable.scratchCount)
        var scratchSpan = scratch.mutableSpan
        airIndexes(
            columns.span, table: table, index: &indexSpan, primary: &primarySpan, absent: &absentSpan,
            scratch: &scratchSpan)
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

@Suite struct AirHourIndexTests {
    @Test func `The hours of a place are those of the text, each under the edition of its day`() throws {
        var numbers = SeededNumbers(state: 31)
        var hours: [ParameterID: AirHours] = [:]
        for (item, scale) in [("so2", 30), ("no2", 90), ("pm10", 200), ("co", 3), ("pm25", 120), ("o3", 230)] {
            hours[id(item)] = airHours(item, from: "2026-02-27", until: "2026-03-03") { _, _ in
                numbers.next(below: 9) == 0 ? nil : "\(numbers.next(below: scale)).\(numbers.next(below: 100))"
            }
        }
        // One column too long for integers.
        hours[id("no2")] = airHours("no2", from: "2026-02-27", until: "2026-03-03") { _, hour in
            hour == 2 ? nil : "4\(hour % 3).123456789012345"
        }
        let period = try #require(hours[id("so2")]?.period)
        let result = airHourIndexes(hours, over: period, region: nil, registry: Registry())
        #expect(
            try result.editions.map { try $0.get() } == ["HJ 633-2012", "HJ 633-2012", "HJ 633-2026", "HJ 633-2026"])
        let columns = hours.mapValues(\.values)
        for hour in 0..<96 {
            var values: [ParameterID: ItemValue] = [:]
            for (parameter, column) in columns {
                if let value = column[hour] { values[parameter] = ItemValue(decimal(value.description)) }
            }
            for rule in MissingItemRule.allCases {
                let edition = try #require(hour < 48 ? edition2012 : edition2026)
                let expected = airIndex(hour: values, outsidePlan: [], edition: edition, missingItems: rule)
                #expect((try? result.result(hour, rule).get()) == expected.index)
                #expect(AirHourIndexes.items(result.absent[hour]) == expected.missing)
                if expected.index != nil { #expect(AirHourIndexes.items(result.primary[hour]) == expected.primary) }
            }
        }
    }

    @Test func `Without an edition or a value no hour has an index`() throws {
        let period = CivilPeriod(from: day("2015-12-31"), until: day("2016-01-02"), offset: .china)
        let hours = airHours("pm25", from: "2015-12-31", until: "2016-01-02") { _, hour in hour == 0 ? nil : "30" }
        let result = airHourIndexes([id("pm25"): hours], over: period, region: nil, registry: Registry())
        #expect(result.result(5, .feedPractice).failure?.reason == .noEdition)
        #expect(result.result(24, .feedPractice).failure?.reason == .noValues)
        #expect(result.result(25, .clause).failure?.reason == .missingItem)
        #expect(try result.result(25, .feedPractice).get() == 43)
    }
}
