// Holds our verdicts beside the official ones, and the differences beside the list of known ones.

import Assessment
import Formats
import Foundation
import Monitoring
import Testing

/// One row on which we and the source differ.
struct Disagreement: Hashable, Comparable {
    let feed: String
    let station: String
    let time: String
    let official: String
    let ours: String

    var line: String { [feed, station, time, official, ours].joined(separator: ",") }
    static func < (left: Disagreement, right: Disagreement) -> Bool { left.line < right.line }
}

/// Counts over one feed.
struct Reproduction {
    var rows = 0
    /// Rows for which the source prints a verdict.
    var official = 0
    var equal = 0
    /// Rows without an official verdict for which we have one, and the reverse is a disagreement.
    var oursAlone = 0
    var disagreements: [Disagreement] = []

    var share: Double { official == 0 ? 0 : Double(equal) / Double(official) }

    mutating func compare(_ row: Disagreement, hasOfficial: Bool, hasOurs: Bool) {
        rows += 1
        guard hasOfficial else {
            if hasOurs { oursAlone += 1 }
            return
        }
        official += 1
        if row.official == row.ours { equal += 1 } else { disagreements.append(row) }
    }

    func summary(_ name: String) -> String {
        "\(name): \(rows) rows, \(official) with an official verdict, \(equal) equal, "
            + "\(disagreements.count) different; \(oursAlone) verdicts of ours alone"
    }
}

/// The known differences, with a reason each: fixtures/real-data/exceptions.csv.
enum KnownDisagreements {
    static let header = "feed,station,time,official,ours,reason"

    static func read(feed: String) throws -> [Disagreement] {
        let file = RealData.root.appending(path: "fixtures/real-data/exceptions.csv")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines.first.map(String.init) == header)
        return lines.dropFirst().compactMap { line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 6, !fields[5].isEmpty else {
                Issue.record("An exception has six fields and a reason: \(line)")
                return nil
            }
            return fields[0] == feed
                ? Disagreement(
                    feed: fields[0], station: fields[1], time: fields[2], official: fields[3], ours: fields[4]) : nil
        }
    }

    /// A difference that is not listed fails, and so does a listed one that no longer occurs.
    static func check(_ found: [Disagreement], feed: String) throws {
        let known = try read(feed: feed)
        let new = subtract(known, from: found)
        let gone = subtract(found, from: known)
        for row in new { print("new difference: \(row.line)") }
        #expect(new.map(\.line) == [], "New differences: add them to exceptions.csv with a reason, or mend the cause.")
        #expect(gone.map(\.line) == [], "Listed differences that no longer occur: take them off exceptions.csv.")
    }

    private static func subtract(_ removed: [Disagreement], from all: [Disagreement]) -> [Disagreement] {
        var counts: [Disagreement: Int] = [:]
        for row in removed { counts[row, default: 0] += 1 }
        return all.sorted().filter { row in
            guard let count = counts[row], count > 0 else { return true }
            counts[row] = count - 1
            return false
        }
    }
}
