// Decodes small batches for the tests of this folder and gathers all that was handed on.

import CZlib
import Exact
import Formats
import Foundation
import Monitoring

/// Everything one batch gave.
struct DecodedForTest {
    var readings: [Reading] = []
    var rejections: [Rejection] = []
    var reported: [ReportedVerdict] = []
    var sliceCount = 0
    var largestBlock = 0
    var outcome: DecodedOutcome

    var summary: DecodedSummary? {
        switch outcome {
        case .read(let summary): summary
        case .stopped(_, let summary): summary
        }
    }

    var stop: Rejection? {
        if case .stopped(let rejection, _) = outcome { rejection } else { nil }
    }

    var texts: [String] { readings.map(\.plainText) }
    var reasons: [RejectionReason] { rejections.map(\.reason) }
}

extension Reading {
    /// `station/parameter start value` with `<`, `>` or `missing`, the flag in brackets: easy to write out in a test.
    var plainText: String {
        let sign = qualifier == .below ? "<" : qualifier == .above ? ">" : ""
        let shown = value.map { "\(sign)\($0)" } ?? "missing"
        let mark = flag.isEmpty ? "" : " [\(flag)]"
        return "\(series.station)/\(series.parameter) \(start.iso8601(at: .china)) \(shown)\(mark)"
    }
}

/// The parameters of the example stations; codmn, nh3n and tp cannot be below zero, temperature can.
func testCatalogue() -> ParameterCatalogue {
    var catalogue = ParameterCatalogue()
    func add(_ id: String, _ spellings: [String], _ unit: String, isNonNegative: Bool = true) {
        catalogue.add(
            Parameter(
                id: ParameterID(id), name: BilingualName(chinese: spellings.last ?? id, english: id), medium: .water,
                unit: unit, observationDecimals: nil, assessmentDecimals: nil, isNonNegative: isNonNegative),
            spellings: spellings)
    }
    add("codmn", ["w01019", "高锰酸盐指数"], "mg/L")
    add("nh3n", ["w21003", "氨氮"], "mg/L")
    add("tp", ["w21011", "总磷"], "mg/L")
    add("do", ["w01009", "溶解氧"], "mg/L")
    add("ph", ["w01001", "pH值"], "[pH]")
    add("temp", ["w01010", "水温"], "Cel", isNonNegative: false)
    add("pm25", [], "ug/m3")
    add("tn", ["总氮"], "mg/L")
    add("discharge", ["流量"], "m3/s", isNonNegative: false)
    add("water_volume", ["水量"], "m3")
    add("flow_direction", ["流向"], "1", isNonNegative: false)
    return catalogue
}

/// The test catalogue and what foreign feeds report, in the units of the standards' code table.
func feedCatalogue() -> ParameterCatalogue {
    var catalogue = testCatalogue()
    let air = ["pm10": "ug/m3", "o3": "ug/m3", "so2": "ug/m3", "no2": "ug/m3", "co": "mg/m3"]
    let water = ["discharge": "m3/s", "stage": "m", "zn": "mg/L", "no3n": "mg/L", "chla": "ug/L", "ec": "uS/cm"]
    for (id, unit) in air.merging(water, uniquingKeysWith: { first, _ in first }) {
        catalogue.add(
            Parameter(
                id: ParameterID(id), name: BilingualName(chinese: id, english: id),
                medium: air[id] == nil ? .water : .air, unit: unit, observationDecimals: nil, assessmentDecimals: nil,
                isNonNegative: id != "stage" && id != "discharge"),
            spellings: [])
    }
    return catalogue
}

func decodeForTest(
    _ bytes: [UInt8], limits: ReadLimits = ReadLimits(), names: [String] = [],
    profiles: [FormatID: SourceProfile] = BuiltInProfiles.all, parameters: ParameterCatalogue = testCatalogue()
) -> DecodedForTest {
    // 2026-05-02T00:00:00Z
    let received = Instant(milliseconds: 1_777_680_000_000)
    let context = ReadContext(
        profiles: profiles, parameters: parameters, nameHints: names, received: received, limits: limits)
    var slices: [DecodedSlice] = []
    let outcome = bytes.withUnsafeBytes { buffer in
        decodeBatch(buffer, context: context) { slice in slices.append(slice) }
    }
    var decoded = DecodedForTest(outcome: outcome)
    for slice in slices {
        decoded.sliceCount += 1
        decoded.largestBlock = max(decoded.largestBlock, slice.block.count)
        decoded.readings += (0..<slice.block.count).map { slice.block[$0] }
        decoded.rejections += slice.rejections
        decoded.reported += slice.reported
    }
    return decoded
}

func decodeForTest(
    _ text: String, limits: ReadLimits = ReadLimits(), names: [String] = [],
    profiles: [FormatID: SourceProfile] = BuiltInProfiles.all, parameters: ParameterCatalogue = testCatalogue()
) -> DecodedForTest {
    decodeForTest(Array(text.utf8), limits: limits, names: names, profiles: profiles, parameters: parameters)
}

/// A feed's text read with the parameters of the code table.
func decodeFeed(_ text: String, profiles: [FormatID: SourceProfile] = BuiltInProfiles.all) -> DecodedForTest {
    decodeForTest(text, profiles: profiles, parameters: feedCatalogue())
}

/// A fixture of `fixtures/batches`, read with the parameters of the code table.
func decodeFixture(
    _ name: String, profiles: [FormatID: SourceProfile] = BuiltInProfiles.all
) throws -> DecodedForTest {
    decodeForTest(try fixtureBytes(name), names: [name], profiles: profiles, parameters: feedCatalogue())
}

func fixtureBytes(_ name: String) throws -> [UInt8] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "fixtures/batches")
    return [UInt8](try Data(contentsOf: folder.appending(path: name)))
}

/// One gzip member around `bytes`, made by zlib.
func gzipForTest(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    var input = bytes
    let initialised = deflateInit2_(
        &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(initialised == Z_OK, "zlib could not be initialised.")
    var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 64)
    let count = input.withUnsafeMutableBufferPointer { source in
        output.withUnsafeMutableBufferPointer { target in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(source.count)
            stream.next_out = target.baseAddress
            stream.avail_out = UInt32(target.count)
            let code = deflate(&stream, Z_FINISH)
            precondition(code == Z_STREAM_END, "zlib could not finish.")
            return target.count - Int(stream.avail_out)
        }
    }
    deflateEnd(&stream)
    return Array(output.prefix(count))
}
