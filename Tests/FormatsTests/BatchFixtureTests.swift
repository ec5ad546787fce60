// Goal: every file of fixtures/batches has the outcome its README promises.
// Method: a table of file, outcome, rows, readings and reasons; a file without a line in it fails.

import Formats
import Foundation
import Monitoring
import Testing

private let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "fixtures/batches")

private struct Expected {
    var stop: RejectionReason?
    var rows = 0
    var readings = 0
    var reasons: [RejectionReason] = []
}

private let expectations: [String: Expected] = [
    "synthetic-tributary.csv.gz": Expected(rows: 60, readings: 60),
    "synthetic-two-members.csv.gz": Expected(rows: 120, readings: 120),
    "synthetic-tributary.ndjson": Expected(rows: 5, readings: 5),
    "synthetic-columns-in-another-order.csv": Expected(rows: 4, readings: 3, reasons: [.notATime]),
    "synthetic-bom-crlf.csv": Expected(rows: 60, readings: 60),
    "synthetic-not-gzip.csv.gz": Expected(rows: 60, readings: 60),
    "synthetic-empty.csv": Expected(stop: .emptyFile),
    "synthetic-empty.csv.gz": Expected(stop: .emptyFile),
    "synthetic-truncated.csv.gz": Expected(stop: .truncatedCompression, rows: 399, readings: 399),
    "synthetic-damaged.csv.gz": Expected(stop: .damagedCompression, rows: 908),
    "synthetic-neither.gz": Expected(stop: .wrongEncoding),
    "synthetic-gb18030.csv": Expected(stop: .wrongEncoding),
    "synthetic-utf16.csv": Expected(stop: .wrongEncoding),
    "synthetic-unknown-station.csv": Expected(rows: 2, readings: 2),
    "synthetic-unknown-parameter.csv": Expected(rows: 2, readings: 2),
    "synthetic-time-in-2099.csv": Expected(rows: 2, readings: 2),
    "synthetic-decimal-comma.csv": Expected(rows: 2, readings: 1, reasons: [.notANumber]),
    "synthetic-negative-concentration.csv": Expected(rows: 2, readings: 1, reasons: [.negativeConcentration]),
    "synthetic-duplicate-row.csv": Expected(rows: 2, readings: 2),
    "synthetic-other-value-same-key.csv": Expected(rows: 2, readings: 2),
    "synthetic-bad-rows.csv": Expected(
        rows: 7, readings: 1,
        reasons: [.missingField, .extraField, .notATime, .numberOutOfRange, .missingField, .missingField]),
    "synthetic-national-air.csv": Expected(rows: 3, readings: 38),
    "synthetic-national-water-2026-05-02.json": Expected(rows: 4, readings: 20, reasons: [.missingField]),
    "synthetic-national-water-2026-05.csv": Expected(rows: 4, readings: 27, reasons: [.missingField]),
    "synthetic-china-sites.csv": Expected(rows: 6, readings: 8, reasons: [.unknownParameter]),
    "synthetic-beijing-sites.csv": Expected(rows: 3, readings: 18, reasons: [.notATime]),
    "synthetic-wide.csv": Expected(rows: 2, readings: 6, reasons: [.extraField]),
    "synthetic-zhejiang-air.csv": Expected(rows: 2, readings: 18),
    "synthetic-zhejiang-air-numbered.csv": Expected(rows: 2, readings: 3, reasons: [.notATime]),
    "synthetic-zhejiang-air-names.csv": Expected(rows: 2, readings: 18),
    "synthetic-openaq.csv": Expected(rows: 6, readings: 4, reasons: [.unknownUnit, .negativeConcentration]),
    "synthetic-openaq.csv.gz": Expected(rows: 6, readings: 4, reasons: [.unknownUnit, .negativeConcentration]),
    "synthetic-usgs.rdb": Expected(
        rows: 5, readings: 7, reasons: [.notATime, .missingField, .unknownParameter, .extraField]),
    "synthetic-usgs-features.json": Expected(rows: 4, readings: 3, reasons: [.unknownParameter]),
    "synthetic-usgs-features.csv": Expected(rows: 2, readings: 1, reasons: [.extraField, .unknownUnit]),
    "synthetic-aqs-hourly.csv": Expected(rows: 4, readings: 1, reasons: [.unknownUnit, .unknownUnit, .notATime]),
    "synthetic-wqp.csv": Expected(
        rows: 10, readings: 6, reasons: [.unknownUnit, .missingField, .unknownFlag, .notATime]),
    "synthetic-sensorthings-upload.json": Expected(rows: 4, readings: 3, reasons: [.missingField]),
    "synthetic-sensorthings-reading.json": Expected(rows: 2, readings: 1, reasons: [.notANumber]),
    "synthetic-extra-column.csv": Expected(rows: 1, readings: 1, reasons: [.extraField]),
    "synthetic-gb18030-station.csv": Expected(stop: .wrongEncoding),
    "synthetic-latin1-station.csv": Expected(stop: .wrongEncoding),
    "synthetic-lab-results.csv": Expected(
        rows: 8, readings: 5, reasons: [.unknownParameter, .missingField, .missingField, .notATime]),
    "synthetic-lab-results-english.csv": Expected(rows: 2, readings: 2),
    "synthetic-lab-without-document.csv": Expected(stop: .missingDocument),
    "synthetic-lab-results.xlsx": Expected(
        rows: 7, readings: 5, reasons: [.notANumber, .notANumber, .hiddenSheet, .unknownFormat]),
    "synthetic-section-months.csv": Expected(rows: 3, readings: 8, reasons: [.unknownUnit, .notATime]),
    "synthetic-section-months.xlsx": Expected(rows: 2, readings: 6, reasons: [.unknownUnit]),
    "synthetic-river-flow.csv": Expected(rows: 6, readings: 10, reasons: [.notATime, .unknownFlag, .missingDocument]),
    "synthetic-river-flow-1904.xlsx": Expected(rows: 1, readings: 3),
    "synthetic-zlib.csv.z": Expected(rows: 60, readings: 60),
    "synthetic-two-tables.zip": Expected(rows: 62, readings: 62, reasons: [.unknownFormat]),
    "synthetic-stored.zip": Expected(rows: 60, readings: 60),
    "synthetic-streamed.zip": Expected(rows: 60, readings: 60),
    "synthetic-truncated.zip": Expected(stop: .damagedCompression),
    "synthetic-damaged.zip": Expected(stop: .damagedCompression, rows: 60),
    "synthetic-bomb.zip": Expected(stop: .inflatedTooLarge),
    "synthetic-outside.zip": Expected(stop: .unsafeContainer),
    "synthetic-nested.zip": Expected(stop: .unsafeContainer),
    "synthetic-encrypted.zip": Expected(stop: .unsafeContainer),
    "synthetic-overlapping.zip": Expected(stop: .unsafeContainer),
    "synthetic-only-text.zip": Expected(stop: .unknownFormat),
    "synthetic-entities.xlsx": Expected(stop: .unsafeContainer),
    "synthetic-no-sheet.xlsx": Expected(stop: .emptyFile),
]

struct BatchFixtureTests {
    @Test("Every fixture has an expectation and a line in the README, and every expectation a fixture")
    func complete() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasPrefix("synthetic-") }
        #expect(Set(names) == Set(expectations.keys))
        let readme = try String(contentsOf: folder.appending(path: "README.md"), encoding: .utf8)
        for name in names { #expect(readme.contains("`\(name)`"), "\(name) is not in README.md") }
    }

    @Test("Each fixture has its outcome", arguments: expectations.keys.sorted())
    func outcome(name: String) throws {
        let expected = try #require(expectations[name])
        let decoded = try decodeFixture(name)
        #expect(decoded.stop?.reason == expected.stop)
        #expect(decoded.summary?.rowCount ?? 0 == expected.rows)
        #expect(decoded.readings.count == expected.readings)
        #expect(decoded.reasons == expected.reasons)
    }
}
