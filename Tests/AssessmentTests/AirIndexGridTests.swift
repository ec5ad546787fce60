// Goal: the index of the United States and the daily index of HJ 633-2012 at every edge of every break point. Method: exact
// expected values by fixtures/assessment/make_air_indexes.py, which reads the tables alone.

import Assessment
import Exact
import Foundation
import Monitoring
import Standards
import Testing

@Suite struct AirIndexGridTests {
    private func rows(_ name: String) throws -> [[String]] {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let text = try String(contentsOfFile: "/\(root)/fixtures/assessment/\(name)", encoding: .utf8)
        return text.split(separator: "\n").dropFirst().map { line in
            line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }

    /// `n/d`
    private func fraction(_ text: String) throws -> Fraction {
        let parts = text.split(separator: "/").compactMap { Int($0) }
        try #require(parts.count == 2, "\(text)")
        return Fraction(parts[0], parts[1])
    }

    @Test func `The index of the United States agrees at every edge of its table`() throws {
        let names = ["O3": "o3", "PM2.5": "pm25", "PM10": "pm10", "CO": "co", "SO2": "so2", "NO2": "no2"]
        var count = 0
        for row in try rows("us-aqi.csv") {
            let averaging = try #require(USAirIndexStandard.Averaging(rawValue: row[1]))
            let column = USAirIndexStandard.Column(id(try #require(names[row[0]])), averaging)
            let found = USAirIndexStandard.of2024.subIndex(of: try fraction(row[2]), in: column)
            #expect((try? found.get()) == Int(row[3]), "\(row)")
            count += 1
        }
        #expect(count > 600)
    }

    @Test func `The daily index of HJ 633-2012 agrees at every edge, and on days of means`() throws {
        let edition = try #require(edition2012)
        let names = ["so2", "no2", "pm10", "co", "pm25", "o3"]
        var count = 0
        for row in try rows("hj633-2012-days.csv") {
            var means: [ParameterID: Fraction] = [:]
            for (name, text) in zip(names, row) { means[id(name)] = try fraction(text) }
            let found = airIndex(
                dayMeans: means, ozoneHour: try fraction(row[6]), outsidePlan: [], edition: edition,
                missingItems: .clause)
            #expect(found.items.map(\.value) == row[7..<14].map { Int($0) }, "\(row)")
            #expect(found.index == Int(row[14]), "\(row)")
            #expect(found.primary.map(\.rawValue).joined(separator: " ") == row[15], "\(row)")
            count += 1
        }
        #expect(count > 700)
    }
}
