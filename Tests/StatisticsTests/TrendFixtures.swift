// The synthetic series of fixtures/trend and what pyMannKendall and scipy say of them (make_expected.py beside them).

import Foundation
import Statistics
import Testing

/// Series by name, and expected values by series, method and stat.
struct TrendFixtures {
    var values: [String: [Double]] = [:]
    var sides: [String: [Int8]] = [:]
    var expected: [String: Double] = [:]

    init() throws {
        for row in try Self.rows("series.csv") {
            let text = row[2]
            values[row[0], default: []].append(Double(text.replacing("<", with: "")) ?? .nan)
            sides[row[0], default: []].append(text.hasPrefix("<") ? -1 : 0)
        }
        for row in try Self.rows("expected.csv") { expected["\(row[0]) \(row[1]) \(row[2])"] = Double(row[3]) }
    }

    static func rows(_ name: String) throws -> [[String]] {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let text = try String(contentsOfFile: "/\(root)/fixtures/trend/\(name)", encoding: .utf8)
        return text.split(whereSeparator: \.isNewline).dropFirst().map { line in
            line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }

    /// Whether each figure given agrees with the expected one.
    func check(
        _ series: String, _ method: String, _ figures: KeyValuePairs<String, Double>,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        for (stat, value) in figures {
            let wanted = try #require(expected["\(series) \(method) \(stat)"], "\(series) \(method) \(stat)")
            let isNear = near(value, wanted, relative: 1e-9) || abs(value - wanted) < 1e-12
            #expect(isNear, "\(series) \(method) \(stat): \(value), not \(wanted)", sourceLocation: sourceLocation)
        }
    }

    static let complete = ["calm", "rising", "falling", "tied", "seasonal", "short", "coarse", "covariate"]

    /// Columns of months: the season of each reading and its year.
    static func months(_ values: [Double]) -> (values: [Double], times: [Double], groups: [Int]) {
        let order = values.indices.sorted { ($0 % 12, $0) < ($1 % 12, $1) }
        return (order.map { values[$0] }, order.map { Double($0 / 12) }, order.map { $0 % 12 })
    }
}

func grouped(_ columns: (values: [Double], times: [Double], groups: [Int])) -> (GroupedTrend, SenSlope?)? {
    var scratch = [Double](repeating: .nan, count: senSlopeScratchCount(columns.values.count))
    var span = scratch.mutableSpan
    guard
        let test = groupedTrend(
            columns.values.span, times: columns.times.span, groups: columns.groups.span, scratch: &span)
    else { return nil }
    let slope = groupedSenSlope(
        columns.values.span, times: columns.times.span, groups: columns.groups.span, variance: test.variance,
        scratch: &span)
    return (test, slope)
}
