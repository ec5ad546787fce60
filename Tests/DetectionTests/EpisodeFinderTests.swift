// Goal: hold-on, hold-off and direction of episodes; silence neither starts nor ends one.
// Method: text tables, one cell a reading; the expected episodes are written out by hand.

import Detection
import Exact
import Monitoring
import Testing

private func decimal(_ text: String) throws -> ExactDecimal {
    let value = ExactDecimal(text)
    return try #require(value)
}

/// Episodes of a row of cells: `1.2` a value, `_` missing, `1.2s` suspect, `1.2i` invalid, `<1`, `>1` censored,
/// `1.2!` held in unlike versions. Written as `start-end peak count`, in cell numbers; an open end is `?`.
private func episodes(_ cells: String, limit: TargetLimit, rule: EpisodeRule = EpisodeRule()) throws -> [String] {
    var finder = EpisodeFinder(rule: rule)
    for (index, cell) in cells.split(separator: " ").enumerated() {
        let digits = cell.filter { $0.isASCIIDigit || $0 == "." || $0 == "-" }
        let value = cell == "_" ? nil : try decimal(String(digits))
        finder.add(
            start: Instant(milliseconds: Int64(index)), received: value, judged: value,
            qualifier: cell.hasPrefix("<") ? .below : cell.hasPrefix(">") ? .above : value == nil ? .missing : .none,
            verdict: cell.hasSuffix("s") ? .suspect : cell.hasSuffix("i") ? .invalid : .valid,
            isConflicting: cell.hasSuffix("!"), limit: limit)
    }
    return finder.episodes.map { episode in
        "\(episode.start.milliseconds)-\(episode.end.map { "\($0.milliseconds)" } ?? "?") \(episode.peak.value)"
            + " \(episode.overCount)/\(episode.missingCount)/\(episode.excludedCount)"
    }
}

private struct Row: Sendable, CustomTestStringConvertible {
    let cells: String
    let expected: [String]
    var testDescription: String { cells }
    init(_ cells: String, _ expected: String...) {
        self.cells = cells
        self.expected = expected
    }
}

@Suite struct EpisodeFinderTests {
    // Limit ≤ 1.0; two readings start an episode, three within end it. Peak, then over/missing/excluded counts.
    @Test(arguments: [
        Row("0.5 0.9 1.0 1.00"),
        Row("0.5 1.1 0.9 0.8 0.7"),
        Row("0.5 1.1 1.3 0.9 0.8 0.7", "1-3 1.3 2/0/0"),
        Row("0.5 1.1 1.3 0.9 0.8", "1-? 1.3 2/0/0"),
        // Flutter is one episode; the end is the first of the three readings within.
        Row("1.1 1.3 0.9 0.8 1.2 0.9 0.8 0.7 0.6", "0-5 1.3 3/0/0"),
        Row("1.1 1.3 0.9 0.8 0.7 1.2 1.2 1.2", "0-2 1.3 2/0/0", "5-? 1.2 3/0/0"),
        Row("1.1 0.9 1.1 0.9 1.1 0.9"),
        // Silence never resolves, and never starts.
        Row("1.1 1.3 _ _ _ _ _ _", "0-? 1.3 2/0/0"),
        Row("_ _ _ _"),
        Row("1.1 _ _ 1.3 0.9 _ 0.8 _ 0.7", "0-4 1.3 2/2/0"),
        Row("1.1 1.3 0.9 0.8 _ _ _", "0-? 1.3 2/0/0"),
        // Suspect, invalid and conflicting readings take no part, but are counted.
        Row("1.1 9.9s 9.9i 1.3 8.8! 1.2", "0-? 1.3 3/0/3"),
        Row("9.9s 9.9i 9.9s"),
        Row("1.1 1.3 0.1s 0.1i 0.1!", "0-? 1.3 2/0/0"),
        // Below a limit of detection that is within, above a range that is over; else undecidable.
        Row("1.1 1.3 <0.5 <1.0 <1.0", "0-2 1.3 2/0/0"),
        Row("1.1 1.3 <2 <2 <2", "0-? 1.3 2/0/0"),
        Row("1.1 >5 0.9", "0-? 5 2/0/0"),
        // The first of equal peaks.
        Row("1.30 1.3 1.3", "0-? 1.30 3/0/0"),
    ])
    private func `Readings over a maximum become episodes`(row: Row) throws {
        #expect(try episodes(row.cells, limit: .maximum(decimal("1.0"))) == row.expected)
    }

    @Test(arguments: [
        Row("6.0 5.0 5"), Row("4.9 4.2 4.8 5.0 5.1 5.2", "0-3 4.2 3/0/0"), Row(">20 <4 <4", "1-? 4 2/0/0"),
        Row("4.9 4.99 >5 >5 >5", "0-2 4.9 2/0/0"),
    ])
    private func `Oxygen is a minimum: low values are the exceedance`(row: Row) throws {
        #expect(try episodes(row.cells, limit: .minimum(decimal("5"))) == row.expected)
    }

    @Test(arguments: [
        Row("6 9 9.00 6.00"), Row("9.1 9.4 5.2 7 7 7", "0-3 5.2 3/0/0"), Row("5.99 9.01", "0-? 5.99 2/0/0"),
    ])
    private func `pH is a range: both sides are over, and the peak is the furthest outside`(row: Row) throws {
        #expect(try episodes(row.cells, limit: .range(decimal("6"), decimal("9"))) == row.expected)
    }

    @Test func `A reading without a limit takes no part`() throws {
        var finder = EpisodeFinder(rule: EpisodeRule(holdOn: 1, holdOff: 1))
        finder.add(
            start: Instant(milliseconds: 0), received: try decimal("99"), judged: try decimal("99"), qualifier: .none,
            verdict: .valid, isConflicting: false, limit: nil)
        #expect(finder.episodes.isEmpty)
    }

    /// The rule said directly: try every start and end over the usable readings.
    @Test func `The finder agrees with the rule said directly on every short row`() throws {
        let rule = EpisodeRule(holdOn: 2, holdOff: 2)
        func check(_ row: [Character]) throws {
            let cells = row.map { $0 == "o" ? "2" : $0 == "w" ? "0" : "_" }.joined(separator: " ")
            let found = try episodes(cells, limit: .maximum(decimal("1")), rule: rule).map {
                $0.split(separator: " ")[0]
            }
            // Only over and within readings count; an episode runs from "oo" to the next "ww".
            let usable = row.indices.filter { row[$0] != "m" }
            var expected: [String] = []
            var place = 0
            while place + 1 < usable.count {
                guard row[usable[place]] == "o", row[usable[place + 1]] == "o" else {
                    place += 1
                    continue
                }
                let start = usable[place]
                var next = place + 2
                while next + 1 < usable.count, !(row[usable[next]] == "w" && row[usable[next + 1]] == "w") { next += 1 }
                guard next + 1 < usable.count else {
                    expected.append("\(start)-?")
                    break
                }
                expected.append("\(start)-\(usable[next])")
                place = next + 2
            }
            #expect(found.map { String($0) } == expected, "\(String(row))")
        }
        var rows: [[Character]] = [[]]
        for _ in 0..<7 {
            rows = rows.flatMap { row in ["o", "w", "m"].map { row + [$0] } }
            for row in rows { try check(row) }
        }
    }
}
