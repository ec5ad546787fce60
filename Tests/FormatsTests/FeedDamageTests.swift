// Goal: no bytes stop the readers of feeds: cut anywhere or with bytes changed, a text has an outcome and every reading a
// row of it. Method: each fixture cut at every byte, and 400 copies of it with a few bytes changed from a fixed seed.

import Formats
import Foundation
import Monitoring
import Testing

struct FeedDamageTests {
    static let names = [
        "synthetic-zhejiang-air.csv", "synthetic-zhejiang-air-names.csv", "synthetic-openaq.csv", "synthetic-usgs.rdb",
        "synthetic-usgs-features.json", "synthetic-usgs-features.csv", "synthetic-aqs-hourly.csv", "synthetic-wqp.csv",
        "synthetic-sensorthings-upload.json", "synthetic-sensorthings-reading.json", "synthetic-wide.csv",
        "synthetic-gb18030-station.csv",
    ]

    private func profiles() -> [FormatID: SourceProfile] {
        var profiles = BuiltInProfiles.all
        profiles[.tributaryCSV]?.writing.encoding = .gb18030
        profiles[.tributaryCSV]?.writing.decimalMark = .comma
        return profiles
    }

    private func hasOutcome(_ bytes: [UInt8]) -> Bool {
        let decoded = decodeForTest(bytes, profiles: profiles(), parameters: feedCatalogue())
        let lines = bytes.reduce(into: 1) { count, byte in count += byte == 0x0A ? 1 : 0 }
        // Documents number observations, at most one a bracket.
        let limit = Int32(max(lines, bytes.count { $0 == 0x5B || $0 == 0x7B }))
        return decoded.readings.allSatisfy { (1...limit).contains($0.row) }
    }

    @Test("Cut at every byte", arguments: names)
    func cut(name: String) throws {
        let bytes = try fixtureBytes(name)
        for count in 0..<bytes.count { #expect(hasOutcome(Array(bytes.prefix(count))), "cut after \(count) bytes") }
    }

    @Test("Bytes changed", arguments: names)
    func changed(name: String) throws {
        let bytes = try fixtureBytes(name)
        let marks = Array("\t\n\r\",:;[]{}<>-.0e/\\".utf8) + [0x00, 0x80, 0xFF]
        var state: UInt64 = 0x5EED
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for round in 0..<400 {
            var copy = bytes
            for _ in 0...next(4) { copy[next(copy.count)] = marks[next(marks.count)] }
            #expect(hasOutcome(copy), "round \(round)")
        }
    }
}
